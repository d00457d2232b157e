import Foundation
import Glibc
import Testing

/// What must hold on the machine and in the ledger, whatever became of the daemon in between. Made while the workspaces that are to go on
/// run, and no other: what is there then is not left over.
struct Aftermath: Sendable {
    private let daemon: Daemon
    private let database: Database
    /// Below each hierarchy, `provost/w-…`.
    private let cgroup: String
    private var known: Set<String> = []

    init(_ daemon: Daemon) async throws {
        self.daemon = daemon
        database = Database(daemon: daemon)
        cgroup = try Self.cgroup(of: daemon.workspaceUsers)
        known = Set(find())
    }

    /// Expects that nothing is left of what was started since, and that the ledger agrees with itself and with the clock, which nobody set.
    func expectNothing(_ after: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        var left = find()
        // The kernel ends what was killed in its own time.
        for _ in 0..<600 where !left.isEmpty {
            try await Task.sleep(for: .milliseconds(100))
            left = find()
        }
        #expect(left.isEmpty, "\(after): \(left)", sourceLocation: sourceLocation)
        let wrong = try await database.run(Self.contradictions)
        #expect(wrong.isEmpty, "\(after): \(wrong)", sourceLocation: sourceLocation)
    }

    /// How many runs of which nothing was charged, although their room had answered.
    func lost() async throws -> Int {
        Int(try await database.run(Self.lostRuns).first ?? "") ?? -1
    }

    private func find() -> [String] {
        var left: Set<String> = []
        for process in Self.processes {
            if let user = Self.user(process), daemon.workspaceUsers.contains(user) { left.insert("process of \(user)") }
            // A volume is mounted in the namespace of its keeper.
            for line in Self.read("/proc/\(process)/mountinfo").split(separator: "\n")
            where line.contains(daemon.state + "/run/wsp_") {
                left.insert("mount: \(line.split(separator: " ").dropFirst(4).first ?? line)")
            }
        }
        for device in Self.names("/sys/block") where device.hasPrefix("loop") {
            let file = Self.read("/sys/block/\(device)/loop/backing_file")
            if file.hasPrefix(daemon.state + "/") { left.insert("loop device: \(file)") }
        }
        for hierarchy in [""] + Self.names("/sys/fs/cgroup") {
            let folder = "/sys/fs/cgroup/\(hierarchy)/\(cgroup)"
            for slot in Self.names(folder) where FileManager.default.fileExists(atPath: "\(folder)/\(slot)/cgroup.procs") {
                left.insert("cgroup: \(folder)/\(slot)")
            }
        }
        for run in Self.names(daemon.state + "/run") where run.hasPrefix("wsp_") { left.insert("folder: \(run)") }
        return left.subtracting(known).sorted()
    }

    private static var processes: [String] { names("/proc").filter { Int($0) != nil } }
    private static func names(_ folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }
    private static func read(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
    private static func user(_ process: String) -> UInt32? {
        var status = stat()
        return unsafe stat("/proc/" + process, &status) == 0 ? status.st_uid : nil
    }

    private static func cgroup(of users: Range<UInt32>) throws -> String {
        for process in processes {
            guard let user = user(process), users.contains(user) else { continue }
            for line in read("/proc/\(process)/cgroup").split(separator: "\n") {
                let parts = line.split(separator: "/").drop { $0 != "provost" }
                if parts.count >= 3 { return parts.prefix(2).joined(separator: "/") }
            }
        }
        throw DaemonFailure(description: "no workspace runs in a cgroup of its own")
    }

    /// One line for each sentence that is not true: each start has one first hold; each hold is ended once, or is that of what runs; what
    /// was charged is what ran, and no more than can have run between the first and the last entry.
    private static let contradictions = """
        SELECT 'the hold ' || h.sequence || ' of ' || h.workspace || ' never ended' FROM ledger h WHERE h.kind = 'hold'
          AND NOT EXISTS (SELECT 1 FROM ledger e WHERE e.hold = h.sequence)
          AND NOT EXISTS (SELECT 1 FROM workspace w WHERE w.hold = h.sequence)
        UNION ALL SELECT 'the hold ' || hold || ' ended ' || count(*) || ' times' FROM ledger
          WHERE hold IS NOT NULL GROUP BY hold HAVING count(*) > 1
        UNION ALL SELECT workspace || ' ' || start || ' has ' || sum(kind = 'hold' AND reason = 'start') || ' first holds' FROM ledger
          WHERE workspace IS NOT NULL GROUP BY workspace, start HAVING sum(kind = 'hold' AND reason = 'start') <> 1
        UNION ALL SELECT w.id || ' is at start ' || w.start || ', of the ledger ' || count(DISTINCT l.start) FROM workspace w
          LEFT JOIN ledger l ON l.workspace = w.id GROUP BY w.id HAVING count(DISTINCT l.start) <> w.start
        UNION ALL SELECT workspace || ' ' || start || ' ran ' || sum(sessionTime) || ' ms of ' || (max(at) - min(at)) FROM ledger
          WHERE workspace IS NOT NULL GROUP BY workspace, start HAVING sum(sessionTime) > max(at) - min(at) + 500
        UNION ALL SELECT 'the entry ' || sequence || ' charges ' || amount || ' for ' || sessionTime FROM ledger
          WHERE kind = 'charge' AND unit = 'session-hours' AND amount <> sessionTime
        """

    private static let lostRuns = """
        SELECT count(*) FROM (SELECT workspace, start FROM ledger WHERE workspace IS NOT NULL GROUP BY workspace, start
          HAVING sum(kind = 'charge') = 0 AND sum(kind = 'release') > 0) l
        WHERE EXISTS (SELECT 1 FROM audit a WHERE a.subject = l.workspace AND a.action = 'workspace.running'
          AND json_extract(a.details, '$.start') = CAST(l.start AS TEXT))
        """
}
