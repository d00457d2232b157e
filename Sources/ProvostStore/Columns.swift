import FoundationEssentials
import GRDB
import ProvostCore

/// How values stand in columns. Rows are decoded by hand and by position: Codable costs several times as much.
enum Column {
    /// JSON with sorted keys, so that equal values are equal texts.
    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func decoded<Value: Decodable>(_ text: String, as type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    }

    /// A raw-value enum; a text outside of it means that the file was changed by hand, and is an error instead of a trap.
    static func value<Value: RawRepresentable<String>>(_ text: String, as type: Value.Type = Value.self) throws -> Value {
        guard let value = Value(rawValue: text) else {
            throw ProvostError(.internalError, "The store holds “\(text.prefix(40))”, which this version cannot read.")
        }
        return value
    }
}

extension Row {
    func id<Entity>(_ index: Int, as type: ID<Entity>.Type = ID<Entity>.self) -> ID<Entity> { ID(trusted: self[index]) }
    func slug(_ index: Int) -> Slug { Slug(trusted: self[index]) }
    func digest(_ index: Int) throws -> ContentDigest { try ContentDigest(parsing: self[index]) }
    func optionalDigest(_ index: Int) throws -> ContentDigest? {
        try (self[index] as String?).map { try ContentDigest(parsing: $0) }
    }
    func instant(_ index: Int) -> Timestamp { Timestamp(milliseconds: self[index]) }
    func optionalInstant(_ index: Int) -> Timestamp? { (self[index] as Int64?).map(Timestamp.init(milliseconds:)) }
    func points(_ index: Int) -> Points { Points(thousandths: self[index]) }
    func civil(_ index: Int) throws -> CivilTime { try CivilTime(parsing: self[index]) }

    /// Person columns: id, slug, name, email.
    func person(_ index: Int) -> Person {
        Person(id: id(index), slug: slug(index + 1), name: self[index + 2], email: self[index + 3])
    }
}

extension Database {
    /// Decodes every row of a cached statement.
    func rows<Value>(
        _ sql: String, _ arguments: StatementArguments = StatementArguments(), _ decode: (Row) throws -> Value
    ) throws -> [Value] {
        let cursor = try Row.fetchCursor(cachedStatement(sql: sql), arguments: arguments)
        var values: [Value] = []
        while let row = try cursor.next() { values.append(try decode(row)) }
        return values
    }

    /// Decodes the first row of a cached statement.
    func row<Value>(
        _ sql: String, _ arguments: StatementArguments = StatementArguments(), _ decode: (Row) throws -> Value
    ) throws -> Value? {
        let cursor = try Row.fetchCursor(cachedStatement(sql: sql), arguments: arguments)
        let value = try cursor.next().map(decode)
        // A cursor left in the middle keeps its statement open, and with it the transaction.
        while try cursor.next() != nil {}
        return value
    }

    /// Executes a cached statement and returns how many rows it changed.
    @discardableResult
    func run(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> Int {
        try cachedStatement(sql: sql).execute(arguments: arguments)
        return changesCount
    }
}
