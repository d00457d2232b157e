extension ForeignReport {
    /// The record in the lab's points.
    ///
    /// Formats without points share the lab's points equally over all tests; `skip` and `error` earn nothing. Formats with points are taken as they are when
    /// their maxima add up to the lab's points, and scaled otherwise, in thousandths by largest remainder: the maxima add up to the lab's points exactly, the
    /// score is the sum of the tests exactly, all points reached stays all points. A test with a score and no maximum leaves no scale: points then are points.
    /// A `total` wins over the sum.
    ///
    /// - Parameter points: what a full score is, from the lab.
    /// - Parameter bonus: a test may exceed its maximum, and the total is capped at the lab's points; without it either is a mistake.
    package func record(points: Points, isolation: GraderManifest.Isolation, bonus: Bool) throws(FormatMistake) -> GradingRecord {
        guard tests.count <= GradingSheet.mostTests else {
            throw FormatMistake("\(tests.count) tests; at most \(GradingSheet.mostTests) are believed.")
        }
        guard leaderboard.count <= GradingSheet.mostEntries else {
            throw FormatMistake(
                "\(leaderboard.count) entries of a leaderboard; at most \(GradingSheet.mostEntries) are believed.")
        }
        let messages = messages.prefix(GradingSheet.mostMessages).map { Excerpt.of($0, atMost: ReportCommand.longestMessage) }
        guard gradable else {
            return GradingRecord(
                outcome: .notGraded, isolation: isolation, score: nil, max: points,
                reason: messages.first ?? "The grader found nothing to grade in this submission.",
                evidence: "the grader said that the submission is not gradable", tests: records(scores: nil, maxima: nil),
                messages: Array(messages.dropFirst()), totalHidden: totalHidden)
        }
        let (scores, maxima) = try shared(points: points, bonus: bonus)
        let sum = Points(thousandths: scores.reduce(0, +))
        let score = try total.map { total throws(FormatMistake) in try scaled(total, points: points, bonus: bonus) } ?? sum
        guard score <= points || bonus else {
            throw FormatMistake("The tests' scores add up to \(sum), above the lab's \(points) points.")
        }
        return GradingRecord(
            outcome: .graded, isolation: isolation, score: min(score, points), max: points,
            tests: records(scores: scores, maxima: maxima), messages: messages, totalHidden: totalHidden, leaderboard: leaderboard
        )
    }

    /// Scores and maxima of the tests in thousandths of the lab's points.
    private func shared(points: Points, bonus: Bool) throws(FormatMistake) -> (scores: [Int64], maxima: [Int64]) {
        let full = points.thousandths
        if sharing == .equally {
            guard !tests.isEmpty || total != nil else { throw FormatMistake("There is no test in it; one at least is needed.") }
            let maxima = PointSharing.shares(of: full, by: tests.map { _ in 1 })
            return (zip(tests, maxima).map { $0.status == .pass ? $1 : 0 }, maxima)
        }
        guard !tests.isEmpty || total != nil else {
            throw FormatMistake("There is neither a test nor a total score in it; one of them is needed.")
        }
        if !bonus { try checkMaxima() }
        let scores = tests.map { $0.score?.billionths ?? 0 }
        let amounts = tests.map { ($0.max ?? $0.score ?? .zero).billionths }
        let sum = amounts.reduce(Int128.zero) { $0 + Int128($1) }
        let withoutMaximum = tests.contains { $0.score != nil && $0.max == nil }
        if sum > 0, !withoutMaximum {
            let maxima = PointSharing.shares(of: full, by: amounts)
            let caps = bonus ? tests.map { _ in full } : maxima
            return (
                PointSharing.scores(scores, of: amounts, maxima: maxima, times: full, over: sum, caps: caps), maxima
            )
        }
        guard total != nil || tests.contains(where: { $0.score != nil }) else {
            throw FormatMistake("No test has a score, and there is no total score; one of them is needed.")
        }
        guard total != nil || withoutMaximum || scores.contains(where: { $0 > 0 }) else {
            throw FormatMistake("The tests' maxima add up to 0, and there is no total score.")
        }
        // No scale: a point is a point of the lab.
        let maxima = PointSharing.shares(of: PointSharing.scaled(sum, by: 1, over: 1_000_000, atMost: .max), by: amounts)
        let caps = bonus ? tests.map { _ in full } : maxima
        return (
            PointSharing.scores(scores, of: amounts, maxima: maxima, times: 1, over: 1_000_000, caps: caps), maxima
        )
    }

    private func checkMaxima() throws(FormatMistake) {
        for (index, test) in tests.enumerated() {
            if let score = test.score, let max = test.max, score > max {
                throw FormatMistake(
                    "The score \(score) is above its maximum \(max); where that is meant, set “bonus: true” in grader.yaml.",
                    at: "test \(index + 1) “\(Excerpt.beginning(of: test.name, atMost: 80))”")
            }
        }
    }

    private func scaled(_ total: Total, points: Points, bonus: Bool) throws(FormatMistake) -> Points {
        let max = total.max ?? Amount(points)
        guard max > .zero else { throw FormatMistake("The total score is out of 0; there is nothing to scale.") }
        guard bonus || total.score <= max else {
            throw FormatMistake(
                "The total score \(total.score) is above \(max); where that is meant, set “bonus: true” in grader.yaml.")
        }
        return Points(
            thousandths: PointSharing.scaled(
                Int128(total.score.billionths), by: Int128(points.thousandths), over: Int128(max.billionths),
                atMost: points.thousandths))
    }

    private func records(scores: [Int64]?, maxima: [Int64]?) -> [TestRecord] {
        var records: [TestRecord] = []
        records.reserveCapacity(tests.count)
        for (index, test) in tests.enumerated() {
            records.append(
                TestRecord(
                    number: index + 1, label: test.label.map { Excerpt.beginning(of: $0, atMost: ReportCommand.longestLabel) },
                    name: test.name.isEmpty
                        ? "test \(index + 1)" : Excerpt.beginning(of: test.name, atMost: ReportCommand.longestName),
                    status: test.status, score: Points(thousandths: scores?[index] ?? 0),
                    max: Points(thousandths: maxima?[index] ?? 0), visibility: test.visibility,
                    message: test.message.map { Excerpt.of($0, atMost: ReportCommand.longestMessage) },
                    output: test.output.map { Excerpt.of($0, atMost: TestRecord.longestOutput) }, format: test.format))
        }
        return records
    }
}
