/// A program that runs in a workspace under its keeper: a terminal, or a command with pipes.
package struct SessionInfo: Hashable, Sendable, Codable {
    /// Counts up within one run of the workspace; never used twice in it.
    package var number: Int
    /// What runs: program and arguments.
    package var command: [String]
    /// True for a terminal, false for a command with pipes.
    package var terminal: Bool
    /// How many clients are attached now, those that only watch among them.
    package var attached: Int
    package var startedAt: Timestamp

    package init(number: Int, command: [String], terminal: Bool, attached: Int, startedAt: Timestamp) {
        self.number = number
        self.command = command
        self.terminal = terminal
        self.attached = attached
        self.startedAt = startedAt
    }
}

/// Rows and columns of a client's window.
package struct WindowSize: Hashable, Sendable, Codable {
    package var rows: Int
    package var columns: Int
    /// Out of 1 to 65535, the nearest is taken; 24 rows and 80 columns unless said otherwise.
    package init(rows: Int = 24, columns: Int = 80) {
        self.rows = min(max(1, rows), 65_535)
        self.columns = min(max(1, columns), 65_535)
    }
}

/// What a client wants of a running workspace.
package enum SessionRequest: Hashable, Sendable {
    /// A new terminal with the workspace's shell. `term` is the client's TERM.
    case shell(size: WindowSize, term: String)
    /// An earlier session, whoever else is attached to it: its scroll-back, then `live`.
    case attach(Int)
    /// The same without a hand on it: what this client sends is not taken, and it does not count as the learner's activity.
    case watch(Int)
    /// A command in the learner's home. With a size it gets a terminal, otherwise pipes with output and error apart. The environment is
    /// added to the workspace's.
    case command([String], size: WindowSize?, environment: [String: String])
    /// A shell that starts in `/`, reads nothing of the home and needs no byte of it.
    case rescue(size: WindowSize)
    /// A TCP connection to 127.0.0.1 inside the workspace.
    case connect(port: Int)
}

/// How a run of a workspace ended.
package struct WorkspaceEnding: Hashable, Sendable, Codable {
    /// A sentence.
    package var reason: String
    /// True when `stop` brought it about.
    package var asked: Bool
    /// The last that its keeper counted.
    package var usage: WorkspaceUsage

    package init(reason: String, asked: Bool, usage: WorkspaceUsage) {
        self.reason = reason
        self.asked = asked
        self.usage = usage
    }
}
