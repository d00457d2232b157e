import ProvostCore
import Testing

@Suite struct MarkRuleTests {
    private static func slug(_ text: String) -> Slug { Slug(trusted: text) }
    private static func mark(
        _ number: Int, _ marker: String, _ points: Int64?, of max: Int64 = 20, moderation: Bool = false
    ) -> Mark {
        Mark(
            id: ID(trusted: "mrk_\(number)"), cohort: slug("c"), assignment: slug("pitch"), person: slug("minji"), marker: marker,
            isModeration: moderation, points: points.map { Points(whole: $0) }, max: Points(whole: max),
            at: Timestamp(milliseconds: Int64(number)), isReleased: true)
    }
    private static func rubric(markers: Int = 1, apart: Int64? = nil) -> Rubric {
        let level = { (name: String, points: Int64) in
            Rubric.Level(name: slug(name), title: LocalizedText(english: name), points: Points(whole: points))
        }
        return Rubric(
            name: slug("talk"), title: LocalizedText(english: "Talk"),
            criteria: ["idea", "talk"].map { name in
                Rubric.Criterion(
                    name: slug(name), title: LocalizedText(english: name), levels: [level("strong", 10), level("weak", 4)])
            }, markers: markers, moderateAbove: apart.map { Percentage(billionths: $0 * 10_000_000) })
    }
    private static func score(_ verdict: MarkRule.Verdict) -> Points? {
        if case .counted(let score, _, _) = verdict { score } else { nil }
    }

    @Test func theMeanOfTheNewestMarksCounts() {
        let marks = [Self.mark(1, "hana", 4), Self.mark(2, "jisu", 15), Self.mark(3, "hana", 10)]
        #expect(Self.score(MarkRule.verdict(marks, rubric: Self.rubric(markers: 2))) == Points(thousandths: 12_500))
        // Rounded up: 10, 10 and 15 of 20.
        let three = marks + [Self.mark(4, "sua", 10)]
        #expect(Self.score(MarkRule.verdict(three, rubric: Self.rubric(markers: 3))) == Points(thousandths: 11_667))
    }

    @Test func fewerMarkersThanAskedForDecideNothing() {
        let marks = [Self.mark(1, "hana", 4), Self.mark(2, "hana", 5)]
        #expect(MarkRule.verdict(marks, rubric: Self.rubric(markers: 2)) == .waiting(given: 1, needed: 2))
        #expect(MarkRule.verdict(marks + [Self.mark(3, "hana", nil)], rubric: Self.rubric()) == .none)
        #expect(MarkRule.verdict([], rubric: Self.rubric()) == .none)
    }

    @Test func whoIsFarApartIsModerated() {
        var marks = [Self.mark(1, "hana", 4), Self.mark(2, "jisu", 15)]
        let rubric = Self.rubric(markers: 2, apart: 20)
        #expect(MarkRule.verdict(marks, rubric: rubric) == .apart(Percentage(billionths: 550_000_000)))
        marks.append(Self.mark(3, "sua", 12, moderation: true))
        #expect(Self.score(MarkRule.verdict(marks, rubric: rubric)) == Points(whole: 12))
        marks.append(Self.mark(4, "sua", nil, moderation: true))
        #expect(Self.score(MarkRule.verdict(marks, rubric: rubric)) == nil)
    }

    @Test func aLabsResultIsWhatWasSaidLast() {
        let marks = [Self.mark(1, "hana", 4), Self.mark(2, "jisu", 15)]
        #expect(Self.score(MarkRule.verdict(marks, rubric: nil)) == Points(whole: 15))
        // Taking it back leaves what the other one said.
        #expect(Self.score(MarkRule.verdict(marks + [Self.mark(3, "jisu", nil)], rubric: nil)) == Points(whole: 4))
    }

    /// Whatever is marked by however many: the result lies between the lowest and the highest, and the order of markers does not matter.
    @Test(arguments: 0..<200) func theMeanLiesBetween(seed: UInt64) {
        var random = Seeded(seed)
        let values = (0..<Int.random(in: 1...5, using: &random)).map { _ in Int64.random(in: 0...20, using: &random) }
        let marks = values.enumerated().map { Self.mark($0.offset + 1, "m\($0.offset)", $0.element) }
        let rubric = Self.rubric(markers: values.count)
        let counted = Self.score(MarkRule.verdict(marks, rubric: rubric))
        #expect(counted.map { $0 >= Points(whole: values.min() ?? 0) && $0 <= Points(whole: values.max() ?? 0) } == true)
        #expect(Self.score(MarkRule.verdict(marks.shuffled(using: &random), rubric: rubric)) == counted)
    }

    @Test func levelsAddUpAndMistakesAreNamed() throws {
        let rubric = Self.rubric()
        #expect(
            try rubric.points(for: [Self.slug("idea"): Self.slug("strong"), Self.slug("talk"): Self.slug("weak")])
                == Points(whole: 14))
        for (levels, word) in [
            ([Self.slug("idea"): Self.slug("strong")], "talk"),
            ([Self.slug("idea"): Self.slug("great"), Self.slug("talk"): Self.slug("weak")], "strong, weak"),
            ([Self.slug("style"): Self.slug("weak")], "style"),
        ] {
            let error = #expect(throws: ProvostError.self) { try rubric.points(for: levels) }
            #expect(error?.message.contains(word) == true, "\(String(describing: error))")
        }
    }
}
