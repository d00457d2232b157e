import Foundation
import ProvostCore
import Testing

struct GradebookTests {
    private static func slug(_ text: String) -> Slug { Slug(trusted: text) }
    private static let day = CivilDate(daysSince1970: 20_500)

    static let book: Gradebook = {
        let items = [("web", "Web (2)", 10), ("data", "Data, \"big\"", 20)].map { name, title, points in
            Gradebook.Item(
                id: "asg_\(name)", slug: slug(name), title: LocalizedText(english: title, korean: "과제"),
                points: Points(whole: Int64(points)), opens: CivilTime(date: day), due: CivilTime(date: day.adding(days: 7)),
                weight: 1)
        }
        let learner = { (name: String, title: String, number: String?, suspended: Bool, cells: [Gradebook.Cell]) in
            Gradebook.Learner(
                enrollment: ID(trusted: "enr_\(name)"),
                person: Person(id: ID(trusted: "per_\(name)"), slug: slug(name), name: title, email: "\(name)@example.kr"),
                number: number, section: number == nil ? nil : "A", suspended: suspended, cells: cells)
        }
        let received = Timestamp(milliseconds: Int64(day.daysSince1970) * 86_400_000 + 20 * 3_600_000)
        return Gradebook(
            cohort: Cohort(
                id: ID(trusted: "coh_1"), program: slug("prg"), slug: slug("spring"), title: "Spring", firstDay: day,
                lastDay: day.adding(days: 60), timezone: "Asia/Seoul"),
            organization: Organization(id: ID(trusted: "org_1"), slug: slug("acme"), title: "Acme"),
            program: Program(id: ID(trusted: "prg_1"), organization: slug("acme"), slug: slug("prg"), title: "Program"),
            items: items,
            learners: [
                learner(
                    "minji", "김민지", "0042", false,
                    [
                        Gradebook.Cell(score: Points(thousandths: 7_500), late: true, receivedAt: received),
                        Gradebook.Cell(score: nil, excused: true),
                    ]),
                learner(
                    "evil", "=HYPERLINK(\"x\")", nil, false,
                    [Gradebook.Cell(score: nil, missing: true), Gradebook.Cell(score: .zero, receivedAt: received)]),
                learner("gone", "Gone", "9", true, [Gradebook.Cell(score: Points(whole: 1)), Gradebook.Cell(score: nil)]),
            ])
    }()

    private func records(_ text: String) throws -> [[String]] {
        var reader = CSVReader()
        var rows: [[String]] = []
        try reader.feed(Array(text.utf8)) { rows.append($0.fields) }
        try reader.finish { rows.append($0.fields) }
        return rows
    }

    @Test func canvasTakesIt() throws {
        let rows = try records(Self.book.canvas())
        #expect(rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Web [2]", "Data, \"big\""])
        #expect(rows[1] == ["    Points Possible", "", "", "", "", "10", "20"])
        #expect(rows[2] == ["김민지", "", "0042", "minji@example.kr", "A", "7.5", "EX"])
        // Raw: Canvas would keep an apostrophe as part of the name. The suspended are not there.
        #expect(rows[3][0] == "=HYPERLINK(\"x\")" && rows[3][6] == "0" && rows[3][5].isEmpty)
        #expect(rows.count == 4)
        #expect(Self.book.canvas().hasPrefix("Student,ID,") && Self.book.canvas().contains("\r\n\"    Points Possible\","))
    }

    @Test func moodleAndPeople() throws {
        let moodle = try records(Self.book.moodle())
        #expect(moodle[0] == ["username", "idnumber", "email", "fullname", "Web (2)", "Data, \"big\""])
        #expect(moodle[1] == ["minji", "0042", "minji@example.kr", "김민지", "7.5", ""])
        #expect(moodle.count == 3)
        let table = try records(Self.book.table())
        #expect(table[3][2] == "'=HYPERLINK(\"x\")")
        #expect(table.count == 5 && table[4][5] == "yes")
    }

    @Test func oneRosterSetHangsTogether() throws {
        let files = Dictionary(
            uniqueKeysWithValues: try Self.book.oneRoster(day: Self.day, offsetSeconds: 9 * 3600).map {
                ($0.name, try records(String(decoding: $0.content, as: UTF8.self)))
            })
        let manifest = Dictionary(uniqueKeysWithValues: try #require(files["manifest.csv"]).map { ($0[0], $0[1]) })
        #expect(
            manifest["oneroster.version"] == "1.2" && manifest["manifest.version"] == "1.0"
                && manifest["file.demographics"] == "absent")
        #expect(manifest.count == 1 + 2 + 21 + 2)
        for name in files.keys where name != "manifest.csv" {
            #expect(manifest["file." + name.dropLast(4)] == "bulk")
            let rows = try #require(files[name])
            #expect(
                rows.allSatisfy { $0.count == rows[0].count }
                    && Array(rows[0].prefix(3)) == ["sourcedId", "status", "dateLastModified"], "\(name)")
            #expect(Set(rows.map { $0[0] }).count == rows.count, "\(name)")
        }
        // What one file names, another one has.
        let ids = { (name: String) in Set((files[name] ?? []).dropFirst().map { $0[0] }) }
        let column = { (name: String, heading: String) -> Set<String> in
            let rows = files[name] ?? []
            guard let place = rows.first?.firstIndex(of: heading) else { return ["no such column"] }
            return Set(rows.dropFirst().map { $0[place] })
        }
        for (name, heading, target) in [
            ("classes.csv", "courseSourcedId", "courses.csv"), ("classes.csv", "schoolSourcedId", "orgs.csv"),
            ("classes.csv", "termSourcedIds", "academicSessions.csv"), ("enrollments.csv", "userSourcedId", "users.csv"),
            ("enrollments.csv", "classSourcedId", "classes.csv"), ("roles.csv", "userSourcedId", "users.csv"),
            ("lineItems.csv", "categorySourcedId", "categories.csv"),
            ("lineItems.csv", "academicSessionSourcedId", "academicSessions.csv"),
            ("results.csv", "lineItemSourcedId", "lineItems.csv"), ("results.csv", "studentSourcedId", "users.csv"),
        ] { #expect(column(name, heading).isSubset(of: ids(target)), "\(name) \(heading)") }
        let results = try #require(files["results.csv"])
        #expect(results.count == 5)
        // 05:00 of the next day in Seoul.
        #expect(results[1][5...7] == ["fully graded", "7.5", Self.day.adding(days: 1).description] && results[1][13] == "true")
        #expect(
            results[2][5] == "exempt" && results[2][14] == "false" && results[3][5] == "not submitted" && results[3][14] == "true"
        )
    }

    /// By another program.
    @Test func theZipIsOne() throws {
        #expect(CRC32.of(Array("123456789".utf8)) == 0xCBF4_3926)
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).zip")
        defer { try? FileManager.default.removeItem(at: path) }
        try Data(StoredZip.archive([("a.csv", Array("a,b\r\n".utf8)), ("한글.csv", Array("x".utf8)), ("empty", [])])).write(
            to: path)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = [
            "-c",
            "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print([(n, len(z.read(n))) for n in z.namelist()])",
            path.path,
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(text == "[('a.csv', 5), ('한글.csv', 1), ('empty', 0)]\n")
    }

    @Test func rowsAreGatheredByOrganizationAndProgram() {
        let row = { (organization: String, cohort: String, enrolled: Int) in
            SponsorRow(
                organization: Self.slug(organization), program: Self.slug("p"), cohort: Self.slug(cohort), cohorts: 1,
                enrolled: enrolled,
                suspended: 1, active: 2, completed: 1, delivered: .seconds(3600),
                taught: cohort == "x" || cohort == "z" ? nil : .seconds(1800))
        }
        let gathered = SponsorRow.gathered([row("a", "x", 10), row("a", "y", 5), row("b", "z", 7)])
        #expect(gathered.map(\.enrolled) == [15, 7] && gathered[0].cohorts == 2 && gathered[0].cohort == nil)
        #expect(gathered[0].delivered == .seconds(7200) && gathered[1].cohort == nil)
        // What is known of one cohort is not lost for another of which nothing is known; of none it stays unknown.
        #expect(gathered[0].taught == .seconds(1800) && gathered[1].taught == nil)
    }
}
