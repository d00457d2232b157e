import GRDB
import ProvostCore

/// One enrollment with its way up: the rows behind a ``LimitChain``.
struct LimitPlace {
    let enrollment: String
    let person: String
    let cohort: String
    let program: String
    let organization: String
    let suspended: Bool
    /// From the organization down to the enrollment.
    let nodes: [LimitNode]

    /// The rows' identifiers, in the order of `nodes`.
    var keys: [String] { [organization, program, cohort, enrollment] }

    static let selection = """
        SELECT e.id, e.person, c.id, g.id, o.id, e.suspended, o.slug, g.slug, c.slug, p.slug
        FROM enrollment e JOIN person p ON p.id = e.person JOIN cohort c ON c.id = e.cohort
          JOIN program g ON g.id = c.program JOIN organization o ON o.id = coalesce(c.organization, g.organization)
        """

    init(_ row: Row) {
        enrollment = row[0]
        person = row[1]
        cohort = row[2]
        program = row[3]
        organization = row[4]
        suspended = row[5]
        nodes = [
            .organization(row.slug(6)), .program(row.slug(7)), .cohort(row.slug(8)),
            .enrollment(cohort: row.slug(8), person: row.slug(9)),
        ]
    }
}

/// The part of the tree below a node: which column says so, and which row it is.
struct LimitBranch {
    /// Over `enrollment e JOIN cohort c JOIN program g`.
    let column: String
    let key: String

    static let joins =
        "JOIN enrollment e ON e.id = w.enrollment JOIN cohort c ON c.id = e.cohort JOIN program g ON g.id = c.program"
    /// In the order of `LimitPlace.nodes`.
    static let columns = ["coalesce(c.organization, g.organization)", "c.program", "e.cohort", "e.id"]
}

/// What runs, or is kept, below a node.
struct BranchUse {
    var workspaces: Int64 = 0
    var cpus: Int64 = 0
    var memory: Int64 = 0
    var processes: Int64 = 0

    func amount(_ dimension: LimitDimension) -> Int64 {
        switch dimension {
        case .workspaces: workspaces
        case .cpus: cpus
        case .memory: memory
        case .processes: processes
        case .disk, .files, .sessions, .submissionsPerDay: 0
        }
    }
}

extension Database {
    /// States that take a place on the machine, for SQL.
    static let activeStates = "('starting', 'running', 'frozen', 'stopping')"

    /// Throws `notFound` if the person is not in the cohort.
    func place(cohort: Slug, person: Slug) throws -> LimitPlace {
        _ = try key(of: cohort, in: "cohort")
        _ = try self.person(person)
        let found = try row(
            "\(LimitPlace.selection) WHERE c.slug = ? AND p.slug = ?", [cohort.text, person.text], LimitPlace.init)
        guard let found else {
            throw ProvostError(.notFound, "“\(person)” is not in the cohort “\(cohort)”; list its enrollments.")
        }
        return found
    }

    /// Every enrollment below a node, by cohort and person.
    func places(below branch: LimitBranch) throws -> [LimitPlace] {
        try rows("\(LimitPlace.selection) WHERE \(branch.column) = ? ORDER BY c.slug, p.slug", [branch.key], LimitPlace.init)
    }

    /// Throws `notFound`.
    func branch(_ node: LimitNode) throws -> LimitBranch {
        switch node {
        case .organization(let slug):
            LimitBranch(column: LimitBranch.columns[0], key: try key(of: slug, in: "organization"))
        case .program(let slug): LimitBranch(column: LimitBranch.columns[1], key: try key(of: slug, in: "program"))
        case .cohort(let slug): LimitBranch(column: LimitBranch.columns[2], key: try key(of: slug, in: "cohort"))
        case .enrollment(let cohort, let person):
            LimitBranch(column: LimitBranch.columns[3], key: try place(cohort: cohort, person: person).enrollment)
        }
    }

    func limitChain(_ place: LimitPlace) throws -> LimitChain {
        LimitChain(
            nodes: place.nodes,
            settings: try rows(
                "\(LimitSetting.selection) WHERE l.node IN (?, ?, ?, ?)", StatementArguments(place.keys), LimitSetting.decoded))
    }

    /// Sums over what is active below a branch, without the workspace `besides`.
    func activeUse(_ branch: LimitBranch, besides: String = "") throws -> BranchUse {
        try row(
            """
            SELECT count(*), coalesce(sum(w.cpus), 0), coalesce(sum(w.memory), 0), coalesce(sum(w.processes), 0)
            FROM workspace w \(LimitBranch.joins)
            WHERE w.state IN \(Self.activeStates) AND \(branch.column) = ? AND w.id <> ?
            """, [branch.key, besides]
        ) { BranchUse(workspaces: $0[0], cpus: $0[1], memory: $0[2], processes: $0[3]) } ?? BranchUse()
    }

    /// How many of a person's workspaces below a branch are active or wait for a place.
    func activeCount(_ branch: LimitBranch, person: String, besides: String = "") throws -> Int64 {
        try row(
            """
            SELECT count(*) FROM workspace w \(LimitBranch.joins)
            WHERE w.state IN ('waiting', 'starting', 'running', 'frozen', 'stopping')
              AND e.person = ? AND \(branch.column) = ? AND w.id <> ?
            """, [person, branch.key, besides]
        ) { $0[0] } ?? 0
    }

    /// The sizes of all volumes below a branch, without the workspace `besides`.
    func diskUse(_ branch: LimitBranch, besides: String = "") throws -> Int64 {
        try row(
            """
            SELECT coalesce(sum(w.disk), 0) FROM workspace w \(LimitBranch.joins)
            WHERE w.state <> 'deleted' AND \(branch.column) = ? AND w.id <> ?
            """, [branch.key, besides]
        ) { $0[0] } ?? 0
    }

    /// Throws `limitReached` when a volume of `disk` bytes does not fit into a total of some ancestor.
    func requireDisk(_ disk: Int64, chain: LimitChain, place: LimitPlace, besides: String) throws {
        for (node, value) in chain.totals(.disk) {
            let used = try diskUse(branch(node, of: place), besides: besides)
            guard disk <= value - used else {
                throw LimitObstacle(
                    node: .node(node), scope: .total, dimension: .disk, value: value, used: used, wanted: disk
                ).error
            }
        }
    }

    /// The branch of a node of the place's own chain.
    func branch(_ node: LimitNode, of place: LimitPlace) -> LimitBranch {
        let index = place.nodes.firstIndex(of: node) ?? place.nodes.count - 1
        return LimitBranch(column: LimitBranch.columns[index], key: place.keys[index])
    }
}

extension LimitSetting {
    static let selection = """
        SELECT l.scope, l.dimension, l.value, o.slug, g.slug, coalesce(c.slug, ec.slug), p.slug
        FROM limitSetting l LEFT JOIN organization o ON o.id = l.organization LEFT JOIN program g ON g.id = l.program
          LEFT JOIN cohort c ON c.id = l.cohort LEFT JOIN enrollment e ON e.id = l.enrollment
          LEFT JOIN cohort ec ON ec.id = e.cohort LEFT JOIN person p ON p.id = e.person
        """

    static func decoded(_ row: Row) throws -> LimitSetting {
        let slug = { (index: Int) in (row[index] as String?).map(Slug.init(trusted:)) }
        let node: LimitNode
        switch (slug(3), slug(4), slug(5), slug(6)) {
        case (let organization?, _, _, _): node = .organization(organization)
        case (_, let program?, _, _): node = .program(program)
        case (_, _, let cohort?, let person?): node = .enrollment(cohort: cohort, person: person)
        case (_, _, let cohort?, nil): node = .cohort(cohort)
        default: throw ProvostError(.internalError, "The store holds a limit of nothing, which this version cannot read.")
        }
        return LimitSetting(
            node: node, scope: try Column.value(row[0]), dimension: try Column.value(row[1]), value: row[2])
    }
}
