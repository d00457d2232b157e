import Foundation
import ProvostCore
import ProvostService
import ProvostStore
import Testing

extension RealRooms {
    /// A learner's files for a named instructor, by a share of mode `copy`.
    @Suite struct WorkspaceCopyTests {
        private static let hana = Slug(trusted: "hana")

        /// Runs a command in a workspace that is named by its id.
        private static func run(
            _ here: WorkspaceHome, _ principal: Principal, _ id: ID<Workspace>, _ script: String
        ) async throws -> String {
            let opened = try await here.workspaces.open(principal, id.text, .command(["sh", "-c", script], size: nil))
            defer { opened.whenOver() }
            let frames = try await WorkspaceHome.frames(opened.descriptor)
            return String(decoding: frames.filter { $0.kind == .output || $0.kind == .error }.flatMap(\.payload), as: UTF8.self)
        }

        private static let sums = "cd /home/learner && find . -type f -exec sha256sum {} + | sort"

        @Test func theCopyHasTheSameBytesAndTheLearnerGoesOn() async throws {
            try await WorkspaceHome.with { here in
                let minji = try await here.home.join("minji")
                let hana = try await here.home.join("hana", .instructor)
                let own = try await here.start(hana)
                _ = try await Self.run(here, hana, own.id, "echo solution > /home/learner/solution")
                let source = try await here.start(minji)
                _ = try await Self.run(
                    here, minji, source.id,
                    "cd /home/learner; mkdir deep; head -c 3000000 /dev/urandom > deep/big; echo 'touch /tmp/ran' > .profile; (while :; do date +%N > ticks; sleep 0.05; done) </dev/null >/dev/null 2>&1 & until [ -s ticks ]; do sleep 0.05; done"
                )
                let share = try await here.workspaces.grantShare(
                    minji, source.id.text, person: Self.hana, mode: .copy, time: .seconds(3600))
                let copy = try await here.workspaces.copy(hana, source.id.text).workspace
                #expect(copy.state == .stopped && copy.person == Self.hana && copy.copyOf == source.id)

                // The learner's runs on, and sees who was there, from when to when.
                let now = try await here.workspaces.show(minji, source.id.text).workspace
                #expect(now.state == .running && now.start == source.start)
                let goesOn = try await Self.run(
                    here, minji, source.id,
                    "cd /home/learner; cp ticks t; for i in $(seq 600); do sleep 0.1; cmp -s ticks t || { echo goes on; break; }; done"
                )
                #expect(goesOn == "goes on\n")
                let visits = try await here.workspaces.listVisits(minji, source.id.text)
                #expect(visits.map(\.mode) == [.copy] && visits.map(\.person) == [Self.hana])
                #expect(visits.first?.share == share.id && visits.first?.endedAt != nil)

                let theirs = try await Self.run(here, minji, source.id, Self.sums)
                _ = try await here.workspaces.start(hana, assignment: copy.id.text, cohort: nil)
                let copied = try await Self.run(here, hana, copy.id, Self.sums)
                func lines(_ text: String) -> Set<Substring> {
                    Set(text.split(separator: "\n").filter { !$0.hasSuffix("/ticks") && !$0.hasSuffix("/t") })
                }
                #expect(lines(copied) == lines(theirs) && lines(copied).contains { $0.hasSuffix("./deep/big") })
                // What was written later is not in it, and what is done in it is not theirs.
                _ = try await Self.run(here, hana, copy.id, "echo changed > /home/learner/hello.txt")
                #expect(try await Self.run(here, minji, source.id, "cat /home/learner/hello.txt") == "hello\n")
                // The instructor's own is as it was, and found by its name.
                #expect(try await here.run(hana, "ls", "/home/learner").output == "hello.txt\nsolution\n")
            }
        }

        @Test func nothingInACopyAsksForAnythingInTheInstructorsName() async throws {
            try await WorkspaceHome.with { here in
                let minji = try await here.home.join("minji")
                let hana = try await here.home.join("hana", .instructor)
                let source = try await here.start(minji)
                _ = try await here.workspaces.stop(minji, "web")
                _ = try await here.workspaces.grantShare(
                    minji, source.id.text, person: Self.hana, mode: .copy, time: .seconds(3600))
                // A stopped one is copied as well.
                let copy = try await here.workspaces.copy(hana, source.id.text).workspace
                _ = try await here.workspaces.start(hana, assignment: copy.id.text, cohort: nil)
                let seen = try await Self.run(
                    here, hana, copy.id,
                    "ls -A /run/provost 2>/dev/null; printenv PROVOST_SERVER; id -u; cat /home/learner/hello.txt")
                let words = seen.split(separator: "\n")
                #expect(words.count == 2 && words.last == "hello", "\(seen)")
                // Nor by the door of the host, as the user that the kernel sees.
                for uid in here.settings.users {
                    #expect(try await here.workspaces.principal(ofUser: uid) == nil)
                }
                // It is not handed on, and its source is not copied twice.
                _ = try await here.home.join("kim", .instructor)
                await expectFailure(.denied, "asks the learner") {
                    _ = try await here.workspaces.grantShare(
                        hana, copy.id.text, person: Slug(trusted: "kim"), mode: .copy, time: .seconds(60))
                }
                await expectFailure(.conflict, copy.id.text) { _ = try await here.workspaces.copy(hana, source.id.text) }
                _ = try await here.workspaces.stop(hana, copy.id.text)
                _ = try await here.workspaces.delete(hana, copy.id.text, confirm: copy.id.text)
                #expect(try await here.workspaces.copy(hana, source.id.text).workspace.id != copy.id)
            }
        }

        @Test func nobodyElseCopiesAndNothingButThatShareLetsThem() async throws {
            try await WorkspaceHome.with { here in
                let minji = try await here.home.join("minji")
                let jun = try await here.home.join("jun")
                let hana = try await here.home.join("hana", .instructor)
                let kim = try await here.home.join("kim", .instructor)
                let id = try await here.start(minji).id.text
                func grant(_ mode: Share.Mode, _ seconds: Int64 = 3600) async throws -> Share {
                    try await here.workspaces.grantShare(minji, id, person: Self.hana, mode: mode, time: .seconds(seconds))
                }
                await expectFailure(.notFound) { _ = try await here.workspaces.copy(jun, id) }
                await expectFailure(.denied, "--mode copy") { _ = try await here.workspaces.copy(hana, id) }
                await expectFailure(.denied, "instructor") { _ = try await here.workspaces.copy(Home.root, id) }
                await expectFailure(.invalid, "your own") { _ = try await here.workspaces.copy(minji, id) }

                let pair = try await grant(.pair)
                await expectFailure(.denied, "lets you pair, not copy") { _ = try await here.workspaces.copy(hana, id) }
                _ = try await here.workspaces.revokeShare(minji, id, pair.id)
                let taken = try await grant(.copy)
                await expectFailure(.denied, "has not let you copy") { _ = try await here.workspaces.copy(kim, id) }
                _ = try await here.workspaces.revokeShare(minji, id, taken.id)
                await expectFailure(.denied, "was taken back") { _ = try await here.workspaces.copy(hana, id) }
                let short = try await grant(.copy, 1)
                here.home.clock.set((short.until + TimeSpan(milliseconds: 1)).description)
                await expectFailure(.denied, "was over at") { _ = try await here.workspaces.copy(hana, id) }
                // Nothing of all that made a copy, or counts as a visit.
                #expect(try await here.workspaces.listVisits(minji, id).isEmpty)
                #expect(try await here.store.workspaces(WorkspaceFilter(person: Self.hana)).isEmpty)

                // The wider share beside it does not hide it.
                _ = try await grant(.pair)
                _ = try await grant(.copy)
                #expect(try await here.workspaces.copy(hana, id).workspace.copyOf?.text == id)
            }
        }

        @Test func aCopyThatADaemonDidNotFinishIsSweptAndNeverAnEmptyHome() async throws {
            try await WorkspaceHome.with { here in
                let minji = try await here.home.join("minji")
                let hana = try await here.home.join("hana", .instructor)
                let source = try await here.start(minji)
                let half = Workspace(
                    id: ID(trusted: "wsp_half"), person: Self.hana, cohort: Home.cohort, assignment: source.assignment,
                    lab: source.lab, labVersion: source.labVersion, state: .stopped, start: 0, limits: source.limits,
                    network: source.network, createdAt: here.home.clock.read(), copyOf: source.id)
                try await here.store.createWorkspace(half, by: "hana", at: here.home.clock.read())
                await expectFailure(.unavailable, "copy the workspace again") {
                    _ = try await here.workspaces.start(hana, assignment: "wsp_half", cohort: nil)
                }
                let lost = Workspace(
                    id: ID(trusted: "wsp_lost"), person: Self.hana, cohort: Home.cohort, assignment: source.assignment,
                    lab: source.lab, labVersion: source.labVersion, state: .stopped, start: 0, limits: source.limits,
                    network: source.network, createdAt: here.home.clock.read(), copyOf: source.id)
                try await here.store.deleteWorkspace(half.id, by: "hana", at: here.home.clock.read())
                try await here.store.createWorkspace(lost, by: "hana", at: here.home.clock.read())
                _ = try await here.workspaces.stop(minji, "web")
                _ = try await here.again().workspaces.care?.recover()
                #expect(try await here.store.workspace(lost.id).state == .deleted)
            }
        }
    }
}
