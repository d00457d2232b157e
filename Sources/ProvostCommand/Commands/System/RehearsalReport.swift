package import ProvostCore

/// What came of a rehearsal. Times are from asking to running.
package struct RehearsalReport: Encodable, Sendable {
    /// Of some lengths of time: the value that half of them, or 95 of 100, do not exceed, and the longest.
    package struct Spread: Encodable, Sendable, Hashable {
        package let p50: TimeSpan
        package let p95: TimeSpan
        package let longest: TimeSpan

        /// By nearest rank; nil: there are none.
        package init?(_ spans: [TimeSpan]) {
            let sorted = spans.sorted()
            guard let last = sorted.last else { return nil }
            let rank = { (percent: Int) in sorted[max(0, (sorted.count * percent + 99) / 100 - 1)] }
            (p50, p95, longest) = (rank(50), rank(95), last)
        }

        var text: String { "p50 \(p50), p95 \(p95), longest \(longest)" }
    }

    /// What first kept somebody from running.
    package struct Limit: Encodable, Sendable, Hashable {
        /// nil: it was no limit that anybody has set.
        package var dimension: LimitDimension?
        /// Where it is set: a node, or `standard`.
        package var node: String?
        /// How many had been let in when it was met.
        package var running: Int
        /// The server's own words.
        package var sentence: String

        var text: String { (dimension.map { "\($0.rawValue) at \(node ?? "?"), " } ?? "") + "with \(running) in: \(sentence)" }
    }

    package var cohort: Slug
    package var lab: Slug
    package var learners: Int
    /// The time within which they asked.
    package var span: TimeSpan
    package var running: Int
    /// Of those that run, how many had to wait for a place first.
    package var waited: Int
    /// Kept out by a limit, a budget or the study window.
    package var refused: Int
    /// Kept out by a fault.
    package var failed: Int
    /// Not running when the patience ended.
    package var unfinished: Int
    /// nil: nobody came to run.
    package var start: Spread?
    /// Of those that waited.
    package var queueAge: Spread?
    package var firstLimit: Limit?
    /// The first fault, in words; nil: none.
    package var firstFault: String?

    static let columns: [Column<RehearsalReport>] = [
        Column("cohort") { $0.cohort.text }, Column("lab") { $0.lab.text },
        Column("learners") { "\($0.learners) within \($0.span)" }, Column("running") { "\($0.running)" },
        Column("waited") { "\($0.waited)" }, Column("refused") { "\($0.refused)" }, Column("failed") { "\($0.failed)" },
        Column("unfinished") { "\($0.unfinished)" }, Column("start") { $0.start?.text ?? "nobody came to run" },
        Column("queue-age") { $0.queueAge?.text ?? "nobody waited" },
        Column("first-limit") { $0.firstLimit?.text ?? "none was hit" }, Column("first-fault") { $0.firstFault ?? "" },
    ]
}

extension LimitStanding {
    /// What keeps this learner's next start out, in the order in which a start is checked. nil: nothing that stands here.
    package func obstacle() -> (dimension: LimitDimension, node: String)? {
        let row = { (dimension: LimitDimension) in rows.first { $0.explanation.dimension == dimension } }
        if let own = row(.workspaces), let value = own.explanation.value, let used = own.used, used >= value {
            return (.workspaces, own.explanation.binding.map { "\($0)" } ?? "standard")
        }
        for dimension in [LimitDimension.workspaces, .cpus, .memory, .disk] {
            guard let row = row(dimension) else { continue }
            let wanted = dimension == .workspaces ? 1 : row.explanation.value ?? 0
            // Of a volume that exists the bytes are counted already.
            let taken = dimension == .disk ? row.used ?? 0 : 0
            for total in row.totals where total.used - taken + wanted > total.value { return (dimension, "\(total.node)") }
        }
        return nil
    }
}
