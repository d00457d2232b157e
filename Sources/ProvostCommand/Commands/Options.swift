import ArgumentParser
import ProvostCore

/// Where the daemon is. Shared by every command that asks it something.
struct ConnectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The daemon: unix:/path/to.sock or http://host:port. Default: PROVOST_SERVER, then the stored login's.",
            valueName: "address"))
    var server: String?

    func session() throws -> Session { try Session(server: server, surroundings: .current()) }
}

/// How data is written. Shared by every command that prints some.
struct OutputOptions: ParsableArguments {
    @Option(name: [.customShort("o"), .customLong("output")], help: "How data is written to standard output.")
    var output: OutputFormat = .table

    func renderer(_ session: Session) -> Renderer { Renderer(format: output, surroundings: session.surroundings) }
}

/// Which cohort. Shared by the commands where it is seldom needed.
struct CohortOption: ParsableArguments {
    @Option(help: ArgumentHelp("The cohort; needed when it is not plain which one is meant.", valueName: "name"))
    var cohort: String?
}

/// Lets an option or argument be read by a throwing initializer whose message is the one that people see.
func reading<Value>(_ read: @escaping @Sendable (String) throws -> Value) -> @Sendable (String) throws -> Value {
    { text in
        do { return try read(text) } catch let error as ProvostError { throw ValidationError(error.message) }
    }
}

extension Role: ExpressibleByArgument {}
extension ResultPolicy: ExpressibleByArgument {}

/// The parts that every command's help has.
enum Help {
    static let exitStatuses = """
        EXIT STATUS
          0 ok · 1 error · 2 usage · 3 not found · 4 denied · 5 limit or budget
          reached · 6 outside the study window · 7 conflict · 8 unavailable or not
          graded, retry is safe · 9 timed out waiting · 10 graded but not passed ·
          130 interrupted
        """

    /// A configuration with an abstract, examples and the exit statuses. The default subcommand is meant when no verb is given.
    static func command(
        _ name: String, _ abstract: String, note: String? = nil, examples: String...,
        subcommands: [any ParsableCommand.Type] = [],
        defaultSubcommand: (any ParsableCommand.Type)? = nil, aliases: [String] = []
    ) -> CommandConfiguration {
        let noted = note.map { $0 + "\n\n" } ?? ""
        // Searching and joining cost much more than this, which is done for every command that stands before the one meant.
        var shown = "EXAMPLE"
        for example in examples {
            let isLong = example.utf8.contains(UInt8(ascii: "\\"))
            shown += "\n  " + (isLong ? example.replacing(" \\ ", with: " \\\n      ") : example)
        }
        return CommandConfiguration(
            // Named so, a command does not look for a request for a completion script first when it is parsed alone; see `DirectParsing`.
            commandName: name, _superCommandName: "provost", abstract: abstract,
            discussion: "\(noted)\(shown)\n\n\(exitStatuses)", subcommands: subcommands,
            defaultSubcommand: defaultSubcommand, aliases: aliases)
    }
}
