import ArgumentParser
import ProvostAPI
import ProvostCore

struct OrganizationAdminCommand: ParsableCommand {
    static let configuration = Help.command(
        "admin", "Say who is in charge of every cohort of an organization, a campus for example.",
        note: """
            They hold in each of its cohorts what a cohort's admin holds: people, limits,
            marks, the report. They hold nothing in other organizations and nothing above
            their own.
            """,
        examples: "provost org admin add gwangju haneul", "provost org admin list gwangju",
        subcommands: [OrganizationAdminAdd.self, OrganizationAdminRemove.self, OrganizationAdminList.self])

    static let columns: [Column<OrganizationAdmin>] = [
        Column("organization") { $0.organization.text }, Column("person") { $0.person.slug.text },
        Column("name") { $0.person.name }, Column("email") { $0.person.email ?? "" },
    ]
}

struct OrganizationAdminAdd: AsyncParsableCommand {
    static let configuration = Help.command(
        "add", "Put somebody in charge of an organization.", examples: "provost org admin add gwangju haneul")

    @Argument(help: "The organization.", transform: reading { try Slug($0) })
    var organization: Slug
    @Argument(help: "The person; “provost person create” makes one.", transform: reading { try Slug($0) })
    var person: Slug
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let added: OrganizationAdmin = try await session.client.send(
            .post, Route.path("organizations", organization.text, "admins"), body: NewOrganizationAdmin(person: person))
        try output.renderer(session).item(added, OrganizationAdminCommand.columns)
    }
}

struct OrganizationAdminRemove: AsyncParsableCommand {
    static let configuration = Help.command(
        "remove", "Take an organization out of somebody's charge, at once.",
        examples: "provost org admin remove gwangju haneul")

    @Argument(help: "The organization.", transform: reading { try Slug($0) })
    var organization: Slug
    @Argument(help: "The person.", transform: reading { try Slug($0) })
    var person: Slug
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let removed: OrganizationAdmin = try await session.client.send(
            .delete, Route.path("organizations", organization.text, "admins", person.text))
        try output.renderer(session).item(removed, OrganizationAdminCommand.columns)
    }
}

struct OrganizationAdminList: AsyncParsableCommand {
    static let configuration = Help.command(
        "list", "List who is in charge of an organization, or of each.", examples: "provost org admin list gwangju")

    @Argument(help: "The organization; all without it.", transform: reading { try Slug($0) })
    var organization: Slug?
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let path = organization.map { Route.path("organizations", $0.text, "admins") } ?? Route.path("organization-admins")
        let rows: [OrganizationAdmin] = try await session.client.get(path)
        try output.renderer(session).list(
            rows, OrganizationAdminCommand.columns, empty: "Nobody is in charge of an organization.")
    }
}
