/// What an INGInious run file says through `feedback-result`, `feedback-grade`, `feedback-msg`, `feedback-custom`, `tag-set` and `tag`, call by call.
///
/// Source: `INGInious/INGInious:doc/teacher_doc/run_file.rst` and `inginious/agent/docker_agent/__init__.py`.
///
/// The grade from 0 to 100 is the total; without one, `success` is 100 and everything else 0, as there. Each problem with a result or a message is a test worth nothing by
/// itself; each tag is one that only instructors see. `timeout` and `overflow` tell of the learner's program and are graded.
///
/// Decisions: `crash`, an unknown result and no result at all, which INGInious takes for a crash, are not graded: the tests broke, not the learner's work. A grade above 100 or below 0 is
/// a mistake. `parsetemplate`, `archive` and the `rst-` helpers are refused: a run file that calls them would otherwise go on and fail a learner who did nothing wrong.
/// `feedback-custom` is for plugins and dropped. `feedback-msg-tpl` needs the template engine of its own container and is refused: write the text with
/// `feedback-msg`. After one wrong call the whole is not believed.
package struct INGIniousFeedback: Sendable {
    /// Messages, names and tags together, in bytes of UTF-8: more is not believed.
    package static let mostText = 1 << 20
    package static let mostTags = 1000

    private struct Problem {
        var result: String?
        var text = ""
    }
    private var result: String?
    private var grade: Amount?
    private var text = ""
    private var problems: [(id: String, problem: Problem)] = []
    private var tags: [(name: String, value: Bool)] = []
    private var size = 0
    private var complaint: FormatMistake?

    package init() {}

    /// True when something was said.
    package var hasSpoken: Bool {
        result != nil || grade != nil || !text.isEmpty || !problems.isEmpty || !tags.isEmpty || complaint != nil
    }

    /// Takes one call. Throws the sentence for the grader's author, after noting it against the grading.
    /// - Parameter words: the command and its arguments, `["feedback-grade", "87.5"]`.
    /// - Parameter input: what stood on its standard input, for `feedback-msg` without `-m`.
    package mutating func take(_ words: [String], input: [UInt8]? = nil) throws(FormatMistake) {
        do throws(FormatMistake) {
            try reduce(words, input)
        } catch {
            if complaint == nil { complaint = error }
            throw error
        }
    }

    /// What was said, in the end.
    package func report() throws(FormatMistake) -> ForeignReport {
        if let complaint { throw complaint }
        guard let result else {
            throw FormatMistake("No result was given; call feedback-result success or feedback-result failed.")
        }
        guard result != "crash" else {
            throw FormatMistake("The result is “crash”: the tests themselves broke.", at: "feedback-result")
        }
        let grade = grade ?? (result == "success" ? Amount(whole: 100) : .zero)
        var report = ForeignReport(sharing: .asReported, total: .init(score: grade, max: Amount(whole: 100)))
        if result == "timeout" { report.messages.append("The program ran out of time.") }
        if result == "overflow" { report.messages.append("The program used more memory or disk than it may.") }
        if !text.isEmpty { report.messages.append(text) }
        for (id, problem) in problems {
            report.tests.append(
                .init(name: id, status: Self.status(problem.result), message: problem.text.isEmpty ? nil : problem.text))
        }
        for (name, value) in tags { report.tests.append(.init(name: name, status: value ? .pass : .fail, visibility: .hidden)) }
        return report
    }

    private static func status(_ result: String?) -> TestRecord.Status {
        switch result {
        case "success": .pass
        case nil: .skip
        case "crash": .error
        default: .fail
        }
    }

    // MARK: Calls

    private mutating func reduce(_ words: [String], _ input: [UInt8]?) throws(FormatMistake) {
        guard let command = words.first else { throw FormatMistake("The command is missing.") }
        let rest = Array(words.dropFirst())
        try count(rest.reduce(0) { $0 + $1.utf8.count } + (input?.count ?? 0), command)
        switch command {
        case "feedback-result":
            let found = try CommandOptions(rest, valued: ["i": "id"], flags: [:], of: command)
            try setResult(found.single("one of success, failed, timeout, overflow, crash"), problem: found["id"])
        case "feedback-grade":
            let text = try CommandOptions(rest, valued: [:], flags: [:], of: command).single("a grade from 0 to 100")
            do throws(Amount.Refusal) {
                grade = try Amount(parsing: Array(text.utf8)[...])
            } catch {
                throw FormatMistake(
                    "“\(Excerpt.beginning(of: text, atMost: 40))” \(error.sentence); a grade is from 0 to 100.", at: command)
            }
        case "feedback-msg": try setMessage(rest, input)
        case "feedback-custom":
            let found = try CommandOptions(rest, valued: [:], flags: ["j": "json"], of: command)
            guard found.words.count == 2 else { throw FormatMistake("Say a key and a value.", at: command) }
        case "tag-set":
            let found = try CommandOptions(rest, valued: [:], flags: [:], of: command).words
            guard found.count == 2, let value = ["true": true, "false": false][found[1].lowercased()] else {
                throw FormatMistake("Say a tag, and true or false.", at: command)
            }
            try setTag(found[0], value, command)
        case "tag": try setTag(try CommandOptions(rest, valued: [:], flags: [:], of: command).single("a tag"), true, command)
        case "feedback-msg-tpl":
            throw FormatMistake("Templates are not rendered here; write the text with feedback-msg.", at: command)
        case "parsetemplate", "rst-code", "rst-image", "rst-msgblock", "rst-indent", "archive":
            throw FormatMistake("This command is not offered here; write the file or the text itself.", at: command)
        default: throw FormatMistake("This command is not known.", at: String(command.prefix(40)))
        }
    }

    private mutating func count(_ bytes: Int, _ command: String) throws(FormatMistake) {
        size += bytes
        guard size <= Self.mostText else {
            throw FormatMistake("Messages and names are above \(ByteCount(Int64(Self.mostText))) together.", at: command)
        }
    }

    private mutating func setResult(_ result: String, problem id: String?) throws(FormatMistake) {
        guard ["success", "failed", "timeout", "overflow", "crash"].contains(result) else {
            throw FormatMistake(
                "“\(Excerpt.beginning(of: result, atMost: 40))” is not a result; use success, failed, timeout, overflow or crash.",
                at: "feedback-result")
        }
        if let id { problems[try index(of: id)].problem.result = result } else { self.result = result }
    }

    private mutating func setMessage(_ words: [String], _ input: [UInt8]?) throws(FormatMistake) {
        let found = try CommandOptions(
            words, valued: ["i": "id", "m": "message"], flags: ["a": "append", "e": "escape"], of: "feedback-msg")
        guard found.words.isEmpty else { throw FormatMistake("The text stands after -m, as one argument.", at: "feedback-msg") }
        guard var message = found["message"] ?? input.map({ String(decoding: $0, as: UTF8.self) }) else {
            throw FormatMistake("Say the text with -m, or on standard input.", at: "feedback-msg")
        }
        if found["escape"] != nil { message = Self.unescaped(message) }
        if let id = found["id"] {
            let index = try index(of: id)
            if found["append"] == nil { problems[index].problem.text = "" }
            problems[index].problem.text += message
        } else {
            if found["append"] == nil { text = "" }
            text += message
        }
    }

    private mutating func setTag(_ name: String, _ value: Bool, _ command: String) throws(FormatMistake) {
        tags.removeAll { $0.name == name }
        guard tags.count < Self.mostTags else { throw FormatMistake("At most \(Self.mostTags) tags are believed.", at: command) }
        tags.append((name, value))
    }

    private mutating func index(of id: String) throws(FormatMistake) -> Int {
        if let index = problems.firstIndex(where: { $0.id == id }) { return index }
        guard problems.count < Self.mostTags else { throw FormatMistake("At most \(Self.mostTags) problems are believed.") }
        problems.append((id, Problem()))
        return problems.count - 1
    }

    /// `\n`, `\t` and the like, as `-e` asks for; what is no escape stays.
    static func unescaped(_ text: String) -> String {
        var result = ""
        var isEscaped = false
        for character in text {
            guard isEscaped else {
                if character == "\\" { isEscaped = true } else { result.append(character) }
                continue
            }
            isEscaped = false
            switch character {
            case "n": result.append("\n")
            case "t": result.append("\t")
            case "r": result.append("\r")
            case "\\", "\"", "'": result.append(character)
            default:
                result.append("\\")
                result.append(character)
            }
        }
        return isEscaped ? result + "\\" : result
    }
}

/// Options as Python's argparse takes them: `-a`, `-ae`, `-m TEXT`, `-mTEXT`, `--message TEXT`, `--message=TEXT`, and words between them.
struct CommandOptions {
    private(set) var words: [String] = []
    private var options: [String: String] = [:]
    private let command: String

    subscript(name: String) -> String? { options[name] }

    /// - Parameter stopsAtWord: everything from the first word on belongs to another command.
    init(_ arguments: [String], valued: [String: String], flags: [String: String], of command: String, stopsAtWord: Bool = false)
        throws(FormatMistake)
    {
        self.command = command
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--" {
                words += rest
                return
            }
            if argument.hasPrefix("--") {
                let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                let name = String(parts.first ?? "")
                if valued.values.contains(name) {
                    options[name] = try parts.count == 2 ? String(parts[1]) : value(of: argument, &rest)
                } else if flags.values.contains(name), parts.count == 1 {
                    options[name] = ""
                } else {
                    throw unknown(argument)
                }
            } else if argument.count > 1, argument.first == "-", !(argument.dropFirst().first?.isNumber ?? false) {
                var letters = argument.dropFirst()
                while let letter = letters.popFirst() {
                    if let name = valued[String(letter)] {
                        options[name] = try letters.isEmpty ? value(of: argument, &rest) : String(letters)
                        break
                    }
                    guard let name = flags[String(letter)] else { throw unknown(argument) }
                    options[name] = ""
                }
            } else {
                words.append(argument)
                if stopsAtWord {
                    words += rest
                    return
                }
            }
        }
    }

    private func value(of option: String, _ rest: inout ArraySlice<String>) throws(FormatMistake) -> String {
        guard let value = rest.popFirst() else {
            throw FormatMistake("\(option.prefix(40)) needs a value after it.", at: command)
        }
        return value
    }

    private func unknown(_ option: String) -> FormatMistake { FormatMistake("“\(option.prefix(40))” is not known.", at: command) }

    /// The only word there is.
    func single(_ what: String) throws(FormatMistake) -> String {
        guard words.count == 1 else { throw FormatMistake("Say \(what), as one argument.", at: command) }
        return words[0]
    }
}
