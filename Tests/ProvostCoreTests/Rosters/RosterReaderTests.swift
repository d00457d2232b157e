import ProvostCore
import Testing

struct RosterReaderTests {
    private func read(_ text: String) throws(ProvostError) -> (rows: [RosterRow], ignored: [String]) {
        var reader = RosterReader()
        var rows: [RosterRow] = []
        try reader.feed(Array(text.utf8)) { rows.append($0) }
        try reader.finish { rows.append($0) }
        return (rows, reader.ignoredColumns)
    }

    @Test(arguments: [
        "학번,이름,이메일,분반,비고\r\n0042,김민지,minji@example.kr,A,x\r\n",
        "Student ID;Name;E-mail;Section;note\n0042;김민지;minji@example.kr;A;x",
        "\u{FEFF}student_id\tfull_name\tEMAIL\tclass\tnote\n0042\t 김민지 \tminji@example.kr\tA\tx\n\n",
    ])
    func headingsInBothLanguages(text: String) throws {
        let (rows, ignored) = try read(text)
        #expect(
            rows == [RosterRow(line: 2, login: nil, number: "0042", name: "김민지", email: "minji@example.kr", section: "A")])
        #expect(ignored.count == 1)
    }

    @Test func everyMistakeIsNamedWithItsLine() {
        let text = """
            학번,이름,이메일,아이디
            1,가,a@x,ga
            2,나,not-an-address,na
            1,다,c@x,da
            3,라,d@x,이름
            4,마,e@x
            ,바,,
            5 5,사,g@x,sa
            6,아,h@x,ga
            """
        let error = #expect(throws: ProvostError.self) { try read(text) }
        for sentence in [
            "line 3: “not-an-address”", "line 4: student number “1” stands in line 2 too", "line 5: “이름” cannot be a login",
            "line 6: 3 fields under 4 headings", "line 7: “바” has no student number", "line 8: “5 5”",
            "line 9: login “ga” stands in line 2 too",
        ] { #expect(error?.message.contains(sentence) == true, "\(sentence) in \(error?.message ?? "")") }
    }

    @Test(arguments: [
        ("", "the file is empty"), ("이름,분반\n가,A\n", "no column tells who is meant"), ("학번,student_id\n1,1\n", "mean the same"),
        ("학번,주민등록번호\n1,9\n", "must not be handed in"), ("학번,이름\n", "not one person"),
    ])
    func filesThatAreNoRosters(text: String, sentence: String) {
        let error = #expect(throws: ProvostError.self) { try read(text) }
        #expect(error?.message.contains(sentence) == true, "\(error?.message ?? "")")
    }

    @Test func manyMistakesEndTheReading() {
        let text = "학번,이름\n" + (0..<1000).map { "\($0 % 2),x\n" }.joined()
        let error = #expect(throws: ProvostError.self) { try read(text) }
        #expect(error?.message.contains("perhaps more") == true)
        #expect((error?.message.split(separator: "\n").count ?? 0) < 25)
    }
}
