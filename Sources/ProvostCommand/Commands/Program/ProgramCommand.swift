import ArgumentParser
import ProvostAPI
import ProvostCore

struct ProgramCommand: ParsableCommand {
    static let configuration = Help.command(
        "program", "Check, publish, compare and list programs.",
        examples: "provost program check deploy/programs/startup-school.yaml",
        "provost program publish deploy/programs/startup-school.yaml",
        subcommands: [
            ProgramCheck.self, ProgramPublish.self, ProgramShow.self, ProgramDiff.self, ProgramCreate.self, ProgramList.self,
            ProgramTable.self,
        ])

    static let columns: [Column<Program>] = [
        Column("organization") { $0.organization.text }, Column("program") { $0.slug.text }, Column("title") { $0.title },
    ]

    static let changes: [Column<ProgramChange>] = [
        Column("change") { $0.before == nil ? "+" : $0.after == nil ? "-" : "~" }, Column("of") { $0.subject },
        Column("what") { $0.name }, Column("before") { $0.before ?? "" }, Column("after") { $0.after ?? "" },
    ]
}
