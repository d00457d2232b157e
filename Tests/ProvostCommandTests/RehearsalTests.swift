import ProvostCommand
import ProvostCore
import Testing

struct RehearsalTests {
    @Test func aSpreadIsByNearestRank() throws {
        let spans = (1...100).shuffled().map { TimeSpan(milliseconds: Int64($0)) }
        let spread = try #require(RehearsalReport.Spread(spans))
        #expect(spread.p50.milliseconds == 50)
        #expect(spread.p95.milliseconds == 95)
        #expect(spread.longest.milliseconds == 100)
        let one = try #require(RehearsalReport.Spread([.seconds(7)]))
        #expect(one.p50 == .seconds(7) && one.p95 == .seconds(7) && one.longest == .seconds(7))
        // Six: half of them are three, and 95 of 100 are all.
        let six = try #require(RehearsalReport.Spread((1...6).map { .seconds($0) }))
        #expect(six.p50 == .seconds(3) && six.p95 == .seconds(6))
        #expect(RehearsalReport.Spread([]) == nil)
    }

    @Test func theObstacleIsTheFirstLimitThatIsFull() {
        #expect(Self.standing([:]).obstacle() == nil)
        let memory = Self.standing([.memory: (used: 900, value: 1000)])
        #expect(memory.obstacle()?.dimension == .memory)
        #expect(memory.obstacle()?.node == "program:cloud")
        #expect(Self.standing([.memory: (used: 872, value: 1000)]).obstacle() == nil)
        let both = Self.standing([.memory: (used: 900, value: 1000), .workspaces: (used: 3, value: 3)])
        #expect(both.obstacle()?.dimension == .workspaces)
        #expect(Self.standing([:], own: 2).obstacle()?.node == "standard")
    }

    /// Somebody who may have two workspaces of 128 bytes of memory, with these totals at the program.
    private static func standing(_ totals: [LimitDimension: (used: Int64, value: Int64)], own: Int64 = 0) -> LimitStanding {
        let cohort = Slug(trusted: "autumn")
        let nodes: [LimitNode] = [.program(Slug(trusted: "cloud")), .cohort(cohort)]
        let settings = [
            LimitSetting(node: nodes[1], scope: .each, dimension: .memory, value: 128)
        ]
        let chain = LimitChain(nodes: nodes, settings: settings)
        let rows = LimitDimension.allCases.map { dimension in
            LimitStanding.Row(
                explanation: chain.effective(dimension), used: dimension == .workspaces ? own : 0,
                totals: totals[dimension].map { [.init(node: nodes[0], value: $0.value, used: $0.used)] } ?? [])
        }
        return LimitStanding(cohort: cohort, person: Slug(trusted: "minji"), lab: nil, rows: rows)
    }
}
