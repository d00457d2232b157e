import Foundation
import Testing

extension EndToEndTests {
    /// From a late submission to a result that everybody can follow, by the real command line.
    struct ResultRoadTests {
        @Test func extensionsMarksAndAppealsAreFollowedToTheirRows() async throws {
            let room = try await Classroom()
            try await room.assignment("work")
            let teacher = try await room.member("han", role: "instructor")
            let admin = try await room.member("boss", role: "admin")
            let mina = try await room.member("mina")
            let jun = try await room.member("jun")
            let daemon = room.daemon
            // Closed for everybody, and open for one.
            try await daemon.must(
                [
                    "assignment", "change", "work", "--cohort", room.cohort, "--opens", Classroom.time(-5 * 86_400), "--closes",
                    Classroom.time(-3600),
                ], as: teacher)
            let folder = try room.work(mina, ["score": "5 2\n"])
            #expect(try await room.submit("work", folder, as: mina).status == 6)
            let more = [
                "allowance", "add", mina.name, "--assignment", "work", "--until", Classroom.time(7200), "--reason", "ill",
            ]
            #expect(try await daemon.cli(more + ["--cohort", room.cohort], as: teacher).status == 4, "allowances are for admins")
            let granted = try await daemon.must(more + ["-o", "json"], as: admin)
            let allowance = try #require(granted.json["id"].text, "\(granted.text)")
            let ended = try await room.submit("work", folder, as: mina)
            #expect(ended.status == 10, "\(ended.text)")
            let submission = try #require(ended.json["submission"]["id"].text)
            #expect(ended.json["submission"]["late"].text != "true")
            #expect(try await room.submit("work", room.work(jun, ["score": "8 2\n"]), as: jun).status == 6)

            let explain = ["explain", "work", "--cohort", room.cohort]
            var told = try await daemon.must(explain, as: mina).output
            #expect(told.contains(allowance) && told.contains(submission) && told.contains("counts: 70%"), "\(told)")

            // A mark counts once it is released.
            let mark = ["mark", "set", "work", mina.name, "--points", "9/10", "--comment", "as agreed", "--cohort", room.cohort]
            #expect(try await daemon.cli(mark, as: mina).status == 4)
            try await daemon.must(mark, as: teacher)
            #expect(try await daemon.must(explain, as: mina).output.contains("counts: 70%"))
            #expect(try await daemon.must(["mark", "list", "--cohort", room.cohort, "-o", "json"], as: mina).json.items.isEmpty)
            try await daemon.must(["mark", "release", "work", "--cohort", room.cohort], as: teacher)
            told = try await daemon.cli(explain, as: mina, environment: ["LANG": "ko_KR.UTF-8"]).output
            #expect(told.contains("인정: 90%") && told.contains("as agreed") && told.contains("mrk_"), "\(told)")
            let rows = try await daemon.must(["grades", "list", "--cohort", room.cohort, "-o", "json"], as: teacher).json.items
            #expect(rows.first { $0["person"]["slug"].text == mina.name }?["score"].number == 9)

            try await daemon.must(["appeal", "work", "--reason", "test 3", "--cohort", room.cohort], as: mina)
            let appeals = try await daemon.must(["appeal", "list", "--cohort", room.cohort, "-o", "json"], as: teacher).json.items
            let appeal = try #require(appeals.first?["id"].text)
            #expect(try await daemon.must(["appeal", "list", "-o", "json"], as: jun).json.items.isEmpty)
            try await daemon.must(
                ["appeal", "reply", appeal, "--verdict", "declined", "--text", "section 2", "--cohort", room.cohort], as: teacher)
            #expect(try await daemon.must(["appeal", "list"], as: mina).output.contains("section 2"))

            try await daemon.must(
                ["attendance", "set", room.cohort, Classroom.day(-1), "--present", mina.name, "--absent", jun.name], as: teacher)
            let mine = try await daemon.must(["attendance", "list", room.cohort, "-o", "json"], as: jun).json.items
            #expect(mine.map { $0["state"].text } == ["absent"])
            let opened = try await daemon.must(
                ["integrity", "open", jun.name, "--reason", "alike", "--cohort", room.cohort, "-o", "json"], as: teacher)
            let doubt = try #require(opened.json["id"].text)
            try await daemon.must(
                ["integrity", "close", doubt, "--verdict", "cleared", "--reason", "seen", "--cohort", room.cohort], as: teacher)
            #expect(try await daemon.cli(["integrity", "list", "--cohort", room.cohort], as: jun).status == 4)

            let progress = try await daemon.must(["progress", "--cohort", room.cohort], as: mina).output
            #expect(progress.contains("90%") && progress.contains("Weighted mean: 90%"), "\(progress)")
            // Taken back, it is closed for them as well.
            try await daemon.must(
                ["allowance", "withdraw", allowance, "--reason", "mistake", "--cohort", room.cohort], as: admin)
            #expect(try await room.submit("work", folder, as: mina).status == 6)
        }
    }
}
