import Foundation
import Testing

extension EndToEndTests {
    /// Limits, budgets and usage through the command line.
    struct LimitTests {
        @Test func limitsAreSetExplainedAndTried() async throws {
            let room = try await Classroom()
            let learner = try await room.member("kim")
            let head = try await room.member("head", role: "admin")
            let place = "cohort:\(room.cohort)"
            try await room.daemon.must(["quota", "set", "organization:\(room.cohort)", "memory", "2GiB"])
            try await room.daemon.must(["quota", "set", place, "memory", "1GiB"], as: head)
            try await room.daemon.must(["quota", "set", place, "workspaces", "40", "--total"], as: head)
            let explained = try await room.daemon.must(["quota", "explain", "memory", "-o", "json"], as: learner).json
            let row = explained["rows"].items[0]
            #expect(row["explanation"]["value"].number == 1_073_741_824)
            #expect(row["explanation"]["binding"].text == place)
            let table = try await room.daemon.must(["quota", "explain"], as: learner).output
            #expect(table.contains("\(place) 1 GiB*"))
            #expect(table.contains("\(place) 0 of 40"))

            let simulate = ["quota", "simulate", place, "memory", "256MiB", "-o", "json"]
            let effects = try await room.daemon.must(simulate, as: head).json.items
            #expect(effects.count == 2)
            #expect(effects.allSatisfy { $0["consequence"].text == "lowered" && $0["after"].number == 268_435_456 })
            #expect(
                try await room.daemon.must(["quota", "show", place, "-o", "json"], as: head).json.items.map { $0["value"].number }
                    == [1_073_741_824, 40])
            // What was simulated is what happens.
            try await room.daemon.must(["quota", "set", place, "memory", "256MiB"], as: head)
            #expect(try await room.daemon.must(["quota", "explain", "memory"], as: learner).output.contains("256 MiB*"))
            try await room.daemon.must(["quota", "set", place, "memory", "none"], as: head)
            #expect(
                try await room.daemon.must(["quota", "explain", "memory"], as: learner).output.contains(
                    "organization:\(room.cohort) 2 GiB*"))
            try await room.daemon.must(["quota", "clear", place, "workspaces", "--total"], as: head)
            #expect(try await room.daemon.must(["quota", "show", place], as: head).output.isEmpty)

            // An admin of the cohort sets nothing above it, and nonsense is refused with what to do.
            for (arguments, status, text) in [
                (["quota", "set", "organization:\(room.cohort)", "memory", "8GiB"], Int32(4), "administrator"),
                (["quota", "set", place, "memory", "1MiB"], 1, "the least is 16 MiB"),
                (["quota", "set", place, "sessions", "4", "--total"], 1, "sessions has no total"),
                (["quota", "set", "learner:\(room.cohort)/nobody", "cpus", "1"], 3, "nobody"),
                (["quota", "set", "place:x", "cpus", "1"], 2, "write organization:NAME"),
            ] {
                let ended = try await room.daemon.cli(arguments, as: head)
                #expect(ended.status == status && ended.text.contains(text), "\(arguments): \(ended.status) \(ended.text)")
            }
        }

        @Test func submissionsPerDayEndWithTheTimeOfTheNextOne() async throws {
            let room = try await Classroom()
            try await room.assignment("work")
            try await room.assignment("more")
            let learner = try await room.member("kim")
            try await room.daemon.must(["quota", "set", "cohort:\(room.cohort)", "submissions-per-day", "2"])
            let work = try room.work(learner, ["score": "5 1\n"])
            for name in ["work", "more"] { #expect(try await room.submit(name, work, as: learner).status == 10) }
            let refused = try await room.submit("work", work, as: learner)
            #expect(refused.status == 5 && refused.text.contains("2 of 2 submissions in 24 hours"), "\(refused.text)")
            #expect(refused.text.contains("The next one is possible in"))
            #expect(try await room.attempts("work", of: learner).count == 1)
            try await room.daemon.must(["quota", "set", "cohort:\(room.cohort)", "submissions-per-day", "3"])
            #expect(try await room.submit("work", work, as: learner).status == 10)
        }

        @Test func budgetsAreGrantedAdjustedAndForecast() async throws {
            let room = try await Classroom()
            let learner = try await room.member("kim")
            let head = try await room.member("head", role: "admin")
            let none = try await room.daemon.must(["budget", "balance"], as: learner)
            #expect(none.output.contains("no budget: time is not capped"))
            try await room.daemon.must(["budget", "set", room.cohort, "60h"], as: head)
            let adjust = ["budget", "adjust", learner.name, "2h", "--cohort", room.cohort, "--reason", "our outage"]
            try await room.daemon.must(adjust, as: head)
            try await room.daemon.must(adjust + ["--take"], as: head)
            try await room.daemon.must(["budget", "set", room.cohort, "90h"], as: head)
            let balance = try await room.daemon.must(["budget", "balance", "-o", "json"], as: learner).json["balance"]
            #expect(balance["granted"].number == 90 * 3_600_000 && balance["adjusted"].number == 0)
            let ledger = try await room.daemon.must(["budget", "ledger", "-o", "json"], as: learner).json.items
            #expect(ledger.map { $0["kind"].text } == ["grant", "adjust", "adjust", "grant"])
            #expect(ledger[2]["amount"].number == -7_200_000 && ledger[2]["reason"].text == "our outage")
            let forecast = try await room.daemon.must(["budget", "forecast", "--cohort", room.cohort], as: head).output
            #expect(forecast.contains(learner.name) && forecast.contains("90 h") && forecast.contains("not at this pace"))

            let mine = try await room.daemon.cli(["budget", "total", room.cohort, "1h"], as: learner)
            #expect(mine.status == 4, "\(mine.text)")
            try await room.daemon.must(["budget", "total", room.cohort, "3000h"], as: head)
            let together = try await room.daemon.must(["budget", "balance"], as: learner).output
            #expect(together.contains("3000 h / 3000 h"), "\(together)")

            // One charge, as a workspace that ran for an hour and a half leaves it.
            let database = Database(daemon: room.daemon)
            let enrollment = "SELECT e.id FROM enrollment e JOIN person p ON p.id = e.person WHERE p.slug = '\(learner.name)'"
            try await room.assignment("work")
            try await database.run(
                """
                INSERT INTO workspace (id, enrollment, assignment, labVersion, state, start, cpus, memory, processes, disk, files,
                  network, createdAt)
                SELECT 'wsp_\(room.cohort)', (\(enrollment)), a.id, a.labVersion, 'stopped', 0, 1000, 1, 1, 1, 1, 'none', 1
                FROM assignment a JOIN cohort c ON c.id = a.cohort WHERE c.slug = '\(room.cohort)'
                """)
            let now = Int64(Date().timeIntervalSince1970 * 1000)
            try await database.run(
                """
                INSERT INTO ledger (enrollment, workspace, start, kind, unit, amount, at, actor, reason)
                VALUES ((\(enrollment)), 'wsp_\(room.cohort)', 1, 'hold', 'session-hours', 600000, \(now), 'x', 'start')
                """)
            try await database.run(
                """
                INSERT INTO ledger (enrollment, workspace, start, kind, unit, amount, hold, sessionTime, cpuTime, at, actor, reason)
                SELECT (\(enrollment)), workspace, start, 'charge', unit, 5400000, sequence, 5400000, 36000, \(now), 'x', 'stop'
                FROM ledger WHERE workspace = 'wsp_\(room.cohort)'
                """)
            let usage = try await room.daemon.must(["usage"], as: learner).output
            #expect(usage.contains("free hours delivered: 1.50"), "\(usage)")
            let csv = try await room.daemon.must(
                ["usage", "--by", "organization", "--place", "organization:\(room.cohort)", "-o", "csv"])
            #expect(csv.output.contains("organization:\(room.cohort),1,1,1.50,0.01,1.50,"), "\(csv.output)")
            let left = try await room.daemon.must(["budget", "balance", "-o", "json"], as: learner).json["balance"]
            #expect(left["charged"].number == 5_400_000)
            let day = try await room.daemon.must(
                ["usage", "--place", "cohort:\(room.cohort)", "--from", Classroom.day(1), "-o", "json"], as: head)
            #expect(day.json["rows"].items.isEmpty)
        }

        @Test func studyIsExtendedInTheCohortsZone() async throws {
            let room = try await Classroom()
            let learner = try await room.member("kim")
            let head = try await room.member("head", role: "admin")
            let extend = ["cohort", "extend", room.cohort, "--reason", "ill", "--until"]
            let made = try await room.daemon.must(
                extend + ["2099-03-01", "--person", learner.name, "-o", "json"], as: head)
            // The day belongs to it: until midnight in Seoul.
            #expect(made.json["until"].text == "2099-03-01T15:00:00.000Z")
            try await room.daemon.must(extend + ["2099-01-01T18:00"], as: head)
            #expect(try await room.daemon.must(["budget", "balance"], as: learner).output.contains("2099-03-02 00:00 +09:00"))
            let mine = try await room.daemon.must(["budget", "balance", "-o", "json"], as: learner).json
            #expect(mine["extensionUntil"].text == "2099-03-01T15:00:00.000Z")
            let theirs = try await room.daemon.must(["budget", "balance", "-o", "json"], as: head).json
            #expect(theirs["extensionUntil"].text == "2099-01-01T09:00:00.000Z")
            let stranger = try await room.daemon.cli(extend + ["2099-01-01", "--person", "nobody"], as: head)
            #expect(stranger.status == 3)
        }
    }
}
