/// What `grader.yaml` says; the file's reference is `docs/grader.md`.
package struct GraderManifest: Hashable, Sendable, Codable {
    /// How a grader says what it found, and in which places it expects its files; `docs/formats.md` has each.
    package enum Format: String, Hashable, Sendable, Codable, CaseIterable {
        /// `report test|score|message` lines, streamed to the supervisor.
        case provost
        /// Exit status 0 is full marks, 1 is none; anything else is the grader's own failure.
        case exitCode = "exit-code"
        /// `/autograder`, `run_autograder`, `results/results.json`.
        case gradescope
        /// `make` in an empty folder with `Makefile`, `autograde.tar` and the handin; JSON in the last line of standard output.
        case autolab
        /// `/grade/{data,student,tests,results}`, `results.json`.
        case prairielearn
        /// `check50 --output json`.
        case check50
        /// `run` with `getinput`, `run_student`, `feedback-…`.
        case inginious
        /// JUnit's XML reports.
        case junit
        /// Test Anything Protocol 13 and 14, on standard output or in a file.
        case tap
        /// Exercism test runner's `results.json`.
        case exercism
        /// Common Test Report Format.
        case ctrf

        /// The grader starts learner code itself, in its own room: two rooms are not to be had.
        package var isSharedByNature: Bool {
            switch self {
            case .gradescope, .autolab, .prairielearn, .check50: true
            case .provost, .exitCode, .inginious, .junit, .tap, .exercism, .ctrf: false
            }
        }

        /// What is run when grader.yaml does not say; nil: it must.
        package var usualCommand: [String]? {
            switch self {
            case .gradescope: ["./run_autograder"]
            case .autolab: ["make"]
            case .inginious: ["./run"]
            default: nil
            }
        }

        /// Where the result lies below the grader's folder of results when grader.yaml does not say; nil: standard output, or no file at all.
        package var usualResult: String? {
            switch self {
            case .gradescope, .prairielearn, .exercism: "results.json"
            case .junit: "report.xml"
            case .ctrf: "ctrf-report.json"
            default: nil
            }
        }
    }
    package enum Isolation: String, Hashable, Sendable, Codable, CaseIterable {
        /// Learner programs run in a room of their own, through `learner run`.
        case twoRoom = "two-room"
        /// Grader and learner code share one room; results say so.
        case shared
    }
    /// What a grader that runs out of its own time means.
    package enum OnTimeout: String, Hashable, Sendable, Codable, CaseIterable {
        /// Not graded; the tests reported so far are shown, nothing is recorded as a score.
        case notGraded = "not-graded"
        /// The tests reported so far count, the rest of the lab's points are not reached.
        case countReported = "count-reported"
    }
    /// The maximum of one of Autolab's problems.
    package struct Problem: Hashable, Sendable, Codable {
        package var name: String
        package var max: Points
        package init(name: String, max: Points) {
            self.name = name
            self.max = max
        }
    }

    package var name: Slug
    package var title: LocalizedText
    package var format: Format
    package var isolation: Isolation
    package var onTimeout: OnTimeout
    /// The command, relative to the grader's folder.
    package var run: [String]
    /// A file, or for JUnit a folder, below the folder that the format looks in; nil: standard output, or what the format says.
    package var result: String?
    /// A test may earn more than its maximum; the total never more than the lab's points.
    package var bonus: Bool
    /// For Autolab, in the file's order.
    package var problems: [Problem]
    /// For Autolab: the name under which the submission is handed to `make`.
    package var handin: String?
    /// What labs may set, in the file's order.
    package var parameters: [ParameterRule]
    /// What the grader's room sees in place of the host's system; nil: the host's.
    package var image: ImageManifest?

    package init(
        name: Slug, title: LocalizedText, format: Format = .provost, isolation: Isolation = .twoRoom,
        onTimeout: OnTimeout = .notGraded, run: [String], result: String? = nil, bonus: Bool = false, problems: [Problem] = [],
        handin: String? = nil, parameters: [ParameterRule] = []
    ) {
        self.name = name
        self.title = title
        self.format = format
        self.isolation = isolation
        self.onTimeout = onTimeout
        self.run = run
        self.result = result
        self.bonus = bonus
        self.problems = problems
        self.handin = handin
        self.parameters = parameters
    }

    /// Keys that came later may be missing in what an earlier version stored.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try container.decode(Slug.self, forKey: .name), title: try container.decode(LocalizedText.self, forKey: .title),
            format: try container.decode(Format.self, forKey: .format),
            isolation: try container.decode(Isolation.self, forKey: .isolation),
            onTimeout: try container.decode(OnTimeout.self, forKey: .onTimeout),
            run: try container.decode([String].self, forKey: .run),
            result: try container.decodeIfPresent(String.self, forKey: .result),
            bonus: try container.decodeIfPresent(Bool.self, forKey: .bonus) ?? false,
            problems: try container.decodeIfPresent([Problem].self, forKey: .problems) ?? [],
            handin: try container.decodeIfPresent(String.self, forKey: .handin),
            parameters: try container.decodeIfPresent([ParameterRule].self, forKey: .parameters) ?? [])
        image = try container.decodeIfPresent(ImageManifest.self, forKey: .image)
    }
}
