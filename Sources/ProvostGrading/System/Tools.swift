import Foundation
package import ProvostCore

/// The programs of ours that run inside rooms, copied into the state directory at start: rooms' users can reach them there whatever the
/// permissions of the place they were installed to, and an upgrade under a running daemon does not change them half-way.
package enum Tools {
    /// Copies `provost-unpack` and `provost-relay` (as `learner` and `report`) from the folder where the daemon's own program lies.
    ///
    /// Throws `unavailable`, naming the missing program.
    package static func install(from programs: String, into tools: String) throws(ProvostError) {
        let files = FileManager.default
        do {
            try files.createDirectory(atPath: tools + "/grade-bin", withIntermediateDirectories: true)
            try copy("\(programs)/provost-unpack", to: tools + "/provost-unpack", files)
            for name in ["learner", "report"] { try copy("\(programs)/provost-relay", to: tools + "/grade-bin/" + name, files) }
            for path in [tools, tools + "/grade-bin"] { try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path) }
        } catch let error as ProvostError { throw error } catch {
            throw ProvostError(
                .unavailable, "The programs that rooms need cannot be copied to \(tools): \(error.localizedDescription)",
                cause: error)
        }
    }

    private static func copy(_ source: String, to target: String, _ files: FileManager) throws {
        guard files.isExecutableFile(atPath: source) else {
            throw ProvostError(.unavailable, "\(source) is missing; install or build the whole package (make build).")
        }
        let temporary = target + ".new"
        try? files.removeItem(atPath: temporary)
        try files.copyItem(atPath: source, toPath: temporary)
        try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: temporary)
        guard unsafe rename(temporary, target) == 0 else { throw ProvostError(.unavailable, "\(target) cannot be replaced.") }
    }
}
