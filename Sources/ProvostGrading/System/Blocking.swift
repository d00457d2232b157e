import Dispatch

/// Runs blocking work (file writes, fsync, YAML files) on threads of its own: the cooperative pool has as few threads as the machine has
/// processors, and one blocked there delays every timer.
package enum Blocking {
    private static let queue = DispatchQueue(label: "provost.blocking", attributes: .concurrent)

    package static func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try work() }) }
        }
    }
}
