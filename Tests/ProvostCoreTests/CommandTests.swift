import ProvostCore
import Testing

@Suite struct ReportCommandTests {
    @Test(
        arguments: [
            (
                "test|adds|pass",
                .test(.init(name: "adds", status: .pass, score: Points(whole: 1), max: Points(whole: 1)))
            ),
            (
                "test|adds|fail",
                .test(.init(name: "adds", status: .fail, score: .zero, max: Points(whole: 1)))
            ),
            (
                "test|adds|skip|--max|5",
                .test(.init(name: "adds", status: .skip, score: .zero, max: Points(whole: 5)))
            ),
            (
                "test|adds|error|--hidden",
                .test(.init(name: "adds", status: .error, score: .zero, max: Points(whole: 1), visibility: .hidden))
            ),
            (
                "test|adds|pass|--max|5",
                .test(.init(name: "adds", status: .pass, score: Points(whole: 5), max: Points(whole: 5)))
            ),
            (
                "test|adds|fail|--score|2.5|--max|5|--message|--hidden|--hidden",
                .test(
                    .init(
                        name: "adds", status: .fail, score: Points(thousandths: 2500), max: Points(whole: 5), message: "--hidden",
                        visibility: .hidden))
            ),
            ("score|12.5", .score(Points(thousandths: 12_500))), ("message|well done", .message("well done")),
            ("message|", .message("")),
            ("leaderboard|ops|7|--ascending", .leaderboard(.init(name: "ops", value: "7", ascending: true))),
            ("leaderboard|team|빨강", .leaderboard(.init(name: "team", value: "빨강"))),
            (
                "test|adds|pass|--visibility|after-due|--label|1.1|--output|-|--format|ansi",
                .test(
                    .init(
                        name: "adds", status: .pass, score: Points(whole: 1), max: Points(whole: 1), visibility: .afterDue,
                        label: "1.1", outputFile: "-", format: .ansi))
            ),
            (
                "test|adds|pass|--hidden|--visibility|after-published",
                .test(
                    .init(
                        name: "adds", status: .pass, score: Points(whole: 1), max: Points(whole: 1),
                        visibility: .afterPublished))
            ),
            (
                "test|덧셈|pass",
                .test(.init(name: "덧셈", status: .pass, score: Points(whole: 1), max: Points(whole: 1)))
            ),
        ] as [(String, ReportCommand)])
    func isUnderstood(words: String, command: ReportCommand) throws {
        #expect(try ReportCommand(words.split(separator: "|", omittingEmptySubsequences: false).map(String.init)) == command)
    }

    @Test(arguments: [
        "", "tests|a|pass", "test", "test|a", "test||pass", "test|a|passed", "test|a|PASS", "test|a|pass|--score",
        "test|a|pass|--score|NaN",
        "test|a|pass|--score|-1", "test|a|pass|--score|1e3", "test|a|pass|--score|inf", "test|a|pass|--score|2",
        "test|a|fail|--score|1.001", "test|a|pass|5",
        "test|a|pass|--max|x", "score", "score|NaN", "score|-0", "score|1|2", "message", "message|a|b", "score|٣",
        "test|a|pass|--visibility|secret", "test|a|pass|--format|pdf", "test|a|pass|--output", "leaderboard", "leaderboard|a",
        "leaderboard||1", "leaderboard|a|1|--descending",
    ])
    func isRefused(words: String) {
        let words = words.isEmpty ? [] : words.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        let error = #expect(throws: ProvostError.self) { try ReportCommand(words) }
        #expect(error?.code == .invalid)
    }

    @Test func namesAndMessagesHaveALength() throws {
        let name = String(repeating: "한", count: ReportCommand.longestName / 3)
        _ = try ReportCommand(["test", name, "pass"])
        #expect(throws: ProvostError.self) { try ReportCommand(["test", name + "한", "pass"]) }
        let text = String(repeating: "x", count: ReportCommand.longestMessage)
        #expect(try ReportCommand(["message", text]) == .message(text))
        // What a program printed may stand in a message; its length must not decide whether a grading counts.
        guard case .message(let cut) = try ReportCommand(["message", text + text]) else {
            Issue.record("not taken as it was said")
            return
        }
        #expect(cut.hasPrefix("xxx") && cut.contains(" bytes left out ") && cut.utf8.count < text.utf8.count + 60)
        guard case .test(let test) = try ReportCommand(["test", "a", "pass", "--message", text + "x"]) else {
            Issue.record("not taken as it was said")
            return
        }
        #expect(test.message?.contains(" bytes left out ") == true)
        let label = String(repeating: "1", count: ReportCommand.longestLabel)
        _ = try ReportCommand(["test", "a", "pass", "--label", label])
        #expect(throws: ProvostError.self) { try ReportCommand(["test", "a", "pass", "--label", label + "1"]) }
        #expect(throws: ProvostError.self) { try ReportCommand(["leaderboard", "a", label + "1"]) }
    }
}

@Suite struct LearnerCommandTests {
    @Test func everyOption() throws {
        let words = "run --time 2s --cpu 500ms --memory 64MiB --processes 4 --stdin in.txt --report out.json -- ./a --time 9s --"
            .split(separator: " ")
        let command = try LearnerCommand(words.map(String.init))
        #expect(command.wallTime == .seconds(2))
        #expect(command.cpuTime == TimeSpan(milliseconds: 500))
        #expect(command.memory == .mebibytes(64))
        #expect(command.processes == 4)
        #expect(command.input == .file("in.txt"))
        #expect(command.reportFile == "out.json")
        #expect(command.command == ["./a", "--time", "9s", "--"], "what follows belongs to the program")
    }

    @Test func filesTerminalAndLimits() throws {
        let words =
            "run --put /grade/lab/tests/in.csv --put a=data/b --get out/c --get d=/grade/work/e --pty --read-only --output 3KiB --disk 5MiB -- x"
        let command = try LearnerCommand(words.split(separator: " ").map(String.init))
        #expect(
            command.puts == [.init(file: "/grade/lab/tests/in.csv", name: "in.csv"), .init(file: "a", name: "data/b")])
        #expect(command.gets == [.init(file: "c", name: "out/c"), .init(file: "/grade/work/e", name: "d")])
        #expect(command.terminal && command.readOnly && !command.isPair)
        let limits = command.limits(atMost: RoomLimits())
        #expect(limits.output == .kibibytes(3) && limits.disk == .mebibytes(5))
        let wide = try LearnerCommand("run --output 9TiB --disk 9TiB -- x".split(separator: " ").map(String.init))
        #expect(wide.limits(atMost: RoomLimits()) == RoomLimits())
    }

    @Test func aPairHasTheOtherProgramsOutputAsInput() throws {
        let command = try LearnerCommand(["pair", "--time", "2s", "--", "./a"])
        #expect(command.isPair && command.input == .caller && command.command == ["./a"] && command.wallTime == .seconds(2))
        #expect(try !LearnerCommand(["run", "--", "a"]).isPair)
    }

    @Test(arguments: [
        "--put", "--put =a", "--put a=", "--put a=b=c", "--put a=..", "--put a=../b", "--put a=/b", "--put a=b//c", "--put a=b/",
        "--put a=./b", "--put /", "--put ..", "--get ..", "--get /etc/passwd", "--get a/../../b", "--get =b", "--get .",
        "--output", "--output lots", "--disk -1", "--put ./", "--put a=\(String(repeating: "x", count: 256))",
    ])
    func aFileOutsideTheFolderIsRefused(options: String) {
        let words = ["run"] + options.split(separator: " ").map(String.init) + ["--", "x"]
        let error = #expect(throws: ProvostError.self) { try LearnerCommand(words) }
        #expect(error?.code == .invalid)
    }

    @Test func thereIsABoundOfFiles() throws {
        let most = Array(repeating: ["--put", "a"], count: LearnerCommand.mostFiles).flatMap { $0 }
        _ = try LearnerCommand(["run"] + most + ["--", "x"])
        #expect(throws: ProvostError.self) { try LearnerCommand(["run"] + most + ["--get", "b", "--", "x"]) }
    }

    @Test func theLeast() throws {
        let command = try LearnerCommand(["run", "--", "true"])
        #expect(command.input == .none)
        #expect(command.limits(atMost: RoomLimits()) == RoomLimits())
        #expect(try LearnerCommand(["run", "--stdin", "-", "--", "cat"]).input == .caller)
    }

    @Test(arguments: [
        "", "walk -- true", "run", "run true", "run --", "run --time -- true", "run --time 2 -- true",
        "run --memory lots -- true", "run --processes 0 -- true", "pair", "pair --", "pair --stdin - -- x",
        "run --processes -1 -- true", "run --processes x -- true", "run --stdin", "run --fast -- true", "run --time",
    ])
    func isRefused(line: String) {
        let error = #expect(throws: ProvostError.self) { try LearnerCommand(line.split(separator: " ").map(String.init)) }
        #expect(error?.code == .invalid)
    }

    /// A grader tightens what the lab grants; it never widens it.
    @Test func limitsAreNeverWidened() throws {
        let lab = RoomLimits(wallTime: .seconds(5), cpuTime: .seconds(5), memory: .mebibytes(100), processes: 8)
        let wide = try LearnerCommand(
            "run --time 9d --cpu 9d --memory 9TiB --processes 9999 -- x".split(separator: " ").map(String.init))
        #expect(wide.limits(atMost: lab) == lab)
        let narrow = try LearnerCommand(
            "run --time 1s --cpu 2s --memory 3MiB --processes 4 -- x".split(separator: " ").map(String.init)
        ).limits(atMost: lab)
        #expect(
            narrow.wallTime == .seconds(1) && narrow.cpuTime == .seconds(2) && narrow.memory == .mebibytes(3)
                && narrow.processes == 4)
        #expect(narrow.disk == lab.disk)
    }

    @Test(
        arguments: [
            (RoomReport(ending: .exited(0), wallTime: .seconds(0)), 0),
            (RoomReport(ending: .exited(255), wallTime: .seconds(0)), 255),
            (RoomReport(ending: .signaled(11), wallTime: .seconds(0)), 139),
            (RoomReport(ending: .failed("x"), wallTime: .seconds(0)), 125),
            (RoomReport(ending: .stopped, stoppedBy: .wallTime, wallTime: .seconds(0)), 124),
            (RoomReport(ending: .stopped, stoppedBy: .cpuTime, wallTime: .seconds(0)), 124),
            (RoomReport(ending: .stopped, stoppedBy: .memory, wallTime: .seconds(0)), 137),
            (RoomReport(ending: .stopped, cancelled: true, wallTime: .seconds(0)), 137),
            // 125 is ours alone to say.
            (RoomReport(ending: .exited(125), wallTime: .seconds(0)), 1),
            // A limit that was hit is told even when the program answered 0 in its last moment.
            (RoomReport(ending: .exited(0), stoppedBy: .memory, wallTime: .seconds(0)), 137),
        ] as [(RoomReport, UInt8)])
    func theShellSeesHowItEnded(report: RoomReport, status: UInt8) { #expect(LearnerCommand.exitStatus(for: report) == status) }
}

@Suite struct SharedEndingTests {
    @Test(arguments: [
        ("ended|exited:0|0|", SharedEnding(ending: .exited(0), survivors: 0)),
        ("ended|exited:255|12|", SharedEnding(ending: .exited(255), survivors: 12)),
        ("ended|signaled:9|0|", SharedEnding(ending: .signaled(9), survivors: 0)),
    ])
    func isUnderstood(text: String, ending: SharedEnding) {
        #expect(SharedEnding(message: text.utf8.map { $0 == UInt8(ascii: "|") ? 0 : $0 }) == ending)
    }

    @Test(arguments: [
        "", "|", "ended|exited:0|0", "ended|exited:0|", "ended|exited:0||", "ended|exited:0|0|0|", "begun|exited:0|0|",
        "ended|exited:256|0|", "ended|exited:-1|0|", "ended|exited|0|", "ended|exited:|0|", "ended|exited:0:0|0|",
        "ended|stopped:0|0|", "ended|signaled:0|0|", "ended|exited:0|-1|", "ended|exited:0|1e3|", "ended|exited:+0|0|",
        "ended|exited:0|99999999999999999999|", "ended|exited:٠|0|",
    ])
    func isRefused(text: String) {
        #expect(SharedEnding(message: text.utf8.map { $0 == UInt8(ascii: "|") ? 0 : $0 }) == nil)
    }
}
