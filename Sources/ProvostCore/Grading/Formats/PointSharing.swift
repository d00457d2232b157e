/// Whole thousandths out of fractions of them, so that sums come out exact: the largest remainders are rounded up.
enum PointSharing {
    /// `total` shared in proportion to `weights`; the sum of the shares is exactly `total`. Ties go to the first.
    /// - Precondition: no weight is negative, and not all are 0 unless there are none.
    static func shares(of total: Int64, by weights: [Int64]) -> [Int64] {
        let sum = weights.reduce(Int128.zero) { $0 + Int128($1) }
        guard sum > 0 else { return weights.map { _ in 0 } }
        var shares: [Int64] = []
        shares.reserveCapacity(weights.count)
        var remainders: [(index: Int, remainder: Int128)] = []
        var left = total
        for (index, weight) in weights.enumerated() {
            let (share, remainder) = (Int128(weight) * Int128(total)).quotientAndRemainder(dividingBy: sum)
            shares.append(Int64(share))
            left -= Int64(share)
            if remainder > 0 { remainders.append((index, remainder)) }
        }
        if left > 0 {
            remainders.sort { ($1.remainder, $0.index) < ($0.remainder, $1.index) }
            for (index, _) in remainders.prefix(Int(left)) { shares[index] += 1 }
        }
        return shares
    }

    /// One amount times `numerator` over `denominator`, rounded to the nearest whole; at most `cap`.
    static func scaled(_ amount: Int128, by numerator: Int128, over denominator: Int128, atMost cap: Int64) -> Int64 {
        let rounded = (amount * numerator * 2 + denominator) / (denominator * 2)
        return Int64(min(rounded, Int128(cap)))
    }

    /// Scores in the scale of `maxima`, which are the shares of what `of` says: what earned all keeps all, what earned nothing keeps nothing, and of the rest
    /// each is rounded to one of its two neighbours so that the sum is the scaled sum as nearly as that allows.
    /// - Parameter caps: no score is above its cap.
    static func scores(
        _ scores: [Int64], of amounts: [Int64], maxima: [Int64], times numerator: Int64, over denominator: Int128, caps: [Int64]
    ) -> [Int64] {
        var result: [Int64] = []
        result.reserveCapacity(scores.count)
        var open: [(index: Int, remainder: Int128)] = []
        var sum = Int128.zero
        var given = Int128.zero
        for (index, score) in scores.enumerated() {
            if score > 0 { sum += Int128(score) }
            if score == 0 || score == amounts[index] {
                result.append(score == 0 ? 0 : maxima[index])
            } else {
                let (whole, remainder) = (Int128(score) * Int128(numerator)).quotientAndRemainder(dividingBy: denominator)
                result.append(Int64(min(whole, Int128(caps[index]))))
                if remainder > 0 { open.append((index, remainder)) }
            }
            given += Int128(result[index])
        }
        var difference = Int128(scaled(sum, by: Int128(numerator), over: denominator, atMost: .max)) - given
        guard difference > 0 else { return result }
        open.sort { ($1.remainder, $0.index) < ($0.remainder, $1.index) }
        for (index, _) in open where difference > 0 && result[index] < caps[index] {
            result[index] += 1
            difference -= 1
        }
        return result
    }
}
