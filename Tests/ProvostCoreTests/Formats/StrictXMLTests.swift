import ProvostCore
import Testing

@Suite struct StrictXMLTests {
    private static func read(_ text: String) throws(FormatMistake) -> StrictXML.Element { try StrictXML.read(Array(text.utf8)) }

    @Test func whatReportsNeedIsRead() throws {
        let root = try Self.read(
            """
            \u{feff}<?xml version='1.0' encoding="utf-8" standalone='yes'?>
            <!-- a comment --><?xml-stylesheet href="x"?>
            <xs:suite a = "1 &lt; 2"\tb='&quot;&#x41;&#66;&#128512;&apos;'>
              one<child/> &amp; <!-- two -->two<![CDATA[ <&]] > ]]>three
              <child n="2">한글</child >
            </xs:suite>
            <!-- after -->
            """)
        #expect(root.name == "xs:suite")
        #expect(root.attribute("a") == "1 < 2" && root.attribute("b") == "\"AB😀'")
        #expect(root.attribute("c") == nil)
        #expect(root.children.map(\.name) == ["child", "child"])
        #expect(root.children.map(\.text) == ["", "한글"])
        #expect(root.text.split(whereSeparator: \.isWhitespace).joined(separator: " ") == "one & two <&]] > three")
    }

    @Test func lineEndsAreOneAndAttributesHaveNone() throws {
        let root = try Self.read("<a b='1\r\n2\t3\n4'>x\r\ny\rz</a>")
        #expect(root.text == "x\ny\nz")
        #expect(root.attribute("b") == "1 2 3 4")
    }

    /// What a learner's program printed must not decide whether it is graded.
    @Test(arguments: ["\u{1b}[31m", "&#27;[31m", "&#x1B;[31m", "<![CDATA[\u{1b}[31m]]>"])
    func charactersThatXMLForbidsAreReplaced(text: String) throws {
        #expect(try Self.read("<a>\(text)</a>").text == "\u{fffd}[31m")
    }

    @Test(arguments: ["\u{0}", "\u{fffe}", "\u{ffff}", "&#0;", "&#xFFFF;", "&#xD800;"])
    func soAreTheOthers(text: String) throws {
        #expect(try Self.read("<a b=\"\(text)\">\(text)</a>").text == "\u{fffd}")
        #expect(try Self.read("<a b=\"\(text)\">\(text)</a>").attribute("b") == "\u{fffd}")
    }

    @Test(
        arguments: [
            // Nothing, and not enough.
            ("", "line 1, column 1"), ("  ", "line 1, column 3"), ("<a>", "line 1, column 1"), ("<a", "line 1, column 3"),
            ("<a>\n<b></a>", "line 2, column 4"), ("<a b='1", "line 1, column 6"),
            ("<a><![CDATA[x</a>", "line 1, column 4"), ("<a><!-- x</a>", "line 1, column 4"), ("<a><?pi</a>", "line 1, column 4"),
            // Too much.
            ("<a/><b/>", "line 1, column 5"), ("<a/>x", "line 1, column 5"), ("x<a/>", "line 1, column 1"),
            ("<a/></a>", "line 1, column 5"),
            // Document types and entities: each can hide a bomb, a file or the network.
            ("<!DOCTYPE a><a/>", "line 1, column 1"),
            ("<?xml version=\"1.0\"?>\n<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "line 2, column 1"),
            ("<a><!DOCTYPE b></a>", "line 1, column 4"), ("<a>&nbsp;</a>", "line 1, column 4"),
            ("<a>&lol9;</a>", "line 1, column 4"), ("<a b='&x;'/>", "line 1, column 7"),
            ("<a><!ENTITY b 'c'></a>", "line 1, column 5"),
            // References that are none.
            ("<a>& </a>", "line 1, column 4"), ("<a>&#;</a>", "line 1, column 4"), ("<a>&#x;</a>", "line 1, column 4"),
            ("<a>&#12x;</a>", "line 1, column 4"),
            ("<a>&#99999999;</a>", "line 1, column 4"), ("<a>&#x110000;</a>", "line 1, column 4"),
            ("<a>&amp</a>", "line 1, column 4"),
            // Attributes.
            ("<a b='1' b='2'/>", "line 1, column 10"), ("<a b/>", "line 1, column 5"), ("<a b=1/>", "line 1, column 6"),
            ("<a b='<'/>", "line 1, column 7"), ("<a b='1'c='2'/>", "line 1, column 9"),
            // Other encodings and versions.
            ("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>", "line 1, column 1"),
            ("<?xml version=\"1.1\"?><a/>", "line 1, column 1"),
            ("<?xml version=\"1.0\" encoding=\"UTF-16\"?><a/>", "line 1, column 1"),
            ("<?xml encoding=\"UTF-8\"?><a/>", "line 1, column 1"),
            ("<?xml version=\"1.0\" version=\"1.0\"?><a/>", "line 1, column 1"),
            ("<a><?xml version=\"1.0\"?></a>", "line 1, column 4"), (" <?xml version=\"1.0\"?><a/>", "line 1, column 2"),
            // Not well-formed in other ways.
            ("<a>]]></a>", "line 1, column 4"), ("<a></b>", "line 1, column 4"), ("< a/>", "line 1, column 2"),
            ("<1/>", "line 1, column 2"), ("<a><!-- -- --></a>", "line 1, column 9"), ("<a/ >", "line 1, column 3"),
        ])
    func isRefused(text: String, place: String) {
        let mistake = #expect(throws: FormatMistake.self) { try Self.read(text) }
        #expect(mistake?.place == place, "\(mistake?.description ?? "")")
        #expect(mistake?.sentence.isEmpty == false)
    }

    @Test(arguments: [[0xff, 0xfe, 0x3c, 0x00], [0xfe, 0xff, 0x00, 0x3c]] as [[UInt8]])
    func utf16IsRefusedByName(bytes: [UInt8]) {
        let mistake = #expect(throws: FormatMistake.self) { try StrictXML.read(bytes) }
        #expect(mistake?.sentence.contains("UTF-16") == true)
    }

    @Test func bytesThatAreNoUTF8AreRefused() {
        let mistake = #expect(throws: FormatMistake.self) {
            try StrictXML.read(Array("<a>\n".utf8) + [0xe9] + Array("</a>".utf8))
        }
        #expect(mistake?.place == "line 2, column 1")
    }

    @Test func everythingHasALimit() throws {
        let deep = StrictXML.mostDepth
        _ = try Self.read(String(repeating: "<a>", count: deep) + String(repeating: "</a>", count: deep))
        #expect(throws: FormatMistake.self) {
            try Self.read(String(repeating: "<a>", count: deep + 1) + String(repeating: "</a>", count: deep + 1))
        }
        #expect(throws: FormatMistake.self) { try Self.read(String(repeating: "<a>", count: 300_000)) }
        let attributes = (0..<StrictXML.mostAttributes).map { " a\($0)=''" }.joined()
        _ = try Self.read("<a\(attributes)/>")
        #expect(throws: FormatMistake.self) { try Self.read("<a\(attributes) b=''/>") }
        #expect(throws: FormatMistake.self) {
            try Self.read("<a>" + String(repeating: "<b/>", count: StrictXML.mostElements) + "</a>")
        }
        _ = try Self.read("<a>" + String(repeating: "x", count: StrictXML.mostBytes - 7) + "</a>")
        #expect(throws: FormatMistake.self) {
            try Self.read("<a>" + String(repeating: "x", count: StrictXML.mostBytes - 6) + "</a>")
        }
    }
}
