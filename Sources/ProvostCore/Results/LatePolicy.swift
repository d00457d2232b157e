/// What lateness costs. One pure function decides it; the same is shown before a learner hands in and printed in the explanation.
package struct LatePolicy: Hashable, Sendable, Codable {
    /// What is lost of the score that was earned.
    package enum Penalty: Hashable, Sendable, Codable {
        /// Late work counts fully until the assignment closes.
        case none
        /// For each started unit of lateness a part is lost, down to what is always kept.
        case each(TimeSpan, lose: Percentage, keep: Percentage)
        /// From each lateness on, that part is lost; the largest that is reached counts. Before the first nothing is.
        case curve([Step])
    }
    package struct Step: Hashable, Sendable, Codable {
        package let after: TimeSpan
        package let lose: Percentage
        package init(after: TimeSpan, lose: Percentage) {
            self.after = after
            self.lose = lose
        }
    }

    /// Lateness up to this is none: a slow link at midnight is nobody's fault. Once it is passed, all of the lateness counts.
    package let grace: TimeSpan
    package let penalty: Penalty

    package static let free = LatePolicy(grace: .seconds(0), penalty: .none)

    package init(grace: TimeSpan, penalty: Penalty) {
        self.grace = grace
        self.penalty = penalty
    }

    /// Throws `invalid` unless no step loses more than everything, units are longer than nothing, and a curve rises: later never costs less.
    package func validate() throws(ProvostError) {
        switch penalty {
        case .none: break
        case .each(let unit, let lose, let keep):
            guard unit.milliseconds > 0 else { throw ProvostError(.invalid, "A late penalty is for each 1h, 1d or the like.") }
            guard lose <= .full, keep <= .full else { throw ProvostError(.invalid, "A late penalty loses and keeps 0% to 100%.") }
        case .curve(let steps):
            guard !steps.isEmpty else { throw ProvostError(.invalid, "A late curve needs a step, like {after: 0h, lose: 10%}.") }
            for (earlier, later) in zip(steps, steps.dropFirst()) {
                guard earlier.after < later.after, earlier.lose <= later.lose else {
                    throw ProvostError(
                        .invalid, "The steps of a late curve go up: “after \(later.after)” follows “after \(earlier.after)”.")
                }
            }
            guard steps.allSatisfy({ $0.lose <= .full }) else {
                throw ProvostError(.invalid, "A late penalty loses 0% to 100%.")
            }
        }
    }

    /// The part of the score that is kept after this lateness. Never rises with lateness.
    package func kept(after lateness: TimeSpan) -> Percentage {
        guard lateness.milliseconds > 0, lateness > grace else { return .full }
        switch penalty {
        case .none: return .full
        case .each(let unit, let lose, let keep):
            let started = (lateness.milliseconds + unit.milliseconds - 1) / unit.milliseconds
            let (lost, over) = lose.billionths.multipliedReportingOverflow(by: started)
            let left = over ? Percentage.zero : Percentage(billionths: max(0, Percentage.full.billionths - lost))
            return max(keep, left)
        case .curve(let steps):
            return (steps.last { $0.after <= lateness }?.lose ?? .zero).complement
        }
    }

    /// Slip days: each pays for a started day of lateness, as far as they go; no more are spent than make a difference.
    /// - Returns: how many are used, and the lateness that is left to be paid for.
    package func slip(_ lateness: TimeSpan, days available: Int) -> (used: Int, left: TimeSpan) {
        guard lateness.milliseconds > 0, lateness > grace, available > 0, kept(after: lateness) < .full else {
            return (0, lateness)
        }
        let day = TimeSpan.seconds(86_400).milliseconds
        let needed = (lateness.milliseconds + day - 1) / day
        let most = min(Int64(available), needed)
        let left = { (used: Int64) in TimeSpan(milliseconds: max(0, lateness.milliseconds - used * day)) }
        let best = kept(after: left(most))
        // What is kept never falls with days that are spent, so the fewest are found by halving.
        var fewest: Int64 = 0
        var enough = most
        while fewest < enough {
            let middle = (fewest + enough) / 2
            if kept(after: left(middle)) == best { enough = middle } else { fewest = middle + 1 }
        }
        return (Int(fewest), left(fewest))
    }
}
