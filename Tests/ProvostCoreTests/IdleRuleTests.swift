import ProvostCore
import Testing

@Suite struct IdleRuleTests {
    private static let now = Timestamp(milliseconds: 1_790_000_000_000)
    private static func verdict(
        quiet: Int64, cpu: TimeSpan? = .seconds(0), keep: Int64? = nil, idleAfter: TimeSpan? = IdleRule.quietTime
    ) -> IdleRule.Verdict {
        IdleRule.verdict(
            IdleRule.Sight(quiet: .seconds(quiet), cpu: cpu, keepAliveUntil: keep.map { now + .seconds($0) }, now: now),
            idleAfter: idleAfter)
    }

    @Test func anHourOfSilenceWithoutWorkStopsIt() {
        #expect(!Self.verdict(quiet: 3599).stops)
        #expect(Self.verdict(quiet: 3599).deadline == Self.now + .seconds(1))
        let idle = Self.verdict(quiet: 3600, cpu: .seconds(11))
        #expect(idle.stops && idle.deadline == Self.now)
        #expect(idle.cause == "Idle: no input for 1 h, and its programs used 11 s of CPU time in the last 10 min.")
    }

    @Test func programsThatWorkKeepIt() {
        let busy = Self.verdict(quiet: 9000, cpu: .seconds(12))
        #expect(!busy.stops && busy.deadline == nil)
        #expect(busy.cause.contains("used 12 s of CPU time"))
        let unknown = Self.verdict(quiet: 9000, cpu: nil)
        #expect(!unknown.stops && unknown.deadline == Self.now + .seconds(600))
    }

    @Test func aDeclaredTimeKeepsItAndThenNoLonger() {
        let kept = Self.verdict(quiet: 9000, keep: 1)
        #expect(!kept.stops && kept.deadline == Self.now + .seconds(1))
        #expect(Self.verdict(quiet: 9000, keep: 0).stops)
        #expect(Self.verdict(quiet: 9000, keep: -5).stops)
        // One that ends before the silence is long enough changes nothing.
        #expect(Self.verdict(quiet: 600, keep: 60).deadline == Self.now + .seconds(3000))
    }

    @Test func theOperatorMaySetOrSwitchItOff() {
        #expect(Self.verdict(quiet: 60, idleAfter: .seconds(60)).stops)
        let off = Self.verdict(quiet: 1_000_000, idleAfter: nil)
        #expect(!off.stops && off.deadline == nil)
    }

    /// Wherever the numbers come from, nobody is stopped who typed, worked or asked to be kept.
    @Test func whoIsActiveIsNeverStopped() {
        var random = Seeded(42)
        for _ in 0..<5000 {
            let quiet = Int64.random(in: -10_000...10_000, using: &random)
            let cpu = Bool.random(using: &random) ? TimeSpan(milliseconds: Int64.random(in: 0...30_000, using: &random)) : nil
            let keep = Bool.random(using: &random) ? Int64.random(in: -5000...5000, using: &random) : nil
            let verdict = Self.verdict(quiet: quiet, cpu: cpu, keep: keep)
            let idle = quiet >= 3600 && cpu.map { $0 < IdleRule.cpuThreshold } == true && keep.map { $0 <= 0 } != false
            #expect(verdict.stops == idle)
            #expect(verdict.deadline.map { $0 >= Self.now } != false && !verdict.cause.isEmpty)
        }
    }
}
