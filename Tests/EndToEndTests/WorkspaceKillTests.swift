import Foundation
import Glibc
import ProvostTestSupport
import Testing

/// The daemon is killed at random instants of a start, of a stop and of a snapshot, and started again. Each time nothing is left half done,
/// the ledger agrees, and who was inside is inside again or was told why not. A second learner works on all the while.
@Suite(.rooms, .serialized) struct WorkspaceKillTests {
    private struct Scene: Sendable {
        let daemon: Daemon
        let room: Classroom
        let learner: Member
        let neighbour: Member
        let aftermath: Aftermath

        static func with(_ body: @Sendable (Scene) async throws -> Void) async throws {
            try await Daemon.with { daemon in
                let room = try await Classroom(daemon)
                try await room.assignment("work", files: ["lab/starter/hello.txt": "hello\n"])
                try await daemon.must(["quota", "set", "cohort:\(room.cohort)", "disk", "256MiB"])
                try await daemon.must(["budget", "set", room.cohort, "60h"])
                let learner = try await room.member("kim")
                let neighbour = try await room.member("lee")
                try await daemon.must(["start", "work"], as: neighbour)
                let result: Result<Void, any Error>
                do {
                    try await daemon.must(["exec", "work", "--", "sh", "-c", "sleep 3600 & echo $! >pid"], as: neighbour)
                    let aftermath = try await Aftermath(daemon)
                    result = .success(
                        try await body(
                            Scene(daemon: daemon, room: room, learner: learner, neighbour: neighbour, aftermath: aftermath)))
                } catch { result = .failure(error) }
                if daemon.process == nil { try await daemon.start() }
                for member in [learner, neighbour] { _ = try? await daemon.cli(["stop", "work"], as: member) }
                try result.get()
            }
        }

        /// The longest of three, and a fifth more: the instants are to reach beyond the end.
        func length(of verb: [String], undo: [String]?) async throws -> Duration {
            var longest = Duration.zero
            for _ in 0..<3 {
                let began = ContinuousClock.now
                try await daemon.must(verb, as: learner)
                longest = max(longest, ContinuousClock.now - began)
                if let undo { try await daemon.must(undo, as: learner) }
            }
            return longest * 1.2
        }

        /// Asks for it, kills the daemon at this instant, and starts it again. The asker is told to try again, if anything.
        func kill(at instant: Duration, of verb: [String]) async throws {
            async let asked = daemon.cli(verb, as: learner)
            try await Task.sleep(for: instant)
            await daemon.kill()
            let told = try await asked
            #expect(told.status == 0 || told.status == 8, "\(verb) at \(instant): \(told.text)")
            try await daemon.start()
            let same = try await daemon.cli(["exec", "work", "--", "sh", "-c", "kill -0 $(cat pid)"], as: neighbour)
            #expect(same.status == 0, "the neighbour, \(verb) at \(instant): \(same.text)")
        }

        /// Its state once nothing is under way any more, at most half a minute later.
        func state() async throws -> String {
            var state = ""
            for _ in 0..<300 {
                let shown = try await daemon.must(["workspace", "show", "work", "-o", "json"], as: learner)
                state = shown.json["workspace"]["state"].text ?? shown.output
                guard ["starting", "stopping"].contains(state) else { break }
                try await Task.sleep(for: .milliseconds(100))
            }
            return state
        }

        /// Starts it if it does not run, expects its files, stops it, and looks at what is left.
        func expectOrder(_ after: String, lost: inout Int) async throws {
            try await daemon.must(["start", "work"], as: learner)
            let inside = try await daemon.cli(["exec", "work", "--", "cat", "hello.txt"], as: learner)
            #expect(inside.output == "hello\n", "\(after): \(inside.text)")
            try await daemon.must(["stop", "work"], as: learner)
            try await aftermath.expectNothing(after)
            let now = try await aftermath.lost()
            #expect(now - lost <= 1, "\(after): \(now - lost) leases were lost")
            lost = now
            let balance = try await daemon.must(["budget", "balance", "-o", "json"], as: learner).json["balance"]
            let sums = try await Database(daemon: daemon).run(
                """
                SELECT coalesce(sum(l.sessionTime), 0) FROM ledger l JOIN enrollment e ON e.id = l.enrollment
                JOIN person p ON p.id = e.person WHERE p.slug = '\(learner.name)'
                """)
            #expect(balance["held"].number == 0, "\(after)")
            #expect(balance["charged"].number.map { "\(Int($0))" } == sums.first, "\(after)")
        }
    }

    @Test func inAStart() async throws {
        try await Scene.with { scene in
            let length = try await scene.length(of: ["start", "work"], undo: ["stop", "work"])
            var lost = try await scene.aftermath.lost()
            var ends: [String: Int] = [:]
            for instant in Instants.within(length, of: "start") {
                try await scene.kill(at: instant, of: ["start", "work"])
                ends[try await scene.state(), default: 0] += 1
                try await scene.expectOrder("killed \(instant) into a start", lost: &lost)
            }
            print("after kills in starts: \(ends), \(lost) leases lost")
        }
    }

    /// A person sits in a terminal meanwhile: they are in it again by themselves, or read that it was stopped as they asked.
    @Test func inAStop() async throws {
        try await Scene.with { scene in
            let (daemon, learner) = (scene.daemon, scene.learner)
            try await daemon.must(["start", "work"], as: learner)
            let length = try await scene.length(of: ["stop", "work"], undo: ["start", "work"])
            var lost = try await scene.aftermath.lost()
            var ends: [String: Int] = [:]
            for instant in Instants.within(length, of: "stop") {
                try await daemon.must(["start", "work"], as: learner)
                let shell = try await daemon.shell("work", as: learner)
                try await scene.kill(at: instant, of: ["stop", "work"])
                let state = try await scene.state()
                ends[state, default: 0] += 1
                let after = "killed \(instant) into a stop"
                if state == "running" {
                    try await daemon.wait(for: shell, in: "work", as: learner)
                    #expect(shell.isRunning, "\(after): \(shell.output)")
                    try await daemon.must(["stop", "work"], as: learner)
                }
                #expect(
                    await shell.ended(within: .seconds(40)) != 128 + SIGKILL, "\(after): the terminal stayed: \(shell.output)")
                // By its keeper, or by the daemon when they came back.
                #expect(
                    shell.output.contains("is stopped") || shell.output.contains(": as asked"), "\(after): \(shell.output)")
                try await scene.expectOrder(after, lost: &lost)
            }
            print("after kills in stops: \(ends), \(lost) leases lost")
        }
    }

    /// Every snapshot that is listed is whole.
    @Test func inASnapshot() async throws {
        try await Scene.with { scene in
            let (daemon, learner) = (scene.daemon, scene.learner)
            try await daemon.must(["start", "work"], as: learner)
            try await daemon.must(
                ["exec", "work", "--", "sh", "-c", "head -c 60M /dev/urandom >~/data; sha256sum <~/data >~/sum"], as: learner)
            let check = ["exec", "work", "--", "sh", "-c", "echo x >~/after && sha256sum <~/data | cmp - ~/sum && echo whole"]
            let snapshot = ["workspace", "snapshot", "work"]
            let length = try await scene.length(of: snapshot, undo: nil)
            var lost = try await scene.aftermath.lost()
            for instant in Instants.within(length, of: "snapshot") {
                try await daemon.must(["start", "work"], as: learner)
                let began = try await daemon.must(["workspace", "show", "work", "-o", "json"], as: learner)
                try await scene.kill(at: instant, of: snapshot)
                let inside = try await daemon.cli(check, as: learner)
                #expect(inside.output == "whole\n", "killed \(instant) into a snapshot: \(inside.text)")
                let now = try await daemon.must(["workspace", "show", "work", "-o", "json"], as: learner)
                #expect(now.json["workspace"]["start"].number == began.json["workspace"]["start"].number)
                try await scene.expectOrder("killed \(instant) into a snapshot", lost: &lost)
            }
            let listed = try await daemon.must(["workspace", "snapshots", "work", "-o", "json"], as: learner)
            let snapshots = listed.json.items.compactMap { $0["id"].text }
            print("\(snapshots.count) snapshots are listed")
            for id in [snapshots.first, snapshots.last].compactMap({ $0 }) {
                try await daemon.must(["workspace", "restore", id, "work"], as: learner)
                try await daemon.must(["start", "work"], as: learner)
                let inside = try await daemon.cli(check, as: learner)
                #expect(inside.output == "whole\n", "\(id): \(inside.text)")
                try await daemon.must(["stop", "work"], as: learner)
            }
            let hidden = try FileManager.default.contentsOfDirectory(atPath: daemon.state + "/volumes/snapshots").filter {
                $0.hasPrefix(".")
            }
            #expect(hidden.isEmpty, "\(hidden)")
        }
    }
}
