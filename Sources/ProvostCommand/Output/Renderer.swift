import ArgumentParser
import FoundationEssentials
import Glibc
import ProvostAPI

/// The forms of a listing that `-o` chooses from.
package enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case table, json, csv
}

/// The one place that puts data on standard output.
package struct Renderer: Sendable {
    package let format: OutputFormat
    package let surroundings: Surroundings

    /// For one command.
    package init(format: OutputFormat, surroundings: Surroundings) {
        self.format = format
        self.surroundings = surroundings
    }

    /// A listing. An empty table is no table: `empty` is said on standard error instead.
    func list<Row: Encodable>(_ rows: [Row], _ columns: [Column<Row>], empty: String) throws {
        switch format {
        case .table: if rows.isEmpty { Console.say(empty) } else { Console.out(Table.aligned(rows, columns)) }
        case .json: try json(rows)
        case .csv: Console.out(CSV.text(rows, columns))
        }
    }

    /// One thing: fields below each other, an object, or a CSV of one row. Empty fields are left out of the first form.
    func item<Value: Encodable>(_ value: Value, _ columns: [Column<Value>]) throws {
        switch format {
        case .table:
            Console.out(Table.fields(columns.map { ($0.heading, $0.text(value)) }.filter { !$0.value.isEmpty }))
        case .json: try json(value)
        case .csv: Console.out(CSV.text([value], columns))
        }
    }

    /// The value and nothing else, indented for a terminal, on one line otherwise.
    func json(_ value: some Encodable) throws {
        let pretty = isatty(STDOUT_FILENO) == 1
        Console.out(String(decoding: try WireCoding.encoder(pretty: pretty).encode(value), as: UTF8.self) + "\n")
    }
}
