import Foundation
import ProvostTestSupport
import Testing

extension EndToEndTests {
    /// From a program's file to a cohort that follows it, and on to another version.
    struct ProgramRoadTests {
        private static func file(
            _ room: Classroom, due: String = "day 20 23:59", attempts: Int = 5, together: Int = 40, mean: Int = 60,
            more: String = ""
        ) -> String {
            """
            name: p-\(room.cohort)
            title: {en: Services, ko: 서비스}
            organization: \(room.cohort)
            timezone: Asia/Seoul
            capacity: 1
            phases:
              - {name: all, title: {en: All of it, ko: 전체}, place: online, begins: day 1, ends: day 60, hours: 40}
            rubrics:
              - name: talk
                title: {en: Talk}
                criteria:
                  - {name: it, title: {en: It}, levels: [{name: good, title: {en: Good}, points: 10}, {name: none, title: {en: None}, points: 0}]}
            assignments:
              - {name: work, title: {en: Work, ko: 작업}, lab: \(room.cohort)-work, phase: all, opens: day 1, due: \(due), closes: day 40 24:00, attempts: \(attempts), cool-off: 1h}
              - {name: talk, title: {en: Talk, ko: 발표}, rubric: talk, phase: all, opens: day 30, closes: day 50, weight: 2}
            \(more)
            limits: {learner: {memory: 256MiB, workspaces: 1}}
            budget: {learner: 10h, cohort: \(together)h}
            certificate:
              title: {en: Services}
              summary: {en: Has built services.}
              requirements: [{mean: \(mean)%}]

            """
        }

        @Test func aCohortFollowsItsProgram() async throws {
            let room = try await Classroom()
            let daemon = room.daemon
            let path = "\(daemon.folder)/\(room.cohort).yaml"
            let program = "p-\(room.cohort)"
            let cohort = "k-\(room.cohort)"
            func write(_ text: String) throws { try text.write(toFile: path, atomically: true, encoding: .utf8) }

            try write(Self.file(room).replacing("cool-off: 1h", with: "cool-off: soon"))
            let wrong = try await daemon.cli(["program", "publish", path])
            #expect(wrong.status == 1 && wrong.errors.contains("\(path):14:"), "\(wrong.text)")
            try write(Self.file(room))
            let published = try await daemon.must(["program", "publish", path, "-o", "json"]).json
            #expect(published["version"]["number"].number == 1)
            #expect(try await daemon.must(["program", "publish", path, "-o", "json"]).json["version"]["number"].number == 1)
            #expect(try await daemon.must(["program", "show", program]).output.contains("day 20 23:59"))

            let make = ["cohort", "create", cohort, "--program", program, "--first-day", Classroom.day(-5)]
            let early = try await daemon.cli(make)
            #expect(early.status == 3 && early.errors.contains("\(room.cohort)-work"), "\(early.text)")
            try await room.publish("work")
            let stranger = try await daemon.cli(make + ["--org", "elsewhere"])
            #expect(stranger.status == 1 && stranger.errors.contains("no campuses"), "\(stranger.text)")
            let made = try await daemon.must(make + ["-o", "json"]).json
            #expect(made["timezone"].text == "Asia/Seoul")
            let schedule = try await daemon.must(["cohort", "schedule", cohort, "-o", "json"]).json["plan"]
            #expect(schedule["phases"].items.count == 1 && schedule["version"].number == 1)
            #expect(schedule["assignments"].items.map { $0["kind"].text } == ["lab", "rubric"])
            #expect(try await daemon.must(["cohort", "schedule", cohort]).output.contains("on-site") == false)
            #expect(try await daemon.must(["quota", "show", "cohort:\(cohort)"]).output.contains("256 MiB"))

            func together() async throws -> Double? {
                try await daemon.must(["budget", "balance", "--person", "\(cohort)-a", "--cohort", cohort, "-o", "json"])
                    .json["balance"]["cohort"]["total"].number
            }

            let one = try await daemon.must(["enroll", "\(cohort)-a", "--cohort", cohort, "-o", "json"]).json["code"].text
            #expect(try await together() == 40 * 3_600_000)
            let full = try await daemon.cli(["enroll", "\(cohort)-b", "--cohort", cohort])
            #expect(full.status == 5 && full.errors.contains("is full"), "\(full.text)")
            let learner = Member(name: "\(cohort)-a", home: "\(daemon.folder)/\(cohort)-a")
            try await daemon.must(["login", try #require(one), "--server", "unix:" + daemon.socket], as: learner)
            let first = try await daemon.cli(
                ["submit", "work", room.work(learner, ["score": "5 2\n"]), "--wait"], as: learner)
            #expect(first.status == 10, "\(first.text)")
            let again = try await daemon.cli(
                ["submit", "work", room.work(learner, ["score": "8 2\n"]), "--wait"], as: learner)
            #expect(again.status == 5 && again.errors.contains("between two attempts of work lie 1 h"), "\(again.text)")

            // What takes is refused as a whole, what gives is applied.
            try write(Self.file(room, due: "day 10 23:59", attempts: 3, together: 30, mean: 70))
            try await daemon.must(["program", "publish", path])
            let refused = try await daemon.cli(["cohort", "advance", cohort])
            #expect(
                refused.status == 7 && refused.errors.contains("due earlier") && refused.errors.contains("fewer attempts")
                    && refused.errors.contains("all together would be smaller (40h, now 30h)")
                    && refused.errors.contains("ask for more (mean 60%, now mean 70%)"),
                "\(refused.text)")
            #expect(try await daemon.must(["cohort", "schedule", cohort, "-o", "json"]).json["plan"]["version"].number == 1)
            try write(
                Self.file(
                    room, due: "day 25 23:59", attempts: 9, together: 50, mean: 50,
                    more: "  - {name: extra, title: {en: Extra}, lab: \(room.cohort)-work, opens: day 30, closes: day 70}"))
            try await daemon.must(["program", "publish", path])
            let dry = try await daemon.must(["cohort", "advance", cohort, "--dry-run", "-o", "json"]).json
            #expect(dry["from"].number == 1 && dry["to"].number == 3 && dry["refusals"].items.isEmpty)
            #expect(try await daemon.must(["cohort", "schedule", cohort, "-o", "json"]).json["plan"]["version"].number == 1)
            try await daemon.must(["cohort", "advance", cohort])
            let after = try await daemon.must(["cohort", "schedule", cohort, "-o", "json"]).json["plan"]
            #expect(after["version"].number == 3 && after["assignments"].items.count == 3)
            #expect(after["assignments"][0]["attempts"].number == 9)
            #expect(try await together() == 50 * 3_600_000)
            let none = try await daemon.must(["cohort", "advance", cohort, "-o", "json"]).json
            #expect(none["changes"].items.isEmpty)
            try await daemon.must(["audit", "verify"])
        }
    }
}
