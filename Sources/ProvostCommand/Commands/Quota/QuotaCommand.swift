import ArgumentParser
import ProvostAPI
import ProvostCore

struct QuotaCommand: ParsableCommand {
    static let configuration = Help.command(
        "quota", "Cap what organizations, programs, cohorts and learners may use.",
        note: """
            A place is organization:NAME, program:NAME, cohort:NAME or
            learner:COHORT/PERSON. What holds for a learner is the least that is set on
            the way from the organization down to them; with --total a limit caps the sum
            over everybody below the place. A lower limit stops nothing that runs.

            DIMENSIONS
              cpus (0.5, 2)  memory (512MiB, 2GiB)  disk  files  processes  workspaces
              sessions  submissions-per-day
            """,
        examples: "provost quota set cohort:autumn memory 1GiB", "provost quota set cohort:autumn workspaces 40 --total",
        "provost quota simulate cohort:autumn cpus 0.5", "provost quota explain --person minji --cohort autumn",
        subcommands: [QuotaSet.self, QuotaClear.self, QuotaShow.self, QuotaExplain.self, QuotaSimulate.self])

    /// `1 GiB`, or `none` for no cap.
    static func text(_ value: Int64?, _ dimension: LimitDimension) -> String { value.map(dimension.text) ?? "none" }
}

/// Which limit a command is about. Shared by those that set, remove and try one.
struct LimitArguments: ParsableArguments {
    @Argument(help: "Where it stands, like cohort:autumn.", transform: reading { try LimitNode(parsing: $0) })
    var place: LimitNode
    @Argument(help: "What it caps, like memory.")
    var dimension: LimitDimension
    @Flag(help: "The sum over everybody below the place, not each learner by themselves.")
    var total = false

    func change(_ value: Int64?) -> LimitChange {
        LimitChange(node: place, scope: total ? .total : .each, dimension: dimension, value: value)
    }
}

/// What a limit is set to. Shared by `set` and `simulate`.
struct LimitValue: ParsableArguments {
    @Argument(help: "The value, like 1GiB or 1.5; “none” takes the limit away.")
    var value: String

    /// nil: none. Throws a usage error that says how the dimension is written.
    func read(_ dimension: LimitDimension) throws -> Int64? {
        if value == "none" { return nil }
        do { return try dimension.value(parsing: value) } catch { throw ValidationError(error.message) }
    }
}

extension LimitDimension: ExpressibleByArgument {}
