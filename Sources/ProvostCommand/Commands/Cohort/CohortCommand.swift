import ArgumentParser
import ProvostCore

struct CohortCommand: ParsableCommand {
    static let configuration = Help.command(
        "cohort", "Make, list, fill, extend and close cohorts, and keep their timetables.",
        examples:
            "provost cohort create autumn --program data-101 \\ --first-day 2026-09-01 --last-day 2026-12-20 --timezone Asia/Seoul",
        subcommands: [
            CohortCreate.self, CohortList.self, CohortImport.self, CohortExtend.self, CohortSchedule.self, CohortAdvance.self,
            CohortClose.self, CohortReopen.self,
        ])

    static let columns: [Column<Cohort>] = [
        Column("program") { $0.program.text }, Column("cohort") { $0.slug.text }, Column("title") { $0.title },
        Column("first-day") { "\($0.firstDay)" }, Column("last-day") { "\($0.lastDay)" }, Column("timezone") { $0.timezone },
    ]
}
