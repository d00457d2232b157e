import ProvostCore
import Testing

@Suite struct LeaseRuleTests {
    @Test func aHoldIsRealTimeOrWhatTheProcessorsCanGive() {
        #expect(LeaseRule.hold(.seconds(600), unit: .sessionHours, cpuMillis: 4000) == 600_000)
        #expect(LeaseRule.hold(.seconds(600), unit: .cpuSeconds, cpuMillis: 1500) == 900_000)
        #expect(LeaseRule.hold(.seconds(600), unit: .cpuSeconds, cpuMillis: 0) == 0)
        #expect(LeaseRule.hold(.seconds(-5), unit: .sessionHours, cpuMillis: 1) == 0)
        #expect(LeaseRule.hold(TimeSpan(milliseconds: .max), unit: .cpuSeconds, cpuMillis: .max) > 0)
    }

    @Test func noMoreIsSetAsideThanIsLeft() {
        #expect(LeaseRule.granted(hold: 600, left: nil) == 600)
        #expect(LeaseRule.granted(hold: 600, left: 1000) == 600)
        #expect(LeaseRule.granted(hold: 600, left: 1) == 1)
        #expect(LeaseRule.granted(hold: 600, left: 0) == nil)
        #expect(LeaseRule.granted(hold: 600, left: -20) == nil)
    }

    @Test func aLeaseIsRenewedAfterItsHalf() {
        #expect(!LeaseRule.renews(used: 299, held: 600, sinceRenewal: .seconds(0)))
        #expect(LeaseRule.renews(used: 300, held: 600, sinceRenewal: .seconds(0)))
        #expect(!LeaseRule.renews(used: 0, held: 600, sinceRenewal: .seconds(299)))
        #expect(LeaseRule.renews(used: 0, held: 600, sinceRenewal: .seconds(300)))
    }

    @Test func timeLeftGoesByTheUnit() {
        let session = BudgetBalance(unit: .sessionHours, granted: 3_600_000, charged: 600_000, held: 600_000)
        #expect(LeaseRule.timeLeft(balance: session, usedSinceCharge: 100_000, cpuMillis: 2000) == .seconds(2900))
        #expect(LeaseRule.timeLeft(balance: session, usedSinceCharge: -100_000, cpuMillis: 2000) == .seconds(3000))
        #expect(LeaseRule.timeLeft(balance: session, usedSinceCharge: .max, cpuMillis: 2000) == .seconds(0))
        let over = BudgetBalance(unit: .sessionHours, granted: 10, charged: 20)
        #expect(LeaseRule.timeLeft(balance: over, usedSinceCharge: .max, cpuMillis: 2000) == .seconds(0))
        #expect(LeaseRule.renews(used: .max, held: 600, sinceRenewal: .seconds(0)))
        let cpu = BudgetBalance(unit: .cpuSeconds, granted: 3_600_000)
        #expect(LeaseRule.timeLeft(balance: cpu, usedSinceCharge: 0, cpuMillis: 2000) == .seconds(1800))
        #expect(LeaseRule.timeLeft(balance: nil, usedSinceCharge: 0, cpuMillis: 2000) == nil)
    }

    @Test func whatACohortHasTogetherIsSharedByThoseWhoRun() {
        var balance = BudgetBalance(
            unit: .sessionHours, granted: 3_600_000, held: 600_000,
            cohort: CohortBalance(total: 4_000_000, charged: 1_000_000, held: 1_800_000, running: 3))
        #expect(balance.left == 1_200_000)
        #expect(LeaseRule.timeLeft(balance: balance, usedSinceCharge: 0, cpuMillis: 1000) == .seconds(1000))
        balance.cohort?.charged = 2_500_000
        #expect(balance.left == -300_000)
        #expect(LeaseRule.timeLeft(balance: balance, usedSinceCharge: 100_000, cpuMillis: 1000) == .seconds(400))
        balance.cohort?.total = .max / 2
        #expect(balance.left == 3_000_000)
        #expect(LeaseRule.timeLeft(balance: balance, usedSinceCharge: 0, cpuMillis: 1000) == .seconds(3600))
    }

    /// As time runs out in steps of any size, each warning is given at most once, in order, and the last minute never without one.
    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func warningsAreGivenOnceAndInOrder(seed: UInt64) {
        var random = Seeded(seed)
        for _ in 0..<200 {
            var left = TimeSpan.seconds(Int64.random(in: 1...3000, using: &random))
            var warned: TimeSpan?
            var given: [TimeSpan] = []
            while left.milliseconds > 0 {
                if let due = LeaseRule.warning(left: left, warned: warned) {
                    given.append(due)
                    warned = due
                }
                if left <= .seconds(60) { #expect(warned == .seconds(60)) }
                left = TimeSpan(milliseconds: left.milliseconds - Int64.random(in: 1...90_000, using: &random))
            }
            #expect(given == given.sorted(by: >) && Set(given).count == given.count)
        }
    }

    @Test func timeThatCameBackIsWarnedOfAgain() {
        #expect(LeaseRule.warning(left: .seconds(901), warned: nil) == nil)
        #expect(LeaseRule.warning(left: .seconds(900), warned: nil) == .seconds(900))
        #expect(LeaseRule.warning(left: .seconds(899), warned: .seconds(900)) == nil)
        // A clock that is put right by a few seconds says nothing twice.
        #expect(LeaseRule.warning(left: .seconds(305), warned: .seconds(300)) == nil)
        #expect(LeaseRule.warning(left: .seconds(800), warned: .seconds(60)) == .seconds(900))
        #expect(LeaseRule.warning(left: .seconds(0), warned: nil) == nil)
    }

    @Test func itFreezesThenStopsAndGoesOnWhenThereIsTimeAgain() {
        #expect(LeaseRule.step(left: nil, frozen: nil) == .run)
        #expect(LeaseRule.step(left: .seconds(1), frozen: nil) == .run)
        #expect(LeaseRule.step(left: .seconds(0), frozen: nil) == .freeze)
        #expect(LeaseRule.step(left: .seconds(-9), frozen: .seconds(299)) == .run)
        #expect(LeaseRule.step(left: .seconds(0), frozen: .seconds(300)) == .stop)
        #expect(LeaseRule.step(left: .seconds(61), frozen: .seconds(400)) == .thaw)
        // A clock that was put back a little gives nobody time.
        #expect(LeaseRule.step(left: .seconds(60), frozen: .seconds(299)) == .run)
        #expect(LeaseRule.step(left: .seconds(60), frozen: .seconds(300)) == .stop)
        #expect(LeaseRule.step(left: nil, frozen: .seconds(1)) == .thaw)
    }
}
