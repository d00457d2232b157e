import Foundation
import Glibc
import ProvostTestSupport
import Testing

/// The machine's clock is set, back and forward, under a real daemon with workspaces that run and others that wait.
@Suite(
    .rooms, .serialized, .enabled(if: Capability.toolchains.shouldRun, Comment(rawValue: Capability.toolchains.reason)))
struct WorkspaceClockTests {
    private static func with(
        options: [String] = [], lastDay: Int = 30,
        _ body: @Sendable (Daemon, Classroom, SettableClock) async throws -> Void
    ) async throws {
        try await Daemon.withFolder { folder in
            let clock = try SettableClock(in: folder)
            try await Daemon.with(options: options, environment: clock.environment) { daemon in
                let room = try await Classroom(daemon, lastDay: lastDay)
                try await room.assignment("work", files: ["lab/starter/hello.txt": "hello\n"])
                try await daemon.must(["quota", "set", "cohort:\(room.cohort)", "memory", "96MiB"])
                try await daemon.must(["budget", "set", room.cohort, "60h"])
                let result: Result<Void, any Error>
                do { result = .success(try await body(daemon, room, clock)) } catch { result = .failure(error) }
                let listed = try? await daemon.cli(["workspace", "list", "-o", "json"])
                for workspace in listed?.json.items ?? [] {
                    if let id = workspace["workspace"]["id"].text { _ = try? await daemon.cli(["stop", id]) }
                }
                try result.get()
            }
        }
    }

    /// Two looks of the daemon at everything that runs: time for what must not come.
    private static func looks() async throws { try await Task.sleep(for: .seconds(11)) }

    /// Waits for what must come, two minutes at most.
    private static func eventually(_ wanted: () async throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(120)
        while try await !wanted(), ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(100)) }
    }

    private static func state(_ daemon: Daemon, _ member: Member, of name: String = "work") async throws -> String {
        try await daemon.must(["workspace", "show", name, "-o", "json"], as: member).json["workspace"]["state"].text ?? ""
    }

    private static func waitFor(_ state: String, _ daemon: Daemon, _ member: Member, of name: String = "work") async throws {
        try await eventually { try await Self.state(daemon, member, of: name) == state }
        #expect(try await Self.state(daemon, member, of: name) == state, "\(member.name)")
    }

    /// The clock of the daemon is the one that the test sets, or nothing below means anything.
    private static func expectClock(_ daemon: Daemon, _ clock: SettableClock) async throws {
        let before = clock.now.addingTimeInterval(-1)
        let status = try await daemon.must(["status", "-o", "json"])
        let after = clock.now.addingTimeInterval(1)
        let now = try #require(status.json["now"].text.flatMap(Self.instant), "\(status.text)")
        #expect(before <= now && now <= after, "\(status.text)")
    }

    private static func instant(_ text: String) -> Date? {
        let format = ISO8601DateFormatter()
        format.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
        return format.date(from: text)
    }

    @Test func backAnHourAndForwardADayNobodyLosesAnything() async throws {
        // Two run at a time.
        try await Self.with(options: ["--workspace-memory", "200MiB"]) { daemon, room, clock in
            var members: [Member] = []
            for name in ["kim", "lee", "mina", "jun"] { members.append(try await room.member(name)) }
            let (kim, lee, mina, jun) = (members[0], members[1], members[2], members[3])
            let began = ContinuousClock.now
            for member in [kim, lee] { try await daemon.must(["start", "work"], as: member) }
            let shell = try await daemon.shell("work", as: kim)
            try await daemon.must(["start", "work", "--no-wait"], as: mina)

            try clock.step(-3600)
            try await Self.expectClock(daemon, clock)
            let second = try await daemon.must(["start", "work", "--no-wait", "-o", "json"], as: jun)
            #expect(second.json["place"]["position"].number == 2, "\(second.text)")
            try await Self.looks()
            try clock.step(86_400)
            try await Self.expectClock(daemon, clock)
            try await Self.looks()
            // The next daemon takes over at yet another time.
            await daemon.kill()
            try clock.step(-7200)
            try await daemon.start()
            try await Self.looks()
            try await daemon.wait(for: shell, in: "work", as: kim)

            for member in [kim, lee] { #expect(try await Self.state(daemon, member) == "running") }
            for member in [mina, jun] { #expect(try await Self.state(daemon, member) == "waiting") }
            #expect(!shell.output.contains("workspace stops"), "\(shell.output)")
            let why = try await daemon.must(["why", "work"], as: lee)
            #expect(!why.output.contains("Idle:"), "\(why.output)")

            try await daemon.must(["stop", "work"], as: kim)
            try await Self.waitFor("running", daemon, mina)
            #expect(try await Self.state(daemon, jun) == "waiting")
            try await daemon.must(["stop", "work"], as: lee)
            try await Self.waitFor("running", daemon, jun)
            for member in [mina, jun] { try await daemon.must(["stop", "work"], as: member) }

            let ran = (ContinuousClock.now - began) / .milliseconds(1)
            let database = Database(daemon: daemon)
            for (member, least) in [(kim, 33_000.0), (lee, 33_000), (mina, 0), (jun, 0)] {
                let charged = try await database.run(
                    """
                    SELECT sum(l.sessionTime) FROM ledger l JOIN enrollment e ON e.id = l.enrollment
                    JOIN person p ON p.id = e.person WHERE p.slug = '\(member.name)'
                    """
                ).first.flatMap(Double.init)
                #expect(
                    try #require(charged) >= least && charged! <= ran, "\(member.name): \(String(describing: charged)) of \(ran)")
                let balance = try await daemon.must(["budget", "balance", "-o", "json"], as: member).json["balance"]
                #expect(balance["charged"].number == charged && balance["held"].number == 0)
            }
            let open = try await database.run(
                "SELECT count(*) FROM ledger h WHERE kind = 'hold' AND NOT EXISTS (SELECT 1 FROM ledger e WHERE e.hold = h.sequence)"
            )
            #expect(open == ["0"])
            try await daemon.must(["audit", "verify"])
        }
    }

    /// A small step back neither opens a window again nor warns again; an hour gives an hour, and the end comes once.
    @Test func theWindowsEndComesOnceForASmallStep() async throws {
        try await Self.with(lastDay: 1) { daemon, room, clock in
            let kim = try await room.member("kim")
            try await daemon.must(["start", "work"], as: kim)
            let shell = try await daemon.shell("work", as: kim)
            let balance = try await daemon.must(["budget", "balance", "-o", "json"], as: kim)
            let end = try #require(balance.json["windowEnds"].text.flatMap(Self.instant), "\(balance.text)")
            func warnings() -> Int { shell.output.components(separatedBy: "and the workspace stops").count - 1 }
            func said(_ text: String) -> Int { shell.output.components(separatedBy: text).count - 1 }

            try clock.set(-600, from: end)
            try await Self.eventually { warnings() > 0 }
            #expect(warnings() == 1, "\(shell.output)")
            try clock.step(-30)
            try await Self.looks()
            #expect(warnings() == 1, "\(shell.output)")
            try clock.set(-240, from: end)
            try await Self.eventually { warnings() > 1 }
            #expect(warnings() == 2, "\(shell.output)")

            try clock.set(1, from: end)
            try await Self.waitFor("frozen", daemon, kim)
            try await Self.eventually { said("everything stands still") > 0 }
            #expect(said("everything stands still") == 1, "\(shell.output)")
            try clock.step(-30)
            try await Self.looks()
            #expect(try await Self.state(daemon, kim) == "frozen")
            #expect(said("There is time again") == 0, "\(shell.output)")
            #expect(warnings() == 2, "\(shell.output)")

            try clock.set(-3600, from: end)
            try await Self.waitFor("running", daemon, kim)
            try await Self.eventually { said("There is time again") > 0 }
            try await Self.looks()
            #expect(said("There is time again") == 1, "\(shell.output)")
            #expect(warnings() == 2, "an hour before the end nobody is warned: \(shell.output)")
            let inside = try await daemon.must(["exec", "work", "--", "cat", "hello.txt"], as: kim)
            #expect(inside.output == "hello\n")

            try clock.set(60, from: end)
            try await Self.waitFor("frozen", daemon, kim)
            try await Self.eventually { said("everything stands still") > 1 }
            #expect(said("everything stands still") == 2, "\(shell.output)")
            try await daemon.must(["stop", "work"], as: kim)
            let refused = try await daemon.cli(["start", "work"], as: kim)
            #expect(refused.status == 6, "\(refused.text)")
        }
    }
    /// The night in which New York's clocks go back: what the command line prints, what may run, and on which day it counts.
    @Test func inTheHourThatHappensTwice() async throws {
        try await Self.with { daemon, room, clock in
            let night = try #require(Self.instant("2026-11-01T04:00:00.000Z"), "midnight, in summer time")
            try clock.set(-7200, from: night)
            let cohort = room.cohort + "-ny"
            try await daemon.must([
                "cohort", "create", cohort, "--program", room.cohort, "--first-day", "2026-10-01", "--last-day", "2026-10-31",
                "--timezone", "America/New_York",
            ])
            try await daemon.must([
                "assignment", "create", "night", "--lab", "\(room.cohort)-work", "--cohort", cohort, "--opens",
                "2026-10-01T09:00",
            ])
            let kim = Member(name: "\(cohort)-kim", home: "\(daemon.folder)/\(cohort)-kim")
            let code = try await daemon.must(["enroll", kim.name, "--cohort", cohort, "-o", "json"]).json["code"].text
            try await daemon.must(["login", try #require(code), "--server", "unix:" + daemon.socket], as: kim)
            let before = try await daemon.must(["budget", "balance"], as: kim)
            #expect(before.output.contains("2026-11-01 00:00 -04:00"), "\(before.output)")

            let extended = try await daemon.must([
                "cohort", "extend", cohort, "--until", "2026-11-01T01:30", "--reason", "the night",
            ])
            #expect(extended.output.contains("2026-11-01 01:30 -05:00"), "the later one: \(extended.output)")
            // A quarter to two, for the first time.
            try clock.set(6300, from: night)
            try await daemon.must(["start", "night"], as: kim)
            try await Self.looks()
            #expect(try await Self.state(daemon, kim, of: "night") == "running")
            // Half past one, for the second.
            try clock.set(9000, from: night)
            try await Self.waitFor("frozen", daemon, kim, of: "night")
            try await daemon.must(["stop", "night"], as: kim)
            #expect(try await daemon.cli(["start", "night"], as: kim).status == 6)
            func used(_ day: String) async throws -> Ended {
                try await daemon.must([
                    "usage", "--by", "learner", "--place", "cohort:" + cohort, "--from", day, "--to", day, "-o", "csv",
                ])
            }
            #expect(try await used("2026-11-01").output.contains(kim.name))
            for day in ["2026-10-31", "2026-11-02"] { #expect(try await !used(day).output.contains(kim.name)) }
        }
    }
}
