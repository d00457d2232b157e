/// Where a limit is set. The nodes above an enrollment are its cohort, that cohort's program and that program's organization.
package enum LimitNode: Hashable, Sendable, Codable, CustomStringConvertible {
    case organization(Slug)
    case program(Slug)
    case cohort(Slug)
    case enrollment(cohort: Slug, person: Slug)

    /// `organization:academy`, `program:cloud`, `cohort:autumn`, `learner:autumn/minji`.
    package var description: String {
        switch self {
        case .organization(let slug): "organization:\(slug)"
        case .program(let slug): "program:\(slug)"
        case .cohort(let slug): "cohort:\(slug)"
        case .enrollment(let cohort, let person): "learner:\(cohort)/\(person)"
        }
    }

    /// Reads what `description` writes. Throws `invalid` with the four forms.
    package init(parsing text: String) throws(ProvostError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let name = parts.count == 2 ? parts[1] : ""
        switch parts[0] {
        case "organization": self = .organization(try Slug(name))
        case "program": self = .program(try Slug(name))
        case "cohort": self = .cohort(try Slug(name))
        case "learner":
            let names = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard names.count == 2 else { fallthrough }
            self = .enrollment(cohort: try Slug(names[0]), person: try Slug(names[1]))
        default:
            throw ProvostError(
                .invalid,
                "“\(text.prefix(80))” is not a place for a limit; write organization:NAME, program:NAME, cohort:NAME or learner:COHORT/PERSON."
            )
        }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do { try self.init(parsing: container.decode(String.self)) } catch let error as ProvostError {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.message)
        }
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// Whom a limit caps.
package enum LimitScope: String, Hashable, Sendable, Codable, CaseIterable {
    /// Each learner below the node, by themselves.
    case each
    /// All learners below the node together.
    case total
}

/// One limit as an admin set it. There is at most one for a node, scope and dimension.
package struct LimitSetting: Hashable, Sendable, Codable {
    package var node: LimitNode
    package var scope: LimitScope
    package var dimension: LimitDimension
    /// In the dimension's own unit.
    package var value: Int64
    package init(node: LimitNode, scope: LimitScope, dimension: LimitDimension, value: Int64) {
        self.node = node
        self.scope = scope
        self.dimension = dimension
        self.value = value
    }
}

/// One learner's way up, with everything that is set along it: organization, program, cohort, enrollment.
package struct LimitChain: Hashable, Sendable {
    /// From the organization down to the enrollment.
    package let nodes: [LimitNode]
    private let settings: [LimitSetting]

    /// Settings of nodes that are not in the chain are left out.
    package init(nodes: [LimitNode], settings: [LimitSetting]) {
        self.nodes = nodes
        self.settings = settings.filter { nodes.contains($0.node) }
    }

    package func setting(_ node: LimitNode, _ scope: LimitScope, _ dimension: LimitDimension) -> Int64? {
        settings.first { $0.node == node && $0.scope == scope && $0.dimension == dimension }?.value
    }

    /// The one rule: the least that any node sets for each learner, or the standard where none does, and never more than the lab asks for.
    /// Of equal ones the highest node binds.
    package func effective(_ dimension: LimitDimension, lab: Int64? = nil) -> LimitExplanation {
        var steps = nodes.map { LimitExplanation.Step(origin: .node($0), value: setting($0, .each, dimension)) }
        if steps.allSatisfy({ $0.value == nil }) { steps.insert(.init(origin: .standard, value: dimension.standard), at: 0) }
        if let lab { steps.append(.init(origin: .lab, value: lab)) }
        var binding: LimitExplanation.Step?
        for step in steps {
            guard let value = step.value else { continue }
            if let known = binding?.value, known <= value { continue }
            binding = step
        }
        return LimitExplanation(dimension: dimension, value: binding?.value, binding: binding?.origin, steps: steps)
    }

    /// The caps on sums, from the organization down.
    package func totals(_ dimension: LimitDimension) -> [(node: LimitNode, value: Int64)] {
        nodes.compactMap { node in setting(node, .total, dimension).map { (node, $0) } }
    }

    /// What a workspace may use for a lab that asks for `lab`; nil in a field of `lab`: as much as the learner may have.
    package func workspace(lab: WorkspaceManifest) -> WorkspaceLimits {
        func value(_ dimension: LimitDimension, _ lab: Int64?) -> Int64 {
            effective(dimension, lab: lab).value ?? dimension.standard ?? .max
        }
        return WorkspaceLimits(
            cpuMillis: Int(clamping: value(.cpus, lab.cpuMillis.map(Int64.init))),
            memory: ByteCount(value(.memory, lab.memory?.bytes)),
            processes: Int(clamping: value(.processes, lab.processes.map(Int64.init))),
            disk: ByteCount(value(.disk, lab.disk?.bytes)), files: Int(clamping: value(.files, lab.files.map(Int64.init))))
    }
}

/// Why a limit is what it is: `provost quota explain`.
package struct LimitExplanation: Hashable, Sendable, Codable {
    package enum Origin: Hashable, Sendable, Codable, CustomStringConvertible {
        /// What holds when no node says anything.
        case standard
        case node(LimitNode)
        /// What the lab asks for.
        case lab

        package var description: String {
            switch self {
            case .standard: "standard"
            case .node(let node): "\(node)"
            case .lab: "lab"
            }
        }
        package init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            switch try container.decode(String.self) {
            case "standard": self = .standard
            case "lab": self = .lab
            default: self = .node(try container.decode(LimitNode.self))
            }
        }
        package func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(description)
        }
    }
    package struct Step: Hashable, Sendable, Codable {
        package var origin: Origin
        /// nil: it says nothing.
        package var value: Int64?
        package init(origin: Origin, value: Int64?) {
            self.origin = origin
            self.value = value
        }
    }
    package var dimension: LimitDimension
    /// nil: no cap.
    package var value: Int64?
    package var binding: Origin?
    /// In the order of the chain.
    package var steps: [Step]
    package init(dimension: LimitDimension, value: Int64?, binding: Origin?, steps: [Step]) {
        self.dimension = dimension
        self.value = value
        self.binding = binding
        self.steps = steps
    }
}
