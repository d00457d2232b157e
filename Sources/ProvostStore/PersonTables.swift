import GRDB
import ProvostCore

/// Finds what is recorded about a person by the schema itself, so that a table which a later migration adds cannot be forgotten.
///
/// A row belongs to a person when a column that is called like the table it refers to (`person`, `enrollment`, `submission` …) leads to
/// them. Columns of other names (who marked, who let in) say who did something to somebody else: those rows are not theirs.
struct PersonTables {
    /// Columns that hold the hash of a secret.
    private static let secrets: Set<String> = ["hash"]

    private let database: Database
    /// Table → (column, the table that it refers to).
    private let references: [String: [(column: String, parent: String)]]

    init(_ database: Database) throws {
        self.database = database
        var references: [String: [(column: String, parent: String)]] = [:]
        let tables = try String.fetchAll(
            database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*' ORDER BY name")
        for table in tables {
            for row in try Row.fetchAll(database, sql: "SELECT \"from\" FROM pragma_foreign_key_list(?)", arguments: [table]) {
                let column: String = row[0]
                // Some refer to another table by the same key: `test.grading` to the score of that grading.
                if tables.contains(column) { references[table, default: []].append((column, column)) }
            }
        }
        self.references = references
    }

    /// Calls `take` for each row that belongs to the person, with its table, each once.
    func each(of person: ID<Person>, _ take: (String, Row) throws -> Void) throws {
        var known: [String: [String]] = ["person": [person.text]]
        var seen: [String: Set<Int64>] = [:]
        for row in try Row.fetchAll(database, sql: "SELECT * FROM person WHERE id = ?", arguments: [person.text]) {
            try take("person", row)
        }
        var waiting = ["person"]
        while let parent = waiting.popLast() {
            for (table, columns) in references.sorted(by: { $0.key < $1.key }) {
                for (column, target) in columns where target == parent {
                    var found: [String] = []
                    for key in known[parent] ?? [] {
                        for row in try Row.fetchAll(
                            database, sql: "SELECT * FROM \"\(table)\" WHERE \"\(column)\" = ?", arguments: [key])
                        {
                            // By the whole row: some tables have no rowid. A collision would leave a row out once in 10^19.
                            guard seen[table, default: []].insert(Int64(row.description.hashValue)).inserted else { continue }
                            try take(table, row)
                            if row.hasColumn("id"), let id = row["id"] as String? { found.append(id) }
                        }
                    }
                    guard !found.isEmpty, references.values.contains(where: { $0.contains { $0.parent == table } }) else {
                        continue
                    }
                    known[table, default: []] += found
                    waiting.append(table)
                }
            }
        }
    }

    /// A row as texts, without secrets.
    static func texts(_ row: Row) -> [String: String?] {
        var texts: [String: String?] = [:]
        for (column, value) in row where !secrets.contains(column) {
            texts[column] = .some(String.fromDatabaseValue(value) ?? Int64.fromDatabaseValue(value).map { "\($0)" })
        }
        return texts
    }
}
