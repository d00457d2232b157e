package import ProvostCore

/// The time given ran out first.
package struct DeadlinePassed: Error {}

/// Runs `body` and cancels it after a while. Throws `DeadlinePassed` then.
package func withDeadline<Result: Sendable>(
    after span: TimeSpan, _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
        defer { group.cancelAll() }
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: span.duration)
            return nil
        }
        guard let first = try await group.next(), let result = first else { throw DeadlinePassed() }
        return result
    }
}
