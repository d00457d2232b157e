package import ProvostCore

/// Every sentence a learner sees. English is in `Message+English.swift`, Korean in `Message+Korean.swift`; both are exhaustive
/// switches, so a sentence without a translation does not compile.
package enum Message: Sendable {
    // Connection
    case noDaemon(address: String)
    case linkDropped(address: String)
    case slowServer(address: String, seconds: Int)
    case addressMalformed(String)
    case encryptedAddress(String)
    case answerNotUnderstood
    case answerWithoutExplanation(status: Int)
    case errorSummary(ErrorCode)
    case requestId(String)
    case loginFirst

    // Login
    case codeMissing
    case codeMalformed
    case loggedIn(name: String, address: String, until: String)
    case linkNotEncrypted(address: String)
    case loggedOut(address: String)
    case loggedOutHereOnly
    case notLoggedIn
    case administratorBySocket(name: String)
    case noEnrollments
    case suspended
    case fileNotWritten(path: String, reason: String)
    case fileNotRead(path: String, reason: String)
    case fileExists(path: String)

    // Listings
    case noOpenAssignments
    case noAssignments
    case noSubmissions
    case nothingUnfinished
    case progressTotal(score: String, max: String)
    case progressMissing(names: String)
    case serverStatus(version: String, queued: Int, running: Int, workers: Int)
    case serverDegraded

    // Limits and budgets
    case noBudget
    case budgetCounts(BudgetUnit)

    // Submit
    case neitherFileNorFolder(path: String)
    case emptyFile(path: String)
    case fileChanged(path: String)
    case packed(files: Int, size: String)
    case leftOut(path: String, reason: String)
    case leftOutMore(Int)
    case sending
    case sendingAgain(attempt: Int, of: Int, delay: TimeSpan)
    case gaveUpSending
    case interruptedWhileSending
    case received(submission: String, assignment: String, attempt: Int, at: String, size: String)
    case receivedDigest(String)
    case receivedLate
    case attemptsLeft(Int)
    case resent
    case receiptSaved(path: String)
    case howToWatch(submission: String)

    // Waiting
    case queued(position: Int, estimate: TimeSpan?)
    case unpacking
    case grading
    case restarted
    case connectionLost
    case connectionBack
    case interruptedWhileWaiting(submission: String)
    case timedOutWaiting(submission: String, after: TimeSpan)
    case graderSays(String)

    // What became of it
    case score(score: String, max: String)
    case totalHidden
    case allPoints
    case trialScore(score: String, max: String)
    case trialDoesNotCount(assignment: String)
    case trialFailed(reason: String)
    case notAllPoints(assignment: String)
    case notGraded(reason: String)
    case notGradedCostsNothing
    case refused(UnpackReport.RefusalReason?, english: String)
    case noAttemptUsed(assignment: String)
    case sharedRoom
    case note(UnpackReport.Note)
    case notesMore(Int)
    case unpackNotes
    case packedContent(format: String, files: Int, size: String)
    case stillRunning(stage: Grading.Stage, position: Int?)
    case downloaded(path: String, size: String)
    case damagedDownload
    /// `subject` is left out where it is plain; scores are like `12/20`, nil for none (or, both nil, for not shown).
    case regraded(subject: String?, before: String?, after: String?, reason: String)

    // Receipts
    case receiptGood(submission: String, assignment: String, at: String, digest: String)
    case receiptBad
    case receiptOtherKey(receipt: String, key: String)
    case receiptUnreadable(path: String)
    case keyUnreadable(path: String)
    case noSuchReceipt(submission: String)

    // Workspaces
    case workspace(WorkspaceMessage)
    case roster(RosterMessage)

    // Results after every policy
    case result(ResultMessage)
    case record(RecordMessage)

    // Words
    case label(Label)
    case state(String)
    case stage(Grading.Stage)
    case status(TestRecord.Status)
    case role(Role)
    case yes
    case no

    /// Headings of tables and of fields.
    package enum Label: String, CaseIterable, Sendable {
        case assignment, title, state, opens, due, closes, attempts, score, cohort, number, test, result, points, message
        case submission, received, size, digest, person, stage, attempt, file, late, grading, isolation, name, email, role
        case enrollments, server, evidence, unpacked, reason, position, gradings, started, finished
        case dimension, limit, used, boundBy = "bound by", chain, totals
        case counts, granted, adjusted, setAside = "set aside", left, cohortLeft = "left for all together"
        case windowBegins = "window begins", windowEnds = "window ends", extendedUntil = "extended until"
        case kind, weight, why, row, step, reply, at
    }

    /// The sentence, without a line break at the end.
    package func text(in language: Language) -> String {
        switch language {
        case .english: english
        case .korean: korean
        }
    }
}
