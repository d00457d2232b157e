import Foundation
import Glibc
import Testing

/// A state directory on a disk of its own that fills up.
@Suite(.rooms) struct FullDiskTests {
    @Test func aFullDiskTakesNothingHalfAndWorksAgainWithSpace() async throws {
        try await Daemon.with(
            home: "disk/s",
            prepare: { folder in
                try FileManager.default.createDirectory(atPath: folder + "/disk", withIntermediateDirectories: false)
                try await run(
                    "/usr/bin/mount", ["-t", "tmpfs", "-o", "size=256m,mode=0711", "tmpfs", folder + "/disk"], in: folder)
            }, tidy: { folder in try await run("/usr/bin/umount", [folder + "/disk"], in: folder) }
        ) { daemon in
            let room = try await Classroom(daemon)
            try await room.assignment("work")
            let learner = try await room.member("kim")
            let noise = (0..<300_000).map { _ in String(UInt8.random(in: 0 ... .max), radix: 16) }.joined()
            let work = try room.work(learner, ["score": "8 2\n", "noise": noise])
            let before = try files(daemon.state + "/blobs")
            let filler = daemon.folder + "/disk/filler"
            fill(filler)

            let ended = try await room.submit("work", work, as: learner)
            #expect(ended.status == 8, "\(ended.text)")
            #expect(ended.output.isEmpty)
            #expect(try files(daemon.state + "/blobs") == before)
            #expect(try await room.attempts("work", of: learner).isEmpty)
            #expect(try FileManager.default.contentsOfDirectory(atPath: daemon.state + "/rooms").isEmpty)

            try FileManager.default.removeItem(atPath: filler)
            let again = try await room.submit("work", work, as: learner)
            #expect(again.status == 0, "\(again.text)")
            #expect(again.json["submission"]["attempt"].number == 1)
        }
    }

    private func files(_ folder: String) throws -> Set<String> {
        Set(try FileManager.default.subpathsOfDirectory(atPath: folder))
    }

    /// Writes until there is no room for another byte.
    private func fill(_ path: String) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        for size in [1 << 20, 4096, 1] {
            let bytes = [UInt8](repeating: 0x5A, count: size)
            while unsafe write(descriptor, bytes, size) > 0 {}
        }
    }

    private func run(_ program: String, _ arguments: [String], in folder: String) async throws {
        let running = try RunningProgram(
            program, arguments, environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"], folder: folder,
            outputs: folder + "/tool-\(UInt64.random(in: 0 ... .max))")
        guard await running.ended(within: .seconds(30)) == 0 else { throw DaemonFailure(description: running.errors) }
    }
}
