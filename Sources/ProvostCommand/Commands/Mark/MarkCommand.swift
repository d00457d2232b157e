import ArgumentParser
import ProvostAPI
import ProvostCore

struct MarkCommand: ParsableCommand {
    static let configuration = Help.command(
        "mark", "Mark learners' work by a rubric or in points, and let them see it.",
        note: """
            A mark wins over what a grader found. It is seen by learners, and counts, once it
            is released. Several people can mark one piece of work: the mean of their newest
            marks counts, or what a moderation settles.
            """,
        examples: "provost mark set pitch minji jun --level idea=strong --level talk=good --cohort autumn",
        "provost mark set web-service minji --points 9/10 --comment \"as agreed\"", "provost mark release pitch",
        subcommands: [MarkSet.self, MarkModerate.self, MarkList.self, MarkRelease.self])

    static func columns(_ session: Session) -> [Column<Mark>] {
        [
            session.column(.mark) { $0.id.text }, session.column(.assignment) { $0.assignment.text },
            session.column(.person) { $0.person.text },
            session.column(.marker) { $0.isModeration ? session.text(.record(.moderation(by: $0.marker))) : $0.marker },
            session.column(.points, alignRight: true) { mark in
                mark.points.map { "\($0)/\(mark.max)" } ?? session.text(.record(.takenBack))
            },
            session.column(.levels) { mark in
                mark.levels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
            }, session.column(.released) { $0.isReleased ? session.text(.yes) : "" },
            session.column(.comment) { $0.comment ?? "" },
        ]
    }

    /// `8/10`, or `8` of what there is.
    static func points(_ text: String) throws(ProvostError) -> (points: Points, max: Points?) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        return (try Points(parsing: parts[0]), parts.count == 2 ? try Points(parsing: parts[1]) : nil)
    }

    /// `criterion=level`.
    static func levels(_ texts: [String]) throws(ProvostError) -> [Slug: Slug] {
        var levels: [Slug: Slug] = [:]
        for text in texts {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2 else {
                throw ProvostError(.invalid, "“\(text.prefix(80))” is no level; write criterion=level, like idea=strong.")
            }
            guard levels.updateValue(try Slug(parts[1]), forKey: try Slug(parts[0])) == nil else {
                throw ProvostError(.invalid, "The criterion “\(parts[0])” is given twice.")
            }
        }
        return levels
    }
}

/// What is said of a piece of work; shared by marking and moderating.
struct MarkOptions: ParsableArguments {
    @Argument(help: "The assignment.", transform: reading { try Slug($0) })
    var assignment: Slug
    @Argument(help: "The learners: one, or a team.", transform: reading { try Slug($0) })
    var people: [Slug]
    @Option(
        name: .customLong("level"), parsing: .singleValue,
        help: ArgumentHelp("A criterion's level; once for each criterion of the rubric.", valueName: "criterion=level"))
    var levels: [String] = []
    @Option(help: ArgumentHelp("Points, like 8 or 8/10, in place of levels.", valueName: "points"))
    var points: String?
    @Option(help: ArgumentHelp("What the learners read.", valueName: "text"))
    var comment: String?

    func validate() throws {
        do throws(ProvostError) {
            _ = try MarkCommand.levels(levels)
            _ = try points.map { text throws(ProvostError) in try MarkCommand.points(text) }
        } catch { throw ValidationError(error.message) }
        if people.isEmpty { throw ValidationError("Say whose work it is.") }
        if points != nil, !levels.isEmpty { throw ValidationError("Give levels or points, not both.") }
    }

    func send(_ session: Session, cohort: String?, isModeration: Bool, takesBack: Bool = false) async throws -> [Mark] {
        let cohort = try await session.cohort(cohort, atLeast: .instructor)
        let given = try points.map { text throws(ProvostError) in try MarkCommand.points(text) }
        let order = MarkOrder(
            assignment: assignment, people: people, levels: try MarkCommand.levels(levels), points: given?.points,
            max: given?.max, comment: comment, isModeration: isModeration, takesBack: takesBack)
        return try await session.client.send(.post, Route.path("cohorts", cohort, "marks"), body: order)
    }
}

struct MarkSet: AsyncParsableCommand {
    static let configuration = Help.command(
        "set", "Mark the work of a learner or a team. Your newer mark takes the place of your older one.",
        examples: "provost mark set pitch minji jun --level idea=strong --level talk=good --comment \"well told\"",
        "provost mark set web-service minji --points 9/10", "provost mark set web-service minji --take-back")

    @OptionGroup var mark: MarkOptions
    @Flag(help: "Take your own mark back.")
    var takeBack = false
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard takeBack == (mark.points == nil && mark.levels.isEmpty) else {
            throw ValidationError("Give --level or --points, or --take-back and neither of them.")
        }
    }

    func run() async throws {
        let session = try connection.session()
        let made = try await mark.send(session, cohort: cohort.cohort, isModeration: false, takesBack: takeBack)
        try output.renderer(session).list(made, MarkCommand.columns(session.wording(for: output.output)), empty: "")
    }
}

struct MarkModerate: AsyncParsableCommand {
    static let configuration = Help.command(
        "moderate", "Settle what markers disagree about: this counts in place of their marks.",
        examples: "provost mark moderate pitch minji --points 17/20 --comment \"between the two\"")

    @OptionGroup var mark: MarkOptions
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let made = try await mark.send(session, cohort: cohort.cohort, isModeration: true)
        try output.renderer(session).list(made, MarkCommand.columns(session.wording(for: output.output)), empty: "")
    }
}

struct MarkList: AsyncParsableCommand {
    static let configuration = Help.command(
        "list", "List the marks of a cohort; learners see their own that are released.",
        examples: "provost mark list --assignment pitch --cohort autumn")

    @Option(help: ArgumentHelp("Only of this assignment.", valueName: "name"))
    var assignment: String?
    @Option(help: ArgumentHelp("Only of this learner.", valueName: "name"))
    var person: String?
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let cohort = try await session.cohort(cohort.cohort, atLeast: .learner)
        let rows: [Mark] = try await session.client.get(
            Route.path("cohorts", cohort, "marks", query: [("assignment", assignment), ("person", person)]))
        try output.renderer(session).list(
            rows, MarkCommand.columns(session.wording(for: output.output)), empty: session.text(.record(.noMarks)))
    }
}

struct MarkRelease: AsyncParsableCommand {
    static let configuration = Help.command(
        "release", "Let learners see the marks that were given so far; they count from then on.",
        examples: "provost mark release pitch --cohort autumn", "provost mark release web-service --person minji")

    @Argument(help: "The assignment.", transform: reading { try Slug($0) })
    var assignment: Slug
    @Option(
        help: ArgumentHelp("Only this learner's.", valueName: "name"), transform: reading { try Slug($0) })
    var person: Slug?
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let session = try connection.session()
        let cohort = try await session.cohort(cohort.cohort, atLeast: .instructor)
        let answer: ChangeCount = try await session.client.send(
            .post, Route.path("cohorts", cohort, "marks", "release"), body: ReleaseOrder(assignment: assignment, person: person))
        session.say(.record(.marksReleased(answer.changed, assignment: assignment.text)))
    }
}
