import Glibc
import ProvostCommand

/// The program: everything that it does is in `ProvostCommand`.
@main
enum Start {
    static func main() async {
        // A pipe whose reader left must not end a submission half-way.
        signal(SIGPIPE, SIG_IGN)
        Glibc.exit(await Invocation(Array(CommandLine.arguments.dropFirst())).run())
    }
}
