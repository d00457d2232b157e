/// From the records of a CSV to the rows of a roster: finds the columns by their headings, checks each cell, names what stands twice.
///
/// Mistakes are gathered, each with its line, so that one round of mending is enough; ``finish()`` throws them. Rows go on to be handed
/// out meanwhile, so a caller must not act on them before it has returned.
package struct RosterReader {
    /// Mistakes that are named; then reading stops.
    package static let mostMistakes = 20

    private enum Column: CaseIterable {
        case login, number, name, email, section

        /// Compared in lower case without spaces, `_`, `-` and `.`.
        var aliases: Set<String> {
            switch self {
            case .login: ["login", "loginid", "username", "person", "slug", "아이디", "계정", "사용자명", "사용자"]
            case .number:
                ["studentid", "studentnumber", "studentno", "number", "sisuserid", "idnumber", "학번", "수험번호", "교육생번호"]
            case .name: ["name", "fullname", "displayname", "studentname", "student", "이름", "성명", "성함", "학생이름", "학생명"]
            case .email: ["email", "emailaddress", "mail", "이메일", "이메일주소", "전자우편", "메일"]
            case .section: ["section", "class", "group", "분반", "반", "그룹", "조"]
            }
        }
    }

    /// Headings under which no file is taken: the law asks for the reason to have it, and there is none here.
    private static let forbidden: Set<String> = [
        "주민등록번호", "주민번호", "residentregistrationnumber", "rrn", "ssn", "socialsecuritynumber",
    ]

    private var csv = CSVReader()
    private var places: [Column: Int]?
    private var width = 0
    private var mistakes: [String] = []
    /// Hashes, so that a million rows cost a few tens of megabytes; keyed by the process, so nobody can make two collide on purpose.
    private var seen: [Int: Int32] = [:]
    /// Rows so far, without empty ones.
    package private(set) var rows = 0
    package private(set) var ignoredColumns: [String] = []

    package init() {}

    /// Takes the next bytes of the file, UTF-8. Throws `invalid` for what cannot be read at all, or when there are too many mistakes.
    package mutating func feed(_ bytes: [UInt8], _ take: (RosterRow) throws(ProvostError) -> Void) throws(ProvostError) {
        var records: [CSVRecord] = []
        do { try csv.feed(bytes) { records.append($0) } } catch {
            // What came before it is worth naming too.
            try read(records, take)
            throw Self.error(mistakes + [error.message])
        }
        try read(records, take)
    }

    /// The end of the file. Throws `invalid` with every mistake, or when there is no row.
    package mutating func finish(_ take: (RosterRow) throws(ProvostError) -> Void) throws(ProvostError) {
        var records: [CSVRecord] = []
        do { try csv.finish { records.append($0) } } catch { throw Self.error(mistakes + [error.message]) }
        try read(records, take)
        guard places != nil else { throw ProvostError(.invalid, "line 1: the file is empty; its first line names the columns.") }
        guard mistakes.isEmpty else { throw Self.error(mistakes) }
        guard rows > 0 else { throw ProvostError(.invalid, "The roster has headings and not one person.") }
    }

    private mutating func read(_ records: [CSVRecord], _ take: (RosterRow) throws(ProvostError) -> Void) throws(ProvostError) {
        for record in records {
            guard places != nil else {
                try readHeadings(record)
                continue
            }
            if let row = row(record) {
                rows += 1
                try take(row)
            }
            guard mistakes.count < Self.mostMistakes else { throw Self.error(mistakes, more: true) }
        }
    }

    // MARK: Headings

    private mutating func readHeadings(_ record: CSVRecord) throws(ProvostError) {
        var found: [Column: Int] = [:]
        for (index, heading) in record.fields.enumerated() {
            let key = Self.key(heading)
            guard !Self.forbidden.contains(key) else {
                throw ProvostError(
                    .invalid,
                    "line \(record.line): the column “\(heading)” must not be handed in; remove it from the file, also from copies."
                )
            }
            guard let column = Column.allCases.first(where: { $0.aliases.contains(key) }) else {
                if !key.isEmpty { ignoredColumns.append(String(heading.prefix(64))) }
                continue
            }
            if let other = found[column] {
                throw ProvostError(
                    .invalid,
                    "line \(record.line): the columns “\(record.fields[other])” and “\(heading)” mean the same; keep one.")
            }
            found[column] = index
        }
        guard [Column.login, .number, .email].contains(where: { found[$0] != nil }) else {
            throw ProvostError(
                .invalid,
                "line \(record.line): no column tells who is meant; the first line needs student_id (학번), email (이메일) or login (아이디)."
            )
        }
        places = found
        width = record.fields.count
    }

    private static func key(_ heading: String) -> String {
        String(heading.lowercased().unicodeScalars.filter { !$0.properties.isWhitespace && !"_-.*".unicodeScalars.contains($0) })
    }

    // MARK: Rows

    /// nil for an empty line and for one with mistakes.
    private mutating func row(_ record: CSVRecord) -> RosterRow? {
        let fields = record.fields.map(Self.trimmed)
        guard fields.contains(where: { !$0.isEmpty }) else { return nil }
        guard fields.count == width else {
            mistakes.append("line \(record.line): \(fields.count) fields under \(width) headings")
            return nil
        }
        let before = mistakes.count
        let cell = { (places: [Column: Int]?, column: Column) -> String? in
            places?[column].map { fields[$0] }.flatMap { $0.isEmpty ? nil : $0 }
        }
        let login = cell(places, .login).flatMap { text in
            if let slug = try? Slug(text.lowercased()) { return slug }
            mistakes.append(
                "line \(record.line): “\(text.prefix(64))” cannot be a login; use lower-case letters, digits and hyphens")
            return nil
        }
        let number = checked(cell(places, .number), "student number", most: 64, record.line) {
            !$0.contains(where: \.isWhitespace)
        }
        let name = checked(cell(places, .name), "name", most: 200, record.line) { _ in true }
        let email = checked(cell(places, .email), "e-mail address", most: 254, record.line, Self.isAddress)
        let section = checked(cell(places, .section), "section", most: 64, record.line) { _ in true }
        guard mistakes.count == before else { return nil }
        guard login != nil || number != nil || email != nil else {
            mistakes.append("line \(record.line): “\((name ?? "").prefix(64))” has no student number, e-mail address or login")
            return nil
        }
        notice(login.map { "login “\($0)”" }, record.line)
        notice(number.map { "student number “\($0)”" }, record.line)
        if login == nil, number == nil { notice(email.map { "e-mail address “\($0.lowercased())”" }, record.line) }
        guard mistakes.count == before else { return nil }
        return RosterRow(line: record.line, login: login, number: number, name: name, email: email, section: section)
    }

    private mutating func notice(_ what: String?, _ line: Int) {
        guard let what else { return }
        if let first = seen.updateValue(Int32(clamping: line), forKey: what.hashValue) {
            mistakes.append("line \(line): \(what) stands in line \(first) too")
        }
    }

    private mutating func checked(
        _ text: String?, _ what: String, most: Int, _ line: Int, _ isGood: (String) -> Bool
    ) -> String? {
        guard let text else { return nil }
        let plain = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        guard plain, text.unicodeScalars.count <= most, isGood(text) else {
            let shown = String(String.UnicodeScalarView(text.unicodeScalars.prefix(64).filter { $0.value >= 0x20 }))
            mistakes.append("line \(line): “\(shown)” cannot be \(what == "e-mail address" ? "an" : "a") \(what)")
            return nil
        }
        return text
    }

    /// Something before and after one `@`, and no space: whether mail arrives is not ours to tell.
    private static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && !text.contains(where: \.isWhitespace)
    }

    private static func trimmed(_ text: String) -> String {
        guard let first = text.unicodeScalars.firstIndex(where: { !$0.properties.isWhitespace }) else { return "" }
        let last = text.unicodeScalars.lastIndex { !$0.properties.isWhitespace } ?? first
        return String(text.unicodeScalars[first...last])
    }

    private static func error(_ mistakes: [String], more: Bool = false) -> ProvostError {
        let list = mistakes.map { "\n  \($0.hasSuffix(".") ? String($0.dropLast()) : $0)" }.joined()
        return ProvostError(
            .invalid, "The roster was not taken; nothing was changed:\(list)\(more ? "\n  … and perhaps more" : "")")
    }
}
