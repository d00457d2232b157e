import ArgumentParser
import ProvostCore

struct OrganizationCommand: ParsableCommand {
    static let configuration = Help.command(
        "org", "Make and list organizations, and say who is in charge of them.",
        examples: "provost org create snu --title “Seoul National University”",
        subcommands: [OrganizationCreate.self, OrganizationList.self, OrganizationAdminCommand.self],
        aliases: ["organization"])

    static let columns: [Column<Organization>] = [Column("organization") { $0.slug.text }, Column("title") { $0.title }]
}
