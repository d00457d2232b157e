import ArgumentParser
import ProvostAPI
import ProvostCore

struct PersonCreate: AsyncParsableCommand {
    static let configuration = Help.command(
        "create", "Make a person.", note: "“provost enroll” makes a person who is new by itself.",
        examples: "provost person create minji --name 김민지 --email minji@example.com")

    @Argument(help: "The name that is typed.", transform: reading { try Slug($0) })
    var person: Slug
    @Option(help: ArgumentHelp("The name as it is written on a certificate.", valueName: "text"))
    var name: String?
    @Option(help: ArgumentHelp("The e-mail address.", valueName: "address"))
    var email: String?
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let made: Person = try await session.client.send(
            .post, Route.path("persons"), body: NewPerson(slug: person, name: name, email: email))
        try output.renderer(session).item(made, PersonCommand.columns)
    }
}
