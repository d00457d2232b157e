import Foundation
import ProvostCore

/// A copy of a folder with some files changed or added, for mutants, forgeries and canaries.
enum Patch {
    /// Copies `folder` to `target`, which must not exist, and writes `files` (path below the folder → content) into it.
    static func copy(_ folder: String, to target: String, files: [String: [UInt8]]) throws(ProvostError) {
        do {
            try? FileManager.default.removeItem(atPath: target)
            try FileManager.default.copyItem(atPath: folder, toPath: target)
            for (name, content) in files {
                let path = target + "/" + name
                let mode = try? FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
                try FileManager.default.createDirectory(
                    atPath: String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]), withIntermediateDirectories: true)
                try Data(content).write(to: URL(fileURLWithPath: path))
                if let mode { try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path) }
            }
        } catch { throw ProvostError(.unavailable, "\(folder) cannot be copied: \(error.localizedDescription)", cause: error) }
    }

    /// The regular files of a folder below a size, by path.
    static func texts(in folder: String, atMost size: Int = 256 << 10) -> [(path: String, text: String)] {
        guard let walker = FileManager.default.enumerator(atPath: folder) else { return [] }
        var found: [(String, String)] = []
        for case let path as String in walker {
            let whole = folder + "/" + path
            guard let attributes = try? FileManager.default.attributesOfItem(atPath: whole),
                attributes[.type] as? FileAttributeType == .typeRegular, let bytes = attributes[.size] as? Int, bytes <= size,
                let data = FileManager.default.contents(atPath: whole), let text = String(validating: data, as: UTF8.self)
            else { continue }
            found.append((path, text))
        }
        return found.sorted { $0.0 < $1.0 }
    }
}
