import Foundation
import ProvostCore
import ProvostService
import ProvostStore
import Testing

extension RealRooms {
    /// The end of study: what stops, what can still be read and by whom, and what is deleted when.
    @Suite struct WorkspaceClosingTests {
        private static func refusal(_ body: () async throws -> Void) async -> ProvostError? {
            do { try await body() } catch { return error as? ProvostError }
            return nil
        }

        private static func read(
            _ here: WorkspaceHome, _ principal: Principal, _ wish: ReadingWish, _ name: String = "web"
        ) async throws -> (output: [UInt8], errors: String, status: Int32) {
            let opened = try await here.workspaces.read(principal, name, wish)
            defer { opened.whenOver() }
            let frames = try await WorkspaceHome.frames(opened.descriptor)
            return (
                frames.filter { $0.kind == .output }.flatMap(\.payload),
                String(decoding: frames.filter { $0.kind == .error }.flatMap(\.payload), as: UTF8.self), frames.last?.status ?? -1
            )
        }

        @Test func closingStopsReadsAndDeletesOnItsDay() async throws {
            try await WorkspaceHome.with { here in
                let minji = try await here.home.join("minji")
                let workspace = try await here.start(minji)
                #expect(try await here.run(minji, "sh", "-c", "echo secret > kept; chmod 000 kept").status == 0)
                let now = here.home.clock.read()
                let day = Timestamp(milliseconds: now.milliseconds + 9 * 86_400_000).civil(offsetSeconds: 0).date
                let closed = try await here.workspaces.closeCohort(Home.root, Home.cohort, deleteOn: day, reason: "the end")
                #expect(closed.workspaces.map(\.id) == [workspace.id] && closed.size.bytes > 0)
                // What cannot be started again is not stopped by asking for it.
                #expect(await Self.refusal { _ = try await here.workspaces.restart(minji, "web") }?.code == .outsideWindow)
                #expect(try await here.store.workspace(workspace.id).state == .running)
                // Frozen, and after the grace stopped, as at the window's end.
                await here.workspaces.care?.look()
                #expect(try await here.store.workspace(workspace.id).state == .frozen)
                here.later.add(.seconds(600))
                await here.workspaces.care?.look()
                #expect(try await here.store.workspace(workspace.id).state == .stopped)
                let refused = await Self.refusal { _ = try await here.start(minji) }
                #expect(refused?.code == .outsideWindow && refused?.message.contains("\(day)") == true)
                #expect(try await here.workspaces.why(minji, "web").details.contains { $0.contains("deleted on \(day)") })
                #expect(try await here.workspaces.show(minji, "web").deleteOn == day)
                // What its owner could not read is read all the same, and an admin may now.
                let kept = try await Self.read(here, minji, .place("kept"))
                #expect(String(decoding: kept.output, as: UTF8.self) == "file 0 7\nsecret\n", "\(kept)")
                // An admin not yet: a closing that is taken back again would open every home.
                let early = await Self.refusal { _ = try await here.workspaces.read(Home.root, workspace.id.text, .whole) }
                #expect(early?.code == .denied)
                here.home.clock.set("\(now + ClosingRule.notice)")
                #expect(try await Self.read(here, Home.root, .whole, workspace.id.text).status == 0)
                let audit = try await here.store.workspaceHistory(workspace.id)
                #expect(audit.filter { $0.action == "workspace.read" }.map(\.actor) == ["minji", Home.root.name])
                // The day comes; a clock that says so is believed after an hour, and not when nobody looked meanwhile.
                here.home.clock.set("\(day)T00:00:00Z")
                await here.workspaces.care?.deleteDue()
                here.later.add(.seconds(4000))
                for _ in 0..<9 {
                    await here.workspaces.care?.deleteDue()
                    #expect(try await here.store.workspace(workspace.id).state == .stopped)
                    here.later.add(.seconds(400))
                }
                // Who is just taking the files is let finish.
                let opened = try await here.workspaces.read(minji, "web", .whole)
                await here.workspaces.care?.deleteDue()
                #expect(try await here.store.workspace(workspace.id).state == .stopped)
                _ = try await WorkspaceHome.frames(opened.descriptor)
                opened.whenOver()
                for _ in 0..<1200 where try await here.store.workspace(workspace.id).state == .stopped {
                    await here.workspaces.care?.deleteDue()
                    try await Task.sleep(for: .milliseconds(50))
                }
                #expect(try await here.store.workspace(workspace.id).state == .deleted)
                let after = try await here.workspaces.closing(Home.root, cohort: Home.cohort)
                #expect(after.workspaces.isEmpty && after.receipts.map(\.workspace) == [workspace.id])
                let left = try FileManager.default.subpathsOfDirectory(atPath: here.home.path + "/volumes")
                #expect(!left.contains { $0.contains(workspace.id.text) })
            }
        }

        @Test func nobodyElseReadsAndWhoWorksGoesFirst() async throws {
            try await WorkspaceHome.with { here in
                let minji = try await here.home.join("minji")
                let jun = try await here.home.join("jun")
                let workspace = try await here.start(minji)
                _ = try await here.workspaces.stop(minji, "web")
                let id = workspace.id.text
                #expect(await Self.refusal { _ = try await here.workspaces.read(jun, id, .whole) }?.code == .notFound)
                // While she studies, not even who runs the server.
                #expect(await Self.refusal { _ = try await here.workspaces.read(Home.root, id, .whole) }?.code == .denied)
                let opened = try await here.workspaces.read(minji, "web", .whole)

                // No limit is taken by it, nothing runs in it but the reading, and a start ends it.
                #expect(try await here.store.workspace(workspace.id).state == .stopped)
                let again = try await here.start(minji)
                #expect(again.start == 2 && again.state == .running)
                close(opened.descriptor)
                opened.whenOver()
                #expect(try await here.run(minji, "cat", "hello.txt").output == "hello\n")
                _ = try await here.workspaces.stop(minji, "web")
                #expect(try await Self.read(here, minji, .place("hello.txt")).output == Array("file 0 6\nhello\n".utf8))
                #expect(try await Self.read(here, minji, .place("$(touch x)")).status == 3)
            }
        }
    }
}
