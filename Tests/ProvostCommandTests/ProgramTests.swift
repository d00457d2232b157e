import Foundation
import Glibc
import ProvostAPI
import ProvostCommand
import ProvostCore
import Testing

/// The built program, against a daemon's outside in this process.
struct ProgramTests {
    /// Answers what `submit` asks, and then these events.
    private static func script(_ events: [SubmissionEvent]) throws -> @Sendable (Int, String) -> FakeServer.Reply {
        let assignment = try Samples.json(try Samples.assignment())
        let received = try Samples.json(Samples.received())
        let lines = try events.map(Samples.json)
        return { _, path in
            if path.contains("/events") { return .events(lines) }
            return path.contains("/submissions") ? .json(201, received) : .json(200, assignment)
        }
    }

    private static func submit(
        _ events: [SubmissionEvent], _ options: [String], environment: [String: String] = [:],
        check: (FakeServer, Scratchpad, Scratchpad.Ended) throws -> Void
    ) async throws {
        try await FakeServer.with(try script(events)) { server in
            try await Scratchpad.with { folder in
                try PrivateFile.write(Array("PK not really".utf8), to: folder.path + "/work.zip")
                let ended = try await folder.run(
                    ["submit", "web-service", "work.zip", "--server", "\(server.address)"] + options, environment: environment)
                try check(server, folder, ended)
            }
        }
    }

    @Test func submittingShowsTheReceiptAndSavesIt() async throws {
        try await Self.submit([], []) { server, folder, ended in
            #expect(ended.status == 0)
            #expect(ended.output.isEmpty)
            #expect(ended.errors.contains("submission sub_1"))
            #expect(ended.errors.contains("provost status sub_1"))
            #expect(ended.errors.contains("+09:00 Asia/Seoul"))
            #expect(FileManager.default.fileExists(atPath: folder.path + "/.local/state/provost/receipts/sub_1.json"))
            let upload = try #require(server.received.last)
            #expect(upload.body == Array("PK not really".utf8))
            #expect(upload.header(Route.fileNameHeader) == "work.zip")
            #expect(upload.header(Route.digestHeader)?.count == 64)
            #expect(upload.header(Route.idempotencyHeader)?.isEmpty == false)
            #expect(upload.path == "/v1/assignments/web-service/submissions?cohort=autumn")
        }
    }

    @Test(arguments: [(Points(whole: 20), Int32(0)), (Points(thousandths: 12_500), 10), (Points.zero, 10)] as [(Points, Int32)])
    func waitingEndsWithTheStatusOfTheScore(score: Points, status: Int32) async throws {
        let end = SubmissionEvent(kind: .finished, info: Samples.info(Samples.graded(score)))
        let events = [SubmissionEvent(kind: .queued, position: 1), SubmissionEvent(kind: .test, test: Samples.tests[0]), end]
        try await Self.submit(events, ["--wait"]) { _, _, ended in
            #expect(ended.status == status)
            #expect(ended.output.contains("Score: \(score) of 20"))
            #expect(ended.output.contains("✗ 2"))
            #expect(ended.errors.contains("✓ 1 one  12/12"))
        }
    }

    @Test func jsonIsExactlyOneObject() async throws {
        let end = SubmissionEvent(kind: .finished, info: Samples.info(Samples.graded(Points(thousandths: 12_500))))
        try await Self.submit([end], ["--wait", "-o", "json"]) { _, _, ended in
            #expect(ended.status == 10)
            #expect(ended.output.filter { $0 == "\n" }.count == 1)
            let object = try #require(try JSONSerialization.jsonObject(with: Data(ended.output.utf8)) as? [String: Any])
            #expect(Set(object.keys) == ["submission", "grading"])
        }
    }

    @Test func refusedArchivesAreExplainedInKorean() async throws {
        let (record, unpack) = Samples.refused(.encrypted, "“a.zip” is encrypted; pack it without a password.")
        let end = SubmissionEvent(kind: .finished, info: Samples.info(record, unpack: unpack))
        try await Self.submit([end], ["--wait"], environment: ["LANG": "ko_KR.UTF-8"]) { _, _, ended in
            #expect(ended.status == 8)
            #expect(ended.output.contains("암호가 걸려 있습니다"))
            #expect(ended.output.contains("시도 횟수는 줄지 않았습니다"))
        }
    }

    @Test func gradersFailuresEndWithEightAndCostNothing() async throws {
        let record = GradingRecord(
            outcome: .notGraded, isolation: .twoRoom, score: nil, max: Points(whole: 20), reason: "The grader stopped.")
        try await Self.submit([SubmissionEvent(kind: .finished, info: Samples.info(record))], ["--wait"]) { _, _, ended in
            #expect(ended.status == 8)
            #expect(ended.output.contains("The grader stopped."))
            #expect(ended.output.contains("no attempt was used"))
        }
    }

    @Test func waitingTooLongEndsWithNine() async throws {
        let queued = SubmissionEvent(kind: .queued, position: 4)
        try await Self.submit([queued], ["--wait", "--timeout", "1s", "-o", "json"]) { _, _, ended in
            #expect(ended.status == 9)
            #expect(ended.output.hasPrefix(#"{"grading":null,"#))
            #expect(ended.errors.contains("provost status sub_1"))
        }
    }

    @Test(arguments: [
        ("invalid", Int32(1)), ("unauthenticated", 4), ("denied", 4), ("not-found", 3), ("conflict", 7), ("outside-window", 6),
        ("limit-reached", 5), ("internal", 1), ("unavailable", 8), ("timed-out", 9), ("of-tomorrow", 1),
    ])
    func errorsOfTheServerChooseTheExitStatus(code: String, status: Int32) async throws {
        let body = #"{"error":{"code":"\#(code)","message":"Do this instead.","requestId":"req_42"}}"#
        try await FakeServer.with({ _, _ in .json(400, body) }) { server in
            try await Scratchpad.with { folder in
                let ended = try await folder.run(["whoami"], environment: ["PROVOST_SERVER": "\(server.address)"])
                #expect(ended.status == status)
                #expect(ended.errors.hasPrefix("provost: Do this instead."))
                #expect(ended.errors.contains("req_42"))
                #expect(ended.output.isEmpty)
            }
        }
    }

    @Test func withoutADaemonTheSocketIsNamed() async throws {
        try await Scratchpad.with { folder in
            let ended = try await folder.run(["labs"], environment: ["PROVOST_STATE": folder.path])
            #expect(ended.status == 8)
            #expect(ended.errors.contains("unix:\(folder.path)/provost.sock"))
            #expect(ended.errors.contains("provostd serve"))
        }
    }

    @Test(arguments: [
        (["sumbit", "a", "b"], "did you mean “provost submit”?"),
        (["submission", "lst"], "did you mean “provost submission list”?"),
        (["labs", "--serv", "x"], "'--server'"), (["frobnicate"], "there are:"),
        (["submit"], "Name the assignment and the folder"),
    ])
    func mistypedCommandsEndWithTwoAndASuggestion(arguments: [String], hint: String) async throws {
        try await Scratchpad.with { folder in
            let ended = try await folder.run(arguments)
            #expect(ended.status == 2)
            #expect(ended.output.isEmpty)
            #expect(ended.errors.contains(hint))
        }
    }

    @Test func helpAndVersionGoToStandardOutput() async throws {
        try await Scratchpad.with { folder in
            let help = try await folder.run(["--help"])
            #expect(help.status == 0 && help.errors.isEmpty)
            #expect(help.output.contains("LEARNER SUBCOMMANDS") && help.output.contains("ADMINISTRATOR SUBCOMMANDS"))
            #expect(try await folder.run(["--version"]).status == 0)
            for shell in ["bash", "zsh", "fish"] {
                let script = try await folder.run(["completion", shell])
                #expect(script.status == 0 && script.output.contains("provost"))
            }
        }
    }

    @Test func loginKeepsTheTokenForOneselfAloneAndSendsItOnlyThere() async throws {
        let person = Person(id: ID(trusted: "per_1"), slug: try Slug("minji"), name: "김민지", email: nil)
        let who = WhoAmI(name: "minji", person: person, administrator: false, enrollments: [])
        let login = try Samples.json(LoginResponse(token: "pvt_secret", expiresAt: Samples.now, who: who))
        let token = try Samples.json(
            [
                TokenInfo(
                    id: "tok_1", person: person.slug, label: nil, createdAt: Samples.now, expiresAt: Samples.now, revokedAt: nil)
            ])
        let whoami = try Samples.json(who)
        let script: @Sendable (Int, String) -> FakeServer.Reply = { _, path in
            path.hasSuffix("/login") ? .json(200, login) : path.hasSuffix("/tokens") ? .json(200, token) : .json(200, whoami)
        }
        let code = Secret(.enrolmentCode, from: .system).text
        try await FakeServer.with(script) { server in
            try await FakeServer.with(script) { other in
                try await Scratchpad.with { folder in
                    let ended = try await folder.run(["login", "-", "--server", "\(server.address)"], input: code + "\n")
                    #expect(ended.status == 0)
                    #expect(!(ended.output + ended.errors).contains("pvt_secret"))
                    let file = folder.path + "/.config/provost/login.json"
                    var status = stat()
                    #expect(unsafe stat(file, &status) == 0)
                    #expect(status.st_mode & 0o777 == 0o600)
                    #expect(try StoredLogin.load(from: Surroundings(environment: ["HOME": folder.path]))?.tokenId == "tok_1")

                    #expect(try await folder.run(["whoami"]).status == 0)
                    #expect(server.received.last?.header("Authorization") == "Bearer pvt_secret")
                    #expect(try await folder.run(["whoami", "--server", "\(other.address)"]).status == 0)
                    #expect(other.received.last?.header("Authorization") == nil)

                    #expect(try await folder.run(["logout"]).status == 0)
                    #expect(server.received.last?.method == "DELETE" || server.received.last?.path == "/v1/tokens/tok_1")
                    #expect(!FileManager.default.fileExists(atPath: file))
                }
            }
        }
    }

    @Test func mistypedCodesNeverReachTheServer() async throws {
        try await FakeServer.with({ _, _ in .silence }) { server in
            try await Scratchpad.with { folder in
                let ended = try await folder.run(["login", "pvc_nonsense", "--server", "\(server.address)"])
                #expect(ended.status == 1)
                #expect(server.received.isEmpty)
            }
        }
    }

    @Test func doctorEndsWithOneWhenSomethingIsNotEnforced() async throws {
        let held = DoctorCheck(subject: "memory", mechanism: "cgroup", state: .proved, evidence: "killed at 256 MiB")
        let open = DoctorCheck(subject: "disk", mechanism: "none", state: .notEnforced, evidence: "no tmpfs")
        for (checks, status) in [([held], Int32(0)), ([held, open], 1), ([], 1)] {
            let report = try Samples.json(DoctorReport(checks: checks))
            try await FakeServer.with({ _, _ in .json(200, report) }) { server in
                try await Scratchpad.with { folder in
                    let ended = try await folder.run(["doctor", "--server", "\(server.address)"])
                    #expect(ended.status == status)
                    #expect(ended.output.contains("proved") != checks.isEmpty)
                }
            }
        }
    }

    @Test func foldersArePackedAndEmptyThingsRefused() async throws {
        try await FakeServer.with(try Self.script([])) { server in
            try await Scratchpad.with { folder in
                try PrivateFile.write(Array("print(1)\n".utf8), to: folder.path + "/essay/main.py")
                try PrivateFile.write([], to: folder.path + "/empty.zip")
                let target = ["--server", "\(server.address)"]
                let packed = try await folder.run(["submit", "web-service", "essay"] + target)
                #expect(packed.status == 0 && packed.errors.contains("Packed 1 file"))
                #expect(server.received.last?.header(Route.fileNameHeader) == "essay")
                #expect(try await folder.run(["submit", "web-service", "empty.zip"] + target).status == 1)
                #expect(try await folder.run(["submit", "web-service", "nothing-here"] + target).status == 3)
            }
        }
    }

    @Test func interruptingAWaitSaysThatTheSubmissionIsSafe() async throws {
        let assignment = try Samples.json(try Samples.assignment())
        let received = try Samples.json(Samples.received())
        let script: @Sendable (Int, String) -> FakeServer.Reply = { _, path in
            if path.contains("/events") { return .silence }
            return path.contains("/submissions") ? .json(201, received) : .json(200, assignment)
        }
        try await FakeServer.with(script) { server in
            try await Scratchpad.with { folder in
                try PrivateFile.write(Array("PK".utf8), to: folder.path + "/work.zip")
                let ended = try await folder.run(
                    ["submit", "web-service", "work.zip", "--wait", "--server", "\(server.address)"],
                    interruptAfter: "Receipt saved")
                #expect(ended.status == 130)
                #expect(ended.errors.contains("The submission is safe"))
                #expect(ended.errors.contains("provost status sub_1"))
            }
        }
    }

    @Test func interruptingAnUploadSaysThatNothingCounts() async throws {
        let assignment = try Samples.json(try Samples.assignment())
        let script: @Sendable (Int, String) -> FakeServer.Reply = { _, path in
            path.contains("/submissions") ? .silence : .json(200, assignment)
        }
        try await FakeServer.with(script) { server in
            try await Scratchpad.with { folder in
                try PrivateFile.write([UInt8](repeating: 7, count: 2 << 20), to: folder.path + "/work.zip")
                let ended = try await folder.run(
                    ["submit", "web-service", "work.zip", "--server", "\(server.address)"], interruptAfter: "100 %")
                #expect(ended.status == 130)
                #expect(ended.errors.contains("Without a receipt nothing counts"))
            }
        }
    }

    @Test func listingsSpeakTheLanguageAndCsvDoesNot() async throws {
        let rows = try Samples.json([try Samples.assignment()])
        try await FakeServer.with({ _, _ in .json(200, rows) }) { server in
            try await Scratchpad.with { folder in
                let korean = ["LANG": "ko_KR.UTF-8", "PROVOST_SERVER": "\(server.address)"]
                let table = try await folder.run(["labs"], environment: korean)
                #expect(table.output.contains("과제") && table.output.contains("열림") && table.output.contains("웹 서비스"))
                let csv = try await folder.run(["labs", "-o", "csv"], environment: korean)
                #expect(csv.output.hasPrefix("cohort,assignment,title,state,"))
                #expect(csv.output.contains("A web service,open,"))
                let json = try await folder.run(["labs", "-o", "json"], environment: korean)
                #expect(json.output == rows + "\n")
            }
        }
    }

    @Test func damagedDownloadsAreRemoved() async throws {
        let info = try Samples.json(Samples.info(nil))
        try await FakeServer.with({ _, path in path.hasSuffix("/archive") ? .json(200, "PK other bytes") : .json(200, info) }) {
            server in
            try await Scratchpad.with { folder in
                let ended = try await folder.run(["submission", "download", "sub_1", "--server", "\(server.address)"])
                #expect(ended.status == 8)
                #expect(!FileManager.default.fileExists(atPath: folder.path + "/sub_1.zip"))
            }
        }
    }
}
