/// Which workspaces are warmed before a slot, and when it has to wait. Warming does what a start would have to do and what needs no lease.
package enum WarmingRule {
    /// Between one workspace and the next: at most four in a second.
    package static let pace = TimeSpan(milliseconds: 250)
    /// After which time one that could not be warmed is tried again.
    package static let retry = TimeSpan.seconds(60)

    /// What became of one learner's.
    package struct Outcome: Hashable, Sendable {
        package var at: Timestamp
        /// For which the lab's tree and image were made ready.
        package var labVersion: ContentDigest
        /// Why it could not be warmed; nil: it was.
        package var reason: String?

        package init(at: Timestamp, labVersion: ContentDigest, reason: String? = nil) {
            self.at = at
            self.labVersion = labVersion
            self.reason = reason
        }
    }

    /// Whether a learner's is to be warmed now: within the time before the slot, unless it was for this lab version. A failure is tried
    /// again after a while, and at once when the clock stepped back behind it.
    package static func isDue(
        _ window: SlotWindow, _ outcome: Outcome?, labVersion: ContentDigest, at now: Timestamp
    ) -> Bool {
        guard window.warms(at: now) else { return false }
        guard let outcome, outcome.labVersion == labVersion else { return true }
        guard outcome.reason != nil else { return false }
        return now < outcome.at || now - outcome.at >= retry
    }

    /// Whether the disk has room to warm one that may take `size`. A quarter of the reserve stays free above it, so that warming never takes
    /// what a learner who starts needs.
    package static func hasRoom(free: ByteCount, reserve: ByteCount, size: ByteCount) -> Bool {
        free.bytes - max(0, size.bytes) >= reserve.bytes + reserve.bytes / 4
    }
}
