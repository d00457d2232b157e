import ProvostCore
import Testing

@Suite struct StrictJSONTests {
    private static func read(_ text: String) throws(FormatMistake) -> StrictJSON.Value { try StrictJSON.read(Array(text.utf8)) }

    // MARK: Taken

    @Test(arguments: [
        "{}", "[]", "null", "true", "0", "-1.5e3", "\"\"", " \t\r\n[1 , 2]\n", "{\"a\":{\"b\":[{}]}}", "\"\\ud83d\\ude00\"",
        "1e308", "[1e-400]",
        "1.7976931348623157e308", "{\"한\":1,\"글\":2}", "\"\u{7f}\"", "[[],[]]", "\"/\\/\\\"\\\\\\b\\f\\n\\r\\t\\u00e9\"",
    ])
    func isTaken(text: String) throws { _ = try Self.read(text) }

    @Test func valuesAreFound() throws {
        let top = try Self.read(#"{"a": [1, "x\n\u00e9\ud83d\ude00", true, null], "b": {"c": 2.5}, "n": null}"#)
        let values = Array(try #require(top.member("a")).elements())
        #expect(values.map(\.kindName) == ["a number", "a string", "true or false", "null"])
        #expect(try values[1].string() == "x\né😀")
        #expect(try values[2].bool())
        #expect(try top.member("b")?.member("c")?.amount() == Amount(parsing: Array("2.5".utf8)[...]))
        #expect(top.member("n") == nil, "null counts as not there")
        #expect(top.member("missing") == nil)
        #expect(try top.members().map(\.name) == ["a", "b", "n"])
    }

    @Test func aNameMayBeWrittenWithEscapes() throws {
        #expect(try Self.read(#"{"sc\u006fre": 1}"#).member("score")?.whole() == 1)
    }

    @Test func namesWithoutQuotationMarksAreTakenWhereAsked() throws {
        let text = Array("{scores: {Part_1: 3}}".utf8)
        #expect(throws: FormatMistake.self) { try StrictJSON.read(text) }
        #expect(try StrictJSON.read(text, unquotedNames: true).member("scores")?.member("Part_1")?.whole() == 3)
    }

    // MARK: Refused

    @Test(
        arguments: [
            // Nothing, and not enough.
            ("", "line 1, column 1"), ("   ", "line 1, column 4"), ("{", "line 1, column 2"), ("[1,", "line 1, column 4"),
            ("{\"a\"", "line 1, column 5"),
            ("\"abc", "line 1, column 1"), ("{\"a\":", "line 1, column 6"), ("tru", "line 1, column 1"),
            // Too much.
            ("{} {}", "line 1, column 4"), ("1 2", "line 1, column 3"), ("[1]]", "line 1, column 4"),
            ("{}\n\nx", "line 3, column 1"),
            // Numbers that are none.
            ("NaN", "line 1, column 1"), ("[Infinity]", "line 1, column 2"), ("[-Infinity]", "line 1, column 2"),
            ("[nan]", "line 1, column 2"),
            ("01", "line 1, column 1"), ("1.", "line 1, column 1"), (".5", "line 1, column 1"), ("+1", "line 1, column 1"),
            ("0x1", "line 1, column 1"),
            ("1e", "line 1, column 1"), ("--1", "line 1, column 1"), ("1.2.3", "line 1, column 1"), ("[1-2]", "line 1, column 2"),
            // Above the range of a double.
            ("1e400", "line 1, column 1"), ("[\n -1e400]", "line 2, column 2"),
            ("1e999999999999999999999999", "line 1, column 1"),
            ("1.8e308", "line 1, column 1"), (String(repeating: "9", count: 400), "line 1, column 1"),
            // Two of one name, written the same or not.
            (#"{"score": 1, "score": 2}"#, "line 1, column 14"), (#"{"a": 1, "\u0061": 2}"#, "line 1, column 10"),
            (#"{"x": {"": 1, "": 2}}"#, "line 1, column 15"),
            // Commas, comments, quotation marks.
            ("[1,]", "line 1, column 4"), ("{\"a\":1,}", "line 1, column 8"), ("[1 2]", "line 1, column 4"),
            ("{\"a\" 1}", "line 1, column 6"),
            ("[,1]", "line 1, column 2"), ("{a:1}", "line 1, column 2"), ("{'a':1}", "line 1, column 2"),
            ("// x\n1", "line 1, column 1"), ("{1:2}", "line 1, column 2"),
            // Strings.
            ("\"a\nb\"", "line 1, column 3"), ("\"\u{0}\"", "line 1, column 2"), (#""\x""#, "line 1, column 2"),
            (#""\u12g4""#, "line 1, column 2"), (#""\u12"#, "line 1, column 2"),
            ("\"\\", "line 1, column 1"),
            // Surrogates alone, or the wrong way round.
            (#""\ud800""#, "line 1, column 2"), (#""\udc00""#, "line 1, column 2"), (#""\ud800\ud800""#, "line 1, column 2"),
            (#""\ud800A""#, "line 1, column 2"),
            // A byte order mark.
            ("\u{feff}{}", "line 1, column 1"),
        ])
    func isRefused(text: String, place: String) {
        let mistake = #expect(throws: FormatMistake.self) { try Self.read(text) }
        #expect(mistake?.place == place, "\(mistake?.description ?? "")")
        #expect(mistake?.sentence.hasSuffix(".") == true)
    }

    @Test(
        arguments: [
            ([0x22, 0xff, 0x22], "line 1, column 2"), ([0x22, 0xc0, 0x80, 0x22], "line 1, column 2"),
            // A surrogate as bytes, a character cut off, one longer than needed.
            ([0x0a, 0x22, 0xed, 0xa0, 0x80, 0x22], "line 2, column 2"), ([0x22, 0xe2, 0x82, 0x22], "line 1, column 2"),
            ([0x22, 0xed, 0x95, 0x9c, 0xf4, 0x90, 0x80, 0x80, 0x22], "line 1, column 3"),
        ] as [([UInt8], String)])
    func bytesThatAreNoUTF8AreRefused(bytes: [UInt8], place: String) {
        let mistake = #expect(throws: FormatMistake.self) { try StrictJSON.read(bytes) }
        #expect(mistake?.place == place && mistake?.sentence.contains("UTF-8") == true)
    }

    /// The search by halving finds the first bad byte, wherever it stands.
    @Test func theFirstBadByteIsNamed() {
        for position in stride(from: 0, to: 3000, by: 7) {
            var bytes = Array("\"".utf8) + Array(String(repeating: "한", count: 1000).utf8) + Array("\"".utf8)
            bytes.insert(0xff, at: 1 + position / 3 * 3)
            let mistake = #expect(throws: FormatMistake.self) { try StrictJSON.read(bytes) }
            #expect(mistake?.place == "line 1, column \(2 + position / 3)")
        }
    }

    @Test func depthHasALimit() throws {
        let deep = StrictJSON.mostDepth
        _ = try Self.read(String(repeating: "[", count: deep) + String(repeating: "]", count: deep))
        #expect(throws: FormatMistake.self) {
            try Self.read(String(repeating: "[", count: deep + 1) + String(repeating: "]", count: deep + 1))
        }
        #expect(throws: FormatMistake.self) { try Self.read(String(repeating: "{\"a\":", count: 100_000)) }
    }

    @Test func sizeHasALimit() throws {
        let full = "\"" + String(repeating: "a", count: StrictJSON.mostBytes - 2) + "\""
        _ = try Self.read(full)
        #expect(throws: FormatMistake.self) { try Self.read(full + " ") }
    }

    @Test func manyNamesAreComparedToo() {
        let names = (0..<5000).map { "\"n\($0)\":0" }
        #expect(throws: Never.self) { try Self.read("{" + names.joined(separator: ",") + "}") }
        #expect(throws: FormatMistake.self) { try Self.read("{" + (names + ["\"n7\":1"]).joined(separator: ",") + "}") }
    }

    @Test(
        arguments: [
            (#"{"tests": [{"a": 1}, {"score": "x"}]}"#, "line 1, column 32, tests[1].score"),
            (#"["x"]"#, "line 1, column 2, [0]"),
            (#"{"a": {"b": [[], ["x"]]}}"#, "line 1, column 19, a.b[1][0]"), (#""x""#, "line 1, column 1"),
        ])
    func mistakesSayThePath(text: String, place: String) throws {
        let top = try Self.read(text)
        func find(_ value: StrictJSON.Value) -> StrictJSON.Value? {
            if value.isString { return value }
            if let elements = try? value.elements() { return elements.lazy.compactMap(find).first }
            if let members = try? value.members() { return members.lazy.compactMap { find($0.value) }.first }
            return nil
        }
        let mistake = #expect(throws: FormatMistake.self) { try find(top)?.amount() }
        #expect(mistake?.place == place)
        #expect(mistake?.sentence == "It must be a number, not a string.")
    }
}
