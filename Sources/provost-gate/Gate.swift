import ArgumentParser
import Glibc

/// `provost-gate`: grades folders in the same rooms that a daemon uses, without one. `provost lab check` starts it.
@main
struct Gate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "provost-gate",
        abstract: "Check labs and grade folders on this machine, in real rooms, without a daemon.",
        subcommands: [Check.self, Grade.self, CheckPrograms.self, TabulatePrograms.self])

    static func main() async {
        signal(SIGPIPE, SIG_IGN)
        await main(nil)
    }
}
