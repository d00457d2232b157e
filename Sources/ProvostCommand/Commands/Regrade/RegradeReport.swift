import ProvostAPI
package import ProvostCore

/// A review for people: who moves, which submissions change and why, and which tests differ how often.
package struct RegradeReport {
    let review: RegradeReview

    package init(review: RegradeReview) { self.review = review }

    /// Everything as JSON, a line for each submission as CSV, the story as text.
    func render(_ renderer: Renderer, _ session: Session) async throws {
        switch renderer.format {
        case .json: try renderer.json(review)
        case .csv: Console.out(CSV.text(review.items, Self.itemColumns))
        case .table: Console.out(text(await session.times()))
        }
    }

    /// Those who stay where they are are counted, not listed.
    package func text(_ times: Times) -> String {
        let set = RegradeCommand.columns(times).map { ($0.heading, $0.text(review.set)) }.filter { !$0.1.isEmpty }
        var text = Table.fields(set.map { (heading: $0.0, value: $0.1) })
        let moving = review.people.filter { $0.direction != .none }
        if !moving.isEmpty { text += "\n" + Table.aligned(moving, Self.moveColumns) }
        let changing = review.items.filter { $0.verdict != .same }
        if !changing.isEmpty { text += "\n" + Table.aligned(changing, Self.itemColumns) }
        let tests = Self.summary(review.items)
        if !tests.isEmpty { text += "\n" + Table.aligned(tests, Self.testColumns) }
        return text + "\n" + sentences.joined(separator: "\n") + "\n"
    }

    private var sentences: [String] {
        let count = { (direction: RegradeMove.Direction) in review.people.filter { $0.direction == direction }.count }
        let verb = review.set.state == .applied ? "moved" : "move"
        var lines = ["People: \(count(.up)) \(verb) up, \(count(.down)) \(verb) down, \(count(.none)) stay."]
        let lost = review.items.filter { $0.verdict == .notGraded && $0.before != nil }.count
        if lost > 0 { lines.append("Newly not graded: \(lost); what they have stays.") }
        let told: [(RegradeVerdict, String)] = [
            (.lowerKept, "Kept because the new score is lower"), (.humanMarkKept, "Kept because a person marked them"),
            (.overtaken, "Not touched because something newer counts"), (.pending, "Not graded yet"),
        ]
        for (verdict, words) in told {
            let number = review.items.filter { $0.verdict == verdict }.count
            if number > 0 { lines.append("\(words): \(number).") }
        }
        if review.set.arrived > 0 { lines.append("Handed in since, and not touched: \(review.set.arrived).") }
        if review.set.leftOut > 0 {
            lines.append("Being graded when the set was made, and not touched: \(review.set.leftOut).")
        }
        lines.append(
            review.set.humanMarks == 0 ? "No marks by people are affected." : "Marks by people: \(review.set.humanMarks).")
        if review.set.state == .grading { lines.append("The set is still being graded; this is how far it is.") }
        return lines
    }

    private static func fraction(_ score: CountedScore?) -> String { score.map { "\($0.score)/\($0.max)" } ?? "–" }

    private static let moveColumns: [Column<RegradeMove>] = [
        Column("person") { $0.person.text },
        Column("name") { $0.name },
        Column("before", alignRight: true) { fraction($0.before) },
        Column("after", alignRight: true) { fraction($0.after) },
        Column("moves") { $0.direction.rawValue },
    ]

    private static let itemColumns: [Column<RegradeItem>] = [
        Column("submission") { $0.submission.text },
        Column("person") { $0.person.text },
        Column("attempt", alignRight: true) { "\($0.attempt)" },
        Column("before", alignRight: true) { fraction($0.before) },
        Column("new", alignRight: true) { fraction($0.proposed) },
        Column("after", alignRight: true) { fraction($0.after) },
        Column("verdict") { $0.verdict.rawValue },
        Column("tests-differ", alignRight: true) { $0.tests.isEmpty ? "" : "\($0.tests.count)" },
        Column("human-mark") { $0.hasHumanMark ? "yes" : "" },
        Column("reason") { $0.reason ?? "" },
    ]

    // MARK: Tests

    /// One way in which a test came out differently, and for how many submissions.
    private struct Change: Hashable {
        let name: String
        let before: String
        let after: String
    }

    private static func summary(_ items: [RegradeItem]) -> [(change: (name: String, before: String, after: String), count: Int)] {
        var order: [Change] = []
        var counts: [Change: Int] = [:]
        let side = { (side: TestDifference.Side?) in side.map { "\($0.status.rawValue) \($0.score)/\($0.max)" } ?? "–" }
        for difference in items.flatMap(\.tests) {
            let change = Change(name: difference.name, before: side(difference.before), after: side(difference.after))
            if counts[change] == nil { order.append(change) }
            counts[change, default: 0] += 1
        }
        return order.map { (($0.name, $0.before, $0.after), counts[$0] ?? 0) }
    }

    private static let testColumns: [Column<(change: (name: String, before: String, after: String), count: Int)>] = [
        Column("test") { $0.change.name },
        Column("before") { $0.change.before },
        Column("after") { $0.change.after },
        Column("submissions", alignRight: true) { "\($0.count)" },
    ]
}
