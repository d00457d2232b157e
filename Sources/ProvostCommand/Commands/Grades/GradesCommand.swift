import ArgumentParser
import ProvostAPI
import ProvostCore

struct GradesCommand: ParsableCommand {
    static let configuration = Help.command(
        "grades", "Show what counts for each learner of a cohort.", examples: "provost grades list --cohort autumn",
        subcommands: [GradesList.self, GradesExport.self])

    static let columns: [Column<ResultRow>] = [
        Column("person") { $0.person.slug.text },
        Column("name") { $0.person.name },
        Column("email") { $0.person.email ?? "" },
        Column("assignment") { $0.assignment.text },
        Column("score", alignRight: true) { $0.score.map { "\($0)" } ?? "" },
        Column("max", alignRight: true) { "\($0.max)" },
        Column("attempts", alignRight: true) { "\($0.attemptsUsed)" },
        Column("late") { $0.late ? "yes" : "" },
        Column("submission") { $0.submission?.text ?? "" },
    ]

    static func rows(_ session: Session, cohort: String?, assignment: String?) async throws -> [ResultRow] {
        let cohort = try await session.cohort(cohort, atLeast: .instructor)
        return try await session.client.get(Route.path("cohorts", cohort, "grades", query: [("assignment", assignment)]))
    }
}
