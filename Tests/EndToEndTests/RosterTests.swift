import Foundation
import Testing

extension EndToEndTests {
    /// A roster's road: from a spreadsheet's file to people who log in, results in other systems' forms, and people who are erased.
    struct RosterTests {
        private func iconv(_ text: String, to encoding: String) throws -> Data {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/iconv")
            process.arguments = ["-f", "UTF-8", "-t", encoding]
            let (input, output) = (Pipe(), Pipe())
            process.standardInput = input
            process.standardOutput = output
            try process.run()
            try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
            try input.fileHandleForWriting.close()
            let data = try output.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            return data
        }

        private func file(_ room: Classroom, _ name: String, _ data: Data) throws -> String {
            let folder = room.daemon.folder + "/rosters-\(room.cohort)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try data.write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
            return "\(folder)/\(name)"
        }

        @Test func aSpreadsheetFillsACohortAndKeepsItInStep() async throws {
            let room = try await Classroom()
            let daemon = room.daemon
            let stem = room.cohort
            let head = try await room.member("head", role: "admin")
            let text = "학번,이름,이메일,분반,비고\r\n\(stem)01,김민지,minji@example.kr,A,x\r\n\(stem)02,=박준,jun@example.kr,B,\r\n"
            let korean = try file(room, "korean.csv", try iconv(text, to: "UHC"))
            let dry = try await daemon.must(["cohort", "import", stem, korean, "--dry-run"], as: head)
            #expect(dry.output.contains("+ \(stem)01  김민지") && dry.text.contains("2 new") && dry.text.contains("CP949"))
            #expect(
                try await daemon.must(["enrollment", "list", "--cohort", stem, "-o", "json"], as: head).json.items.count == 1)
            let codes = daemon.folder + "/codes-\(stem).csv"
            let done = try await daemon.must(["cohort", "import", stem, korean, "--codes", codes, "-o", "json"], as: head).json
            #expect(done["new"].number == 2 && done["ignoredColumns"].items.count == 1)
            // The same in other clothes is the same.
            for (name, encoding) in [("utf16.csv", "UTF-16"), ("utf8.csv", "UTF-8")] {
                let path = try file(room, name, try iconv(text, to: encoding))
                let again = try await daemon.must(["cohort", "import", stem, path, "--sync", "-o", "json"], as: head).json
                #expect(again["same"].number == 2 && again["new"].number == 0 && again["suspended"].number == 0, "\(name)")
            }
            // A code from the file is a login.
            let lines = try String(contentsOfFile: codes, encoding: .utf8).split(whereSeparator: \.isNewline)
            #expect(lines.count == 3 && lines[2].contains("'=박준"))
            let code = try #require(lines[1].split(separator: ",").first { $0.hasPrefix("pvc_") })
            let minji = Member(name: "\(stem)01", home: "\(daemon.folder)/\(stem)-minji")
            try await daemon.must(["login", String(code), "--server", "unix:" + daemon.socket], as: minji)

            // Mistakes are named with their lines, and nothing is taken.
            let broken = try file(room, "broken.csv", Data("학번,이름,이메일\n\(stem)01,a,b\n\(stem)03,c,c@x\n\(stem)03,d,d@x\n".utf8))
            let refused = try await daemon.cli(["cohort", "import", stem, broken], as: head)
            #expect(
                refused.status == 1 && refused.text.contains("line 2: “b”") && refused.text.contains("line 4: student number"))
            // One goes, one changes, one comes.
            let next = try file(room, "next.csv", Data("student_id,name,section\n\(stem)01,김민지,C\n\(stem)03,Ana,A\n".utf8))
            let synced = try await daemon.must(["cohort", "import", stem, next, "--sync"], as: head)
            #expect(synced.output.contains("~ \(stem)01  김민지  (section: A → C)"))
            #expect(synced.output.contains("+ \(stem)03") && synced.output.contains("- \(stem)02"))
            let people = try await daemon.must(["enrollment", "list", "--cohort", stem, "-o", "json"], as: head).json.items
            #expect(people.filter { $0["suspended"].text != "" && $0["person"]["slug"].text == "\(stem)02" }.count == 1)
            let fresh = try await daemon.must(["enrollment", "code", "\(stem)03", "--cohort", stem, "-o", "json"], as: head).json
            #expect(fresh.items.count == 1)
        }

        @Test func aCampusAdminHoldsTheirOrganizationAlone() async throws {
            let (here, there) = (try await Classroom(), try await Classroom())
            let daemon = here.daemon
            let admin = try await there.member("campus")
            try await daemon.must(["organization", "admin", "add", here.cohort, admin.name])
            let roster = try file(here, "r.csv", Data("login,name\n\(here.cohort)-x,X\n".utf8))
            try await daemon.must(["cohort", "import", here.cohort, roster], as: admin)
            try await daemon.must(["quota", "set", "cohort:\(here.cohort)", "memory", "1GiB"], as: admin)
            let report = try await daemon.must(["report", "-o", "json"], as: admin).json.items
            #expect(report.count == 1 && report[0]["organization"].text == here.cohort && report[0]["enrolled"].number == 1)
            // Nothing elsewhere, also where they are a learner; and nobody else's learners are taken over.
            #expect(try await daemon.cli(["cohort", "import", there.cohort, roster], as: admin).status == 4)
            #expect(try await daemon.cli(["report", "--organization", there.cohort], as: admin).status == 4)
            #expect(
                try await daemon.cli(["quota", "set", "organization:\(here.cohort)", "memory", "1GiB"], as: admin).status == 4)
            let other = try await there.member("learner")
            let stolen = try file(here, "s.csv", Data("login\n\(other.name)\n".utf8))
            let refused = try await daemon.cli(["cohort", "import", here.cohort, stolen], as: admin)
            #expect(refused.status == 7 && refused.text.contains("line 2"))
            try await daemon.must(["org", "admin", "remove", here.cohort, admin.name])
            #expect(try await daemon.cli(["report", "--cohort", here.cohort], as: admin).status == 4)
        }

        @Test func resultsGoOutAndAPersonIsErased() async throws {
            let room = try await Classroom()
            let daemon = room.daemon
            try await room.assignment("work")
            let (minji, jun) = (try await room.member("minji"), try await room.member("jun"))
            for learner in [minji, jun] {
                #expect(
                    try await room.submit("work", try room.work(learner, ["score": "8 2\n", "who": learner.name]), as: learner)
                        .status == 0)
            }
            let canvas = try await daemon.must(["grades", "export", "--for", "canvas", "--cohort", room.cohort]).output
            #expect(canvas.hasPrefix("Student,ID,SIS User ID,SIS Login ID,Section,work\r\n\"    Points Possible\",,,,,10\r\n"))
            let zip = daemon.folder + "/\(room.cohort).zip"
            try await daemon.must(["grades", "export", "--for", "oneroster", "--cohort", room.cohort, "--to", zip])
            #expect(try Data(contentsOf: URL(fileURLWithPath: zip)).starts(with: [0x50, 0x4B, 3, 4]))

            // One's own data, whole.
            let folder = minji.home + "/data"
            try await daemon.must(["person", "export", minji.name, "--to", folder], as: minji)
            let page = try String(contentsOfFile: folder + "/index.html", encoding: .utf8)
            #expect(page.contains("submission (1)") && !page.contains(jun.name))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/submissions").count == 1)
            #expect(try await daemon.cli(["person", "export", jun.name, "--to", minji.home + "/jun"], as: minji).status == 4)
            #expect(try await daemon.cli(["person", "export", minji.name, "--to", daemon.folder + "/no-reason"]).status == 1)
            try await daemon.must([
                "person", "export", minji.name, "--to", daemon.folder + "/\(minji.name).zip", "--reason", "asked",
            ])

            let erase = ["person", "erase", minji.name, "--reason", "asked"]
            let dry = try await daemon.must(erase + ["--dry-run"]).output
            #expect(dry.contains("stays") && dry.contains("score"))
            #expect(try await daemon.cli(["whoami"], as: minji).status == 0)
            let erased = try await daemon.must(erase + ["--confirm", minji.name, "-o", "json"]).json
            let pseudonym = try #require(erased["pseudonym"].text)
            #expect(try await daemon.cli(["whoami"], as: minji).status != 0)
            let grades = try await daemon.must(["grades", "list", "--cohort", room.cohort, "-o", "json"]).json.items
            let row = try #require(grades.first { $0["person"]["slug"].text == pseudonym })
            #expect(row["score"].number == 10 && !grades.contains { $0["person"]["slug"].text == minji.name })
            #expect(try await daemon.must(["audit", "verify"]).status == 0)
            // What was handed in within the hour is held; it is said.
            #expect(erased["kept"].items.contains { $0["what"].text?.contains("within the hour") == true })
            try await daemon.must(["submission", "list", "--cohort", room.cohort], as: jun)
        }
    }
}
