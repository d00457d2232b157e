import ProvostCore
import Testing

@Suite struct INGIniousFeedbackTests {
    /// Calls like `feedback-grade|50`; what is refused is swallowed, as a run file does.
    private static func record(_ calls: [String], input: String? = nil, bonus: Bool = false) throws -> GradingRecord {
        var feedback = INGIniousFeedback()
        for call in calls {
            try? feedback.take(
                call.split(separator: "|", omittingEmptySubsequences: false).map(String.init), input: input.map { Array($0.utf8) }
            )
        }
        #expect(feedback.hasSpoken == !calls.isEmpty)
        return try feedback.report().record(points: Points(whole: 10), isolation: .twoRoom, bonus: bonus)
    }

    @Test(
        arguments: [
            (["feedback-result|success"], 10_000), (["feedback-result|failed"], 0), (["feedback-result|timeout"], 0),
            (["feedback-result|overflow"], 0),
            // The grade counts, whatever the result says; the last one.
            (["feedback-grade|87.8", "feedback-result|failed"], 8780),
            (["feedback-result|success", "feedback-grade|33", "feedback-grade|33.3333333"], 3333),
            (["feedback-result|success", "feedback-grade|0"], 0),
            (["feedback-result|crash", "feedback-result|success"], 10_000),
            (["feedback-result|success", "feedback-custom|score|56", "feedback-custom|-j|a|{}"], 10_000),
        ] as [([String], Int64)])
    func isGraded(calls: [String], thousandths: Int64) throws {
        #expect(try Self.record(calls).score?.thousandths == thousandths)
    }

    @Test func problemsAndTagsAreTests() throws {
        let record = try Self.record([
            "feedback-result|-i|q1|failed", "feedback-result|--id=q2|success", "feedback-msg|-i|q1|-m|first",
            "feedback-msg|-ai|q1|-m| second", "feedback-msg|-i|q3|--message|only words",
            "feedback-msg|-ae|-m|line\\none", "feedback-msg|-a|-m|!", "tag-set|loops|true", "tag-set|style|False",
            "tag|A new tag", "feedback-result|failed", "feedback-grade|50",
        ])
        #expect(record.score == Points(whole: 5))
        #expect(record.messages == ["line\none!"])
        #expect(record.tests.map(\.name) == ["q1", "q2", "q3", "loops", "style", "A new tag"])
        #expect(record.tests.map(\.status) == [.fail, .pass, .skip, .pass, .fail, .pass])
        #expect(record.tests.map(\.visibility) == [.visible, .visible, .visible, .hidden, .hidden, .hidden])
        #expect(record.tests[0].message == "first second" && record.tests[2].message == "only words")
        #expect(!record.totalHidden, "tags are for instructors, and betray nothing")
    }

    @Test func aMessageMayStandOnStandardInput() throws {
        #expect(try Self.record(["feedback-result|success", "feedback-msg"], input: "from input").messages == ["from input"])
    }

    @Test(arguments: [
        // No result is a crash, and so are a crash and an unknown word.
        [], ["feedback-grade|50"], ["feedback-result|crash"], ["feedback-result|passed"], ["feedback-result"],
        ["feedback-result|success|failed"],
        // Grades that cannot be; the first wrong call spoils the whole.
        ["feedback-result|success", "feedback-grade|101"], ["feedback-result|success", "feedback-grade|-1"],
        ["feedback-result|success", "feedback-grade|NaN"],
        ["feedback-result|success", "feedback-grade|inf"],
        ["feedback-result|success", "feedback-grade|1e400", "feedback-grade|50"], ["feedback-result|success", "feedback-grade|"],
        ["feedback-result|success", "feedback-grade"],
        // Options.
        ["feedback-result|success", "feedback-msg|-x|-m|a"], ["feedback-result|success", "feedback-msg|-m"],
        ["feedback-result|success", "feedback-msg|text"], ["feedback-result|success", "feedback-msg"],
        ["feedback-result|success", "tag-set|a"], ["feedback-result|success", "tag-set|a|maybe"],
        ["feedback-result|success", "tag"], ["feedback-result|success", "feedback-custom|a"],
        // A run file goes on after these, and what it then says of the learner is worth nothing.
        ["parsetemplate|--output|a.py|a.tpl", "feedback-result|failed"], ["rst-code|-e", "feedback-result|failed"],
        ["archive|a.txt", "feedback-result|failed"],
        // Not known here.
        ["feedback-result|success", "feedback-msg-tpl|a"], ["feedback-result|success", "rm|-rf"],
    ])
    func isNotGraded(calls: [String]) { #expect(throws: FormatMistake.self) { try Self.record(calls) } }

    @Test func aMebibyteIsEnough() {
        var feedback = INGIniousFeedback()
        let text = String(repeating: "x", count: 64 << 10)
        for _ in 0..<15 { #expect(throws: Never.self) { try feedback.take(["feedback-msg", "-a", "-m", text]) } }
        #expect(throws: FormatMistake.self) { for _ in 0..<3 { try feedback.take(["feedback-msg", "-a", "-m", text]) } }
    }
}

@Suite struct INGIniousRunStudentTests {
    private static func call(_ line: String) throws(ProvostError) -> INGIniousRunStudent {
        try INGIniousRunStudent(line.split(separator: " ").map(String.init))
    }

    @Test func limitsAreTranslated() throws {
        let call = try Self.call("--time 20 --memory 64 java -ea --time 5")
        #expect(call.command.command == ["java", "-ea", "--time", "5"], "what follows belongs to the program")
        #expect(call.command.cpuTime == .seconds(20) && call.command.wallTime == .seconds(60))
        #expect(call.command.memory == .mebibytes(64) && call.command.input == .caller)
        let hard = try Self.call("--hard-time 7 --time=0.5 ./a")
        #expect(hard.command.cpuTime == TimeSpan(milliseconds: 500) && hard.command.wallTime == .seconds(7))
    }

    @Test func zeroIsTheLabsOwn() throws {
        let call = try Self.call("--time 0 --memory 0 ./a")
        #expect(call.command.cpuTime == nil && call.command.wallTime == nil && call.command.memory == nil)
    }

    @Test func oneWordIsACommandLine() throws {
        #expect(try INGIniousRunStudent(["python3 a.py < in"]).command.command == ["sh", "-c", "python3 a.py < in"])
    }

    @Test func startsWhereItsCallerIs() throws {
        #expect(try Self.call("./a").workingDirectory == "/task")
        #expect(try Self.call("--working-dir /task/student ./a").workingDirectory == "/task/student")
        for folder in ["/task", "/", "/tmp", "/task/studentx", "/task/other"] {
            let call = try Self.call("--working-dir \(folder) ./a")
            #expect(call.workingDirectory == "/task" && call.command.command == ["./a"])
        }
        let deep = try Self.call("--working-dir /task/student/x ./a b")
        #expect(deep.workingDirectory == "/task")
        #expect(deep.command.command == ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", "/task/student/x", "./a", "b"])
    }

    @Test func theNetworkIsTheLabs() throws { #expect(try Self.call("--share-network ./a").notes.count == 1) }

    @Test(arguments: [
        "", "--time 5", "--time x ./a", "--time -1 ./a", "--memory 1e99 ./a", "--container other ./a", "--run-as-root ./a",
        "--ssh ./a", "--time",
    ])
    func isRefused(line: String) {
        let error = #expect(throws: ProvostError.self) { try Self.call(line) }
        #expect(error?.code == .invalid)
    }

    @Test(
        arguments: [
            (RoomReport(ending: .exited(0), wallTime: .seconds(0)), 0),
            (RoomReport(ending: .exited(3), wallTime: .seconds(0)), 3),
            (RoomReport(ending: .signaled(11), wallTime: .seconds(0)), 139),
            (RoomReport(ending: .stopped, stoppedBy: .memory, wallTime: .seconds(0)), 252),
            (RoomReport(ending: .stopped, stoppedBy: .wallTime, wallTime: .seconds(0)), 253),
            (RoomReport(ending: .stopped, stoppedBy: .cpuTime, wallTime: .seconds(0)), 253),
            (RoomReport(ending: .failed("x"), wallTime: .seconds(0)), 254),
        ] as [(RoomReport, UInt8)])
    func theShellSeesHowItEnded(report: RoomReport, status: UInt8) {
        #expect(INGIniousRunStudent.exitStatus(for: report) == status)
    }
}
