import Glibc
import Synchronization

/// The two streams of the process: data on standard output, prose on standard error.
package enum Console {
    /// Columns of the terminal behind a stream; nil when it is no terminal.
    package static func columns(of descriptor: Int32) -> Int? {
        guard isatty(descriptor) == 1 else { return nil }
        var size = winsize()
        let known = unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return known ? Int(size.ws_col) : 80
    }

    /// Data, as it is.
    package static func out(_ text: String) { write(text, to: STDOUT_FILENO) }

    /// Data in another encoding than UTF-8, as it is.
    static func out(_ bytes: [UInt8]) { try? PrivateFile.writeAll(bytes, to: STDOUT_FILENO) }

    /// One or more lines of prose. A progress line that stands on the terminal is wiped first.
    package static func say(_ text: String) { write(wipe() + sanitized(text) + "\n", to: STDERR_FILENO) }

    /// Puts a line that the next one replaces (terminals only).
    static func transient(_ text: String) {
        standing.withLock { $0 = true }
        write("\r\u{1B}[K" + sanitized(text), to: STDERR_FILENO)
    }

    /// Wipes the transient line, if one stands.
    static func clearTransient() { write(wipe(), to: STDERR_FILENO) }

    /// What wipes a transient line, if one stands.
    private static func wipe() -> String {
        standing.withLock { stood in
            defer { stood = false }
            return stood ? "\r\u{1B}[K" : ""
        }
    }

    private static let standing = Mutex(false)

    /// Text of others (graders, file names) cannot steer the terminal: control characters other than line breaks and tabs become `?`, and so do
    /// those that turn the direction of writing, which could make one name or score look like another.
    package static func sanitized(_ text: String) -> String {
        let harmless = { (scalar: Unicode.Scalar) in
            switch scalar.value {
            case 0x09, 0x0a: true
            case 0x202a...0x202e, 0x2066...0x2069: false
            default: scalar.properties.generalCategory != .control
            }
        }
        if text.unicodeScalars.allSatisfy(harmless) { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { harmless($0) ? $0 : "?" }))
    }

    /// A reader that went away (`provost labs | head`) changes nothing about the command's exit status.
    private static func write(_ text: String, to descriptor: Int32) {
        try? PrivateFile.writeAll(Array(text.utf8), to: descriptor)
    }
}
