import ArgumentParser
import ProvostAPI
import ProvostCore

struct Labs: AsyncParsableCommand {
    static let configuration = Help.command(
        "labs", "List the assignments that are open to you, or print a lab's handout.",
        note: "Times are shown in the cohort's timezone.",
        examples: "provost labs", "provost labs --handout web-service | less")

    @Flag(help: "Also those that are not open yet or closed.")
    var all = false
    @Option(help: ArgumentHelp("Print the handout of this assignment or lab, in your language.", valueName: "name"))
    var handout: String?
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let everything: [AssignmentInfo] = try await session.client.get(
            Route.path("assignments", query: [("cohort", cohort.cohort)]))
        if let handout {
            let lab = everything.first { $0.assignment.slug.text == handout }?.assignment.lab.text ?? handout
            let language = session.surroundings.language.rawValue
            let text = try await session.client.text(Route.path("labs", lab, "handout", query: [("language", language)]))
            return Console.out(text.hasSuffix("\n") ? text : text + "\n")
        }
        let shown = all ? everything : everything.filter { $0.state == "open" || $0.state == "late" }
        try output.renderer(session).list(
            shown, Self.columns(session.wording(for: output.output), Times(everything)),
            empty: session.text(all ? .noAssignments : .noOpenAssignments))
    }

    static func columns(_ session: Session, _ times: Times) -> [Column<AssignmentInfo>] {
        [
            Column("cohort", heading: session.heading(.cohort)) { $0.assignment.cohort.text },
            Column("assignment", heading: session.heading(.assignment)) { $0.assignment.slug.text },
            Column("title", heading: session.heading(.title)) { session.title($0.assignment.title) },
            Column("state", heading: session.heading(.state)) { session.text(.state($0.state)) },
            Column("due", heading: session.heading(.due)) { times.short($0.dueAt, cohort: $0.assignment.cohort) },
            Column("closes", heading: session.heading(.closes)) { times.short($0.closesAt, cohort: $0.assignment.cohort) },
            Column("attempts", heading: session.heading(.attempts), alignRight: true) { info in
                let used = info.attemptsUsed.map { "\($0)" } ?? ""
                return info.assignment.attempts.map { used.isEmpty ? "\($0)" : "\(used)/\($0)" } ?? used
            },
            Column("score", heading: session.heading(.score), alignRight: true) { info in
                info.score.map { "\($0)/\(info.points)" } ?? "–/\(info.points)"
            },
        ]
    }
}
