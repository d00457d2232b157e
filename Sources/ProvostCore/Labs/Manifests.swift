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
    /// What the lab sets of its grader's parameters, with the grader's defaults filled in.
    package var parameters: [String: ParameterValue]
    package var gate: GateSettings
    /// What the learner's rooms see in place of the host's system; nil: what the grader's room sees.
    package var image: ImageManifest?
    /// The environment that learners get for it; the defaults where lab.yaml says nothing.
    package var workspace = WorkspaceManifest()

    package init(
        name: Slug, title: LocalizedText, grader: Slug, points: Points, network: Network = .none,
        archiveLimit: ByteCount = .mebibytes(20),
        unpack: UnpackLimits = UnpackLimits(), learnerLimits: RoomLimits = RoomLimits(),
        graderLimits: RoomLimits = RoomLimits(wallTime: .seconds(120), cpuTime: .seconds(60), memory: .mebibytes(512)),
        parameters: [String: ParameterValue] = [:], gate: GateSettings = GateSettings()
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
        self.parameters = parameters
        self.gate = gate
    }

    /// Keys that came later may be missing in what an earlier version stored.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try container.decode(Slug.self, forKey: .name), title: try container.decode(LocalizedText.self, forKey: .title),
            grader: try container.decode(Slug.self, forKey: .grader), points: try container.decode(Points.self, forKey: .points),
            network: try container.decode(Network.self, forKey: .network),
            archiveLimit: try container.decode(ByteCount.self, forKey: .archiveLimit),
            unpack: try container.decode(UnpackLimits.self, forKey: .unpack),
            learnerLimits: try container.decode(RoomLimits.self, forKey: .learnerLimits),
            graderLimits: try container.decode(RoomLimits.self, forKey: .graderLimits),
            parameters: try container.decodeIfPresent([String: ParameterValue].self, forKey: .parameters) ?? [:],
            gate: try container.decodeIfPresent(GateSettings.self, forKey: .gate) ?? GateSettings())
        image = try container.decodeIfPresent(ImageManifest.self, forKey: .image)
        workspace = try container.decodeIfPresent(WorkspaceManifest.self, forKey: .workspace) ?? WorkspaceManifest()
    }
}
