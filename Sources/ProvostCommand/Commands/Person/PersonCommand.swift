import ArgumentParser
import ProvostCore

struct PersonCommand: ParsableCommand {
    static let configuration = Help.command(
        "person", "Make and list persons, take out their data, erase them.", examples: "provost person create minji --name 김민지",
        subcommands: [PersonCreate.self, PersonList.self, PersonExport.self, PersonErase.self])

    static let columns: [Column<Person>] = [
        Column("person") { $0.slug.text }, Column("name") { $0.name }, Column("email") { $0.email ?? "" },
    ]
}
