import Foundation
import Glibc
import ProvostTestSupport
import Testing

/// `provost doctor` where the daemon and the person at the command line are an ordinary user, who has no cgroups and no loop devices: each limit
/// is tried all the same, and the ones that do not hold are named.
@Suite(.rooms, .serialized) struct OrdinaryUserTests {
    /// Nobody else's: neither of a room nor of a person.
    private static let user = "999983"

    private struct Place {
        let folder: String
        var home: String { folder + "/home" }
        var socket: String { home + "/s/provost.sock" }

        /// Programs that this user can reach, wherever the tests were built, with the graders' library beside them.
        static func with(_ body: (Place) async throws -> Void) async throws {
            try await Daemon.withFolder { folder in
                let files = FileManager.default
                let place = Place(folder: folder)
                for name in ["bin", "graders", "home"] {
                    try files.createDirectory(atPath: folder + "/" + name, withIntermediateDirectories: true)
                }
                let built = RunningProgram.own("provostd").deletingLastPathComponent()
                for name in [
                    "provost", "provostd", "provost-gate", "provost-keeper", "provost-launch", "provost-relay", "provost-unpack",
                ] { try files.copyItem(atPath: built.appendingPathComponent(name).path, toPath: "\(folder)/bin/\(name)") }
                var root = built
                while !files.fileExists(atPath: root.path + "/graders/lib"), root.path != "/" { root.deleteLastPathComponent() }
                try files.copyItem(atPath: root.path + "/graders/lib", toPath: folder + "/graders/lib")
                let id = try #require(UInt32(Place.user))
                try #require(unsafe chown(place.home, id, id) == 0)
                try await body(place)
            }
        }
        private static var user: String { OrdinaryUserTests.user }

        /// Ready, with what cannot be enforced here accepted.
        func daemon() async throws -> RunningProgram {
            let daemon = try run("provostd", ["serve", "--state", home + "/s", "--allow-degraded", "--warm-workspaces", "0"])
            for _ in 0..<600 where daemon.isRunning && !daemon.errors.contains("Ready") {
                try await Task.sleep(for: .milliseconds(100))
            }
            try #require(daemon.errors.contains("Ready"), "\(daemon.errors)")
            return daemon
        }

        /// The command line, which must succeed.
        func must(_ arguments: [String], home: String? = nil) async throws -> Ended {
            let program = try run("provost", arguments, home: home)
            let ended = Ended(
                status: await program.ended(within: .seconds(120)), output: program.output, errors: program.errors)
            try #require(ended.status == 0, "provost \(arguments.joined(separator: " ")): \(ended.text)")
            return ended
        }

        func run(_ name: String, _ arguments: [String], home: String? = nil) throws -> RunningProgram {
            try RunningProgram(
                "/usr/bin/setpriv",
                ["--reuid", Self.user, "--regid", Self.user, "--clear-groups", "\(folder)/bin/\(name)"] + arguments,
                environment: ["HOME": home ?? self.home, "PATH": "/usr/bin:/bin", "PROVOST_SERVER": "unix:" + socket],
                folder: self.home,
                outputs: "\(folder)/\(name)-\(UInt64.random(in: 0 ... .max))")
        }
    }

    @Test func theDoctorSaysWhichLimitsDoNotHold() async throws {
        try await Place.with { place in
            let refused = try place.run("provostd", ["serve", "--state", place.home + "/s"])
            #expect(await refused.ended(within: .seconds(60)) == 1)
            #expect(refused.errors.contains("--allow-degraded"), "\(refused.errors)")

            let daemon = try await place.daemon()
            let doctor = try place.run("provost", ["doctor", "-o", "json"])
            #expect(await doctor.ended(within: .seconds(180)) == 1, "\(doctor.output)\(doctor.errors)")
            let checks = JSON(parsing: doctor.output)["checks"].items
            var states: [String: String] = [:]
            for check in checks {
                let subject = try #require(check["subject"].text)
                let state = try #require(check["state"].text)
                #expect(check["mechanism"].text?.isEmpty == false && check["evidence"].text?.isEmpty == false, "\(subject)")
                states[subject] = state
            }
            for subject in [
                "memory", "processes", "CPU share", "files", "writable folder", "workspace disk", "workspace files",
                "workspace memory", "workspace cpus", "workspace processes", "machine",
            ] { #expect(states[subject] == "not-enforced", "\(subject): \(states[subject] ?? "no row")") }
            for subject in [
                "CPU time", "wall time", "output", "network", "host files", "privileges", "setuid programs", "left processes",
                "workspace network",
            ] { #expect(states[subject] == "proved", "\(subject): \(states[subject] ?? "no row")") }
            let advice = checks.filter { $0["state"].text == "not-enforced" }.compactMap { $0["evidence"].text }
            #expect(advice.contains { $0.contains("Run the daemon as root") }, "\(advice)")
            #expect(doctor.errors.contains("Not enforced: memory"), "\(doctor.errors)")

            try await Self.end(daemon)
        }
    }

    /// A workspace runs there all the same, at a terminal that has its name in the room.
    @Test func aWorkspaceRuns() async throws {
        try await Place.with { place in
            let daemon = try await place.daemon()
            for (name, text) in [
                ("grader/grader.yaml", "name: work\ntitle:\n  en: Work\nformat: exit-code\nrun: [./run]\n"),
                ("grader/run", "#!/bin/sh\n"),
                ("lab/lab.yaml", "name: work\ntitle:\n  en: Work\ngrader: work\npoints: 10\n"), ("lab/README.md", "# Work\n"),
                ("lab/starter/hello.txt", "hello\n"),
            ] {
                let file = URL(fileURLWithPath: "\(place.folder)/\(name)")
                try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(text.utf8).write(to: file)
            }
            unsafe chmod(place.folder + "/grader/run", 0o755)
            let learner = place.home + "/kim"
            for command in [
                ["org", "create", "acme"], ["program", "create", "backend", "--org", "acme"],
                [
                    "cohort", "create", "autumn", "--program", "backend", "--first-day", Classroom.day(-3), "--last-day",
                    Classroom.day(30), "--timezone", "Asia/Seoul",
                ], ["grader", "publish", place.folder + "/grader"], ["lab", "publish", place.folder + "/lab", "--no-check"],
                ["assignment", "create", "work", "--lab", "work", "--cohort", "autumn"],
            ] { _ = try await place.must(command) }
            let code = try await place.must(["enroll", "kim", "--cohort", "autumn", "-o", "json"]).json["code"].text
            _ = try await place.must(["login", try #require(code)], home: learner)
            _ = try await place.must(["start", "work"], home: learner)
            let inside = try await place.must(
                ["exec", "work", "-t", "--", "sh", "-c", "cat hello.txt; stat -c %n:%u:%a $(tty)"], home: learner)
            #expect(inside.output.contains("hello"), "\(inside.text)")
            #expect(inside.output.contains(/\/dev\/pts\/[0-9]+:1000:600/), "\(inside.text)")
            _ = try await place.must(["stop", "work"], home: learner)
            try await Self.end(daemon)
        }
    }

    /// Stops it in order; nothing of its user is left.
    private static func end(_ daemon: RunningProgram) async throws {
        daemon.send(signal: SIGTERM)
        #expect(await daemon.ended(within: .seconds(60)) == 0, "\(daemon.errors)")
        #expect(!daemon.errors.contains(" error "), "\(daemon.errors)")
        let left = try await Self.processes()
        #expect(left.isEmpty, "\(left)")
    }

    /// Of this user, once the kernel has ended what was killed.
    private static func processes() async throws -> [String] {
        var left: [String] = []
        for _ in 0..<600 {
            left = (try FileManager.default.contentsOfDirectory(atPath: "/proc")).filter { name in
                guard Int(name) != nil else { return false }
                var status = stat()
                guard unsafe stat("/proc/" + name, &status) == 0 else { return false }
                return "\(status.st_uid)" == user
            }
            if left.isEmpty { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        return left
    }
}
