import Foundation
import ProvostCore
import Testing

/// Slots of a timetable: their instants, also on nights when the clocks change, and what is warmed before them.
@Suite struct SlotTests {
    private static let berlin: Zone = {
        let zone = TimeZone(identifier: "Europe/Berlin") ?? .gmt
        return Zone(name: "Europe/Berlin") { zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval($0))) }
    }()

    private static func slot(_ begins: String, time: TimeSpan = .seconds(3 * 3600), warm: TimeSpan = .seconds(600)) throws -> Slot
    {
        Slot(
            id: ID(trusted: "slt_1"), cohort: Slug(trusted: "spring"), assignment: Slug(trusted: "web"),
            begins: try CivilTime(parsing: begins), time: time, warm: warm, createdAt: Timestamp(milliseconds: 0))
    }
    private static func instant(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }

    @Test(arguments: [
        // The clocks go back at 3 (01:00Z) and forward at 2 (01:00Z): three hours stay three hours.
        ("2026-10-25T01:00", "2026-10-24T22:50:00Z", "2026-10-24T23:00:00Z", "2026-10-25T02:00:00Z"),
        ("2027-03-28T01:00", "2027-03-27T23:50:00Z", "2027-03-28T00:00:00Z", "2027-03-28T03:00:00Z"),
        ("2026-12-01 09:00", "2026-12-01T07:50:00Z", "2026-12-01T08:00:00Z", "2026-12-01T11:00:00Z"),
    ])
    func aSlotAcrossTheChangeLastsAsLongAsAnyOther(begins: String, warms: String, from: String, to: String) throws {
        let slot = try Self.slot(begins)
        let window = SlotWindow(slot, zone: Self.berlin)
        #expect(try window.warms == Self.instant(warms))
        #expect(try window.begins == Self.instant(from))
        #expect(try window.ends == Self.instant(to))
        #expect(window.ends - window.begins == slot.time)
        #expect(window.contains(window.begins) && !window.contains(window.ends))
        #expect(window.warms(at: window.warms) && !window.warms(at: window.begins))
        #expect(try Self.berlin.onlyInstant(of: slot.begins) == window.begins)
    }

    @Test(arguments: [
        ("2026-10-25T02:00", "twice"), ("2026-10-25T02:59:59", "twice"), ("2027-03-28T02:00", "never"),
        ("2027-03-28T02:59:59", "never"),
    ])
    func aTimeThatHappensTwiceOrNeverIsRefused(begins: String, word: String) throws {
        let civil = try CivilTime(parsing: begins)
        let error = #expect(throws: ProvostError.self) { try Self.berlin.onlyInstant(of: civil) }
        #expect(error?.code == .invalid)
        #expect(error?.message.contains(word) == true && error?.message.contains("Europe/Berlin") == true, "\(error as Any)")
    }

    @Test(arguments: ["2026-10-25T01:59:59", "2026-10-25T03:00", "2027-03-28T01:59:59", "2027-03-28T03:00"])
    func theSecondsBesideTheChangeArePlain(begins: String) throws {
        let civil = try CivilTime(parsing: begins)
        #expect(try Self.berlin.onlyInstant(of: civil) == Self.berlin.instant(of: civil))
    }

    @Test func aSlotThatCannotBeIsRefusedWithItsReason() throws {
        let study = StudyWindow(
            firstDay: try CivilDate(parsing: "2026-12-01"), lastDay: try CivilDate(parsing: "2026-12-20"), zone: Self.berlin)
        let now = try Self.instant("2026-12-02T00:00:00Z")
        func refusal(_ slot: Slot) -> String {
            do throws(ProvostError) {
                try SlotWindow(slot, zone: Self.berlin).check(slot, study: study, at: now)
                return ""
            } catch { return error.message }
        }
        #expect(try refusal(Self.slot("2026-12-02T09:00")) == "")
        #expect(try refusal(Self.slot("2026-12-20T21:00")) == "")
        #expect(try refusal(Self.slot("2026-12-01T09:00")).contains("over already"))
        #expect(try refusal(Self.slot("2026-12-20T22:00")).contains("study window"))
        #expect(try refusal(Self.slot("2026-12-02T09:00", time: .seconds(0))).contains("3h"))
        #expect(try refusal(Self.slot("2026-12-02T09:00", time: .seconds(90_000))).contains("1 d"))
        #expect(try refusal(Self.slot("2026-12-02T09:00", warm: .seconds(90_000))).contains("10m"))
    }

    // MARK: Warming

    @Test func whatIsDueIsWarmedOnceForItsLabVersionAndAFailureAgain() throws {
        let window = SlotWindow(try Self.slot("2026-12-01T09:00"), zone: Self.berlin)
        let digest = ContentDigest(bytes: Array(repeating: 1, count: 32))
        let other = ContentDigest(bytes: Array(repeating: 2, count: 32))
        let now = window.warms + .seconds(120)
        func due(_ outcome: WarmingRule.Outcome?, at instant: Timestamp = now) -> Bool {
            WarmingRule.isDue(window, outcome, labVersion: digest, at: instant)
        }
        #expect(due(nil) && due(nil, at: window.warms))
        #expect(!due(nil, at: window.warms + TimeSpan(milliseconds: -1)) && !due(nil, at: window.begins))
        #expect(!due(WarmingRule.Outcome(at: now, labVersion: digest)))
        #expect(due(WarmingRule.Outcome(at: now, labVersion: other)))
        let failed = WarmingRule.Outcome(at: now, labVersion: digest, reason: "full")
        #expect(!due(failed) && !due(failed, at: now + .seconds(59)))
        #expect(due(failed, at: now + WarmingRule.retry))
        // The clock was set back.
        #expect(due(failed, at: now + .seconds(-30)))
    }

    @Test func warmingStopsAboveTheReserve() {
        func hasRoom(_ free: Int64, _ size: Int64) -> Bool {
            WarmingRule.hasRoom(free: .mebibytes(free), reserve: .mebibytes(100), size: .mebibytes(size))
        }
        #expect(hasRoom(125, 0) && !hasRoom(124, 0))
        #expect(hasRoom(225, 100) && !hasRoom(224, 100))
        #expect(!hasRoom(0, 0))
    }
}
