import Foundation
import Testing

extension EndToEndTests {
    /// A program of one user that opens every connection it can leaves the daemon to the others.
    struct ConnectionTests {
        private static let flood = """
            import select, socket, sys, time
            peers = []
            for _ in range(1000):
                peers.append(socket.socket(socket.AF_UNIX))
                peers[-1].connect(sys.argv[1])
            open_ones = list(peers)
            end = time.monotonic() + 120
            while len(open_ones) > 128 and time.monotonic() < end:
                open_ones = [one for one in peers if not select.select([one], [], [], 0)[0]]
            refused = next(one for one in peers if one not in open_ones)
            print(len(open_ones), refused.recv(1000).decode().split("message")[1], flush=True)
            time.sleep(900)
            """

        @Test func whoTakesAllConnectionsTakesTheirOwn() async throws {
            let room = try await Classroom()
            let flood = try RunningProgram(
                "/usr/bin/setpriv",
                [
                    "--reuid", "999982", "--regid", "999982", "--clear-groups", "/usr/bin/python3", "-c", Self.flood,
                    room.daemon.socket,
                ],
                environment: [:], folder: "/", outputs: "\(room.daemon.folder)/flood")
            defer { flood.send(signal: SIGKILL) }
            for _ in 0..<1200 where flood.isRunning && flood.output.isEmpty { try await Task.sleep(for: .milliseconds(100)) }
            #expect(
                flood.output.hasPrefix("128 ") && flood.output.contains("128 connections at one time"),
                "\(flood.output)\(flood.errors)")
            // While it holds what it has, work goes on.
            try await room.assignment("work", grader: "#!/bin/sh\nreport test whole pass --max 10\n")
            let learner = try await room.member("kim")
            let ended = try await room.submit("work", room.work(learner, ["answer": "42\n"]), as: learner)
            #expect(ended.status == 0, "\(ended.text)")
            #expect(flood.isRunning)
        }
    }
}
