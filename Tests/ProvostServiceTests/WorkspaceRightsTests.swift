import Foundation
import ProvostCore
import ProvostService
import ProvostStore
import Testing

extension RealRooms {
    /// Who gets in, and as what.
    @Suite struct WorkspaceRightsTests {
        private static let size = WindowSize()

        @Test func nobodyGetsInWithoutAShareAndAShareGivesItsModeAlone() async throws {
            try await WorkspaceHome.with { here in
                let minji = try await here.home.join("minji")
                let jun = try await here.home.join("jun")
                let hana = try await here.home.join("hana", .instructor)
                let outside = try await here.home.join("kim", .instructor, cohort: Slug(trusted: "autumn"))
                let id = try await here.start(minji).id.text
                let shell = try await here.workspaces.open(minji, id, .shell(size: Self.size, term: "dumb"))
                defer { close(shell.descriptor) }
                let number = try #require(await here.workspaces.sessions(minji, id).first).number

                for stranger in [jun, outside] {
                    await expectFailure(.notFound) { _ = try await here.workspaces.show(stranger, id) }
                    await expectFailure(.notFound) { _ = try await here.workspaces.open(stranger, id, .watch(number)) }
                }
                #expect(try await here.workspaces.show(hana, id).workspace.id.text == id)
                for wish in [SessionWish.watch(number), .shell(size: Self.size, term: "dumb"), .command(["true"], size: nil)] {
                    await expectFailure(.denied) { _ = try await here.workspaces.open(hana, id, wish) }
                    await expectFailure(.denied) { _ = try await here.workspaces.open(Home.root, id, wish) }
                }
                await expectFailure(.denied) { _ = try await here.workspaces.reset(hana, id) }
                await expectFailure(.invalid, "no instructor") {
                    _ = try await here.workspaces.grantShare(
                        minji, id, person: Slug(trusted: "jun"), mode: .pair, time: .seconds(60))
                }

                let watch = try await here.workspaces.grantShare(
                    minji, id, person: Slug(trusted: "hana"), mode: .watch, time: .seconds(3600))
                let looking = try await here.workspaces.open(hana, id, .watch(number))
                await expectFailure(.denied, "watch") { _ = try await here.workspaces.open(hana, id, .attach(number)) }
                #expect(try await here.workspaces.listVisits(minji, id).map(\.endedAt) == [nil])
                _ = try await here.workspaces.revokeShare(minji, id, watch.id)
                // The connection is cut at once.
                let rest = try await WorkspaceHome.frames(looking.descriptor)
                #expect(rest.allSatisfy { $0.kind != .refusal })
                looking.whenOver()
                for _ in 0..<6000 where try await here.workspaces.listVisits(minji, id).first?.endedAt == nil {
                    try await Task.sleep(for: .milliseconds(20))
                }
                #expect(try await here.workspaces.listVisits(minji, id).first?.endedAt != nil)
                await expectFailure(.denied) { _ = try await here.workspaces.open(hana, id, .watch(number)) }

                _ = try await here.workspaces.grantShare(
                    minji, id, person: Slug(trusted: "hana"), mode: .pair, time: .seconds(3600))
                let typing = try await here.workspaces.open(hana, id, .attach(number))
                close(typing.descriptor)
                typing.whenOver()
                await expectFailure(.denied) {
                    _ = try await here.workspaces.open(hana, id, .command(["true"], size: nil))
                }
            }
        }

        @Test func theDoorMakesALearnerOfThatCohortAndNothingMore() async throws {
            try await WorkspaceHome.with { here in
                // An instructor, also of another cohort, with a workspace of their own.
                let hana = try await here.home.join("hana", .instructor)
                _ = try await here.home.join("hana", .admin, cohort: Slug(trusted: "autumn"))
                let workspace = try await here.start(hana)
                let uid = try #require(try Self.userOfRoom(here, workspace))
                let inside = try #require(try await here.workspaces.principal(ofUser: uid))
                #expect(inside.person?.slug == hana.person?.slug)
                #expect(inside.workspace == workspace.id)
                #expect(inside.role(in: Home.cohort) == .learner)
                #expect(inside.role(in: Slug(trusted: "autumn")) == nil)
                #expect(throws: ProvostError.self) { try inside.require(.instruct(cohort: Home.cohort)) }
                await expectFailure(.denied, "inside a workspace") { _ = try await here.home.provost.people.tokens(inside) }
                #expect(try await here.workspaces.principal(ofUser: 0) == nil)
                #expect(try await here.workspaces.principal(ofUser: uid + 1) == nil)
                _ = try await here.workspaces.stop(hana, "web")
                #expect(try await here.workspaces.principal(ofUser: uid) == nil)
            }
        }

        /// The host user of a process in the room, as the kernel says it.
        private static func userOfRoom(_ here: WorkspaceHome, _ workspace: Workspace) throws -> UInt32? {
            let users = here.settings.users
            for name in try FileManager.default.contentsOfDirectory(atPath: "/proc") where Int(name) != nil {
                var status = stat()
                guard unsafe stat("/proc/" + name, &status) == 0, users.contains(status.st_uid) else { continue }
                return status.st_uid
            }
            return nil
        }
    }
}
