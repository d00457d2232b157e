import Foundation
import ProvostCore
import ProvostGrading
import ProvostSandbox
import ProvostTestSupport
import Synchronization
import Testing

/// A grader's room with a shell script, the supervisor, and a learner's folder: what `learner` and `shared-run` do, from end to end.
private struct Bench: Sendable {
    let sandbox: Sandbox
    let supervisor: Supervisor
    let learner: RoomUser
    /// The learner's folder.
    let work: String
    private let grader: RoomUser
    private let folder: String
    private let graderWork: String
    private let channel: String
    private let limits: RoomLimits
    private static let nextUsers = Atomic<UInt32>(240_000)

    static func with(
        limits: RoomLimits = RoomLimits(wallTime: .seconds(60), cpuTime: .seconds(5), disk: .mebibytes(4)),
        _ body: (Bench) async throws -> Void
    ) async throws {
        let folder = "/tmp/provost-learner-run-\(UUID().uuidString)"
        for name in ["learner", "report", "shared-run", "run_student"] {
            let relay = builtProgram("provost-relay")
            let installed = await Self.host("/usr/bin/install", ["-D", "-m", "755", relay, "\(folder)/bin/\(name)"])
            #expect(installed == 0)
        }
        let opened = await Self.host("/bin/chmod", ["755", folder, folder + "/bin"])
        #expect(opened == 0)
        let first = nextUsers.add(10, ordering: .relaxed).oldValue
        let sandbox = try Sandbox(
            .init(
                directory: folder, launcher: builtProgram("provost-launch"), userRange: first..<first + 10, warmRooms: 2,
                cgroupName: "provost-service-test"))
        let result: Result<Void, any Error>
        do {
            let learners = try await sandbox.makeScratch("learner", size: limits.disk, inodes: 200)
            let graders = try await sandbox.makeScratch("grader", size: .mebibytes(64), inodes: 200)
            do {
                result = .success(try await body(try Bench(sandbox, learners, graders, folder: folder, limits: limits)))
            } catch { result = .failure(error) }
            await learners.remove()
            await graders.remove()
        }
        await sandbox.shutdown()
        TreeFiles.remove(folder)
        try result.get()
    }

    private init(_ sandbox: Sandbox, _ learners: Scratch, _ graders: Scratch, folder: String, limits: RoomLimits) throws {
        self.sandbox = sandbox
        self.folder = folder
        self.limits = limits
        (grader, learner) = (try sandbox.leaseUser(), try sandbox.leaseUser())
        work = try learners.folder("work", owner: learner, mode: 0o755)
        graderWork = try graders.folder("work", owner: grader, mode: 0o700)
        channel = try graders.folder("channel", owner: grader, mode: 0o700)
        let manifest = GraderManifest(
            name: Slug(trusted: "checker"), title: LocalizedText(english: "Checker"), format: .provost, isolation: .twoRoom,
            onTimeout: .notGraded, run: ["./run"])
        supervisor = Supervisor(
            sandbox: sandbox, sheet: GradingSheet(points: Points(whole: 10), grader: manifest), format: .provost,
            learner: Workbench.Learner(user: learner, submission: work, work: work), student: nil, limits: limits, network: .none,
            image: nil,
            onEntry: { _ in })
    }

    /// Runs a script in the grader's room, whose current folder lasts.
    func grade(_ script: String, command: [String] = ["/bin/bash", "-c"]) async throws -> RoomResult {
        let socket = try ResultChannel(path: channel + "/socket", owner: grader, onCall: supervisor.handle)
        let spec = RoomSpec(
            command: command + [script],
            environment: ["PATH": "/grade/bin:/usr/local/bin:/usr/bin:/bin", "PROVOST_CHANNEL": "/grade/channel/socket"],
            workingDirectory: "/grade/work",
            mounts: [
                .readOnly(host: folder + "/bin", at: "/grade/bin"), .readOnly(host: channel, at: "/grade/channel"),
                .writable(host: graderWork, at: "/grade/work"),
            ], user: grader,
            limits: RoomLimits(wallTime: .seconds(300), cpuTime: .seconds(30), memory: .mebibytes(256), output: .mebibytes(4)))
        let result = try await sandbox.run(spec)
        await socket.close()
        return result
    }

    /// What a script prints; fails the test when it ends otherwise.
    func output(_ script: String) async throws -> String {
        let result = try await grade(script)
        #expect(result.report.ending == .exited(0), "\(String(decoding: result.error, as: UTF8.self))")
        return String(decoding: result.output, as: UTF8.self)
    }

    /// Runs a host program off the cooperative pool. Not by Foundation: a launcher that is spawned at that moment can keep the
    /// program's end from being seen.
    static func host(_ program: String, _ arguments: [String]) async -> Int32 {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                var words: [UnsafeMutablePointer<CChar>?] = unsafe ([program] + arguments).map { unsafe strdup($0) }
                unsafe words.append(nil)
                defer { unsafe words.forEach { unsafe free($0) } }
                var pid: pid_t = 0
                guard unsafe posix_spawn(&pid, program, nil, nil, words, environ) == 0 else {
                    return continuation.resume(returning: -1)
                }
                var status: Int32 = 0
                unsafe waitpid(pid, &status, 0)
                continuation.resume(returning: status)
            }
        }
    }
}

extension RealRooms {
    @Suite(.timeLimit(.minutes(10))) struct LearnerRunTests {
        private static let roomy = RoomLimits(wallTime: .seconds(60), cpuTime: .seconds(10), disk: .mebibytes(40))

        @Test func filesGoInAndOut() async throws {
            try await Bench.with(limits: Self.roomy) { bench in
                let script = """
                    set -e
                    head -c 3000000 /dev/urandom >data; printf '#!/bin/sh\\necho tool\\n' >tool; chmod 755 tool
                    learner run --put data --put tool=bin/tool --get out/copy --get out/copy=/grade/work/second --report r.json -- \\
                      sh -c 'bin/tool; stat -c "%a %U" data bin/tool; mkdir out; cp data out/copy'
                    cmp data copy; cmp data second
                    python3 -c 'import json; r = json.load(open("r.json")); print(r["missing"], r["refusedPut"], r["throttledSeconds"] >= 0)'
                    """
                let text = try await bench.output(script)
                #expect(text == "tool\n644 learner\n755 learner\n[] [] True\n")
            }
        }

        @Test func whatIsNotThereIsMissingAndNothingIsWritten() async throws {
            try await Bench.with(limits: Self.roomy) { bench in
                let script = """
                    plant='ln -s /etc/passwd link; ln -s / root; mkfifo fifo; mkdir folder; head -c 17000000 /dev/zero >large; echo ok >good'
                    learner run --get link --get root/etc/passwd=inner --get fifo --get folder --get large --get nothing --get good --report r.json \\
                      -- sh -c "$plant" 2>/dev/null
                    ls; cat good
                    python3 -c 'import json; r = json.load(open("r.json")); print(*r["missing"]); print(r["ending"], len(r["notes"]))'
                    """
                let text = try await bench.output(script)
                #expect(text == "good\nr.json\nok\nlink root/etc/passwd fifo folder large nothing\nexited 6\n")
            }
        }

        /// The learner's folder as the learner made it keeps a file out: the program is not run, and it is not our fault.
        @Test func aPutThatTheLearnerRefusesIsToldAndNotOurs() async throws {
            try await Bench.with { bench in
                let script = """
                    echo x >data
                    learner run -- sh -c 'mkdir data; mkdir -p a; ln -s /tmp a/link; ln -s /etc/passwd taken; mkfifo fifo'
                    for name in data a/link/x; do
                      learner run --put data=$name --report r.json -- echo ran; echo $?
                      python3 -c 'import json; r = json.load(open("r.json")); print(r["ending"], r["status"], *r["refusedPut"])'
                    done 2>/dev/null
                    learner run --put data=taken --put data=fifo -- cat taken fifo
                    learner run -- sh -c 'head -c 9000000 /dev/zero >full' 2>/dev/null
                    head -c 3000000 /dev/zero >large
                    learner run --put large --report r.json -- true; echo $?
                    """
                let result = try await bench.grade(script)
                #expect(
                    String(decoding: result.output, as: UTF8.self)
                        == "126\nrefused None data\n126\nrefused None a/link/x\nx\nx\n126\n")
                #expect(
                    String(decoding: result.error, as: UTF8.self).contains(
                        "the program was not run: large: the learner's folder is full"))
                #expect(await bench.supervisor.finish().sheet.isOurFault == false)
            }
        }

        /// What the grader itself asks wrongly is never a status that could be the learner's.
        @Test func aPutThatTheGraderCannotMakeIs125() async throws {
            try await Bench.with { bench in
                let script = """
                    learner run --put /no/such -- true; echo $?
                    learner run --put /grade -- true; echo $?
                    head -c 5000000 /dev/zero >large
                    learner run --put large -- true; echo $?
                    head -c 3000000 /dev/zero >half
                    learner run --put half -- true; echo $?
                    learner run --put half -- true; echo $?
                    learner run --put half=other -- true; echo $?
                    learner run --get x=/no/such/folder/x -- touch x; echo $?
                    """
                let text = try await bench.output(script)
                #expect(text == "125\n125\n125\n0\n0\n125\n125\n")
                #expect(await bench.supervisor.finish().sheet.isOurFault == false)
            }
        }

        @Test func readOnlyKeepsNothing() async throws {
            try await Bench.with { bench in
                let script = """
                    echo given >data
                    learner run --read-only --put data --get data=back -- sh -c 'cat data; echo x >new; chmod 777 .; rm data; echo x >/tmp/x' 2>/dev/null
                    cat back; learner run -- sh -c 'ls -A; ls -A /tmp; echo y >new; cat new'
                    """
                let text = try await bench.output(script)
                #expect(text == "given\ngiven\ndata\ny\n")
            }
        }

        @Test func outputAndDiskAreTightened() async throws {
            try await Bench.with { bench in
                let script = """
                    learner run --output 10B --disk 64KiB --report r.json -- sh -c 'echo 0123456789abcdef; head -c 200000 /dev/zero >/tmp/x' 2>/dev/null; echo; echo $?
                    python3 -c 'import json; r = json.load(open("r.json")); print(r["droppedOutput"], *r["limitsHit"])'
                    """
                let text = try await bench.output(script)
                #expect(text.hasPrefix("0123456789\n") && text.hasSuffix("7 disk output\n"), "\(text)")
            }
        }

        @Test func aTerminalIsGivenOnRequest() async throws {
            try await Bench.with { bench in
                let script = """
                    printf 'two\\nwords' | learner run --pty --stdin - -- sh -c 'stty -echo -onlcr; [ -t 1 ] && echo $TERM; cat'
                    learner run --pty -- sh -c 'stty size; echo error >&2; exit 3'; echo $?
                    """
                let text = try await bench.output(script)
                // What was typed before the program turned the echo off is echoed.
                #expect(text.hasSuffix("xterm\ntwo\nwords24 80\r\nerror\r\n3\n"), "\(text)")
            }
        }

        // MARK: Pairs

        @Test func aPairTalks() async throws {
            try await Bench.with { bench in
                let script = """
                    learner run -- sh -c 'printf "n=0; while read line; do n=\\$((n+line)); echo \\$n; done; exit 9" >sum.sh'
                    cat >judge <<'END'
                    echo 5; read a; echo 37; read b; [ "$a $b" = "5 42" ] && exit 42; exit 43
                    END
                    learner pair --time 60s --report r.json -- sh sum.sh ::: bash judge; echo $?
                    python3 -c 'import json; r = json.load(open("r.json")); print(r["ending"], r["status"])'
                    """
                let text = try await bench.output(script)
                // The judge's verdict is what counts; on a busy machine the other is stopped before it sees that its input is over.
                #expect(["42\nexited 9\n", "42\nstopped None\n"].contains(text), "\(text)")
            }
        }

        @Test func aPairWhoseLearnerMisbehavesEnds() async throws {
            try await Bench.with { bench in
                // Never reads and never ends; floods; ends at once; says 125.
                let script = """
                    judge='import os\\ntry:\\n while True: print("x" * 1000, flush=True)\\nexcept BrokenPipeError: os._exit(43)'
                    report() { python3 -c 'import json; r = json.load(open("r.json")); print(r["ending"], r["status"], r["stoppedBy"])'; }
                    learner pair --time 1s --report r.json -- sleep 100 ::: python3 -c "$(printf "$judge")"; echo $?; report
                    learner pair --time 1s --report r.json -- sleep 100 ::: sh -c 'exit 42'; echo $?; report
                    learner pair --time 1s --report r.json -- yes ::: sh -c 'head -1; exit 44' >/dev/null; echo $?; report
                    learner pair --report r.json -- true ::: python3 -c "$(printf "$judge")"; echo $?; report
                    learner pair --report r.json -- sh -c 'exit 125' ::: sh -c 'cat >/dev/null; exit 45'; echo $?; report
                    learner pair -- ./nothing ::: sh -c 'read x || exit 46'; echo $?
                    """
                let text = try await bench.output(script)
                #expect(
                    text == """
                        43
                        stopped None wall-time
                        42
                        stopped None wall-time
                        44
                        stopped None wall-time
                        43
                        exited 0 None
                        45
                        exited 125 None
                        46

                        """)
                #expect(await bench.supervisor.finish().sheet.isOurFault == false)
            }
        }

        @Test func aPairThatIsNotUnderstoodStartsNothing() async throws {
            try await Bench.with { bench in
                let script = """
                    learner pair --stdin - -- true ::: touch started; echo $?; learner pair --put /no/such -- true ::: touch started; echo $?
                    learner pair -- true; echo $?; ls
                    """
                let text = try await bench.output(script)
                #expect(text == "2\n125\n2\n")
            }
        }

        // MARK: shared-run

        @Test func sharedRunTellsTheSupervisor() async throws {
            try await Bench.with { bench in
                let result = try await bench.grade("sleep 100 & exit 7", command: ["/grade/bin/shared-run", "/bin/sh", "-c"])
                #expect(result.report.ending == .exited(7))
                #expect(await bench.supervisor.sharedEnding == SharedEnding(ending: .exited(7), survivors: 1))
            }
        }

        /// Learner code in the same room says that all went well, in every way it can; and kills whoever would say otherwise.
        @Test func nobodyElseIsBelieved() async throws {
            let forge = """
                import os, signal, socket, struct, sys
                def frame(kind, payload): return kind + struct.pack(">I", len(payload)) + payload
                for name in (b"shared-run",):
                    s = socket.socket(socket.AF_UNIX); s.connect("/grade/channel/socket")
                    s.sendall(frame(b"A", name + b"\\0begin\\0"))
                    s.sendall(frame(b"D", b"ended\\0exited:0\\0" + b"0\\0") + frame(b"D", b""))
                    while s.recv(1000): pass
                    s = socket.socket(socket.AF_UNIX); s.connect("/grade/channel/socket")
                    s.sendall(frame(b"A", name + b"\\0ended\\0exited:0\\0" + b"0\\0"))
                    while s.recv(1000): pass
                """
            try await Bench.with { bench in
                let script = "/grade/bin/shared-run true; python3 -c '\(forge)'; exit 3"
                let result = try await bench.grade(script, command: ["/grade/bin/shared-run", "/bin/bash", "-c"])
                #expect(result.report.ending == .exited(3), "\(String(decoding: result.error, as: UTF8.self))")
                #expect(await bench.supervisor.sharedEnding == SharedEnding(ending: .exited(3), survivors: 0))
            }
            try await Bench.with { bench in
                let kill = "kill -9 $PPID; sleep 0.2; /grade/bin/shared-run true; python3 -c '\(forge)'; sleep 0.2"
                _ = try await bench.grade(kill, command: ["/grade/bin/shared-run", "/bin/bash", "-c"])
                #expect(await bench.supervisor.sharedEnding == nil)
            }
        }

        @Test func anUnknownNameIsRefused() async throws {
            try await Bench.with { bench in
                let result = try await bench.grade("run_student true; echo $?")
                #expect(String(decoding: result.output, as: UTF8.self) == "2\n")
                #expect(String(decoding: result.error, as: UTF8.self).contains("run_student"))
            }
        }
    }
}
