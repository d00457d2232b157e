import ArgumentParser
import ProvostAPI
import ProvostCore

struct QuotaSimulate: AsyncParsableCommand {
    static let configuration = Help.command(
        "simulate", "List whom a change of a limit would touch; nothing is changed.",
        note: """
            CONSEQUENCES
              raised, lowered   what runs now fits
              starts-refused    all of it is in use: nothing more starts
              cut-now           a running workspace has more and gets the new cap
              kept-larger       a volume is larger already and stays so
            """,
        examples: "provost quota simulate cohort:autumn memory 256MiB",
        "provost quota simulate cohort:autumn workspaces 20 --total")

    @OptionGroup var limit: LimitArguments
    @OptionGroup var value: LimitValue
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func validate() throws { _ = try value.read(limit.dimension) }

    func run() async throws {
        let session = try connection.session()
        let effects: [LimitEffect] = try await session.client.send(
            .post, Route.path("limits", "simulate"), body: limit.change(value.read(limit.dimension)))
        try output.renderer(session).list(effects, Self.columns, empty: "Nobody's limit would change.")
    }

    private static let columns: [Column<LimitEffect>] = [
        Column("whom") { $0.node.description }, Column("dimension") { $0.dimension.rawValue },
        Column("before", alignRight: true) { QuotaCommand.text($0.before, $0.dimension) },
        Column("after", alignRight: true) { QuotaCommand.text($0.after, $0.dimension) },
        Column("used", alignRight: true) { $0.dimension == .sessions ? "" : $0.dimension.text($0.used) },
        Column("bound-by") { $0.binding?.description ?? "" }, Column("consequence") { $0.consequence.rawValue },
    ]
}
