import Foundation
import ProvostTestSupport
import Testing

/// `provost rehearse` on a real daemon: what it measures, and that it leaves nothing behind.
@Suite(.rooms, .serialized) struct RehearsalTests {
    private static let options = ["--workspace-users", "335000-335099", "--warm-workspaces", "0"]

    @Test func sixLearnersMeetTheLimitOfFour() async throws {
        try await Daemon.with(options: Self.options) { daemon in
            let room = try await Self.classroom(daemon)
            try await daemon.must(["quota", "set", "cohort:\(room.cohort)", "workspaces", "4", "--total"])
            let ended = try await daemon.cli([
                "rehearse", "--assignment", "\(room.cohort)/web", "--learners", "6", "--in", "1s", "-o", "json",
            ])
            #expect(ended.status == 5, "\(ended.text)")
            let report = ended.json
            #expect(report["running"].number == 4, "\(ended.text)")
            #expect(report["refused"].number == 2)
            #expect(report["failed"].number == 0)
            #expect(report["unfinished"].number == 0)
            let name = try #require(report["cohort"].text)
            #expect(name.hasPrefix("rehearsal-"))
            #expect(report["firstLimit"]["dimension"].text == "workspaces")
            #expect(report["firstLimit"]["node"].text == "cohort:\(name)")
            #expect(report["firstLimit"]["sentence"].text?.contains("4 of 4") == true)
            let half = try #require(report["start"]["p50"].number)
            let most = try #require(report["start"]["p95"].number)
            #expect(half > 0 && half <= most && most < 120)
            try await Self.expectNothing(of: name, on: daemon, learners: 6)

            // In words, and with room for everybody.
            try await daemon.must(["quota", "clear", "cohort:\(room.cohort)", "workspaces", "--total"])
            let words = try await daemon.must(["rehearse", "--assignment", "\(room.cohort)/web", "--learners", "3", "--in", "0s"])
            #expect(words.output.contains("none was hit"), "\(words.text)")
            #expect(words.output.contains("p95"))
        }
    }

    @Test func anInterruptTakesItAway() async throws {
        try await Daemon.with(options: Self.options) { daemon in
            let room = try await Self.classroom(daemon)
            let home = daemon.folder + "/interrupted"
            try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
            let program = try RunningProgram(
                "provost", ["rehearse", "--assignment", "\(room.cohort)/web", "--learners", "6", "--in", "100s"],
                environment: ["HOME": home, "PATH": "/usr/bin:/bin", "PROVOST_SERVER": "unix:" + daemon.socket], folder: home,
                outputs: home + "/rehearse")
            var found = JSON(parsing: "[]")
            for _ in 0..<1200 where program.isRunning {
                found = try await daemon.must(["workspace", "list", "-o", "json"]).json
                if found.items.contains(where: { $0["workspace"]["state"].text == "running" }) { break }
                try await Task.sleep(for: .milliseconds(50))
            }
            let name = try #require(found[0]["workspace"]["cohort"].text, "\(program.errors)")
            program.send(signal: SIGINT)
            #expect(await program.ended(within: .seconds(180)) == 130, "\(program.errors)")
            #expect(program.output.isEmpty)
            try await Self.expectNothing(of: name, on: daemon, learners: 6)
        }
    }

    @Test func onlyAnAdministratorRehearses() async throws {
        try await Daemon.with(options: Self.options) { daemon in
            let room = try await Self.classroom(daemon)
            let admin = try await room.member("hana", role: "admin")
            let ended = try await daemon.cli(["rehearse", "--assignment", "web", "--learners", "2"], as: admin)
            #expect(ended.status == 4, "\(ended.text)")
            #expect(ended.errors.contains("administrator"))
            #expect(try await daemon.must(["cohort", "list", "-o", "json"]).json.items.count == 1)
            let unknown = try await daemon.cli(["rehearse", "--assignment", "nothing", "--learners", "2"])
            #expect(unknown.status == 3, "\(unknown.text)")
        }
    }

    private static func classroom(_ daemon: Daemon) async throws -> Classroom {
        let room = try await Classroom(daemon)
        try await room.assignment(
            "web", lab: "workspace:\n  limits:\n    memory: 64MiB\n    disk: 32MiB\n", files: ["lab/starter/hello.txt": "hello\n"]
        )
        return room
    }

    private static func expectNothing(of cohort: String, on daemon: Daemon, learners: Int) async throws {
        let left = try await daemon.must(["workspace", "list", "--cohort", cohort, "-o", "json"]).json.items
        #expect(left.allSatisfy { $0["workspace"]["state"].text == "deleted" })
        let enrolled = try await daemon.must(["enrollment", "list", "--cohort", cohort, "-o", "csv"]).output
        let rows = enrolled.split(whereSeparator: \.isNewline).dropFirst()
        #expect(rows.count == learners && rows.allSatisfy { $0.hasSuffix("yes") }, "\(enrolled)")
        let volumes = (try? FileManager.default.contentsOfDirectory(atPath: daemon.state + "/volumes")) ?? []
        #expect(volumes.allSatisfy { !$0.hasPrefix("wsp_") }, "\(volumes)")
    }
}
