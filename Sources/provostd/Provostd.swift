import ArgumentParser
import Glibc

@main
struct Provostd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "provostd",
        abstract: "The daemon of Provost: takes submissions, grades them in sandboxed rooms, keeps the record.",
        version: provostVersion, subcommands: [Serve.self])

    /// Ignores SIGPIPE before anything can write to a closed pipe, and turns every failure into one sentence.
    static func main() async {
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand { try await command.run() } else { try command.run() }
        } catch let error as StartFailure {
            error.report()
            _exit(error.status)
        } catch {
            exit(withError: error)
        }
    }
}

/// The version that `provostd --version`, `GET /v1/health` and every log's first line say.
let provostVersion = "0.1.0"
