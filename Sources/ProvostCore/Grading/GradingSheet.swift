/// Collects what a grader reports and turns it, with the way the grader ended, into a record.
///
/// The first thing that cannot be right makes the whole grading “not graded”: a grader that says one wrong thing cannot be
/// believed about the others, and the learner must not pay for it.
package struct GradingSheet: Sendable {
    /// More tests than this are not believed.
    package static let mostTests = 10_000
    /// Messages to the learner beyond this many are dropped.
    package static let mostMessages = 100
    /// Names, labels and the leaderboard together, in bytes of UTF-8: more is not believed.
    package static let mostText = 1 << 20
    /// Messages together, in bytes of UTF-8: what comes after it is left out, since a message may quote a learner's program.
    package static let mostMessageText = 1 << 20
    /// Outputs of tests together, in bytes: what comes after it is left out, since a learner's program may have printed it.
    package static let mostOutput = 4 << 20
    /// More entries of a leaderboard than this are not believed.
    package static let mostEntries = 100

    /// One thing that was written down.
    package enum Entry: Hashable, Sendable {
        case test(TestRecord)
        case message(String)
    }

    /// What a full score is; nil where the tests' own sum is taken for it.
    private let fullScore: Points?
    private let grader: GraderManifest
    private(set) package var tests: [TestRecord] = []
    private(set) package var messages: [String] = []
    private var leaderboard: [LeaderboardEntry] = []
    private var text = 0
    private var said = 0
    private var output = 0
    private var total: Points?
    private var waiting: String?
    private var complaint: String?
    private var ourFault: String?

    /// - Parameter points: what a full score is, from the lab; nil in a trial, whose public tests add up to what they do.
    package init(points: Points?, grader: GraderManifest) {
        fullScore = points
        self.grader = grader
    }

    /// Takes one report. Throws the sentence for the grader's author, after noting it against the grading.
    /// - Parameter output: what was in the file that `ReportCommand.outputFile` names; nil when it could not be read.
    /// - Returns: what was written down, to be shown as it happens; nil for a score, a leaderboard and a message beyond the cap.
    package mutating func take(_ words: [String], output: [UInt8]? = nil) throws(ProvostError) -> Entry? {
        do throws(ProvostError) {
            let command = try ReportCommand(words)
            guard grader.format == .provost else {
                throw ProvostError(
                    .invalid, "report: this grader's format is \(grader.format.rawValue); set “format: provost” in grader.yaml.")
            }
            switch command {
            case .score(let score):
                guard score <= (fullScore ?? score) else {
                    throw ProvostError(.invalid, "report score: \(score) is above the lab's \(points) points.")
                }
                total = score
            case .message(let text):
                guard messages.count < Self.mostMessages else { return nil }
                let text = kept(message: text)
                messages.append(text)
                return .message(text)
            case .waiting(let text):
                try count(text)
                waiting = text
            case .leaderboard(let entry):
                guard leaderboard.count < Self.mostEntries else {
                    throw ProvostError(.invalid, "report leaderboard: at most \(Self.mostEntries) entries.")
                }
                try count(entry.name + entry.value)
                leaderboard.append(entry)
            case .test(let reported):
                let test = try record(reported, output: output)
                tests.append(test)
                return .test(test)
            }
            return nil
        } catch {
            if complaint == nil { complaint = error.message }
            throw error
        }
    }

    private var points: Points { fullScore ?? tests.reduce(.zero) { $0 + $1.max } }

    private mutating func record(_ test: ReportCommand.Test, output bytes: [UInt8]?) throws(ProvostError) -> TestRecord {
        guard tests.count < Self.mostTests else {
            throw ProvostError(.invalid, "report test: at most \(Self.mostTests) tests.")
        }
        try count(test.name + (test.label ?? ""))
        var record = TestRecord(
            number: tests.count + 1, label: test.label, name: test.name, status: test.status, score: test.score, max: test.max,
            visibility: test.visibility, message: test.message.map { kept(message: $0) }, format: test.format)
        if let file = test.outputFile {
            guard let bytes else {
                throw ProvostError(
                    .invalid, "report test: --output “\(file.prefix(200))” could not be read; name a regular file, or “-”.")
            }
            record.output = kept(bytes)
        }
        return record
    }

    private mutating func kept(_ bytes: [UInt8]) -> String {
        let text = Excerpt.of(bytes, atMost: TestRecord.longestOutput)
        guard output + text.utf8.count <= Self.mostOutput else {
            return
                "… \(bytes.count) bytes left out: the outputs of this grading are above \(ByteCount(Int64(Self.mostOutput))) together …"
        }
        output += text.utf8.count
        return text
    }

    private mutating func kept(message: String) -> String {
        let size = message.utf8.count
        guard said + size <= Self.mostMessageText else {
            let most = ByteCount(Int64(Self.mostMessageText))
            return "… \(size) bytes left out: the messages of this grading are above \(most) together …"
        }
        said += size
        return message
    }

    private mutating func count(_ words: String) throws(ProvostError) {
        text += words.utf8.count
        guard text <= Self.mostText else {
            throw ProvostError(.invalid, "report: names and labels are above \(ByteCount(Int64(Self.mostText))) together.")
        }
    }

    /// Notes that something of ours failed while grading: whatever the grader says afterwards, it is not graded.
    package mutating func noteOurFault(_ sentence: String) { if ourFault == nil { ourFault = sentence } }

    /// True when `noteOurFault` was called: running it again may help.
    package var isOurFault: Bool { ourFault != nil }

    /// The record, given how the grader's room ended; for formats that report through the sheet or by exit status.
    package func record(_ report: RoomReport, limits: RoomLimits) -> GradingRecord {
        if let record = interruption(report, limits: limits) { return record }
        switch (grader.format, report.ending) {
        case (.provost, .exited(0)): return counted(partly: false)
        case (.exitCode, .exited(0)), (.exitCode, .exited(1)):
            let passed = report.ending == .exited(0)
            let score = passed ? points : .zero
            let test = TestRecord(number: 1, name: "exit status", status: passed ? .pass : .fail, score: score, max: points)
            return GradingRecord(
                outcome: .graded, isolation: grader.isolation, score: score, max: points, tests: [test], messages: messages)
        default: return notGraded("The grader failed.", evidence: "grader \(report.summary(limits: limits))")
        }
    }

    /// The record when the grader did not come to an end of its own, or said something wrong; nil when it may have graded.
    package func interruption(_ report: RoomReport, limits: RoomLimits) -> GradingRecord? {
        if let ourFault { return notGraded("Something failed on our side while grading.", evidence: ourFault) }
        if case .failed(let why) = report.ending {
            return notGraded("Something failed on our side while grading.", evidence: why)
        }
        if let complaint { return notGraded("The grader reported something that cannot be right.", evidence: complaint) }
        switch report.stoppedBy {
        case .wallTime?, .cpuTime?:
            if grader.onTimeout == .countReported, grader.format == .provost { return counted(partly: true) }
            return notGraded("The grader ran out of time.", evidence: "grader \(report.summary(limits: limits))")
        case .some:
            return notGraded("The grader hit one of its own limits.", evidence: "grader \(report.summary(limits: limits))")
        case nil: break
        }
        if case .exited = report.ending { return nil }
        return notGraded("The grader failed.", evidence: "grader \(report.summary(limits: limits))")
    }

    private func counted(partly: Bool) -> GradingRecord {
        let sum = tests.reduce(Points.zero) { $0 + $1.score }
        let reachable = tests.reduce(Points.zero) { $0 + $1.max }
        if let waiting { return notGraded(waiting, evidence: "as the grader means it: the work waits for people who mark it") }
        if total == nil {
            if tests.isEmpty { return notGraded("The grader reported nothing.", evidence: "no test and no score was reported") }
            let adds = partly ? reachable <= points : reachable == points
            if !adds {
                return notGraded(
                    "The grader's points do not add up.",
                    evidence: "the tests add up to \(reachable) points, lab.yaml says \(points)")
            }
        }
        return GradingRecord(
            outcome: .graded, isolation: grader.isolation, score: total ?? sum, max: points,
            reason: partly ? "The grader ran out of time; the tests reported before that count." : nil, tests: tests,
            messages: messages, leaderboard: leaderboard)
    }

    /// No score, with what was reported so far.
    package func notGraded(_ reason: String, evidence: String) -> GradingRecord {
        GradingRecord(
            outcome: .notGraded, isolation: grader.isolation, score: nil, max: points, reason: reason, evidence: evidence,
            tests: tests,
            messages: messages)
    }
}
