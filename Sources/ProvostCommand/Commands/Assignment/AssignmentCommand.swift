import ArgumentParser
import ProvostAPI
import ProvostCore

struct AssignmentCommand: ParsableCommand {
    static let configuration = Help.command(
        "assignment", "Place labs in cohorts.",
        examples: "provost assignment create web-service --cohort autumn --lab web-service",
        subcommands: [AssignmentCreate.self, AssignmentList.self, AssignmentShow.self, AssignmentChangeCommand.self])

    static func columns(_ session: Session, _ assignments: [AssignmentInfo]) -> [Column<AssignmentInfo>] {
        let times = Times(assignments)
        return [
            Column("cohort") { $0.assignment.cohort.text },
            Column("assignment") { $0.assignment.slug.text },
            Column("title") { session.title($0.assignment.title) },
            Column("lab") { "\($0.assignment.lab)@\($0.assignment.labVersion.short)" },
            Column("state") { $0.state },
            Column("opens") { times.short($0.opensAt, cohort: $0.assignment.cohort) },
            Column("due") { times.short($0.dueAt, cohort: $0.assignment.cohort) },
            Column("closes") { times.short($0.closesAt, cohort: $0.assignment.cohort) },
            Column("attempts", alignRight: true) { $0.assignment.attempts.map { "\($0)" } ?? "any" },
            Column("policy") { $0.assignment.policy.rawValue },
            Column("weight", alignRight: true) { "\($0.assignment.weight)" },
            Column("points", alignRight: true) { "\($0.points)" },
        ]
    }
}

/// When and how an assignment is taken: the same options for making and changing one.
struct ScheduleOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("When it opens, on the cohort's clock, like 2026-11-21T09:00.", valueName: "time"),
        transform: reading { try CivilTime(parsing: $0) })
    var opens: CivilTime?
    @Option(help: ArgumentHelp("Until when it is on time.", valueName: "time"), transform: reading { try CivilTime(parsing: $0) })
    var due: CivilTime?
    @Option(
        help: ArgumentHelp("From when nothing is taken.", valueName: "time"), transform: reading { try CivilTime(parsing: $0) })
    var closes: CivilTime?
    @Option(help: ArgumentHelp("How many submissions a learner has (change: 0 lifts the cap).", valueName: "count"))
    var attempts: Int?
    @Option(help: "How many submissions make one result.")
    var policy: ResultPolicy?
    @Option(
        name: .customLong("lab-version"),
        help: ArgumentHelp("The digest of a published version of the lab.", valueName: "digest"),
        transform: reading { try ContentDigest(parsing: $0) })
    var labVersion: ContentDigest?

    func validate() throws {
        if let attempts, attempts < 0 { throw ValidationError("--attempts is 0 or more.") }
        if let opens, let closes, closes <= opens { throw ValidationError("--closes must be after --opens.") }
        if let due, let closes, closes < due { throw ValidationError("--closes must not be before --due.") }
    }
}
