import Foundation
import Glibc
import Testing

/// When the daemon starts, when it refuses to, and what people see when there is none.
@Suite(.rooms) struct StateDirectoryTests {
    @Test func aSecondDaemonIsRefused() async throws {
        try await Daemon.with { daemon in
            let second = try await serve(daemon.state, in: daemon.folder)
            #expect(second.status == 1)
            #expect(second.errors.contains("already runs on \(daemon.state)"), "\(second.errors)")
            // The first one does not mind.
            #expect(try await daemon.cli(["status"]).status == 0)
        }
    }

    @Test func twoDaemonsDoNotMeet() async throws {
        try await Daemon.with { one in
            try await Daemon.with { two in
                let rooms = try await [Classroom(one), Classroom(two)]
                let cgroups = try await [one.roomCgroup(), two.roomCgroup()]
                #expect(cgroups[0] != cgroups[1])
                for room in rooms { try await room.assignment("work") }
                let learner = try await rooms[1].member("kim")
                let work = try rooms[1].work(learner, ["score": "8 2\n"])
                #expect(try await rooms[1].submit("work", work, as: learner).status == 0)
                // The end of one leaves the rooms of the other alone.
                #expect(await one.stop() == 0)
                let left = try await one.leftovers(cgroup: cgroups[0])
                #expect(left.isEmpty, "\(left)")
                #expect(try await rooms[1].submit("work", work, as: learner).status == 0)
            }
        }
    }

    @Test func aNewerSchemaIsRefused() async throws {
        try await Daemon.with { daemon in
            #expect(await daemon.stop() == 0)
            try await Database(daemon: daemon).run("INSERT INTO grdb_migrations VALUES ('9999-tomorrow')")
            let refused = try await serve(daemon.state, in: daemon.folder)
            #expect(refused.status == 1)
            #expect(refused.errors.contains("newer"), "\(refused.errors)")
            try await Database(daemon: daemon).run("DELETE FROM grdb_migrations WHERE identifier = '9999-tomorrow'")
        }
    }

    @Test(arguments: [mode_t(0o775), 0o757]) func aDirectoryThatOthersCanWriteToIsRefused(mode: mode_t) async throws {
        try await Daemon.withFolder { folder in
            let state = folder + "/s"
            try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: false)
            unsafe chmod(state, mode)
            let refused = try await serve(state, in: folder)
            #expect(refused.status == 1)
            #expect(refused.errors.contains("chmod go-w \(state)"), "\(refused.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: state).isEmpty)
        }
    }

    @Test func withoutADaemonTheSocketIsNamed() async throws {
        try await Daemon.with { daemon in
            let room = try await Classroom(daemon)
            let learner = try await room.member("kim")
            let work = try room.work(learner, ["score": "8 2\n"])
            #expect(await daemon.stop() == 0)
            let ended = try await room.submit("work", work, as: learner)
            #expect(ended.status == 8)
            #expect(ended.errors.contains(daemon.socket), "\(ended.errors)")
            #expect(ended.output.isEmpty)
        }
    }

    @Test func receiptsAreVerifiedWithoutADaemon() async throws {
        try await Daemon.with { daemon in
            let room = try await Classroom(daemon)
            try await room.assignment("work")
            let learner = try await room.member("kim")
            let ended = try await room.submit("work", room.work(learner, ["score": "8 2\n"]), as: learner)
            let id = try #require(ended.json["submission"]["id"].text)
            let file = learner.home + "/receipt.json"
            try await daemon.must(["receipt", "save", id, "--to", file], as: learner)
            #expect(await daemon.stop() == 0)

            let verify = ["receipt", "verify", file, "--key", file + ".key"]
            let genuine = try await daemon.cli(verify, as: learner)
            #expect(genuine.status == 0, "\(genuine.text)")
            #expect(genuine.output.contains(id))
            let text = try String(contentsOfFile: file, encoding: .utf8)
            let digest = try #require(ended.json["submission"]["digest"].text)
            let forged = text.replacingOccurrences(of: digest, with: String(digest.reversed()))
            try #require(forged != text)
            try Data(forged.utf8).write(to: URL(fileURLWithPath: file))
            let refused = try await daemon.cli(verify, as: learner)
            #expect(refused.status == 1, "\(refused.text)")
        }
    }

    /// Over TCP nobody is an administrator, and without a token nobody is anybody.
    @Test func withoutATokenNothingIsToldOverTCP() async throws {
        try await Daemon.with(options: ["--listen", "127.0.0.1:0"]) { daemon in
            let address = try #require(daemon.log.firstMatch(of: /http:\/\/127\.0\.0\.1:\d+/)).output
            for arguments in [["whoami"], ["labs"], ["audit", "list"], ["org", "create", "mine"]] {
                let ended = try await daemon.cli(arguments + ["--server", String(address)])
                #expect(ended.status == 4, "\(arguments): \(ended.text)")
                #expect(ended.output.isEmpty)
            }
        }
    }

    /// A daemon that is expected to end at once.
    private func serve(_ state: String, in folder: String) async throws -> Ended {
        let program = try RunningProgram(
            "provostd", ["serve", "--state", state], environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"], folder: folder,
            outputs: folder + "/second")
        let status = await program.ended(within: .seconds(60))
        return Ended(status: status, output: program.output, errors: program.errors)
    }
}
