import ArgumentParser
import ProvostCore

struct ProgramCommand: ParsableCommand {
    static let configuration = Help.command(
        "program", "Make and list programs.", examples: "provost program create data-101 --org acme",
        subcommands: [ProgramCreate.self, ProgramList.self])

    static let columns: [Column<Program>] = [
        Column("organization") { $0.organization.text }, Column("program") { $0.slug.text }, Column("title") { $0.title },
    ]
}
