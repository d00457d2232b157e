/// What a limit caps. `provost quota` names these; `DESIGN.md` calls them the dimensions of a limit.
package enum LimitDimension: String, Hashable, Sendable, Codable, CodingKeyRepresentable, CaseIterable {
    /// Processors at a time of one workspace, in thousandths: 1500 is one and a half.
    case cpus
    /// Memory of one workspace without swap, in bytes.
    case memory
    /// Size of one workspace's volume, in bytes; every volume counts, running or not.
    case disk
    /// Files, folders and links of one workspace's volume.
    case files
    /// Processes and threads of one workspace at one time.
    case processes
    /// Workspaces that run at one time.
    case workspaces
    /// Terminals that one learner has open at one time, over all their workspaces.
    case sessions
    /// Submissions of one learner in 24 hours, over all assignments of a cohort.
    case submissionsPerDay = "submissions-per-day"

    /// What holds for a learner when no node sets the dimension; nil: no cap.
    package var standard: Int64? {
        switch self {
        case .cpus: 1000
        case .memory: 512 << 20
        case .disk: 1 << 30
        case .files: 65_536
        case .processes: 256
        case .workspaces: 2
        case .sessions: 16
        case .submissionsPerDay: nil
        }
    }

    /// Whether a node may also cap the sum over everybody below it.
    package var hasTotal: Bool {
        switch self {
        case .cpus, .memory, .disk, .workspaces: true
        case .files, .processes, .sessions, .submissionsPerDay: false
        }
    }

    /// Reads a value as people type it: `1.5` for cpus, `2GiB` for memory and disk, a whole number otherwise. Throws `invalid`.
    package func value(parsing text: String) throws(ProvostError) -> Int64 {
        switch self {
        case .cpus:
            let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
            let digits = parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
            let fraction = parts.count > 1 ? String(parts[1]) : ""
            guard digits, fraction.count <= 3, let whole = Int64(parts[0]), whole <= 100_000,
                let thousandths = Int64(fraction + String(repeating: "0", count: 3 - fraction.count))
            else { throw ProvostError(.invalid, "“\(text.prefix(40))” is not a number of processors; write it like 0.5 or 2.") }
            return whole * 1000 + thousandths
        case .memory, .disk: return try ByteCount(parsing: text).bytes
        case .files, .processes, .workspaces, .sessions, .submissionsPerDay:
            guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int64(text) else {
                throw ProvostError(.invalid, "“\(text.prefix(40))” is not a whole number; \(rawValue) is counted in whole ones.")
            }
            return value
        }
    }

    /// For people: `1.5`, `2 GiB`, `64`.
    package func text(_ value: Int64) -> String {
        switch self {
        case .cpus:
            var fraction = String(value % 1000)
            fraction = String(repeating: "0", count: 3 - fraction.count) + fraction
            while fraction.last == "0" { fraction.removeLast() }
            return fraction.isEmpty ? "\(value / 1000)" : "\(value / 1000).\(fraction)"
        case .memory, .disk: return "\(ByteCount(value))"
        case .files, .processes, .workspaces, .sessions, .submissionsPerDay: return "\(value)"
        }
    }
}
