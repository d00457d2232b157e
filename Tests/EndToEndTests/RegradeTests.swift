import Foundation
import Testing

extension EndToEndTests {
    /// An assignment graded again as a set: previewed, applied, undone.
    struct RegradeTests {
        private func grades(_ room: Classroom, _ teacher: Member) async throws -> [String: String] {
            let rows = try await room.daemon.must(["grades", "list", "--cohort", room.cohort, "-o", "json"], as: teacher).json
                .items
            return Dictionary(
                uniqueKeysWithValues: rows.map { row in
                    let score = row["score"].number.map { "\(Int($0))" } ?? "–"
                    return (row["person"]["slug"].text ?? "", "\(score)/\(Int(row["max"].number ?? 0))")
                })
        }

        @Test func anAssignmentIsRegradedReviewedAppliedAndUndone() async throws {
            let room = try await Classroom()
            try await room.assignment("work")
            let mina = try await room.member("mina")
            let kim = try await room.member("kim")
            let teacher = try await room.member("han", role: "instructor")
            let ended = try await room.submit("work", room.work(mina, ["score": "5 2\n"]), as: mina)
            let id = try #require(ended.json["submission"]["id"].text)
            _ = try await room.submit("work", room.work(kim, ["score": "8 2\n"]), as: kim)
            let before = try await grades(room, teacher)
            #expect(before == [mina.name: "7/10", kim.name: "10/10"])

            try await room.publish("work", grader: "#!/bin/sh\nreport test counting pass --score 9 --max 10\n")
            // A whole assignment only as a set.
            let bare = ["regrade", "--assignment", "work", "--cohort", room.cohort]
            #expect(try await room.daemon.cli(bare, as: teacher).status == 2)
            let cost = try await room.daemon.must(bare + ["--estimate", "-o", "json"], as: teacher).json
            #expect(cost["estimate"]["gradings"].number == 2 && cost["estimate"]["basedOn"].number == 2)
            let preview = try await room.daemon.must(
                bare + ["--newest-lab-version", "--preview", "--wait", "-o", "json"], as: teacher)
            #expect(preview.errors.contains("2 gradings, "), "the cost is told before: \(preview.errors)")
            let set = try #require(preview.json["set"]["id"].text)
            #expect(preview.json["set"]["state"].text == "ready")
            #expect(preview.json["people"].items.count == 2 && preview.json["items"].items.count == 2)
            #expect(try await grades(room, teacher) == before)
            let unseen = try await room.show(id, as: mina)
            #expect(unseen.json["grading"]["record"]["score"].number == 7 && unseen.json["gradings"].number == 1)
            #expect(!unseen.output.contains("regrade"))
            #expect(try await room.daemon.cli(["regrade", "show", set], as: mina).status == 4)
            #expect(try await room.daemon.cli(["regrade", "apply", set, "--reason", "Mine."], as: mina).status == 4)

            let table = try await room.daemon.must(["regrade", "show", set], as: teacher).output
            #expect(table.contains("People: 1 move up, 1 move down, 0 stay."), "\(table)")
            #expect(table.contains("No marks by people are affected."))
            let milder = try await room.daemon.must(["regrade", "show", set, "--never-lower"], as: teacher).output
            #expect(milder.contains("People: 1 move up, 0 move down, 1 stay."), "\(milder)")
            let csv = try await room.daemon.must(["regrade", "show", set, "-o", "csv"], as: teacher).output
            #expect(csv.hasPrefix("submission,person,attempt,before,new,after,verdict,") && csv.contains("7/10,9/10,9/10,higher"))

            let apply = ["regrade", "apply", set, "--never-lower", "--reason", "Hidden case 2 was wrong"]
            try await room.daemon.must(apply, as: teacher)
            #expect(try await room.daemon.cli(apply, as: teacher).status == 7)
            #expect(try await grades(room, teacher) == [mina.name: "9/10", kim.name: "10/10"])
            let told = try await room.show(id, as: mina, json: false).output
            #expect(told.contains("graded again: 9/10 now, 7/10 before. Reason: Hidden case 2 was wrong"), "\(told)")
            let korean = try await room.daemon.cli(
                ["progress", "--cohort", room.cohort], as: kim, environment: ["LANG": "ko_KR.UTF-8"])
            #expect(korean.output.contains("점수는 10/10점 그대로입니다. 이유: Hidden case 2 was wrong"), "\(korean.text)")

            let undo = try await room.daemon.must(["regrade", "undo", set, "-o", "json"], as: teacher).json
            let back = try #require(undo["id"].text)
            #expect(try await grades(room, teacher)[mina.name] == "9/10")
            try await room.daemon.must(["regrade", "apply", back, "--reason", "It was right after all"], as: teacher)
            #expect(try await grades(room, teacher) == before)
            let listed = try await room.daemon.must(["regrade", "list", "--cohort", room.cohort, "-o", "json"], as: teacher).json
            #expect(listed.items.map { $0["id"].text } == [back, set])
            #expect(try await room.daemon.cli(["audit", "verify"]).status == 0)
        }

        @Test func aCancelledSetChangesNothing() async throws {
            let room = try await Classroom()
            try await room.assignment("work")
            let mina = try await room.member("mina")
            let teacher = try await room.member("han", role: "instructor")
            _ = try await room.submit("work", room.work(mina, ["score": "5 2\n"]), as: mina)
            let before = try await grades(room, teacher)
            let made = try await room.daemon.must(
                ["regrade", "--assignment", "work", "--cohort", room.cohort, "--preview", "-o", "json"], as: teacher)
            let set = try #require(made.json["id"].text)
            try await room.daemon.must(["regrade", "cancel", set], as: teacher)
            #expect(try await room.daemon.cli(["regrade", "apply", set, "--reason", "x"], as: teacher).status == 7)
            #expect(try await grades(room, teacher) == before)
        }
    }
}

/// A daemon that is killed while a set is graded.
@Suite(.rooms) struct RegradeRecoveryTests {
    @Test func aKilledDaemonGoesOnWithTheSet() async throws {
        try await Daemon.with { daemon in
            let room = try await Classroom(daemon)
            try await room.assignment("work", grader: "#!/bin/sh\nreport test whole pass --score 4 --max 10\n")
            let learner = try await room.member("kim")
            let work = try room.work(learner, ["answer": "42\n"])
            for _ in 0..<3 { _ = try await room.submit("work", work, as: learner) }
            try await room.publish("work", grader: Classroom.held + "report test whole pass --max 10\n")
            let regrade = ["regrade", "--assignment", "work", "--cohort", room.cohort]
            let made = try await daemon.must(regrade + ["--newest-lab-version", "--preview", "-o", "json"])
            let set = try #require(made.json["id"].text)
            let database = Database(daemon: daemon)
            let begun = "SELECT count(*) FROM grading WHERE class = 1 AND stage = 'grading'"
            for _ in 0..<600 where try await database.run(begun) == ["0"] { try await Task.sleep(for: .milliseconds(100)) }
            await daemon.kill()
            try await daemon.start()
            let early = try await daemon.cli(["regrade", "apply", set, "--reason", "Too early"])
            #expect(early.status == 7, "\(early.text)")
            try room.letGo()
            let end = ContinuousClock.now + .seconds(300)
            while ContinuousClock.now < end {
                if try await daemon.must(["regrade", "show", set, "-o", "json"]).json["set"]["state"].text == "ready" { break }
                try await Task.sleep(for: .milliseconds(200))
            }
            let applied = try await daemon.must(["regrade", "apply", set, "--reason", "A milder rule", "-o", "json"]).json
            #expect(applied["items"].items.map { $0["verdict"].text } == ["higher", "higher", "higher"])
            #expect(try await database.run("SELECT count(*) FROM score") == ["6"])
            #expect(try await database.run("SELECT count(*) FROM regradeDecision") == ["3"])
            // The kill did hit a running grading, or this test shows nothing.
            #expect(try await database.run("SELECT count(*) FROM grading WHERE run > 1 AND class = 1") != ["0"])
        }
    }
}
