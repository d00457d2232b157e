/// One limit to be set or, without a value, removed.
package struct LimitChange: Hashable, Sendable, Codable {
    package var node: LimitNode
    package var scope: LimitScope
    package var dimension: LimitDimension
    /// In the dimension's own unit; nil: the node says nothing any more.
    package var value: Int64?

    package init(node: LimitNode, scope: LimitScope, dimension: LimitDimension, value: Int64?) {
        self.node = node
        self.scope = scope
        self.dimension = dimension
        self.value = value
    }
}

/// Whom a change of a limit touches, and how: a line of `provost quota simulate`.
package struct LimitEffect: Hashable, Sendable, Codable {
    package enum Consequence: String, Hashable, Sendable, Codable, CaseIterable {
        /// More may be used than before.
        case raised
        /// Less may be used than before, and what runs now fits.
        case lowered
        /// What runs now is already at the new cap: nothing more starts, and nothing that runs is stopped.
        case startsRefused = "starts-refused"
        /// What runs now has more than the new cap and gets the cap as soon as the kernel takes it.
        case cutNow = "cut-now"
        /// A volume that exists is larger than the new cap; it stays as it is until it is made smaller.
        case keptLarger = "kept-larger"
    }
    /// A learner, or for a cap on a sum the node whose sum it is.
    package var node: LimitNode
    package var scope: LimitScope
    package var dimension: LimitDimension
    /// nil, here and below: no cap.
    package var before: Int64?
    package var after: Int64?
    /// What binds after the change.
    package var binding: LimitExplanation.Origin?
    /// In the dimension's unit: the sum below the node, for `workspaces` and `submissions-per-day` how many, otherwise the most
    /// that one workspace has.
    package var used: Int64
    package var consequence: Consequence

    package init(
        node: LimitNode, scope: LimitScope, dimension: LimitDimension, before: Int64?, after: Int64?,
        binding: LimitExplanation.Origin?, used: Int64
    ) {
        self.node = node
        self.scope = scope
        self.dimension = dimension
        self.before = before
        self.after = after
        self.binding = binding
        self.used = used
        consequence = Self.consequence(scope: scope, dimension: dimension, before: before, after: after, used: used)
    }

    private static func consequence(
        scope: LimitScope, dimension: LimitDimension, before: Int64?, after: Int64?, used: Int64
    ) -> Consequence {
        guard let after, after < before ?? .max else { return .raised }
        if scope == .total { return used >= after ? .startsRefused : .lowered }
        switch dimension {
        case .workspaces, .sessions, .submissionsPerDay: return used >= after ? .startsRefused : .lowered
        case .cpus, .memory, .processes: return used > after ? .cutNow : .lowered
        case .disk, .files: return used > after ? .keptLarger : .lowered
        }
    }
}

/// What stands in the way of a start, and the sentence that says so.
package struct LimitObstacle: Hashable, Sendable {
    package var node: LimitExplanation.Origin
    package var scope: LimitScope
    package var dimension: LimitDimension
    package var value: Int64
    /// What is taken already.
    package var used: Int64
    /// What the start would take on top.
    package var wanted: Int64

    package init(
        node: LimitExplanation.Origin, scope: LimitScope, dimension: LimitDimension, value: Int64, used: Int64, wanted: Int64
    ) {
        self.node = node
        self.scope = scope
        self.dimension = dimension
        self.value = value
        self.used = used
        self.wanted = wanted
    }

    package var error: ProvostError {
        let cap = dimension.text(value)
        let taken = dimension.text(used)
        let whose = scope == .each ? "You have" : "Everybody together has"
        let way =
            scope == .each
            ? "stop one of your workspaces, or ask an admin of your cohort for more."
            : "wait until somebody stops, or ask an admin of your cohort for more."
        let amount =
            dimension == .workspaces
            ? "\(whose) \(taken) of \(cap) workspaces running" : "\(whose) \(taken) of \(cap) \(dimension.rawValue) in use"
        let need = dimension == .workspaces ? "" : " and this needs \(dimension.text(wanted))"
        return ProvostError(
            .limitReached, "\(amount)\(need) (limit \(dimension.rawValue), \(scope.rawValue), set at \(node)); \(way)")
    }
}
