/// Writes RFC 4180: CR LF at the end of each line, fields quoted where they need it.
package struct CSVWriter: Sendable {
    /// What happens to a cell that a spreadsheet would take for a formula (CWE-1236).
    package enum FormulaGuard: Sendable {
        /// An apostrophe goes before it: for files that people open.
        case apostrophe
        /// Nothing: for files that another program imports, which would keep the apostrophe as part of the value.
        case none
    }

    package private(set) var text = ""
    private let guarding: FormulaGuard

    package init(guarding: FormulaGuard) { self.guarding = guarding }

    /// One line.
    package mutating func add(_ fields: [String]) {
        var first = true
        for field in fields {
            if !first { text += "," }
            first = false
            text += Self.field(field, guarding: guarding)
        }
        text += "\r\n"
    }

    /// What a spreadsheet may take for the beginning of a formula, the full-width forms of East Asian keyboards too.
    private static let formulaStarts: Set<Unicode.Scalar> = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]

    /// A cell as it stands in the file. Those that begin as a formula does are guarded.
    package static func field(_ text: String, guarding: FormulaGuard) -> String {
        let risky = text.unicodeScalars.first.map(formulaStarts.contains) ?? false
        let cell = guarding == .apostrophe && risky ? "'" + text : text
        let special = cell.utf8.contains { $0 == 0x2C || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }
        // A space at an end is part of the field (RFC 4180), but many readers drop it unless it is quoted.
        let spaced = cell.utf8.first == 0x20 || cell.utf8.last == 0x20
        return special || spaced ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
    }
}
