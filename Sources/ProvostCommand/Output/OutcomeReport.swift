import ProvostAPI
import ProvostCore

/// What became of a submission, for people: score, tests, messages, and what to do next.
struct OutcomeReport {
    let session: Session
    let info: SubmissionInfo
    var withNotes = true

    /// Several lines, each ended.
    func text() -> String {
        outcome() + (info.regrade.map { Self.regraded($0, session: session) } ?? "")
    }

    /// That and why work was graded again, as one line.
    static func regraded(_ notice: RegradeNotice, subject: String? = nil, session: Session) -> String {
        let fraction = { (score: CountedScore) in "\(score.score)/\(score.max)" }
        let message = Message.regraded(
            subject: subject, before: notice.before.map(fraction), after: notice.after.map(fraction), reason: notice.reason)
        return Console.sanitized(session.text(message)) + "\n"
    }

    private func outcome() -> String {
        guard let grading = info.grading else { return line(.stillRunning(stage: .queued, position: info.position)) }
        var text = ""
        if withNotes, let unpack = grading.unpack { text += notes(unpack) }
        guard grading.stage.isFinal else {
            text += line(.stillRunning(stage: grading.stage, position: info.position))
            return text
        }
        guard let record = grading.record else { return text + line(.stage(grading.stage)) }
        if !record.tests.isEmpty { text += Table.aligned(record.tests, Self.columns(session)) + "\n" }
        for message in record.messages { text += Console.sanitized(session.text(.graderSays(message))) + "\n" }
        switch (record.outcome, record.score) {
        case (.graded, let score?):
            text += line(.score(score: "\(score)", max: "\(record.max)"))
            if record.isolation == .shared { text += line(.sharedRoom) }
            text += line(record.passed ? .allPoints : .notAllPoints(assignment: info.assignment))
        case (.graded, nil):
            text += line(.totalHidden)
            if record.isolation == .shared { text += line(.sharedRoom) }
        default:
            if record.refused {
                let refusal = grading.unpack?.refusal
                text += line(.refused(refusal?.reason, english: refusal?.message ?? record.reason ?? ""))
                // The Korean sentence is general; the English one names the entry.
                if session.surroundings.language != .english, let detail = refusal?.message {
                    text += "(\(Console.sanitized(detail)))\n"
                }
                text += line(.noAttemptUsed(assignment: info.assignment))
            } else {
                text += line(.notGraded(reason: record.reason ?? "–")) + line(.notGradedCostsNothing)
            }
        }
        return text
    }

    /// The exit status that `submit --wait` ends with.
    var exitStatus: Int32 {
        guard let record = info.grading?.record, record.outcome == .graded else { return ExitStatus.unavailable }
        return record.passed ? ExitStatus.ok : ExitStatus.notPassed
    }

    private func line(_ message: Message) -> String { Console.sanitized(session.text(message)) + "\n" }

    private func notes(_ unpack: UnpackReport) -> String {
        guard !unpack.notes.isEmpty else { return "" }
        var text = line(.unpackNotes) + unpack.notes.map { "  " + line(.note($0)) }.joined()
        if unpack.notesDropped > 0 { text += "  " + line(.notesMore(unpack.notesDropped)) }
        return text + "\n"
    }

    /// How tests are listed for people.
    static func columns(_ session: Session) -> [Column<TestRecord>] {
        [
            Column("number", heading: "", alignRight: true) { "\(OutcomeReport.mark($0.status)) \($0.number)" },
            Column("test", heading: session.heading(.test)) { $0.visibility == .hidden ? "[\($0.name)]" : $0.name },
            Column("result", heading: session.heading(.result)) { session.text(.status($0.status)) },
            Column("points", heading: session.heading(.points), alignRight: true) { "\($0.score)/\($0.max)" },
            Column("message", heading: session.heading(.message)) { $0.message ?? "" },
        ]
    }

    /// One sign for each outcome of a test.
    static func mark(_ status: TestRecord.Status) -> String {
        switch status {
        case .pass: "✓"
        case .fail: "✗"
        case .skip: "–"
        case .error: "!"
        }
    }
}
