import Glibc
package import ProvostCore

/// What the process was started with, read once: environment, language, and the folders that follow from them.
package struct Surroundings: Sendable {
    package let environment: [String: String]
    package let language: Language

    /// Takes any environment; tests give their own. The language follows from it unless it is given.
    package init(environment: [String: String], language: Language? = nil) {
        self.environment = environment
        self.language = language ?? Language(environment: environment)
    }

    /// Of this process.
    package static func current() -> Self { own }
    private static let own: Self = {
        var environment: [String: String] = [:]
        var place = unsafe environ
        while let entry = unsafe place.pointee {
            let text = unsafe String(cString: entry)
            // A name that is there twice has its first value, as getenv(3) gives it.
            if let end = text.utf8.firstIndex(of: UInt8(ascii: "=")) {
                let name = String(text[..<end])
                if environment[name] == nil { environment[name] = String(text[text.utf8.index(after: end)...]) }
            }
            unsafe place += 1
        }
        return Self(environment: environment)
    }()

    /// The text of a sentence in the person's language.
    package func text(_ message: Message) -> String { message.text(in: language) }

    /// An error with a sentence in the person's language.
    package func error(_ code: ErrorCode, _ message: Message, cause: (any Error)? = nil) -> ProvostError {
        ProvostError(code, text(message), cause: cause)
    }

    /// `$XDG_CONFIG_HOME/provost`, by default `~/.config/provost`.
    package var configurationFolder: String { folder("XDG_CONFIG_HOME", ".config") }
    /// `$XDG_STATE_HOME/provost`, by default `~/.local/state/provost`.
    package var stateFolder: String { folder("XDG_STATE_HOME", ".local/state") }

    private func folder(_ variable: String, _ usual: String) -> String {
        // The XDG specification has relative values ignored.
        if let value = environment[variable], value.hasPrefix("/") { return value + "/provost" }
        return (environment["HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? "/") + "/" + usual + "/provost"
    }
}
