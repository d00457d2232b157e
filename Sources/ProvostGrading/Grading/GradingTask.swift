package import ProvostCore

/// What is graded: everything that decides a record besides the machine it runs on.
package struct GradingTask: Sendable {
    /// Which tests the grader gets.
    package enum Part: String, Sendable, Codable {
        /// The lab's `tests/`: what a score is made of.
        case hidden
        /// The lab's `public/` in their place: a learner's trial, which is never recorded.
        case `public`
    }

    /// Names the scratch folders: unique among what runs at one time; letters, digits and hyphens.
    package var name: String
    package var submissionDigest: ContentDigest
    /// Opens the submission's archive; the caller of the closure closes it.
    package var openSubmission: @Sendable () throws -> Int32
    package var lab: LabManifest
    /// Covers the lab's folder and its grader.
    package var labVersion: ContentDigest
    /// The lab's folder, packed.
    package var labContent: ContentDigest
    package var grader: GraderManifest
    /// The grader's folder, packed.
    package var graderContent: ContentDigest
    /// Who handed it in; nil where nobody did (a sample in `lab check`).
    package var person: Slug?
    /// The submission's identifier; nil where there is none.
    package var submission: String?
    /// From 1.
    package var attempt: Int
    package var receivedAt: Timestamp
    package var part: Part

    package init(
        name: String, submissionDigest: ContentDigest, openSubmission: @escaping @Sendable () throws -> Int32, lab: LabManifest,
        labVersion: ContentDigest, labContent: ContentDigest, grader: GraderManifest, graderContent: ContentDigest,
        person: Slug? = nil, submission: String? = nil, attempt: Int = 1, receivedAt: Timestamp, part: Part = .hidden
    ) {
        self.name = name
        self.submissionDigest = submissionDigest
        self.openSubmission = openSubmission
        self.lab = lab
        self.labVersion = labVersion
        self.labContent = labContent
        self.grader = grader
        self.graderContent = graderContent
        self.person = person
        self.submission = submission
        self.attempt = attempt
        self.receivedAt = receivedAt
        self.part = part
    }

    /// The same for the same submission and lab version: what is drawn by chance is drawn the same way when it is graded again.
    package var seed: UInt64 {
        let parts = [submissionDigest, labVersion].map { UInt64($0.hex.prefix(16), radix: 16) ?? 0 }
        return parts[0] ^ parts[1]
    }

    /// A record of no score through something of ours.
    package func ourFault(_ evidence: String) -> GradingRecord {
        GradingRecord(
            outcome: .notGraded, isolation: grader.isolation, score: nil, max: lab.points,
            reason: "Something failed on our side while grading.", evidence: evidence)
    }
}

/// What one grading came to, before anybody records it.
package struct GradingResult: Sendable {
    package var record: GradingRecord
    /// nil when it was not unpacked.
    package var unpack: UnpackReport?
    /// What instructors can read afterwards; nil when the grader did not run.
    package var log: [UInt8]?
    /// Something of ours failed, with the evidence: running it again may help.
    package var ourFault: String?
    /// What the rooms saw as their system: an image's digest, or the host's name.
    package var image: String
    /// We ended it, with the whole sandbox or because a newer run fenced it off: nothing may be recorded.
    package var abandoned: String?
    /// A time limit was met while the machine was pressed, with the evidence: not to be shown before it is repeated alone.
    package var suspicion: String?
    /// How near the learner's programs came to their limits, and the grader to its own.
    package var learner = Headroom()
    package var grader = Headroom()

    package init(
        record: GradingRecord, unpack: UnpackReport? = nil, log: [UInt8]? = nil, ourFault: String? = nil,
        abandoned: String? = nil,
        image: String = HostSystem.evidence
    ) {
        self.record = record
        self.unpack = unpack
        self.log = log
        self.ourFault = ourFault
        self.abandoned = abandoned
        self.image = image
    }
}
