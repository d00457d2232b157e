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

    /// A cell as it stands in the file. Those that begin with `=`, `+`, `-`, `@`, tab or return are guarded.
    package static func field(_ text: String, guarding: FormulaGuard) -> String {
        let risky = text.utf8.first.map { [0x3D, 0x2B, 0x2D, 0x40, 0x09, 0x0D].contains($0) } ?? false
        let cell = guarding == .apostrophe && risky ? "'" + text : text
        let special = cell.utf8.contains { $0 == 0x2C || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }
        // A space at an end is part of the field (RFC 4180), but many readers drop it unless it is quoted.
        let spaced = cell.utf8.first == 0x20 || cell.utf8.last == 0x20
        return special || spaced ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
    }
}
