import Foundation

/// The daemon's database, by Python's own SQLite: what a test must know or change without the daemon's help.
struct Database: Sendable {
    let daemon: Daemon

    /// Runs one statement, and returns the first column of every row.
    @discardableResult
    func run(_ statement: String) async throws -> [String] {
        let script = """
            import sqlite3, sys
            connection = sqlite3.connect(sys.argv[1], timeout=20)
            for row in connection.execute(sys.argv[2]):
                print(row[0])
            connection.commit()
            """
        let program = try RunningProgram(
            "/usr/bin/python3", ["-c", script, daemon.state + "/provost.db", statement], environment: ["PATH": "/usr/bin:/bin"],
            folder: daemon.folder, outputs: daemon.folder + "/python-\(UInt64.random(in: 0 ... .max))")
        guard await program.ended(within: .seconds(30)) == 0 else { throw DaemonFailure(description: program.errors) }
        return program.output.split(separator: "\n").map(String.init)
    }
}
