import ArgumentParser
import ProvostAPI
import ProvostCore

struct OrganizationCreate: AsyncParsableCommand {
    static let configuration = Help.command("create", "Make an organization.", examples: "provost org create acme --title Acme")

    @Argument(help: "Its name, as it is typed.", transform: reading { try Slug($0) })
    var name: Slug
    @Option(help: ArgumentHelp("Its name, as it is written.", valueName: "text"))
    var title: String?
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let made: Organization = try await session.client.send(
            .post, Route.path("organizations"), body: NewOrganization(slug: name, title: title))
        try output.renderer(session).item(made, OrganizationCommand.columns)
    }
}
