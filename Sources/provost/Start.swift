import Glibc
import ProvostCommand

/// The program: everything that it does is in `ProvostCommand`.
@main
enum Start {
    static func main() {
        // A pipe whose reader left must not end a submission half-way.
        signal(SIGPIPE, SIG_IGN)
        Invocation.main(Array(CommandLine.arguments.dropFirst()))
    }
}
