import ProvostAPI
import ProvostCore

/// Workspaces as they go over the wire: one that runs, one that waits, one that was never started.
enum WorkspaceSamples {
    private static let instant = Timestamp(milliseconds: 1_795_222_923_456)
    private static let later = Timestamp(milliseconds: 1_795_309_323_000)
    private static func slug(_ text: String) -> Slug { Slug(trusted: text) }

    private static func workspace(_ state: Workspace.State, start: Int) -> Workspace {
        let isFresh = start == 0
        return Workspace(
            id: ID(trusted: "wsp_1"), person: slug("minji"), cohort: slug("spring"), assignment: slug("web"),
            lab: slug("web-service"), labVersion: ContentDigest(bytes: [UInt8](repeating: 1, count: 32)), state: state,
            start: start,
            limits: WorkspaceLimits(
                cpuMillis: 1500, memory: .mebibytes(512), processes: 256, disk: .gibibytes(1), files: 65_536),
            network: .loopback, createdAt: instant, askedAt: isFresh ? nil : instant, startedAt: isFresh ? nil : instant,
            stoppedAt: isFresh ? nil : later, stopReason: isFresh ? nil : .windowEnded,
            stopDetail: isFresh ? nil : "The study window ended.", activeAt: isFresh ? nil : later,
            keepAliveUntil: isFresh ? nil : later)
    }
    static let fresh = WorkspaceInfo(workspace: workspace(.stopped, start: 0))
    static let waiting = WorkspaceInfo(
        workspace: workspace(.waiting, start: 0), place: WorkspacePlace(position: 3, of: 7, estimate: .seconds(90)))
    static let running = WorkspaceInfo(
        workspace: workspace(.running, start: 2),
        usage: WorkspaceUsage(
            cpuTime: .seconds(5), memory: .mebibytes(100), peakMemory: .mebibytes(200), processes: 4, peakProcesses: 9,
            outOfMemoryKills: 1, refusedForks: 2, throttledTime: TimeSpan(milliseconds: 1500), diskUsed: .mebibytes(10),
            diskSize: .gibibytes(1), filesUsed: 12, filesSize: 65_536, sessions: 2, quiet: .seconds(61)),
        deadline: later, deadlineCause: "It is stopped after 1 h without input.",
        balance: BudgetBalance(
            unit: .sessionHours, granted: 3_600_000, charged: 60_000, held: 600_000, adjusted: -1,
            cohort: CohortBalance(total: 36_000_000, charged: 60_000, held: 600_000, running: 1)),
        deleteOn: CivilDate(daysSince1970: 20_800))
    static let closing = ClosingInfo(
        cohort: Slug(trusted: "spring"),
        closing: CohortClosing(
            cohort: Slug(trusted: "spring"), deleteOn: CivilDate(daysSince1970: 20_800), deleteAt: later, reason: "the end",
            by: "hana", at: Timestamp(milliseconds: 1_795_222_923_456)), workspaces: 3, learners: 2, running: 1,
        size: .mebibytes(90),
        receipts: [
            DeletionReceipt(
                workspace: ID(trusted: "wsp_9"), person: Slug(trusted: "jun"), assignment: Slug(trusted: "web"), at: later,
                size: .mebibytes(7), snapshots: 2, snapshotSize: .mebibytes(3), aside: ["damaged-wsp_9-1.ext4"], sequence: 812)
        ])
    static let snapshot = Snapshot(
        id: ID(trusted: "snp_1"), workspace: ID(trusted: "wsp_1"), cause: .reset, createdAt: instant, size: .mebibytes(10))
    static let share = Share(
        id: ID(trusted: "shr_1"), workspace: ID(trusted: "wsp_1"), person: slug("hana"), mode: .pair, createdAt: instant,
        until: later, revokedAt: later)
    static let visit = Visit(
        number: 7, share: ID(trusted: "shr_1"), workspace: ID(trusted: "wsp_1"), person: slug("hana"), mode: .pair,
        beganAt: instant, endedAt: later)
    static let session = SessionInfo(number: 3, command: ["/bin/bash", "-l"], terminal: true, attached: 2, startedAt: instant)
}
