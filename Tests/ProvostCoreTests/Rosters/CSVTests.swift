import ProvostCore
import Testing

struct CSVTests {
    /// Fed in pieces of the given size.
    private func records(_ text: String, pieces: Int = 7) throws -> [CSVRecord] {
        var reader = CSVReader()
        var records: [CSVRecord] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            try reader.feed(Array(bytes[start..<min(start + pieces, bytes.count)])) { records.append($0) }
        }
        try reader.finish { records.append($0) }
        return records
    }

    @Test(arguments: [1, 2, 3, 1000]) func fieldsQuotesAndLines(pieces: Int) throws {
        let text = "\u{FEFF}a,b,c\r\n1,\"two, \"\"quoted\"\"\",3\r\n\r\n\"line\nbreak\",,\r\nlast,x,y"
        let found = try records(text, pieces: pieces)
        #expect(
            found == [
                CSVRecord(line: 1, fields: ["a", "b", "c"]), CSVRecord(line: 2, fields: ["1", "two, \"quoted\"", "3"]),
                CSVRecord(line: 4, fields: ["line\nbreak", "", ""]), CSVRecord(line: 6, fields: ["last", "x", "y"]),
            ])
    }

    @Test func delimitersAndLineEndsOfSpreadsheets() throws {
        for text in ["a;b\n1;2,5\n", "a\tb\r1\t2,5\r", "\"a,x\";b\r\n1;2,5\r\n"] {
            let found = try records(text)
            #expect(found.count == 2 && found[1].fields == ["1", "2,5"], "\(text)")
            #expect(found[1].line == 2)
        }
    }

    @Test(arguments: [
        ("a,b\nx,\"open\nand more", "line 2: the quotation mark"), ("a,b\nx,y\"z\n", "line 2: there is a quotation mark inside"),
        ("a,b\n\"x\"y,z\n", "line 2: there is text behind"), ("a,b\nx,\0\n", "line 2: there is a NUL"),
        ("a,b\nx," + String(repeating: "y", count: 70_000), "line 2: a field is longer"),
    ])
    func whatIsAmbiguousIsAnErrorWithItsLine(text: String, sentence: String) {
        let error = #expect(throws: ProvostError.self) { try records(text) }
        #expect(error?.message.hasPrefix(sentence) == true, "\(error?.message ?? "")")
    }

    @Test func whatIsWrittenIsReadBack() throws {
        var generator = Seeded(5)
        let alphabet = Array("ab가,\"\r\n =+;\t")
        for _ in 0..<300 {
            let width = Int.random(in: 2...4, using: &generator)
            let rows = (0..<5).map { _ in
                (0..<width).map { _ in
                    String(
                        (0..<Int.random(in: 0...6, using: &generator)).map { _ in alphabet.randomElement(using: &generator) ?? "a"
                        })
                }
            }
            var writer = CSVWriter(guarding: .none)
            // The reader takes the delimiter from here.
            writer.add((0..<width).map { "h\($0)" })
            for row in rows { writer.add(row) }
            #expect(try records(writer.text).dropFirst().map(\.fields) == rows)
        }
    }

    @Test func formulasAreGuardedForPeopleAlone() {
        for text in ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\n=1", "＝1", "＋1", "－1", "＠x"] {
            #expect(CSVWriter.field(text, guarding: .apostrophe).contains("'"))
            #expect(!CSVWriter.field(text, guarding: .none).contains("'"))
        }
        #expect(CSVWriter.field("007", guarding: .apostrophe) == "007")
    }
}
