import ProvostCore

/// One column of a listing.
package struct Column<Row>: Sendable {
    /// The heading in CSV: stable, English, lower case with hyphens.
    let name: String
    /// The heading in tables, in the person's language.
    let heading: String
    let alignRight: Bool
    let text: @Sendable (Row) -> String

    /// `heading` is the name when left out.
    package init(_ name: String, heading: String? = nil, alignRight: Bool = false, _ text: @escaping @Sendable (Row) -> String) {
        self.name = name
        self.heading = heading ?? name.replacing("-", with: " ")
        self.alignRight = alignRight
        self.text = text
    }
}

/// Text forms of a listing.
package enum Table {
    /// Aligned columns under upper-case headings; wide characters count as two. Line breaks in cells become spaces.
    package static func aligned<Row>(_ rows: [Row], _ columns: [Column<Row>]) -> String {
        let lines =
            [columns.map { $0.heading.uppercased() }]
            + rows.map { row in columns.map { Console.sanitized(oneLine($0.text(row))) } }
        let widths = columns.indices.map { index in lines.map { DisplayWidth.of($0[index]) }.max() ?? 0 }
        return lines.map { cells in
            var line = ""
            for (index, cell) in cells.enumerated() {
                if index > 0 { line += "  " }
                let gap = String(repeating: " ", count: widths[index] - DisplayWidth.of(cell))
                line += columns[index].alignRight ? gap + cell : cell + gap
            }
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }

    /// `name  value` lines; values with several lines are indented.
    package static func fields(_ fields: [(heading: String, value: String)]) -> String {
        let width = fields.map { DisplayWidth.of($0.heading) }.max() ?? 0
        return fields.map { heading, value in
            let lines = Console.sanitized(value).split(separator: "\n", omittingEmptySubsequences: false)
            let indent = "\n" + String(repeating: " ", count: width + 2)
            return DisplayWidth.padded(heading, to: width) + "  " + lines.joined(separator: indent) + "\n"
        }.joined()
    }

    private static func oneLine(_ text: String) -> String {
        text.contains(where: \.isNewline) ? text.split(whereSeparator: \.isNewline).joined(separator: " ") : text
    }
}

/// RFC 4180, and safe to open in a spreadsheet.
package enum CSV {
    /// A header line and a line for each row, ended with CR LF.
    package static func text<Row>(_ rows: [Row], _ columns: [Column<Row>]) -> String {
        let lines = [columns.map(\.name)] + rows.map { row in columns.map { $0.text(row) } }
        return lines.map { $0.map(field).joined(separator: ",") + "\r\n" }.joined()
    }

    /// A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@`, tab or return for a formula: an apostrophe before it makes it text again.
    package static func field(_ text: String) -> String {
        CSVWriter.field(text, guarding: .apostrophe)
    }
}
