/// Time is taken in leases: a start sets the next lease aside, renewals charge what was used, and a crash loses at most one.
///
/// Ends are counted in time that is left, never as a difference to an instant of the past: a clock that steps back charges nothing twice.
package enum LeaseRule {
    /// Real time of one lease.
    package static let length = TimeSpan.seconds(600)
    /// How long a workspace stands still, its files and programs kept, before it is stopped.
    package static let grace = TimeSpan.seconds(300)
    /// How much time is left when each terminal is warned, the earliest first.
    package static let warnings = [TimeSpan.seconds(900), .seconds(300), .seconds(60)]

    /// What a lease sets aside, in milliseconds of the unit: real time, or all CPU time that its processors could give in it.
    package static func hold(_ lease: TimeSpan, unit: BudgetUnit, cpuMillis: Int) -> Int64 {
        switch unit {
        case .sessionHours: return max(0, lease.milliseconds)
        case .cpuSeconds:
            let (product, overflow) = max(0, lease.milliseconds).multipliedReportingOverflow(by: Int64(max(0, cpuMillis)))
            return overflow ? .max / 4 : product / 1000
        }
    }

    /// What may be set aside of what is left: the last lease is as short as the budget. nil: nothing is left to start with.
    package static func granted(hold: Int64, left: Int64?) -> Int64? {
        guard let left else { return hold }
        return left > 0 ? min(hold, left) : nil
    }

    /// Whether to renew: once half of the hold is used, or half of the lease's real time has gone by.
    package static func renews(used: Int64, held: Int64, sinceRenewal: TimeSpan, length: TimeSpan = LeaseRule.length) -> Bool {
        used >= held - max(0, used)
            || sinceRenewal.milliseconds >= length.milliseconds - max(0, sinceRenewal.milliseconds)
    }

    /// Real time until the budget ends at the pace at which it can be used at most; nil without a budget. Of what a cohort has together, all
    /// that run take the same share.
    ///
    /// `usedSinceCharge` is what the ledger does not know yet, in milliseconds of the unit.
    package static func timeLeft(balance: BudgetBalance?, usedSinceCharge: Int64, cpuMillis: Int) -> TimeSpan? {
        guard let balance else { return nil }
        let share = balance.cohort.map { $0.left / Int64(max(1, $0.running)) } ?? .max
        let whole = max(0, min(balance.ownLeft, share) + balance.held)
        let rest = whole - min(whole, max(0, usedSinceCharge))
        switch balance.unit {
        case .sessionHours: return TimeSpan(milliseconds: rest)
        case .cpuSeconds:
            let (product, overflow) = rest.multipliedReportingOverflow(by: 1000)
            return TimeSpan(milliseconds: (overflow ? .max : product) / Int64(max(1, cpuMillis)))
        }
    }

    /// The warning that is due when `left` remains and the last one was given at `warned` (nil: none yet); nil: none is due.
    ///
    /// Each is given once. When more than a minute came back (an extension, a grant), earlier ones are due again.
    package static func warning(left: TimeSpan, warned: TimeSpan?) -> TimeSpan? {
        guard left.milliseconds > 0, let due = warnings.last(where: { left <= $0 }) else { return nil }
        guard let warned else { return due }
        return due < warned || left.milliseconds > warned.milliseconds + 60_000 ? due : nil
    }

    /// What is to be done when `left` has run out and it has stood still for `frozen` (nil: it runs).
    package enum Step: Hashable, Sendable {
        case run, freeze, thaw, stop
    }

    /// What stands still goes on only when more than a minute came back: a clock that is put right by a second does not wake it, warn
    /// again and freeze it once more.
    package static func step(left: TimeSpan?, frozen: TimeSpan?) -> Step {
        guard let frozen else { return left.map { $0.milliseconds <= 0 } == true ? .freeze : .run }
        if left.map({ $0.milliseconds > 60_000 }) != false { return .thaw }
        return frozen >= grace ? .stop : .run
    }
}
