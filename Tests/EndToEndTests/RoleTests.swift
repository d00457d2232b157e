import Foundation
import Testing

extension EndToEndTests {
    /// Who may do what: every call by every role, and what a token is worth.
    struct RoleTests {
        /// Exit statuses for the owner, a classmate, an instructor, an instructor of another cohort. A submission that one may not read
        /// is not found rather than denied.
        private static let table: [(call: [String], status: [Int32])] = [
            (["submission", "show", "SUBMISSION"], [0, 3, 0, 3]),
            (["submission", "logs", "SUBMISSION"], [4, 3, 0, 3]),
            (["submission", "download", "SUBMISSION", "--to", "HOME/fetched"], [0, 3, 0, 3]),
            (["status", "SUBMISSION"], [0, 3, 0, 3]),
            (["regrade", "SUBMISSION"], [4, 3, 0, 3]),
            (["regrade", "--assignment", "work", "--cohort", "COHORT", "--estimate"], [4, 4, 0, 4]),
            (["regrade", "list", "--cohort", "COHORT"], [4, 4, 0, 4]),
            (["regrade", "show", "rgs_none"], [3, 3, 3, 3]),
            (["submission", "list", "--cohort", "COHORT", "--person", "OWNER"], [0, 4, 0, 4]),
            (["grades", "list", "--cohort", "COHORT"], [4, 4, 0, 4]),
            (["grades", "export", "--cohort", "COHORT"], [4, 4, 0, 4]),
            (["grader", "publish", "GRADER"], [4, 4, 0, 0]),
            (["lab", "publish", "LAB", "--no-check"], [4, 4, 0, 0]),
            (["lab", "show", "COHORT-work"], [4, 4, 0, 0]),
            (["assignment", "change", "work", "--cohort", "COHORT", "--attempts", "9"], [4, 4, 0, 4]),
            (["assignment", "show", "work", "--cohort", "COHORT"], [0, 0, 0, 4]),
            (["enroll", "COHORT-new", "--cohort", "COHORT"], [4, 4, 4, 4]),
            (["person", "list"], [4, 4, 4, 4]),
            (["org", "create", "COHORT-own"], [4, 4, 4, 4]),
            (["audit", "list"], [4, 4, 4, 4]),
            (["doctor"], [4, 4, 4, 4]),
            (["whoami"], [0, 0, 0, 0]),
            (["quota", "explain", "--cohort", "COHORT"], [0, 0, 0, 4]),
            (["quota", "explain", "--cohort", "COHORT", "--person", "OWNER"], [0, 4, 0, 4]),
            (["quota", "show"], [4, 4, 0, 0]),
            (["quota", "show", "cohort:COHORT"], [4, 4, 0, 4]),
            (["quota", "show", "organization:COHORT"], [4, 4, 4, 4]),
            (["quota", "set", "cohort:COHORT", "memory", "1GiB"], [4, 4, 4, 4]),
            (["quota", "clear", "learner:COHORT/OWNER", "memory"], [4, 4, 4, 4]),
            (["quota", "simulate", "cohort:COHORT", "memory", "1GiB"], [4, 4, 4, 4]),
            (["budget", "set", "COHORT", "60h"], [4, 4, 4, 4]),
            (["budget", "total", "COHORT", "600h"], [4, 4, 4, 4]),
            (["budget", "adjust", "OWNER", "1h", "--cohort", "COHORT", "--reason", "mine"], [4, 4, 4, 4]),
            (["budget", "balance", "--cohort", "COHORT", "--person", "OWNER"], [0, 4, 0, 4]),
            (["budget", "ledger", "--cohort", "COHORT", "--person", "OWNER"], [0, 4, 0, 4]),
            (["budget", "forecast", "--cohort", "COHORT", "--person", "OWNER"], [0, 4, 0, 4]),
            (["usage", "--place", "cohort:COHORT"], [4, 4, 0, 4]),
            (["usage", "--place", "learner:COHORT/OWNER"], [0, 4, 0, 4]),
            (["usage", "--by", "organization"], [4, 4, 4, 4]),
            (["report", "--cohort", "COHORT"], [4, 4, 4, 4]),
            (["report", "--organization", "COHORT"], [4, 4, 4, 4]),
            (["report"], [4, 4, 4, 4]),
            (["cohort", "import", "COHORT", "/etc/hostname"], [4, 4, 4, 4]),
            (["enrollment", "code", "OWNER", "--cohort", "COHORT"], [4, 4, 4, 4]),
            (["org", "admin", "add", "COHORT", "OWNER"], [4, 4, 4, 4]),
            (["org", "admin", "list", "COHORT"], [4, 4, 4, 4]),
            (["grades", "export", "--for", "canvas", "--cohort", "COHORT"], [4, 4, 0, 4]),
            (["person", "erase", "OWNER", "--reason", "x", "--confirm", "OWNER"], [4, 4, 4, 4]),
            (["cohort", "extend", "COHORT", "--until", "2099-01-01", "--reason", "mine"], [4, 4, 4, 4]),
        ]

        @Test func everyRoleMayDoItsPart() async throws {
            let room = try await Classroom()
            let elsewhere = try await Classroom()
            try await room.assignment("work")
            let owner = try await room.member("owner")
            let people = [
                owner, try await room.member("mate"), try await room.member("teacher", role: "instructor"),
                try await elsewhere.member("other", role: "instructor"),
            ]
            let ended = try await room.submit("work", room.work(owner, ["score": "5 1\n"]), as: owner)
            let id = try #require(ended.json["submission"]["id"].text)
            let content = "\(room.daemon.folder)/content/\(room.cohort)-work"
            for (call, expected) in Self.table {
                for (person, status) in zip(people, expected) {
                    let arguments = call.map {
                        $0.replacingOccurrences(of: "SUBMISSION", with: id).replacingOccurrences(of: "COHORT", with: room.cohort)
                            .replacingOccurrences(of: "OWNER", with: owner.name).replacingOccurrences(
                                of: "HOME", with: person.home
                            )
                            .replacingOccurrences(of: "GRADER", with: content + "/grader").replacingOccurrences(
                                of: "LAB", with: content + "/lab")
                    }
                    let ended = try await room.daemon.cli(arguments, as: person)
                    #expect(ended.status == status, "\(person.name): \(arguments.joined(separator: " ")): \(ended.text)")
                    if status != 0 { #expect(ended.output.isEmpty, "\(person.name): \(arguments): \(ended.output)") }
                }
            }
        }

        @Test func hiddenTestsAreForInstructors() async throws {
            let room = try await Classroom()
            try await room.assignment("work")
            let learner = try await room.member("kim")
            let teacher = try await room.member("han", role: "instructor")
            let ended = try await room.submit("work", room.work(learner, ["score": "5 1\n"]), as: learner)
            #expect(!ended.text.contains("a secret case"))
            let id = try #require(ended.json["submission"]["id"].text)
            for json in [true, false] {
                #expect(try await !room.show(id, as: learner, json: json).output.contains("a secret case"))
                #expect(try await room.show(id, as: teacher, json: json).output.contains("a secret case"))
            }
            #expect(try await !room.daemon.cli(["status", id], as: learner).text.contains("a secret case"))
        }

        @Test func enrolmentCodesWorkOnce() async throws {
            let room = try await Classroom()
            let code = try #require(try await room.enroll("kim"))
            let first = Member(name: "first", home: "\(room.daemon.folder)/\(room.cohort)-first")
            let second = Member(name: "second", home: "\(room.daemon.folder)/\(room.cohort)-second")
            #expect(try await room.daemon.cli(["login", code], as: first).status == 0)
            let again = try await room.daemon.cli(["login", code], as: second)
            #expect(again.status == 4, "\(again.text)")
            #expect(!FileManager.default.fileExists(atPath: second.home + "/config/provost/login.json"))
            let login = try FileManager.default.attributesOfItem(atPath: first.home + "/config/provost/login.json")
            #expect(login[.posixPermissions] as? Int == 0o600)
        }

        @Test func tokensThatDoNotHoldAreRefused() async throws {
            let room = try await Classroom()
            let learner = try await room.member("kim")
            let login = try String(contentsOfFile: learner.home + "/config/provost/login.json", encoding: .utf8)
            var token = try #require(JSON(parsing: login)["token"].text)
            token = String(token.dropLast()) + (token.hasSuffix("0") ? "1" : "0")
            let mistyped = try await room.daemon.cli(["whoami"], as: learner, environment: ["PROVOST_TOKEN": token])
            #expect(mistyped.status == 4, "\(mistyped.text)")

            let listed = try await room.daemon.must(["token", "list", "-o", "json"], as: learner).json
            let id = try #require(listed[0]["id"].text)
            try await room.daemon.must(["token", "revoke", id])
            let revoked = try await room.daemon.cli(["whoami"], as: learner)
            #expect(revoked.status == 4, "\(revoked.text)")

            let other = try await room.member("lee")
            #expect(try await room.daemon.cli(["whoami"], as: other).status == 0)
            try await Database(daemon: room.daemon).run(
                "UPDATE token SET createdAt = 1, expiresAt = 2 WHERE person = (SELECT id FROM person WHERE slug = '\(other.name)')"
            )
            let expired = try await room.daemon.cli(["whoami"], as: other)
            #expect(expired.status == 4, "\(expired.text)")
        }

        @Test func suspendedLearnersAreShutOut() async throws {
            let room = try await Classroom()
            try await room.assignment("work")
            let learner = try await room.member("kim")
            try await room.daemon.must(["enrollment", "suspend", learner.name, "--cohort", room.cohort])
            let ended = try await room.submit("work", room.work(learner, ["score": "5 1\n"]), as: learner)
            #expect([3, 4].contains(ended.status), "\(ended.text)")
        }
    }
}
