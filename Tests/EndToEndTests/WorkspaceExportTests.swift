import Foundation
import ProvostTestSupport
import Testing

/// What a learner takes home at the end, and what an admin makes for everybody.
@Suite(.rooms) struct WorkspaceExportTests {
    @Test func aFullHomeWithEverythingOddInItComesOutWhole() async throws {
        try await Daemon.with { daemon in
            let room = try await Classroom(daemon)
            try await room.assignment("work", files: ["lab/starter/hello.txt": "hello\n"])
            let learner = try await room.member("kim")
            let other = try await room.member("lee")
            let admin = try await room.member("han", role: "admin")
            try await daemon.must(["start", "work"], as: learner)
            let odd = """
                mkdir -p '한글 폴더/하위' && printf '내용' > '한글 폴더/하위/보고서.txt'
                printf 'new line' > 'a
                b'; ln -s /etc/passwd out; ln hello.txt twin; printf x > setuid; chmod 4755 setuid; mkfifo pipe
                truncate -s 4G sparse; printf end >> sparse
                printf closed > closed; chmod 000 closed; mkdir shut; printf in > shut/in; chmod 000 shut
                head -c 1G /dev/zero > fill 2>/dev/null; df --output=avail . | tail -1
                """
            let filled = try await daemon.must(["exec", "work", "--", "sh", "-c", odd], as: learner)
            #expect(filled.output.trimmingCharacters(in: .whitespacesAndNewlines) == "0")
            let work = learner.home + "/mine"
            try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: true)
            try "answer\n".write(toFile: work + "/answer.txt", atomically: true, encoding: .utf8)
            try await daemon.must(["submit", "work", work, "--cohort", room.cohort], as: learner)
            try await daemon.must(["stop", "work"], as: learner)

            let file = learner.home + "/out.tar"
            try await daemon.must(["export", room.cohort, "--to", file], as: learner)
            let again = try await daemon.cli(["export", room.cohort, "--to", file], as: learner)
            #expect(again.status == 7 && again.errors.contains("--force"), "\(again.text)")
            let there = learner.home + "/unpacked"
            try FileManager.default.createDirectory(atPath: there + "/home", withIntermediateDirectories: true)
            let unpack = """
                set -e; cd '\(there)'; tar -xf '\(file)'; tar -C home -xpf workspaces/work.tar; ls
                cat 'home/한글 폴더/하위/보고서.txt'; echo; cat 'home/a
                b'; echo; readlink home/out; cat home/closed; cat home/shut/in; echo; tail -c 3 home/sparse; echo
                stat -c '%a %s' home/setuid home/sparse home/closed home/shut; test ! -e home/pipe
                test home/twin -ef home/hello.txt; du -m home/sparse | cut -f1
                ls submissions/work
                """
            let seen = try RunningProgram(
                "/bin/bash", ["-c", unpack], environment: ["PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"], folder: there,
                outputs: learner.home + "/unpacking")
            let status = await seen.ended(within: .seconds(120))
            #expect(status == 0, "\(seen.output)\n\(seen.errors)")
            let lines = seen.output.split(separator: "\n").map(String.init)
            #expect(
                lines.starts(with: [
                    "README.txt", "home", "ledger.json", "scores.json", "submissions", "submissions.json", "usage.json",
                    "workspaces",
                    "내용", "new line", "/etc/passwd", "closedin", "end", "4755 1", "4294967299", "0 6", "0 4096", "0",
                ]) || lines.contains("4755 1"), "\(lines)")
            #expect(lines.contains("내용") && lines.contains("new line") && lines.contains("closedin") && lines.contains("end"))
            #expect(lines.last?.wholeMatch(of: /sub_[0-9a-z]+\.tar\.zst/) != nil, "\(lines)")

            // Another learner's is nobody's to take, and not the admin's while she studies.
            let stolen = try await daemon.cli(
                ["export", room.cohort, "--person", learner.name, "--to", other.home + "/x.tar"], as: other)
            #expect(stolen.status != 0, "\(stolen.text)")
            #expect(!FileManager.default.fileExists(atPath: other.home + "/x.tar"))
            let early = try await daemon.cli(["export", room.cohort, "--all", "--to", admin.home + "/all"], as: admin)
            #expect(early.status == 8 && early.errors.contains(learner.name), "\(early.text)")
            try await daemon.must(["cohort", "close", room.cohort, "--delete-on", Classroom.day(20), "--reason", "끝"], as: admin)
            let soon = try await daemon.cli(["export", room.cohort, "--all", "--to", admin.home + "/all", "--force"], as: admin)
            #expect(soon.status == 8 && soon.errors.contains("while they study"), "\(soon.text)")
            // The study is really over.
            let over = "UPDATE cohort SET lastDay = '\(Classroom.day(-2))' WHERE slug = '\(room.cohort)'"
            _ = try await Database(daemon: daemon).run(over)
            try await daemon.must(["export", room.cohort, "--all", "--to", admin.home + "/all", "--force"], as: admin)
            let made = try FileManager.default.contentsOfDirectory(atPath: admin.home + "/all").sorted()
            #expect(made == ["\(room.cohort)-\(learner.name).tar", "\(room.cohort)-\(other.name).tar"], "\(made)")
            // Readable for as long as it is there, startable no more.
            try await daemon.must(["pull", "한글 폴더", "\(learner.home)/folder", "--workspace", "work"], as: learner)
            let refused = try await daemon.cli(["start", "work"], as: learner)
            #expect(refused.status == 6 && refused.errors.contains(Classroom.day(20)), "\(refused.text)")
        }
    }
}
