import ProvostCore
import ProvostStore
import Testing

struct ClosingTests {
    private static let day: Int64 = 86_400_000
    private static func later(days: Int64) -> Timestamp { Timestamp(milliseconds: World.now.milliseconds + days * day) }

    private static func closing(_ campus: Campus, deleteIn days: Int64, at now: Timestamp = World.now) -> CohortClosing {
        let deleteAt = Timestamp(milliseconds: now.milliseconds + days * day)
        return CohortClosing(
            cohort: campus.cohort, deleteOn: deleteAt.civil(offsetSeconds: 0).date, deleteAt: deleteAt, reason: "the end",
            by: "hana", at: now)
    }

    @Test func theDayIsAtLeastAWeekAwayAndTheNewestWordCounts() async throws {
        let campus = try await Campus.make()
        #expect(try await campus.store.closing(cohort: campus.cohort) == nil)
        await expectFailure(.invalid, "later day") { try await campus.store.closeCohort(Self.closing(campus, deleteIn: 6)) }
        let first = Self.closing(campus, deleteIn: 8)
        try await campus.store.closeCohort(first)
        #expect(try await campus.store.closing(cohort: campus.cohort) == first)
        let second = Self.closing(campus, deleteIn: 30)
        try await campus.store.closeCohort(second)
        #expect(try await campus.store.closing(cohort: campus.cohort) == second)
        try await campus.store.reopenCohort(campus.cohort, reason: "wait", by: "hana", at: World.now)
        #expect(try await campus.store.closing(cohort: campus.cohort) == nil)
        await expectFailure(.conflict, "not closed") {
            try await campus.store.reopenCohort(campus.cohort, reason: "wait", by: "hana", at: World.now)
        }
        await expectFailure(.notFound, "nowhere") { _ = try await campus.store.closing(cohort: Slug(trusted: "nowhere")) }
    }

    @Test func anExtensionFromBeforeTheClosingIsOverWithIt() async throws {
        let campus = try await Campus.make(learners: 2)
        func extend(_ learner: Int?, at instant: Timestamp) async throws {
            try await campus.store.extendStudy(
                cohort: campus.cohort, person: learner.map { campus.learners[$0].slug }, until: Self.later(days: 20),
                reason: "ill",
                by: "hana", at: instant)
        }
        func until(_ learner: Int) async throws -> Timestamp? {
            try await campus.store.extensionUntil(cohort: campus.cohort, person: campus.learners[learner].slug)
        }
        try await extend(nil, at: World.now)
        #expect(try await until(0) == Self.later(days: 20))
        try await campus.store.closeCohort(Self.closing(campus, deleteIn: 30, at: Self.later(days: 1)))
        #expect(try await until(0) == nil)
        try await extend(1, at: Self.later(days: 2))
        #expect(try await until(1) == Self.later(days: 20))
        #expect(try await until(0) == nil)
        // Moving the day takes nothing from whom it was given.
        try await campus.store.closeCohort(Self.closing(campus, deleteIn: 40, at: Self.later(days: 3)))
        #expect(try await until(1) == Self.later(days: 20))
    }

    @Test func onlyWhatTheNewestClosingSaysIsDeletedAndItLeavesAReceipt() async throws {
        let campus = try await Campus.make(learners: 2)
        for learner in 0...1 {
            let start = try await campus.run(learner)
            _ = try await campus.store.didStop(
                campus.id(learner), start: start, used: nil, reason: .asked, detail: nil, at: World.now)
        }
        try await campus.store.addSnapshot(
            Snapshot(id: ID(trusted: "snp_1"), workspace: campus.id(0), cause: .asked, createdAt: World.now, size: .mebibytes(3)),
            by: "minji")
        let old = Self.closing(campus, deleteIn: 8)
        try await campus.store.closeCohort(old)
        let closing = Self.closing(campus, deleteIn: 10)
        try await campus.store.closeCohort(closing)
        #expect(try await campus.store.closingsDue(at: Self.later(days: 9)) == [])
        let due = Self.later(days: 10)
        #expect(try await campus.store.closingsDue(at: due) == [closing])
        func delete(_ learner: Int, _ closing: CohortClosing, at instant: Timestamp) async throws {
            try await campus.store.deleteWorkspace(
                campus.id(learner), closing: closing, size: .mebibytes(7), aside: learner == 0 ? [] : ["damaged-1"], at: instant)
        }
        await expectFailure(.conflict, "not to be deleted") { try await delete(0, old, at: due) }
        await expectFailure(.conflict, "not to be deleted") { try await delete(0, closing, at: Self.later(days: 9)) }
        for _ in 0..<2 { try await delete(0, closing, at: due) }
        try await delete(1, closing, at: due)
        let receipts = try await campus.store.deletionReceipts(cohort: campus.cohort)
        #expect(receipts.map(\.workspace) == [campus.id(0), campus.id(1)])
        #expect(receipts.map(\.snapshots) == [1, 0] && receipts.map(\.snapshotSize) == [.mebibytes(3), ByteCount(0)])
        #expect(receipts.map(\.size) == [.mebibytes(7), .mebibytes(7)] && receipts.map(\.aside) == [[], ["damaged-1"]])
        #expect(try await campus.store.closingsDue(at: due) == [])
        #expect(try await campus.store.verifyAudit().brokenAt == nil)
        await expectFailure(.conflict, "deleted already") {
            try await campus.store.reopenCohort(campus.cohort, reason: "wait", by: "hana", at: due)
        }
    }

    @Test func aClockThatJumpsDeletesNothingForAnHour() {
        let closing = CohortClosing(
            cohort: Slug(trusted: "spring"), deleteOn: CivilDate(daysSince1970: 20_000), deleteAt: Self.later(days: 8),
            reason: "",
            by: "hana", at: World.now)
        #expect(!ClosingRule.deletes(closing, at: Self.later(days: 7), seenPast: .seconds(90_000)))
        #expect(!ClosingRule.deletes(closing, at: Self.later(days: 9), seenPast: .seconds(3599)))
        #expect(ClosingRule.deletes(closing, at: Self.later(days: 9), seenPast: .seconds(3600)))
    }
}
