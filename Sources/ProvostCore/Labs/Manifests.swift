/// A text in more than one language; English is always there.
package struct LocalizedText: Hashable, Sendable, Codable {
    package let english: String
    package let korean: String?
    package init(english: String, korean: String? = nil) {
        self.english = english
        self.korean = korean
    }
    package enum CodingKeys: String, CodingKey {
        case english = "en"
        case korean = "ko"
    }
}

/// What `lab.yaml` says. The file's reference is `docs/lab.md`; reading it, with line and column in every complaint, is
/// `ManifestReader`'s work.
package struct LabManifest: Hashable, Sendable, Codable {
    package enum Network: String, Hashable, Sendable, Codable, CaseIterable {
        /// Each room is alone: not even the grader can be reached.
        case none
        /// The grader's and the learner's rooms share one loopback of their own, so that a service can be graded from outside.
        case loopback
    }

    package var name: Slug
    package var title: LocalizedText
    /// The grader that scores it: its newest version at publishing time is pinned with the lab version.
    package var grader: Slug
    /// What a full score is. A grading whose tests add up to something else is not graded.
    package var points: Points
    package var network: Network
    /// The archive as it is sent.
    package var archiveLimit: ByteCount
    package var unpack: UnpackLimits
    /// Each `learner run`, at most.
    package var learnerLimits: RoomLimits
    /// The grader's own room; its wall time bounds the whole grading.
    package var graderLimits: RoomLimits

    package init(
        name: Slug, title: LocalizedText, grader: Slug, points: Points, network: Network = .none,
        archiveLimit: ByteCount = .mebibytes(20),
        unpack: UnpackLimits = UnpackLimits(), learnerLimits: RoomLimits = RoomLimits(),
        graderLimits: RoomLimits = RoomLimits(wallTime: .seconds(120), cpuTime: .seconds(60), memory: .mebibytes(512))
    ) {
        self.name = name
        self.title = title
        self.grader = grader
        self.points = points
        self.network = network
        self.archiveLimit = archiveLimit
        self.unpack = unpack
        self.learnerLimits = learnerLimits
        self.graderLimits = graderLimits
    }
}

/// What `grader.yaml` says; the file's reference is `docs/grader.md`.
package struct GraderManifest: Hashable, Sendable, Codable {
    package enum Format: String, Hashable, Sendable, Codable, CaseIterable {
        /// `report test|score|message` lines, streamed to the supervisor.
        case provost
        /// Exit status 0 is full marks, 1 is none; anything else is the grader's own failure.
        case exitCode = "exit-code"
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

    package var name: Slug
    package var title: LocalizedText
    package var format: Format
    package var isolation: Isolation
    package var onTimeout: OnTimeout
    /// The command, relative to the grader's folder; started in `/grade/work`.
    package var run: [String]

    package init(
        name: Slug, title: LocalizedText, format: Format = .provost, isolation: Isolation = .twoRoom,
        onTimeout: OnTimeout = .notGraded, run: [String]
    ) {
        self.name = name
        self.title = title
        self.format = format
        self.isolation = isolation
        self.onTimeout = onTimeout
        self.run = run
    }
}
