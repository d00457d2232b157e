package import ProvostCore

/// What the operator decides about workspaces on this machine.
package struct WorkspaceSettings: Sendable {
    /// Sum of the memory limits of what runs; nil: no cap.
    package var memory: ByteCount?
    /// What is never given away of the disk that volumes lie on.
    package var reserve: ByteCount
    /// nil: idle workspaces are never stopped.
    package var idleAfter: TimeSpan?
    /// Host users of workspaces' rooms; nothing else on the machine may use them.
    package var users: Range<UInt32>
    /// Keepers that wait for an order.
    package var warm: Int
    /// Labs may ask for a network beyond the workspace.
    package var egress: Bool
    /// Paths of provost-launch and provost-keeper.
    package var launcher: String
    package var keeper: String
    /// Between two looks at everything that runs.
    package var pace: Duration

    /// Defaults: no cap on memory, 1 GiB of reserve, idle after an hour, uids 270000 to 334999, one warm keeper, no egress, a look every 5 seconds.
    package init(
        launcher: String, keeper: String, memory: ByteCount? = nil, reserve: ByteCount = .gibibytes(1),
        idleAfter: TimeSpan? = IdleRule.quietTime, users: Range<UInt32> = 270_000..<335_000, warm: Int = 1, egress: Bool = false,
        pace: Duration = .seconds(5)
    ) {
        self.launcher = launcher
        self.keeper = keeper
        self.memory = memory
        self.reserve = reserve
        self.idleAfter = idleAfter
        self.users = users
        self.warm = warm
        self.egress = egress
        self.pace = pace
    }
}
