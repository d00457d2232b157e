import Foundation
import Glibc
import ProvostTestSupport
import Testing

/// `provost doctor` where the daemon and the person at the command line are an ordinary user, who has no cgroups and no loop devices: each limit
/// is tried all the same, and the ones that do not hold are named.
@Suite(.rooms) struct OrdinaryUserTests {
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

        func run(_ name: String, _ arguments: [String]) throws -> RunningProgram {
            try RunningProgram(
                "/usr/bin/setpriv",
                ["--reuid", Self.user, "--regid", Self.user, "--clear-groups", "\(folder)/bin/\(name)"] + arguments,
                environment: ["HOME": home, "PATH": "/usr/bin:/bin"], folder: home,
                outputs: "\(folder)/\(name)-\(UInt64.random(in: 0 ... .max))")
        }
    }

    @Test func theDoctorSaysWhichLimitsDoNotHold() async throws {
        try await Place.with { place in
            let refused = try place.run("provostd", ["serve", "--state", place.home + "/s"])
            #expect(await refused.ended(within: .seconds(60)) == 1)
            #expect(refused.errors.contains("--allow-degraded"), "\(refused.errors)")

            let daemon = try place.run("provostd", ["serve", "--state", place.home + "/s", "--allow-degraded"])
            for _ in 0..<600 where daemon.isRunning && !daemon.errors.contains("Ready") {
                try await Task.sleep(for: .milliseconds(100))
            }
            try #require(daemon.errors.contains("Ready"), "\(daemon.errors)")
            let doctor = try place.run("provost", ["doctor", "-o", "json", "--server", "unix:" + place.socket])
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

            daemon.send(signal: SIGTERM)
            #expect(await daemon.ended(within: .seconds(60)) == 0, "\(daemon.errors)")
            #expect(!daemon.errors.contains(" error "), "\(daemon.errors)")
            let left = try await Self.processes()
            #expect(left.isEmpty, "\(left)")
        }
    }

    /// Of this user, once the kernel has ended what was killed.
    private static func processes() async throws -> [String] {
        var left: [String] = []
        for _ in 0..<50 {
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
