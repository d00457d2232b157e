import Foundation
import ProvostTestSupport
import Testing

/// A class by the real command line: its workspaces are warm when it begins, and an instructor looks at a copy of a learner's files.
@Suite(.rooms, .serialized) struct TimetableTests {
    private static let options = ["--workspace-users", "335100-335199", "--warm-workspaces", "0"]

    private static func classroom(_ daemon: Daemon) async throws -> Classroom {
        let room = try await Classroom(daemon)
        try await room.assignment(
            "work", lab: "workspace:\n  limits: {memory: 96MiB, disk: 32MiB}", files: ["lab/starter/hello.txt": "hello\n"])
        return room
    }

    @Test func aSlotIsWarmedAndItsProgressIsSeen() async throws {
        try await Daemon.with(options: Self.options) { daemon in
            let room = try await Self.classroom(daemon)
            let hana = try await room.member("hana", role: "instructor")
            let kim = try await room.member("kim")
            _ = try await room.member("lee")
            let begins = Classroom.time(300).replacingOccurrences(of: "T", with: " ")
            let made = try await daemon.must(
                [
                    "cohort", "schedule", room.cohort, "--slot", begins, "--for", "3h", "--assignment", "work", "--warm", "10m",
                    "-o", "json",
                ], as: hana)
            let slot = try #require(made.json["slot"]["id"].text, "\(made.text)")
            var list = try await daemon.must(["cohort", "schedule", room.cohort], as: hana)
            for _ in 0..<600 where !list.output.contains("warmed 2 of 2") {
                try await Task.sleep(for: .milliseconds(200))
                list = try await daemon.must(["cohort", "schedule", room.cohort], as: hana)
            }
            #expect(list.output.contains("warmed 2 of 2") && list.output.contains(slot), "\(list.text)\n\(daemon.log)")
            let workspaces = try await daemon.must(["workspace", "list", "-o", "json"], as: hana).json.items
            #expect(workspaces.map { $0["workspace"]["state"].text } == ["stopped", "stopped"])
            try await daemon.must(["start", "work"], as: kim)
            #expect(try await daemon.must(["exec", "work", "--", "cat", "hello.txt"], as: kim).output == "hello\n")
            try await daemon.must(["stop", "work"], as: kim)

            let denied = try await daemon.cli(["cohort", "schedule", room.cohort], as: kim)
            #expect(denied.status == 4, "\(denied.text)")
            let over = try await daemon.cli(
                [
                    "cohort", "schedule", room.cohort, "--slot", Classroom.day(-3), "--for", "1h", "--assignment", "work",
                ], as: hana)
            #expect(over.status != 0 && over.errors.contains("over already"), "\(over.text)")
            try await daemon.must(["cohort", "schedule", room.cohort, "--remove", slot], as: hana)
            #expect(
                try await daemon.must(["cohort", "schedule", room.cohort, "-o", "json"], as: hana).json["slots"].items.isEmpty)
        }
    }

    @Test func anInstructorGetsACopyByAShareAndNotWithout() async throws {
        try await Daemon.with(options: Self.options) { daemon in
            let room = try await Self.classroom(daemon)
            let hana = try await room.member("hana", role: "instructor")
            let kim = try await room.member("kim")
            try await daemon.must(["start", "work"], as: kim)
            try await daemon.must(["exec", "work", "--", "sh", "-c", "echo mine > note"], as: kim)
            let copy = ["workspace", "copy", "work", "--person", kim.name]
            let refused = try await daemon.cli(copy, as: hana)
            #expect(refused.status == 4 && refused.errors.contains("--mode copy"), "\(refused.text)")
            try await daemon.must(
                ["workspace", "share", "work", "--with", hana.name, "--mode", "copy", "--time", "1h"], as: kim)
            let made = try await daemon.must(copy + ["-o", "json"], as: hana)
            let id = try #require(made.json["workspace"]["id"].text, "\(made.text)")
            #expect(made.json["workspace"]["copyOf"].text != nil)
            let visits = try await daemon.must(["workspace", "visits", "work", "-o", "json"], as: kim).json.items
            #expect(visits.map { $0["mode"].text } == ["copy"] && visits.first?["endedAt"].text != nil)

            try await daemon.must(["start", id], as: hana)
            let folder = hana.home + "/copied"
            try await daemon.must(["pull", ".", folder, "--workspace", id], as: hana)
            #expect(try String(contentsOfFile: folder + "/note", encoding: .utf8) == "mine\n")
            #expect(try String(contentsOfFile: folder + "/hello.txt", encoding: .utf8) == "hello\n")
            // Inside, nothing can be asked of the server.
            let inside = try await daemon.cli(["exec", id, "--", "/run/bin/provost", "whoami"], as: hana)
            #expect(inside.status != 0 && !inside.output.contains(hana.name), "\(inside.text)")
            #expect(try await daemon.must(["exec", "work", "--", "cat", "note"], as: kim).output == "mine\n")
            for (name, person) in [(id, hana), ("work", kim)] { try await daemon.must(["stop", name], as: person) }
            try await daemon.must(["workspace", "delete", id, "--yes"], as: hana)
        }
    }
}
