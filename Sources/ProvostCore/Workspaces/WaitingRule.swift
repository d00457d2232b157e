/// Who is next when the machine is full.
package enum WaitingRule {
    /// One workspace that waits.
    package struct Ticket: Hashable, Sendable {
        package var workspace: ID<Workspace>
        package var person: Slug
        package var askedAt: Timestamp
        /// Breaks a tie of equal instants: the order in which they were recorded.
        package var sequence: Int64
        /// Of an assignment whose slot on the timetable is now.
        package var inSlot: Bool

        package init(
            workspace: ID<Workspace>, person: Slug, askedAt: Timestamp, sequence: Int64, inSlot: Bool = false
        ) {
            self.workspace = workspace
            self.person = person
            self.askedAt = askedAt
            self.sequence = sequence
            self.inSlot = inSlot
        }
    }

    /// First come, first served; but each learner's first before anyone's second. What a learner already runs counts as theirs, so that
    /// somebody without a workspace goes before somebody with one.
    ///
    /// While a slot lasts its learners go before everybody else, among themselves by the time they asked: whatever else they run, the
    /// class has its time now. What waits in a slot counts as theirs for the rest.
    package static func order(_ tickets: [Ticket], running: [Slug: Int] = [:]) -> [Ticket] {
        let byTime = tickets.sorted { ($0.askedAt, $0.sequence) < ($1.askedAt, $1.sequence) }
        let slot = byTime.filter(\.inSlot)
        var taken = running
        for ticket in slot { taken[ticket.person, default: 0] += 1 }
        let rounds = byTime.filter { !$0.inSlot }.map { ticket in
            taken[ticket.person, default: 0] += 1
            return (round: taken[ticket.person, default: 0], ticket: ticket)
        }
        return slot
            + rounds.enumerated().sorted { ($0.element.round, $0.offset) < ($1.element.round, $1.offset) }.map(\.element.ticket)
    }

    /// How long until `position` (1 is next) has a place: at the pace at which places came free. nil when there is nothing to go by.
    ///
    /// `freed` places came free within `span`.
    package static func estimate(position: Int, freed: Int, span: TimeSpan) -> TimeSpan? {
        guard position >= 1, freed > 0, span.milliseconds > 0 else { return nil }
        let (product, overflow) = span.milliseconds.multipliedReportingOverflow(by: Int64(position))
        return overflow ? nil : TimeSpan(milliseconds: product / Int64(freed))
    }
}
