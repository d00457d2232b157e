import Foundation
import ProvostCore
import ProvostService
import ProvostStore
import Testing

extension RealRooms {
    /// Starting, stopping, and what becomes of the files.
    @Suite struct WorkspaceLifeTests {
        @Test func itStartsRunsAndKeepsItsFilesAfterAStop() async throws {
            try await WorkspaceHome.with { here in
                let minji = try await here.home.join("minji")
                let first = try await here.start(minji)
                #expect(first.state == .running)
                #expect(try await here.run(minji, "cat", "/home/learner/hello.txt").output == "hello\n")
                #expect(try await here.run(minji, "sh", "-c", "echo mine > /home/learner/note; exit 7").status == 7)
                let stopped = try await here.workspaces.stop(minji, "web").workspace
                #expect(stopped.state == .stopped)
                #expect(stopped.stopReason == .asked)
                await expectFailure(.conflict, "provost start web") { _ = try await here.run(minji, "true") }
                let second = try await here.start(minji)
                #expect(second.id == first.id)
                #expect(second.start == 2)
                #expect(try await here.run(minji, "cat", "/home/learner/note").output == "mine\n")
                let log = try await here.workspaces.log(minji, "web")
                #expect(log.contains("running") && log.contains("stopped"))
            }
        }

        @Test func hiddenTestsAreNowhereInIt() async throws {
            try await WorkspaceHome.with { here in
                let minji = try await here.home.join("minji")
                _ = try await here.start(minji)
                let listing = try await here.run(minji, "ls", "/lab").output
                #expect(listing.split(separator: "\n").sorted() == ["README.md", "starter"])
                #expect(try await here.run(minji, "printenv", "PROVOST_ASSIGNMENT", "PROVOST_COHORT").output == "web\nspring\n")
            }
        }

        @Test func twoWhoStartItAtOnceGetTheSameStart() async throws {
            try await WorkspaceHome.with { here in
                let minji = try await here.home.join("minji")
                async let one = here.start(minji)
                async let other = here.start(minji)
                let (first, second) = try await (one, other)
                #expect(first.id == second.id)
                #expect(first.start == 1 && second.start == 1)
                #expect(first.state == .running && second.state == .running)
                let holds = try await here.store.ledger(cohort: Home.cohort, person: minji.person?.slug, workspace: first.id)
                    .filter { $0.kind == .hold }
                #expect(holds.count == 1)
            }
        }

        @Test func aResetKeepsASnapshotThatCanBeRestored() async throws {
            try await WorkspaceHome.with { here in
                let minji = try await here.home.join("minji")
                _ = try await here.start(minji)
                _ = try await here.run(minji, "sh", "-c", "echo work > /home/learner/work; rm /home/learner/hello.txt")
                let reset = try await here.workspaces.reset(minji, "web").workspace
                #expect(reset.state == .running)
                #expect(try await here.run(minji, "ls", "/home/learner").output == "hello.txt\n")
                let snapshots = try await here.workspaces.snapshots(minji, "web")
                #expect(snapshots.map(\.cause) == [.reset])
                let snapshot = try #require(snapshots.first)
                _ = try await here.workspaces.restore(minji, "web", from: snapshot.id)
                #expect(try await here.run(minji, "cat", "/home/learner/work").output == "work\n")
                #expect(try await here.workspaces.snapshots(minji, "web").map(\.cause) == [.reset, .restore])
            }
        }

        @Test func aSnapshotOfARunningOneIsTakenWhileItRuns() async throws {
            try await WorkspaceHome.with { here in
                let minji = try await here.home.join("minji")
                _ = try await here.start(minji)
                _ = try await here.run(minji, "sh", "-c", "echo one > /home/learner/file")
                let snapshot = try await here.workspaces.snapshot(minji, "web")
                #expect(try await here.run(minji, "sh", "-c", "echo two > /home/learner/file").status == 0)
                _ = try await here.workspaces.restore(minji, "web", from: snapshot.id)
                #expect(try await here.run(minji, "cat", "/home/learner/file").output == "one\n")
            }
        }

        @Test func deletingTakesTheIdAndAStoppedOne() async throws {
            try await WorkspaceHome.with { here in
                let minji = try await here.home.join("minji")
                let workspace = try await here.start(minji)
                await expectFailure(.invalid, workspace.id.text) {
                    _ = try await here.workspaces.delete(minji, "web", confirm: nil)
                }
                await expectFailure(.conflict, "stop it first") {
                    _ = try await here.workspaces.delete(minji, "web", confirm: workspace.id.text)
                }
                _ = try await here.workspaces.stop(minji, "web")
                #expect(try await here.workspaces.delete(minji, "web", confirm: workspace.id.text).workspace.state == .deleted)
                #expect(
                    try FileManager.default.contentsOfDirectory(atPath: here.home.path + "/volumes").allSatisfy {
                        !$0.hasPrefix(workspace.id.text)
                    })
                let fresh = try await here.start(minji)
                #expect(fresh.id != workspace.id)
            }
        }

        @Test func filesThatAreGoneAreAnErrorAndNeverAnEmptyHome() async throws {
            try await WorkspaceHome.with { here in
                let minji = try await here.home.join("minji")
                let workspace = try await here.start(minji)
                _ = try await here.workspaces.stop(minji, "web")
                let volumes = here.home.path + "/volumes/"
                for name in try FileManager.default.contentsOfDirectory(atPath: volumes) where name.hasPrefix(workspace.id.text) {
                    try FileManager.default.removeItem(atPath: volumes + name)
                }
                await expectFailure(.unavailable, "provost reset") { _ = try await here.start(minji) }
                let failed = try await here.workspaces.show(minji, "web").workspace
                #expect(failed.state == .stopped)
                #expect(failed.stopReason == .failed)
                _ = try await here.workspaces.reset(minji, "web")
                #expect(try await here.start(minji).state == .running)
            }
        }

        @Test func whenTheMachineIsFullItWaitsAndStartsByItself() async throws {
            // Room for one of 96 MiB.
            try await WorkspaceHome.with(memory: .mebibytes(100)) { here in
                let minji = try await here.home.join("minji")
                let jun = try await here.home.join("jun")
                _ = try await here.start(minji)
                let view = try await here.workspaces.start(jun, assignment: "web", cohort: nil)
                #expect(view.workspace.state == .waiting)
                #expect(view.place?.position == 1 && view.place?.of == 1)
                #expect(try await here.workspaces.why(jun, "web").sentence.contains("place 1 of 1"))
                _ = try await here.workspaces.stop(minji, "web")
                for _ in 0..<2400 where try await here.workspaces.show(jun, "web").workspace.state != .running {
                    try await Task.sleep(for: .milliseconds(50))
                }
                #expect(try await here.workspaces.show(jun, "web").workspace.state == .running)
            }
        }
    }
}
