package import ProvostCore
import ProvostSandbox

/// Compares two unpacked versions, file by file.
package enum TreeComparison {
    private static let mostListed = 200
    private static let largest = 1 << 30

    /// Reads both trees; away from the cooperative pool.
    package static func changes(from old: String, to new: String) async throws(ProvostError) -> (files: [FileChange], more: Int) {
        do {
            return try await Blocking.run {
                let before = try TreeFiles.list(beneath: old, under: nil, atMost: 100_000)
                let after = try TreeFiles.list(beneath: new, under: nil, atMost: 100_000)
                let (olds, news) = (Set(before.map(\.name)), Set(after.map(\.name)))
                var changes = news.subtracting(olds).map { FileChange(kind: .added, path: $0) }
                changes += olds.subtracting(news).map { FileChange(kind: .removed, path: $0) }
                let executables = Set(before.filter(\.isExecutable).map(\.name))
                for entry in after where olds.contains(entry.name) {
                    if try entry.isExecutable != executables.contains(entry.name) || !same(entry.name, old, new) {
                        changes.append(FileChange(kind: .changed, path: entry.name))
                    }
                }
                changes.sort { $0.path < $1.path }
                return (Array(changes.prefix(mostListed)), max(0, changes.count - mostListed))
            }
        } catch let error as ProvostError { throw error } catch {
            throw ProvostError(.unavailable, "The versions cannot be compared.", cause: error)
        }
    }

    private static func same(_ name: String, _ old: String, _ new: String) throws(ProvostError) -> Bool {
        var one = try TreeFiles.openFile(name, beneath: old, limit: largest)
        var other = try TreeFiles.openFile(name, beneath: new, limit: largest)
        while true {
            let (left, right) = (try one.read(), try other.read())
            if left != right { return false }
            if left == nil { return true }
        }
    }
}
