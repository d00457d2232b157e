import ArgumentParser
import ProvostAPI
import ProvostCore

struct ProgramShow: AsyncParsableCommand {
    static let configuration = Help.command(
        "show", "Show what a program's published file says.",
        examples: "provost program show startup-school", "provost program show startup-school --version-number 1 -o json")

    @Argument(help: "The program.", transform: reading { try Slug($0) })
    var program: Slug
    @Option(
        name: .customLong("version-number"), help: ArgumentHelp("Which version; default: the newest.", valueName: "number"))
    var number: Int?
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let versions: [ProgramVersion] = try await session.client.get(Route.path("programs", program.text, "versions"))
        guard let version = number.map({ number in versions.first { $0.number == number } }) ?? versions.first else {
            throw ProvostError(.notFound, "The program “\(program)” has versions 1 to \(versions.count).")
        }
        let renderer = output.renderer(session)
        if output.output == .json { return try renderer.json(version) }
        if output.output == .table {
            Console.say("\(program), version \(version.number) of \(versions.count), published \(version.publishedAt)")
        }
        try renderer.list(
            version.description.facts,
            [Column("of") { $0.subject }, Column("what") { $0.name }, Column("value") { $0.value }], empty: "Nothing.")
    }
}

struct ProgramDiff: AsyncParsableCommand {
    static let configuration = Help.command(
        "diff", "Show what differs between two versions of a program, or between the newest one and a file.",
        examples: "provost program diff startup-school deploy/programs/startup-school.yaml",
        "provost program diff startup-school 1 3")

    @Argument(help: "The program.", transform: reading { try Slug($0) })
    var program: Slug
    @Argument(help: "A file, or the number of a version.", completion: .file(extensions: ["yaml"]))
    var first: String
    @Argument(help: "The number of the other version; default: the newest.")
    var second: Int?
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if second != nil, Int(first) == nil { throw ValidationError("Give a file, or the numbers of two versions.") }
    }

    func run() async throws {
        let session = try connection.session()
        var comparison = ProgramComparison()
        if let number = Int(first) {
            comparison.from = number
            comparison.to = second
            if second == nil {
                let versions: [ProgramVersion] = try await session.client.get(Route.path("programs", program.text, "versions"))
                comparison.to = versions.first?.number
            }
        } else {
            comparison.file = try ProgramPublish.read(first)
        }
        let found: ProgramDifference = try await session.client.send(
            .post, Route.path("programs", program.text, "diff"), body: comparison)
        guard output.output != .json else { return try output.renderer(session).json(found) }
        try output.renderer(session).list(found.changes, ProgramCommand.changes, empty: "Nothing differs.")
    }
}
