import ArgumentParser
import ProvostAPI
import ProvostArchive
import ProvostCore

struct Submit: AsyncParsableCommand {
    static let configuration = Help.command(
        "submit", "Hand in a folder or an archive for an assignment.",
        note: """
            A folder is packed without what .provostignore and .gitignore name.
            A .zip, .tar, .tar.gz, .tar.xz, .tar.zst, .tar.bz2 or .7z is sent as it is.
            The receipt is kept in $XDG_STATE_HOME/provost/receipts/. With --wait the
            exit status tells: 0 all points, 10 fewer, 8 not graded, 9 not in time.
            Inside a workspace both names may be left out: your home is handed in for the
            workspace's assignment.
            """,
        examples: "provost submit web-service . --wait", "provost submit web-service work.zip --wait -o json")

    @Argument(help: "The assignment, as “provost labs” names it.")
    var assignment: String?
    @Argument(help: "The folder or archive with your work.", completion: .file())
    var path: String?
    @Flag(help: "Stay, show the grading live, and end with the score.")
    var wait = false
    @Option(
        help: ArgumentHelp("How long --wait waits at most, like 90s, 10m or 2h.", valueName: "time"),
        transform: reading { try TimeSpan(parsing: $0) })
    var timeout: TimeSpan = .seconds(600)
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        _ = try work(Surroundings.current().environment)
        if output.output == .csv {
            throw ValidationError("submit writes a table or json; for csv use “provost submission list -o csv”.")
        }
    }

    /// What is handed in for which assignment. Inside a workspace it is the home, for the workspace's own assignment, unless said otherwise.
    private func work(_ environment: [String: String]) throws -> (assignment: String, path: String, cohort: String?) {
        if let assignment, let path { return (assignment, path, cohort.cohort) }
        guard environment["PROVOST_WORKSPACE"] != nil, let own = environment["PROVOST_ASSIGNMENT"] else {
            throw ValidationError(
                "Name the assignment and the folder with your work, like: provost submit \(assignment ?? "web-service") .")
        }
        let home = environment["HOME"] ?? "/home/learner"
        let theirs = cohort.cohort ?? environment["PROVOST_COHORT"]
        guard let word = assignment else { return (own, home, theirs) }
        // One word: an assignment, or a path when it is written like one.
        return (try? Slug(word)) == nil ? (own, word, theirs) : (word, home, theirs)
    }

    func run() async throws {
        let session = try connection.session()
        let (assignment, path, cohort) = try work(session.surroundings.environment)
        // A wrong name is told before a long upload, and the zone is needed for the receipt.
        let info: AssignmentInfo = try await session.client.get(
            Route.path("assignments", assignment, query: [("cohort", cohort)]))
        let received = try await send(path, info, session)
        Interruption.watch(saying: session.text(.interruptedWhileWaiting(submission: received.submission.id.text)))
        await tell(received, info, session)
        guard wait else {
            session.say(.howToWatch(submission: received.submission.id.text))
            if output.output == .json { try answer(received, nil, info, session) }
            return
        }
        let story = GradingStory(surroundings: session.surroundings)
        do {
            let id = received.submission.id
            let finished = try await withDeadline(after: timeout) { try await session.client.follow(id) { story.hear($0) } }
            Console.clearTransient()
            let report = OutcomeReport(session: session, info: finished)
            if output.output == .json {
                try answer(received, finished.grading, info, session)
                if report.exitStatus == ExitStatus.unavailable { Console.say(report.text()) }
            } else {
                Console.out("\n" + report.text())
            }
            throw ExitCode(report.exitStatus)
        } catch is DeadlinePassed {
            if output.output == .json { try answer(received, nil, info, session) }
            throw session.surroundings.error(
                .timedOut, .timedOutWaiting(submission: received.submission.id.text, after: timeout))
        }
    }

    private func send(_ path: String, _ info: AssignmentInfo, _ session: Session) async throws -> SubmissionReceived {
        let parcel = try Parcel(path: path, ignoring: .submission, surroundings: session.surroundings)
        parcel.tell(session)
        Interruption.watch(saying: session.text(.interruptedWhileSending))
        return try await parcel.send(
            to: Route.path(
                "assignments", info.assignment.slug.text, "submissions", query: [("cohort", info.assignment.cohort.text)]),
            session: session)
    }

    /// The receipt, in words and in a file.
    private func tell(_ received: SubmissionReceived, _ info: AssignmentInfo, _ session: Session) async {
        let submission = received.submission
        let cohort = info.assignment.cohort
        session.say(
            .received(
                submission: submission.id.text, assignment: received.receipt.assignmentName, attempt: submission.attempt,
                at: Times([info]).full(submission.receivedAt, cohort: cohort), size: "\(submission.bytes)"))
        session.say(.receivedDigest(submission.digest.hex))
        if received.resent { session.say(.resent) }
        if submission.late { session.say(.receivedLate) }
        if let left = received.attemptsLeft { session.say(.attemptsLeft(left)) }
        do { session.say(.receiptSaved(path: try ReceiptFolder(session.surroundings).save(received.receipt))) } catch {
            // The server keeps it as well: no reason to fail.
            Console.say(error.message)
        }
    }

    private func answer(
        _ received: SubmissionReceived, _ grading: Grading?, _ info: AssignmentInfo, _ session: Session
    ) throws {
        try output.renderer(session).json(
            SubmitAnswer(assignment: info.assignment.slug, submission: received.submission, grading: grading))
    }
}
