import ArgumentParser
import FoundationEssentials
import ProvostAPI
import ProvostCore

struct ProgramPublish: AsyncParsableCommand {
    static let configuration = Help.command(
        "publish", "Publish a program's file as its newest version.",
        note: """
            A program that is not there yet is made; its organization must be there. Cohorts
            keep the version that they were made with, until they are moved with
            provost cohort advance.
            """,
        examples: "provost program publish deploy/programs/startup-school.yaml")

    @Argument(help: "The file.", completion: .file(extensions: ["yaml"]))
    var file: String
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let made: PublishedProgram = try await session.client.send(
            .post, Route.path("program-versions"), body: try Self.read(file))
        guard output.output == .table else { return try output.renderer(session).item(made, Self.columns) }
        Publishing.tell("program", made.version.description.name, made.version.number, new: made.new)
        guard let since = made.since else { return }
        Console.say("Since version \(since):")
        try output.renderer(session).list(made.changes, ProgramCommand.changes, empty: "Nothing that counts has changed.")
    }

    private static let columns: [Column<PublishedProgram>] = [
        Column("program") { $0.version.description.name.text }, Column("version") { "\($0.version.number)" },
        Column("new") { $0.new ? "yes" : "no" }, Column("digest") { $0.version.digest.hex },
    ]

    /// Throws `notFound`, and `invalid` for what is no text or larger than any settings.
    static func read(_ path: String) throws(ProvostError) -> ProgramFile {
        let data: Data
        do { data = try Data(contentsOf: URL(filePath: path)) } catch {
            throw ProvostError(
                .notFound, "There is no file \(path); name a program's file, like deploy/programs/startup-school.yaml.")
        }
        guard data.count <= 64 << 10, let text = String(validating: data, as: UTF8.self) else {
            throw ProvostError(.invalid, "\(path) is no text of at most 64 KiB, as a program's file is.")
        }
        return ProgramFile(name: path, text: text)
    }
}
