package import ArgumentParser
import Glibc
import NIOCore
import ProvostAPI
import ProvostCore

/// One call of `provost`: reads the arguments, runs the command, explains what went wrong and chooses the exit status.
package struct Invocation {
    private let arguments: [String]

    /// The arguments without the program's name.
    package init(_ arguments: [String]) { self.arguments = arguments }

    /// Is the process: runs the arguments and ends with their exit status.
    package static func main(_ arguments: [String]) -> Never {
        // One command asks one thing after the other: a thread for each processor would only have to be started.
        NIOSingletons.groupLoopCountSuggestion = 1
        // Not on the main thread's own executor, to which it would have to come back by way of one more thread.
        Task.detached { exit(await Self(arguments).run()) }
        while true { pause() }
    }

    /// Never throws: everything ends as a sentence on standard error and an exit status.
    package func run() async -> Int32 {
        let surroundings = Surroundings.current()
        do {
            let direct = DirectParsing.command(arguments, root: Provost.self)
            if direct == nil, let mistake = Suggestion.unknownCommand(in: arguments, root: Provost.self) {
                Console.say("provost: \(mistake)")
                return ExitStatus.usage
            }
            var command = try direct ?? Provost.parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return ExitStatus.ok
        } catch let refusal as ServerRefusal {
            explain(refusal.error.message, code: refusal.error.code, surroundings, isForeign: true)
            if let id = refusal.requestId { Console.say("  " + surroundings.text(.requestId(id))) }
            if refusal.error.code == .unauthenticated { Console.say("  " + surroundings.text(.loginFirst)) }
            return ErrorTable.exitStatus(for: refusal.error.code)
        } catch let error as ProvostError {
            explain(error.message, code: error.code, surroundings, isForeign: false)
            return ErrorTable.exitStatus(for: error.code)
        } catch let remote as RemoteStatus {
            return remote.status
        } catch is CancellationError {
            return ExitStatus.interrupted
        } catch {
            return explainUsage(error)
        }
    }

    /// The server writes English: in another language a sentence of our own, by the kind of error, goes before it.
    private func explain(_ message: String, code: ErrorCode, _ surroundings: Surroundings, isForeign: Bool) {
        guard isForeign, surroundings.language != .english else { return Console.say("provost: \(message)") }
        Console.say("provost: \(surroundings.text(.errorSummary(code)))\n  \(message)")
    }

    private func explainUsage(_ error: any Error) -> Int32 {
        let code = Provost.exitCode(for: error)
        let text = Provost.fullMessage(for: error)
        if code == .success {
            // Help or the version was asked for.
            Console.out(text.hasSuffix("\n") ? text : text + "\n")
            return ExitStatus.ok
        }
        if !text.isEmpty { Console.say(text.hasPrefix("Error: ") ? "provost: " + text.dropFirst(7) : text) }
        return code == .validationFailure ? ExitStatus.usage : code.rawValue
    }
}

/// Reads the arguments for the command alone that their first words name.
///
/// The parser makes a tree of every command and reads the arguments at each level of it before it comes to the one that is meant, which takes
/// longer than most of them run. What comes out here is what it would have come to; whatever is not plain (a mistake, help, the version, a
/// verb that was left out) is nil, and its business from the root, so that every sentence about it is the same.
package enum DirectParsing {
    package static func command(_ arguments: [String], root: any ParsableCommand.Type) -> (any ParsableCommand)? {
        var command = root
        var rest = arguments[...]
        while let word = rest.first, !hasParameters(command) {
            guard let next = command.configuration.subcommands.first(where: { $0.configuration.commandName == word }) else {
                break
            }
            command = next
            rest = rest.dropFirst()
        }
        guard rest.count < arguments.count, command.configuration.subcommands.isEmpty,
            let parsed = try? command.parseAsRoot(Array(rest)), type(of: parsed) == command
        else { return nil }
        return parsed
    }

    /// Options of a command with verbs may stand behind the verb.
    private static func hasParameters<Command: ParsableCommand>(_: Command.Type) -> Bool { MemoryLayout<Command>.size > 0 }
}

/// Finds the command that was probably meant.
enum Suggestion {
    /// A sentence about the first word that should be a command and is none; nil when there is no such word.
    static func unknownCommand(in arguments: [String], root: any ParsableCommand.Type) -> String? {
        var command = root
        var path = [root._commandName]
        for argument in arguments {
            let choices = command.configuration.subcommands
            // Options and the words behind them are the parser's business.
            guard !choices.isEmpty, !argument.hasPrefix("-"), argument != "help" else { return nil }
            let next = choices.first { $0._commandName == argument || $0.configuration.aliases.contains(argument) }
            guard let next else {
                // A verb may be left out there: the word is that verb's business.
                if command.configuration.defaultSubcommand != nil { return nil }
                let names = choices.map { $0._commandName }
                let near = nearest(to: argument, among: names)
                let hint = near.map { "did you mean “\((path + [$0]).joined(separator: " "))”?" }
                return "“\(argument)” is no command of “\(path.joined(separator: " "))”; "
                    + (hint ?? "there are: \(names.joined(separator: ", ")).")
            }
            command = next
            path.append(argument)
        }
        return nil
    }

    /// The name at the smallest edit distance, if that is small for the word's length.
    static func nearest(to word: String, among names: [String]) -> String? {
        let ranked = names.map { (name: $0, distance: distance(word, $0)) }.min { $0.distance < $1.distance }
        guard let ranked, ranked.distance <= max(1, word.count / 3) else { return nil }
        return ranked.name
    }

    /// Levenshtein's distance, with neighbours swapped counting as one (Damerau).
    static func distance(_ left: String, _ right: String) -> Int {
        let a = Array(left)
        let b = Array(right)
        var rows = [[Int]](repeating: [Int](repeating: 0, count: b.count + 1), count: a.count + 1)
        for i in 0...a.count { rows[i][0] = i }
        for j in 0...b.count { rows[0][j] = j }
        for i in a.indices {
            for j in b.indices {
                let change = a[i] == b[j] ? 0 : 1
                rows[i + 1][j + 1] = min(rows[i][j + 1] + 1, rows[i + 1][j] + 1, rows[i][j] + change)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    rows[i + 1][j + 1] = min(rows[i + 1][j + 1], rows[i - 1][j - 1] + 1)
                }
            }
        }
        return rows[a.count][b.count]
    }
}
