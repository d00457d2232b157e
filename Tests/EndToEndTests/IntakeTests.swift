import Foundation
import Testing

extension EndToEndTests {
    /// What is taken in, and what is turned away before it counts.
    struct IntakeTests {
        @Test func unknownAssignmentsAreNotFound() async throws {
            let room = try await Classroom()
            let learner = try await room.member("ada")
            let ended = try await room.submit("nothing", room.work(learner, ["score": "8 2\n"]), as: learner)
            #expect(ended.status == 3, "\(ended.text)")
            #expect(ended.errors.contains("nothing"))
            #expect(ended.output.isEmpty)
        }

        @Test func nothingIsTakenOutsideTheWindow() async throws {
            let room = try await Classroom()
            try await room.publish("lab")
            let learner = try await room.member("ada")
            let make = { (name: String, options: [String]) in
                try await room.daemon.must(
                    ["assignment", "create", name, "--lab", "\(room.cohort)-lab", "--cohort", room.cohort] + options)
            }
            _ = try await make("early", ["--opens", Classroom.time(86_400)])
            _ = try await make("closed", ["--due", Classroom.time(-7200), "--closes", Classroom.time(-3600)])
            let work = try room.work(learner, ["score": "8 2\n"])
            for (name, says) in [("early", "opens"), ("closed", "closed")] {
                let ended = try await room.submit(name, work, as: learner)
                #expect(ended.status == 6, "\(ended.text)")
                #expect(ended.errors.contains(says), "\(ended.errors)")
                #expect(try await room.attempts(name, of: learner).isEmpty)
            }
        }

        /// A cohort that begins in a week, and one that ended a week ago.
        @Test(arguments: [(7, 30, "begins"), (-30, -7, "ended")])
        func nothingIsTakenOutsideTheStudyWindow(firstDay: Int, lastDay: Int, says: String) async throws {
            let room = try await Classroom(firstDay: firstDay, lastDay: lastDay)
            try await room.assignment("work")
            let learner = try await room.member("ada")
            let ended = try await room.submit("work", room.work(learner, ["score": "8 2\n"]), as: learner)
            #expect(ended.status == 6, "\(ended.text)")
            #expect(ended.errors.contains(says), "\(ended.errors)")
        }

        @Test func lateWorkIsTakenAndSaidToBeLate() async throws {
            let room = try await Classroom()
            try await room.assignment("late", options: ["--due", Classroom.time(-3600)])
            let learner = try await room.member("ada")
            let ended = try await room.submit("late", room.work(learner, ["score": "8 2\n"]), as: learner, wait: false)
            #expect(ended.status == 0, "\(ended.text)")
            #expect(ended.json["submission"]["late"].number == 1)
            #expect(ended.json["grading"].isNull)
        }

        @Test func tooLargeArchivesAreTurnedAwayWhileTheyStream() async throws {
            let room = try await Classroom()
            try await room.assignment("small", lab: "archive-limit: 64KiB")
            let learner = try await room.member("ada")
            let bytes = (0..<200_000).map { _ in UInt8.random(in: 0 ... .max) }
            let declared = try await room.submit("small", room.archive(learner, "large.zip", bytes), as: learner)
            #expect(declared.status == 5, "\(declared.text)")
            #expect(declared.errors.contains("64 KiB"), "\(declared.errors)")
            // No size is declared: counted as it comes.
            let answer = try await RawRequest.post(
                room.daemon.socket, "/v1/assignments/small/submissions?cohort=\(room.cohort)", token: token(of: learner),
                key: "one", body: bytes,
                chunked: true)
            #expect(answer.status == 429, "\(answer.body)")
            #expect(answer.body.contains("64 KiB"))
            #expect(try await room.attempts("small", of: learner).isEmpty)
        }

        @Test func twoAtOnceAreOneAttempt() async throws {
            let room = try await Classroom()
            try await room.assignment("once", options: ["--attempts", "1"])
            let learner = try await room.member("ada")
            let work = try room.work(learner, ["score": "8 2\n"])
            async let first = room.submit("once", work, as: learner)
            async let second = room.submit("once", work, as: learner)
            let ended = try await [first, second]
            #expect(ended.map(\.status).sorted() == [0, 5], "\(ended.map(\.text))")
            #expect(try await room.attempts("once", of: learner).count == 1)
        }

        @Test func theSameKeyIsTheSameSubmission() async throws {
            let room = try await Classroom()
            try await room.assignment("once", options: ["--attempts", "1"])
            let learner = try await room.member("ada")
            let token = try token(of: learner)
            let path = "/v1/assignments/once/submissions?cohort=\(room.cohort)"
            let socket = room.daemon.socket
            let body = Array("not much of an archive".utf8)
            async let one = RawRequest.post(socket, path, token: token, key: "same-key", body: body)
            async let two = RawRequest.post(socket, path, token: token, key: "same-key", body: body, chunked: true)
            let answers = try await [one, two]
            #expect(answers.map(\.status).sorted() == [200, 201], "\(answers.map(\.body))")
            let ids = Set(answers.compactMap { JSON(parsing: $0.body)["submission"]["id"].text })
            #expect(ids.count == 1)
            #expect(try await room.attempts("once", of: learner).count == 1)
            // Other bytes under the same key are a mistake, not another submission.
            let other = try await RawRequest.post(socket, path, token: token, key: "same-key", body: Array("something else".utf8))
            #expect(other.status == 409, "\(other.body)")
        }

        @Test func ignoredFilesStayAtHome() async throws {
            let room = try await Classroom()
            try await room.assignment("files")
            let learner = try await room.member("ada")
            let work = try room.work(
                learner,
                [
                    "score": "8 2\n", ".gitignore": "*.o\nbuild/\n", ".provostignore": "notes.txt\n!keep.o\n", "main.o": "o",
                    "keep.o": "o", "notes.txt": "n",
                    "build/out": "x", "src/main.c": "c", "src/main.o": "o",
                ])
            let ended = try await room.submit("files", work, as: learner)
            #expect(ended.status == 0, "\(ended.text)")
            #expect(ended.errors.contains("notes.txt"))
            let id = try #require(ended.json["submission"]["id"].text)
            let file = learner.home + "/back.tar"
            try await room.daemon.must(["submission", "download", id, "--to", file], as: learner)
            let tar = try RunningProgram(
                "/usr/bin/tar", ["-tf", file], environment: ["PATH": "/usr/bin:/bin"], folder: learner.home,
                outputs: learner.home + "/tar")
            #expect(await tar.ended(within: .seconds(20)) == 0, "\(tar.errors)")
            let names = Set(tar.output.split(separator: "\n").map { String($0.split(separator: "/").last ?? "") })
            #expect(names.isSuperset(of: ["score", "main.c"]), "\(names)")
            #expect(names.isDisjoint(with: ["main.o", "notes.txt", "out", "build"]), "\(names)")
        }

        private func token(of member: Member) throws -> String {
            let login = try String(contentsOfFile: member.home + "/config/provost/login.json", encoding: .utf8)
            return try #require(JSON(parsing: login)["token"].text)
        }
    }
}
