import ArgumentParser
import ProvostAPI
import ProvostCore

struct RegradeStart: AsyncParsableCommand {
    static let configuration = Help.command(
        "start", "Grade again: single submissions, or an assignment as a set to be reviewed.",
        note: """
            Single submissions use the assignment's present lab version and count as soon
            as they are graded. With --assignment and --preview nothing counts before
            “provost regrade apply”. What it costs is said before it starts; what learners
            hand in meanwhile is graded first. The word “start” may be left out.
            """,
        examples: "provost regrade sub_7k2mq0r9x4w1c8tz", "provost regrade --assignment web-service --cohort autumn --preview",
        "provost regrade --assignment web-service --newest-lab-version --preview --wait")

    @Argument(help: "The submissions.", transform: reading { try ID<Submission>(parsing: $0) })
    var submissions: [ID<Submission>] = []
    @Option(help: ArgumentHelp("The submissions of this assignment, as a set.", valueName: "name"))
    var assignment: String?
    @Flag(help: "Grade the set now and show what it would change.")
    var preview = false
    @Flag(help: "Say what a set would cost, and start nothing.")
    var estimate = false
    @Option(
        help: ArgumentHelp("The lab version to grade with; the assignment's own when left out.", valueName: "digest"),
        transform: reading { try ContentDigest(parsing: $0) })
    var labVersion: ContentDigest?
    @Flag(help: "Grade with the newest published version of the lab.")
    var newestLabVersion = false
    @Option(help: "Every submission, or only the one that counts for each person.")
    var scope: RegradeSet.Scope = .all
    @Flag(help: "Stay until the set is graded, and show it.")
    var wait = false
    @Option(
        help: ArgumentHelp("How long --wait waits at most, like 90s, 10m or 2h.", valueName: "time"),
        transform: reading { try TimeSpan(parsing: $0) })
    var timeout: TimeSpan = .seconds(3600)
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if submissions.isEmpty == (assignment == nil) {
            throw ValidationError("Name submissions, or one assignment with --assignment.")
        }
        if let other = submissions.first(where: { !$0.text.hasPrefix("sub_") }) {
            throw ValidationError("“\(other)” is neither a submission (sub_…) nor a verb of “provost regrade”.")
        }
        if assignment == nil, preview || estimate || wait || newestLabVersion || labVersion != nil || scope != .all {
            throw ValidationError("These options are for an assignment as a whole; name it with --assignment.")
        }
        if assignment != nil, preview == estimate {
            throw ValidationError(
                "A whole assignment is graded again as a set that counts once you apply it: add --preview, or --estimate for the cost."
            )
        }
        if newestLabVersion, labVersion != nil { throw ValidationError("Give --lab-version or --newest-lab-version, not both.") }
    }

    func run() async throws {
        let session = try connection.session()
        guard let assignment else { return try await direct(session) }
        let query = [("cohort", cohort.cohort)]
        let plan: RegradePlan = try await session.client.get(
            Route.path("assignments", assignment, "regrade-plan", query: query + [("scope", scope.rawValue)]))
        if estimate { return try output.renderer(session).item(plan, Self.planColumns) }
        Console.say(Self.sentence(plan))
        let version = newestLabVersion ? try await newest(of: assignment, session) : labVersion
        let set: RegradeSet = try await session.client.send(
            .post, Route.path("assignments", assignment, "regrade-sets", query: query),
            body: NewRegrade(labVersion: version, scope: scope))
        guard wait else {
            try output.renderer(session).item(
                set, RegradeCommand.columns(output.output == .json ? Times() : await session.times()))
            return Console.say("Nothing counts yet. Look at it with: provost regrade show \(set.id)")
        }
        try await finished(set, session)
        let review: RegradeReview = try await session.client.get(Route.path("regrade-sets", set.id.text), idle: .seconds(120))
        try await RegradeReport(review: review).render(output.renderer(session), session)
    }

    /// Single submissions: the newest grading counts once it is graded.
    private func direct(_ session: Session) async throws {
        var queued = 0
        for submission in submissions {
            queued += try await session.client.send(
                .post, Route.path("submissions", submission.text, "regrade"), as: RegradeAnswer.self
            ).queued
        }
        let total = RegradeAnswer(queued: queued)
        guard output.output == .table else {
            return try output.renderer(session).item(total, [Column("queued") { "\($0.queued)" }])
        }
        Console.out("\(queued) \(queued == 1 ? "grading" : "gradings") queued.\n")
    }

    private func newest(of assignment: String, _ session: Session) async throws -> ContentDigest {
        let info: AssignmentInfo = try await session.client.get(
            Route.path("assignments", assignment, query: [("cohort", cohort.cohort)]))
        let versions: [LabVersion] = try await session.client.get(Route.path("labs", info.assignment.lab.text))
        guard let newest = versions.first else {
            throw ProvostError(.notFound, "No version of the lab “\(info.assignment.lab)” is published.")
        }
        return newest.digest
    }

    /// Asks once a second; the set goes on whatever happens here.
    private func finished(_ set: RegradeSet, _ session: Session) async throws {
        do {
            try await withDeadline(after: timeout) {
                var state = set.state
                while state == .grading {
                    try await Task.sleep(for: .seconds(1))
                    let now: [RegradeSet] = try await session.client.get(
                        Route.path("regrade-sets", query: [("cohort", set.cohort.text), ("assignment", set.assignment.text)]))
                    state = now.first { $0.id == set.id }?.state ?? .cancelled
                }
            }
        } catch is DeadlinePassed {
            throw ProvostError(
                .timedOut, "\(set.id) is not graded after \(timeout); it goes on. Look at it with: provost regrade show \(set.id)"
            )
        }
    }

    static func sentence(_ plan: RegradePlan) -> String {
        let cost = plan.estimate
        var text = "\(cost.gradings) \(cost.gradings == 1 ? "grading" : "gradings")"
        if let each = cost.each, let together = cost.together, let duration = cost.duration {
            text += ", \(each) each by the last \(cost.basedOn): \(together) of grading, about \(duration) on an idle machine."
        } else {
            text += "; nothing of the assignment was graded yet that would tell how long they take."
        }
        text += " What learners hand in goes first."
        if plan.leftOut > 0 { text += " \(plan.leftOut) more are being graded right now and are no part of it." }
        return text
    }

    private static let planColumns: [Column<RegradePlan>] = [
        Column("gradings") { "\($0.estimate.gradings)" },
        Column("each") { $0.estimate.each.map { "\($0)" } ?? "" },
        Column("together") { $0.estimate.together.map { "\($0)" } ?? "" },
        Column("duration") { $0.estimate.duration.map { "\($0)" } ?? "" },
        Column("based-on") { "\($0.estimate.basedOn)" },
        Column("left-out") { $0.leftOut == 0 ? "" : "\($0.leftOut)" },
    ]
}
