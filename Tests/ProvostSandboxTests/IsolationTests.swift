import Foundation
import ProvostCore
import ProvostSandbox
import ProvostTestSupport
import Testing

extension RealRooms {
    @Suite struct IsolationTests {
        @Test func aLearnersRoomSeesNothingOfTheGraders() async throws {
            try await withSandbox { sandbox, folder in
                let (grader, learner) = (try sandbox.leaseUser(), try sandbox.leaseUser())
                let scratch = try await sandbox.makeScratch("grading", size: .mebibytes(1), inodes: 50)
                let tests = try scratch.folder("tests", owner: grader, mode: 0o700)
                let write = RoomSpec(
                    command: ["/bin/sh", "-c", "echo secret > /grade/answer"], mounts: [.writable(host: tests, at: "/grade")],
                    user: grader, limits: .patient)
                #expect(try await sandbox.run(write).report.succeeded)
                // Not by its own mounts, not by the host's path, not when handed the folder by mistake: the user differs.
                let read = "cat /grade/answer \(tests)/answer /given/answer; find / -name answer -not -path '/proc/*'"
                let spec = RoomSpec(
                    command: ["/bin/sh", "-c", read], mounts: [.readOnly(host: tests, at: "/given")], user: learner,
                    limits: .patient)
                let result = try await sandbox.run(spec)
                #expect(result.text == "")
                let report = result.report.ending
                if case .failed = report {} else { #expect(result.errorText.contains("Permission denied")) }
                await scratch.remove()
                #expect(folder.hasPrefix("/"))
            }
        }

        @Test func readOnlyMeansReadOnly() async throws {
            try await withSandbox { sandbox, _ in
                let user = try sandbox.leaseUser()
                let scratch = try await sandbox.makeScratch("lab", size: .mebibytes(1), inodes: 50)
                let lab = try scratch.folder("lab", owner: user, mode: 0o755)
                let spec = RoomSpec(
                    command: [
                        "/bin/sh", "-c",
                        "for d in /lab /usr /etc / /dev /run /proc/sys/kernel; do touch $d/x 2>/dev/null && echo $d; done; true",
                    ],
                    mounts: [.readOnly(host: lab, at: "/lab")], user: user, limits: .patient)
                #expect(try await sandbox.run(spec).text == "")
                await scratch.remove()
            }
        }

        @Test func theHostKeepsTheMountsThatRoomsLetGoOf() async throws {
            func mounts() throws -> [Substring] {
                let text = try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
                return text.split(separator: "\n").filter { $0.split(separator: " ")[4].hasPrefix("/sys") }
            }
            let before = try mounts()
            try #require(!before.isEmpty)
            try await withSandbox { sandbox, _ in
                let spec = RoomSpec(command: ["/bin/ls", "/sys"], user: try sandbox.leaseUser(), limits: .patient)
                #expect(try await sandbox.run(spec).report.ending == .exited(2))
            }
            #expect(try mounts() == before)
        }

        @Test func theRoomRunsAsItsOwnHostUser() async throws {
            try await withSandbox { sandbox, _ in
                let user = try sandbox.leaseUser()
                let scratch = try await sandbox.makeScratch("who", size: .mebibytes(1), inodes: 50)
                let folder = try scratch.folder("work", owner: user, mode: 0o700)
                let spec = RoomSpec(
                    command: ["/bin/sh", "-c", "id -u; touch /folder/x; env | sort; cat /proc/1/cmdline"],
                    mounts: [.writable(host: folder, at: "/folder")],
                    user: user, limits: .patient)
                let text = try await sandbox.run(spec).text
                #expect(text.hasPrefix("1000\nHOME=/tmp\nLANG=C.UTF-8\nPATH=/usr/local/bin:/usr/bin:/bin\nPWD=/tmp\n"))
                #expect(!text.contains(folder), "the room can read where the host keeps it")
                #expect(try await run("/usr/bin/stat", ["-c", "%u", folder + "/x"]).output == "\(user.uid)\n")
                await scratch.remove()
            }
        }

        @Test(
            .enabled(if: Capability.toolchains.shouldRun, Comment(rawValue: Capability.toolchains.reason)),
            arguments: [
                "python3 -c 'import threading, subprocess, socket, sqlite3; t = threading.Thread(target=print, args=(\"ok\",)); t.start(); t.join()'",
                "printf 'int main(void){return 0;}' > a.c && printf 'a: a.c\\n\\tgcc -o a a.c\\n' > Makefile && make -s && ./a && echo ok",
                "seq 100000 | sort -rn | head -1 | grep -q 100000 && echo ok",
                "python3 -c 'import multiprocessing as m; p = m.Pool(2); print(\"ok\" if p.map(abs, [-1]) == [1] else 1)'",
            ])
        func ordinaryProgramsWork(script: String) async throws {
            try await withSandbox { sandbox, _ in
                let result = try await sandbox.run(
                    RoomSpec(
                        command: ["/bin/sh", "-c", script], user: try sandbox.leaseUser(),
                        limits: RoomLimits(wallTime: .seconds(120), cpuTime: .seconds(30))))
                #expect(result.text == "ok\n", "\(result.errorText) \(result.report)")
            }
        }
    }
}
