import ProvostCore
import Testing

@Suite struct LimitEffectTests {
    private static func consequence(
        _ scope: LimitScope, _ dimension: LimitDimension, _ before: Int64?, _ after: Int64?, used: Int64
    ) -> LimitEffect.Consequence {
        LimitEffect(
            node: .cohort(Slug(trusted: "autumn")), scope: scope, dimension: dimension, before: before, after: after,
            binding: nil, used: used
        ).consequence
    }

    @Test func eachDimensionHasItsConsequence() {
        #expect(Self.consequence(.each, .memory, 100, 200, used: 100) == .raised)
        #expect(Self.consequence(.each, .memory, 100, nil, used: 100) == .raised)
        #expect(Self.consequence(.each, .memory, nil, 100, used: 100) == .lowered)
        #expect(Self.consequence(.each, .memory, 200, 100, used: 150) == .cutNow)
        #expect(Self.consequence(.each, .disk, 200, 100, used: 150) == .keptLarger)
        #expect(Self.consequence(.each, .workspaces, 3, 2, used: 1) == .lowered)
        #expect(Self.consequence(.each, .workspaces, 3, 2, used: 2) == .startsRefused)
        #expect(Self.consequence(.total, .memory, nil, 100, used: 100) == .startsRefused)
        #expect(Self.consequence(.total, .memory, nil, 100, used: 99) == .lowered)
    }

    /// Over random settings: the least one holds, the highest node of equal ones binds, and nothing set means the standard.
    @Test func theLeastAlongTheChainHolds() {
        var random = Seeded(7)
        let slug = Slug(trusted: "a")
        let nodes: [LimitNode] = [.organization(slug), .program(slug), .cohort(slug), .enrollment(cohort: slug, person: slug)]
        for _ in 0..<3000 {
            let dimension = LimitDimension.allCases.randomElement(using: &random) ?? .cpus
            var values: [Int64?] = []
            var settings: [LimitSetting] = []
            for node in nodes {
                let value = Bool.random(using: &random) ? Int64.random(in: 0...3, using: &random) : nil
                values.append(value)
                if let value { settings.append(LimitSetting(node: node, scope: .each, dimension: dimension, value: value)) }
                settings.append(LimitSetting(node: node, scope: .total, dimension: dimension, value: 0))
            }
            settings.append(LimitSetting(node: .cohort(Slug(trusted: "b")), scope: .each, dimension: dimension, value: 0))
            settings.shuffle(using: &random)
            let lab = Bool.random(using: &random) ? Int64.random(in: 0...3, using: &random) : nil
            let explained = LimitChain(nodes: nodes, settings: settings).effective(dimension, lab: lab)
            let least = values.compactMap(\.self).min() ?? dimension.standard
            #expect(explained.value == [least, lab].compactMap(\.self).min())
            if let value = explained.value, let index = values.firstIndex(where: { $0 == value }) {
                #expect(explained.binding == .node(nodes[index]))
            }
        }
    }

    @Test func aForecastIsHonest() {
        let now = Timestamp(milliseconds: 1_790_000_000_000)
        let person = Slug(trusted: "minji")
        func usedUp(left: Int64, week: Int64) -> Timestamp? {
            BudgetForecast(
                person: person, balance: BudgetBalance(unit: .sessionHours, granted: left), chargedInSevenDays: week, now: now
            ).usedUpAt
        }
        #expect(usedUp(left: 700, week: 100) == now + TimeSpan(milliseconds: 49 * 86_400_000))
        #expect(usedUp(left: 700, week: 0) == nil)
        #expect(usedUp(left: 0, week: 0) == now)
        #expect(usedUp(left: -5, week: 10) == now)
        #expect(usedUp(left: .max / 2, week: 1) == nil)
    }
}
