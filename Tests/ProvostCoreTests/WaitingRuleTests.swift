import ProvostCore
import Testing

@Suite struct WaitingRuleTests {
    private static func ticket(_ number: Int, _ person: String, at second: Int64) -> WaitingRule.Ticket {
        WaitingRule.Ticket(
            workspace: ID(trusted: "wsp_\(number)"), person: Slug(trusted: person),
            askedAt: Timestamp(milliseconds: second * 1000),
            sequence: Int64(number))
    }

    @Test func eachOnesFirstGoesBeforeAnyonesSecond() {
        let tickets = [
            Self.ticket(1, "a", at: 1), Self.ticket(2, "a", at: 2), Self.ticket(3, "b", at: 3), Self.ticket(4, "c", at: 3),
        ]
        #expect(WaitingRule.order(tickets).map(\.sequence) == [1, 3, 4, 2])
        #expect(WaitingRule.order(tickets, running: [Slug(trusted: "a"): 1]).map(\.sequence) == [3, 4, 1, 2])
    }

    /// Who has a slot goes first, by time asked, whatever they run; the others keep the order that they have without them, but that what
    /// waits in the slot counts as its learner's.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func aSlotsLearnersGoFirst(seed: UInt64) {
        var random = Seeded(seed)
        for _ in 0..<100 {
            let tickets = (0..<Int.random(in: 0...12, using: &random)).map { number in
                var ticket = Self.ticket(
                    number, ["a", "b", "c", "d"].randomElement(using: &random) ?? "a",
                    at: Int64.random(in: 0...6, using: &random))
                ticket.inSlot = Bool.random(using: &random)
                return ticket
            }
            let running = [Slug(trusted: "a"): Int.random(in: 0...2, using: &random)]
            let order = WaitingRule.order(tickets, running: running)
            let slot = tickets.filter(\.inSlot).sorted { ($0.askedAt, $0.sequence) < ($1.askedAt, $1.sequence) }
            #expect(Array(order.prefix(slot.count)) == slot)
            var theirs = running
            for ticket in slot { theirs[ticket.person, default: 0] += 1 }
            #expect(Array(order.dropFirst(slot.count)) == WaitingRule.order(tickets.filter { !$0.inSlot }, running: theirs))
            #expect(WaitingRule.order(tickets.shuffled(using: &random), running: running) == order)
        }
    }

    /// Nobody is overtaken by somebody who asked later and has no less; nobody is lost; the order in does not matter.
    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func theOrderIsFair(seed: UInt64) {
        var random = Seeded(seed)
        for _ in 0..<100 {
            let tickets = (0..<Int.random(in: 0...12, using: &random)).map {
                Self.ticket(
                    $0, ["a", "b", "c", "d"].randomElement(using: &random) ?? "a", at: Int64.random(in: 0...6, using: &random))
            }
            var running: [Slug: Int] = [:]
            for name in ["a", "b", "c"] { running[Slug(trusted: name)] = Int.random(in: 0...2, using: &random) }
            let order = WaitingRule.order(tickets, running: running)
            #expect(Set(order) == Set(tickets) && order.count == tickets.count)
            #expect(WaitingRule.order(tickets.shuffled(using: &random), running: running) == order)
            var had = running
            for (index, ticket) in order.enumerated() {
                let own = had[ticket.person, default: 0]
                for later in order[(index + 1)...] where had[later.person, default: 0] == own && later.person != ticket.person {
                    // Both have as many now, so who asked first goes first.
                    let first = order[(index + 1)...].first { $0.person == later.person }
                    if first == later {
                        #expect((ticket.askedAt, ticket.sequence) < (later.askedAt, later.sequence))
                    }
                }
                had[ticket.person] = own + 1
            }
        }
    }

    @Test func theEstimateGoesByThePaceOfPlaces() {
        #expect(WaitingRule.estimate(position: 3, freed: 2, span: .seconds(600)) == .seconds(900))
        #expect(WaitingRule.estimate(position: 1, freed: 0, span: .seconds(600)) == nil)
        #expect(WaitingRule.estimate(position: 0, freed: 2, span: .seconds(600)) == nil)
        #expect(WaitingRule.estimate(position: .max, freed: 1, span: .seconds(600)) == nil)
    }
}
