import Foundation
import Glibc
import ProvostCore
import ProvostSandbox
import ProvostTestSupport
import Synchronization
import Testing

/// Swaps a folder for a link and back until it is told to end.
private final class Race: Sendable {
    private let work: String
    private let state = Mutex<(ending: Bool, waiter: CheckedContinuation<Void, Never>?)>((false, nil))
    init(_ work: String) { self.work = work }

    func run() {
        var round = 0
        while !state.withLock({ $0.ending }) {
            round += 1
            // A put makes the folder anew, whenever it finds neither.
            _ = unsafe rename("\(work)/folder", "\(work)/old-\(round)")
            _ = unsafe symlink("../outside", "\(work)/folder")
            if round % 3 == 0 { usleep(200) }
            _ = unsafe unlink("\(work)/folder")
            if round % 5 == 0 { usleep(200) }
        }
        state.withLock { $0.waiter }?.resume()
    }

    func end() async {
        await withCheckedContinuation { continuation in state.withLock { $0 = (true, continuation) } }
    }
}

/// Files into and out of a folder whose owner is hostile.
@Suite(.enabled(if: Capability.rooms.shouldRun, Comment(rawValue: Capability.rooms.reason)))
struct TreeTransferTests {
    private static let owner = RoomUser(uid: 264_999)

    /// A folder of the learner's beside a secret of ours.
    private func withTree(_ body: (String, String) async throws -> Void) async throws {
        let base = "/tmp/provost-tree-\(UInt32.random(in: 0 ..< .max))"
        let files = FileManager.default
        try files.createDirectory(atPath: base, withIntermediateDirectories: true)
        try Data("secret".utf8).write(to: URL(fileURLWithPath: base + "/secret"))
        try TreeFiles.makeFolder(base + "/work", owner: Self.owner.uid)
        let result: Result<Void, any Error>
        do { result = .success(try await body(base + "/work", base)) } catch { result = .failure(error) }
        try await removeTree(base)
        try result.get()
    }

    private func put(_ name: String, _ text: String, in folder: String, executable: Bool = false) throws(ProvostError) {
        var file = try TreeFiles.create(name, beneath: folder, owner: Self.owner)
        try file.write(Array(text.utf8))
        try file.commit(executable: executable)
    }

    private func get(_ name: String, in folder: String, limit: Int = 1 << 20) throws(ProvostError) -> String {
        var file = try TreeFiles.openFile(name, beneath: folder, limit: limit)
        var bytes: [UInt8] = []
        while let piece = try file.read() { bytes += piece }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func aFileIsTheLearnersWithItsModeAndTheFoldersOnTheWay() async throws {
        try await withTree { work, _ in
            try put("data/in/a.txt", "one", in: work)
            try put("data/in/a.txt", "two", in: work)
            try put("tool", "#!", in: work, executable: true)
            let seen = try await run(
                "/bin/sh",
                [
                    "-c",
                    "cd \(work) && stat -c '%n %u %a %F' data data/in data/in/a.txt tool && ls -A data/in && cat data/in/a.txt",
                ])
            #expect(
                seen.output == """
                    data 264999 755 directory
                    data/in 264999 755 directory
                    data/in/a.txt 264999 644 regular file
                    tool 264999 755 regular file
                    a.txt
                    two
                    """)
            #expect(try get("data/in/a.txt", in: work) == "two")
        }
    }

    @Test func whatIsNotCommittedLeavesNothing() async throws {
        try await withTree { work, _ in
            do {
                var file = try TreeFiles.create("a", beneath: work, owner: Self.owner)
                try file.write([1, 2, 3])
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: work) == [])
        }
    }

    /// Links, FIFOs and devices under the file's own name are replaced and never opened.
    @Test(arguments: [
        "ln -s ../secret a", "ln -s /etc/passwd a", "ln -s a a", "mkfifo a", "mknod a c 1 8", "touch a; chmod 0 a",
        "ln ../secret a",
    ])
    func whatHasTheNameIsReplaced(plant: String) async throws {
        try await withTree { work, base in
            #expect(try await run("/bin/sh", ["-c", "cd \(work) && \(plant)"]).status == 0)
            try put("a", "ours", in: work)
            #expect(try get("a", in: work) == "ours")
            #expect(try await run("/bin/cat", [base + "/secret"]).output == "secret")
            #expect(try await run("/usr/bin/stat", ["-c", "%F", work + "/a"]).output == "regular file\n")
        }
    }

    @Test(arguments: [
        ("mkdir a", "a", "folder"), ("mkdir -p a/full/of", "a", "folder"), ("ln -s .. out", "out/a", "link"),
        ("ln -s /tmp out", "out/a", "link"), ("touch out", "out/a", "not a folder"), ("mkfifo out", "out/a", "not a folder"),
        ("ln -s out out", "out/a", "link"), ("ln -s nowhere out", "out/in/a", "link"),
        ("mkdir out && ln -s .. out/in", "out/in/a", "link"),
    ])
    func whatIsInTheWayIsTheLearnersDoing(plant: String, name: String, why: String) async throws {
        try await withTree { work, base in
            let planted = try await run("/bin/sh", ["-c", "cd \(work) && \(plant)"])
            #expect(planted.status == 0)
            let error = #expect(throws: ProvostError.self) { try put(name, "ours", in: work) }
            #expect(error?.code == .invalid)
            #expect(error?.message.contains(why) == true, "\(error?.message ?? "")")
            let left = try FileManager.default.contentsOfDirectory(atPath: base).sorted()
            #expect(left == ["secret", "work"])
        }
    }

    @Test(arguments: ["", "..", "../secret", "a/../../secret", "/etc/passwd", ".", "a//b", "a/", "a/.", "a\0b"])
    func aNameThatCouldLeadOutIsRefused(name: String) async throws {
        try await withTree { work, base in
            #expect(throws: ProvostError.self) { try put(name, "x", in: work) }
            #expect(throws: ProvostError.self) { _ = try get(name, in: work) }
            let secret = try await run("/bin/cat", [base + "/secret"]).output
            #expect(secret == "secret")
        }
    }

    /// A sparse file of 10 GB, and one that cannot be read without waiting, are told at once.
    @Test(
        .timeLimit(.minutes(5)),
        arguments: [
            ("ln -s ../secret a", "link"), ("ln -s /etc/passwd a", "link"), ("mkfifo a", "plain"), ("mkdir a", "plain"),
            ("mknod a c 1 9", "plain"), ("truncate -s 10G a", "larger"), ("true", "not there"),
            ("touch a; rm a; ln -s .. a", "link"),
        ])
    func whatIsNoFileOfTheLearnersIsNotRead(plant: String, why: String) async throws {
        try await withTree { work, _ in
            let planted = try await run("/bin/sh", ["-c", "cd \(work) && \(plant)"])
            #expect(planted.status == 0)
            let error = #expect(throws: ProvostError.self) { _ = try get("a", in: work) }
            #expect(error?.code == .invalid)
            #expect(error?.message.contains(why) == true, "\(error?.message ?? "")")
        }
    }

    /// A lease makes an opening wait for its holder, up to 45 s; the learner can hold one in another run.
    @Test(.enabled(if: Capability.toolchains.shouldRun), .timeLimit(.minutes(5))) func aLeaseDoesNotHoldUsUp() async throws {
        try await withTree { work, _ in
            let script = """
                import fcntl, os, signal, sys, time
                signal.signal(signal.SIGIO, signal.SIG_IGN)
                file = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
                fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
                print("held", flush=True)
                time.sleep(900)
                """
            let holder = Process()
            holder.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
            holder.arguments = ["-c", script, work + "/a"]
            let pipe = Pipe()
            holder.standardOutput = pipe
            try holder.run()
            // Not terminate: it may have our mask, which holds SIGTERM back, and would keep our standard error open.
            defer { kill(holder.processIdentifier, SIGKILL) }
            _ = pipe.fileHandleForReading.availableData
            let begin = ContinuousClock.now
            #expect(throws: ProvostError.self) { _ = try get("a", in: work) }
            #expect(ContinuousClock.now - begin < .seconds(40))
            // A put does not open it at all.
            try put("a", "ours", in: work)
            #expect(try get("a", in: work) == "ours")
        }
    }

    @Test func aFullFolderIsTold() async throws {
        try await withSandbox { sandbox, _ in
            let scratch = try await sandbox.makeScratch("full", size: .mebibytes(1), inodes: 50)
            let work = try scratch.folder("work", owner: Self.owner, mode: 0o755)
            // Neither by another program nor by Foundation: a launcher spawned meanwhile would keep their descriptors open.
            try put("a", String(repeating: "x", count: 600_000), in: work)
            try put("b", String(repeating: "x", count: 300_000), in: work)
            let error = #expect(throws: ProvostError.self) { try put("c", String(repeating: "x", count: 500_000), in: work) }
            #expect(error?.code == .limitReached)
            // What it replaces makes room.
            try put("a", String(repeating: "x", count: 500_000), in: work)
            #expect(try get("a", in: work).utf8.count == 500_000)
            #expect(try FileManager.default.contentsOfDirectory(atPath: work).sorted() == ["a", "b"])
            await scratch.remove()
        }
    }

    /// Another run of the learner swaps a folder for a link as fast as it can while files are put and got: nothing ever lands
    /// or is read outside.
    @Test(.enabled(if: Capability.toolchains.shouldRun), .timeLimit(.minutes(5))) func aFolderSwappedForALinkLeadsNowhere()
        async throws
    {
        try await withTree { work, base in
            let files = FileManager.default
            try files.createDirectory(atPath: base + "/outside", withIntermediateDirectories: true)
            try Data("secret".utf8).write(to: URL(fileURLWithPath: base + "/outside/a"))
            let race = Race(work)
            // A thread of its own: with one processor the pool has one, and that is ours.
            Thread.detachNewThread { race.run() }
            var (putInside, refused, got) = (0, 0, 0)
            // On a busy machine it takes its time.
            let end = ContinuousClock.now + .seconds(120)
            while (putInside < 300 || refused < 100 || got < 20) && ContinuousClock.now < end {
                do {
                    try put("folder/a", "ours", in: work)
                    putInside += 1
                } catch {
                    #expect((error as? ProvostError)?.code == .invalid)
                    refused += 1
                }
                if let text = try? get("folder/a", in: work) {
                    got += 1
                    #expect(text == "ours")
                }
            }
            await race.end()
            #expect(putInside > 10 && refused > 10 && got > 0, "the race did not happen: \(putInside), \(refused), \(got)")
            #expect(try files.contentsOfDirectory(atPath: base + "/outside") == ["a"])
            #expect(try await run("/bin/cat", [base + "/outside/a"]).output == "secret")
        }
    }
}
