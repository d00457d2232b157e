import Foundation
import Glibc

/// A folder of its own for one test, removed with everything in it when the last reference goes.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("provost-store-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Paths of all plain files below, relative and sorted.
    func files() -> [String] {
        let all = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        return all.filter { (try? kind(of: $0)) == .typeRegular }.sorted()
    }

    private func kind(of file: String) throws -> FileAttributeType? {
        try FileManager.default.attributesOfItem(atPath: "\(path)/\(file)")[.type] as? FileAttributeType
    }
}

/// The permission bits of a file.
func mode(of path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return attributes[.posixPermissions] as? Int ?? -1
}

/// A small tmpfs, mounted while it lives.
final class SmallDisk: Sendable {
    let folder: TemporaryFolder
    var path: String { folder.path }
    private var filler: String { "\(path)/filler" }

    /// Mounting needs root; a continuous integration run has to have it.
    static var isPossible: Bool { geteuid() == 0 || ProcessInfo.processInfo.environment["CI"] == "true" }

    init(mebibytes: Int) throws {
        folder = try TemporaryFolder()
        try Self.run("/usr/bin/mount", ["-t", "tmpfs", "-o", "size=\(mebibytes)m", "tmpfs", folder.path])
    }

    deinit { try? Self.run("/usr/bin/umount", ["-l", path]) }

    /// Writes zeroes until nothing more fits.
    func fill() throws {
        let descriptor = unsafe open(filler, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
        defer { close(descriptor) }
        let zeroes = [UInt8](repeating: 0, count: 4096)
        while unsafe write(descriptor, zeroes, zeroes.count) > 0 {}
    }

    /// Gives the space back.
    func empty() throws { try FileManager.default.removeItem(atPath: filler) }

    private static func run(_ program: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.fileWriteUnknown) }
    }
}
