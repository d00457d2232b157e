import ArgumentParser
import ProvostCore

struct PersonCommand: ParsableCommand {
    static let configuration = Help.command(
        "person", "Make and list persons.", examples: "provost person create minji --name 김민지",
        subcommands: [PersonCreate.self, PersonList.self])

    static let columns: [Column<Person>] = [
        Column("person") { $0.slug.text }, Column("name") { $0.name }, Column("email") { $0.email ?? "" },
    ]
}
