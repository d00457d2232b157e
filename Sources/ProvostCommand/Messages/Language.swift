/// A language that learners are spoken to in.
package enum Language: String, CaseIterable, Sendable {
    case english = "en"
    case korean = "ko"

    /// The first non-empty one of `LC_ALL`, `LC_MESSAGES` and `LANG` decides, as POSIX has it; English for anything but Korean.
    package init(environment: [String: String]) {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        let name = locale.prefix { $0 != "_" && $0 != "." && $0 != "@" }.lowercased()
        self = name == "ko" ? .korean : .english
    }
}
