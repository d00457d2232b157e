/// One link between a certificate and what it was earned by, looked at again.
package struct EvidenceLink: Hashable, Sendable, Codable {
    package enum Finding: String, Hashable, Sendable, Codable, CaseIterable {
        /// It is there, and is what was recorded.
        case matches
        /// It should be there, and is not.
        case missing
        /// It is there, and is not what was recorded.
        case differs
        /// What was recorded is known; the thing itself was taken away because its person asked for that.
        case keptNoLonger = "kept-no-longer"
        /// It was recorded by a version that wrote less into the audit than this one.
        case notRecorded = "not-recorded"
        /// What was recorded stands, and by now something newer counts in its place.
        case superseded

        /// Something was changed or is lost: nothing else leads to it.
        package var isBroken: Bool { self == .missing || self == .differs }
    }
    /// What it is, with its identifier.
    package let link: String
    /// It was looked at, and is as it was recorded.
    package let holds: Bool
    package let finding: Finding
    /// One sentence.
    package let detail: String

    package init(_ link: String, _ finding: Finding, _ detail: String) {
        self.link = link
        holds = finding == .matches
        self.finding = finding
        self.detail = detail
    }
}
