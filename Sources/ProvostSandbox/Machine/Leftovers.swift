import CLinux
import Glibc
import ProvostCore

/// What a killed daemon leaves on disk: mounted scratch folders.
enum Leftovers {
    /// Unmounts and removes everything below the folder, which is ours alone.
    static func sweep(below folder: String) {
        let mounts = (Files.readAll("/proc/self/mountinfo") ?? "").split(separator: "\n").compactMap { line -> String? in
            let words = line.split(separator: " ")
            return words.count > 4 ? unescape(words[4]) : nil
        }
        // The last mounted first.
        for path in mounts.reversed() where path.hasPrefix(folder + "/") { _ = unsafe clinux_unmount(path) }
        for name in Files.names(in: folder) { Files.removeTree(folder + "/" + name) }
    }

    /// The kernel writes space, tab, newline and backslash as three octal digits.
    private static func unescape(_ word: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(word.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.count >= 3,
                let value = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
            {
                bytes.append(value)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
