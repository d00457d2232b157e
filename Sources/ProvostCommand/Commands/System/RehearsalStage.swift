import FoundationEssentials
import ProvostAPI
import ProvostCore

/// What a rehearsal takes place in: a cohort of its own, by the ordinary routes, and how that is taken away again.
struct RehearsalStage: Sendable {
    let session: Session
    /// `rehearsal-…`; the stem of every name in it.
    let cohort: Slug
    /// That is rehearsed.
    let model: Assignment
    private let program: Slug
    private let today: CivilDate

    private var client: Client { session.client }

    /// Looks everything up and makes nothing. Throws `notFound`, or `conflict` when two cohorts have an assignment of that name.
    init(assignment name: String, cohort given: String?, _ session: Session) async throws {
        self.session = session
        let parts = name.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let info: AssignmentInfo = try await session.client.get(
            Route.path("assignments", parts.last ?? name, query: [("cohort", parts.count == 2 ? parts[0] : given)]))
        model = info.assignment
        let cohorts: [Cohort] = try await session.client.get(Route.path("cohorts"))
        guard let original = cohorts.first(where: { $0.slug == info.assignment.cohort }) else {
            throw ProvostError(.notFound, "The cohort \(info.assignment.cohort) is gone; see: provost cohort list")
        }
        program = original.program
        let now = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        today = Zone.utc.civil(at: now).date
        cohort = try Slug("rehearsal-" + String(now.milliseconds, radix: 36))
    }

    /// The cohort with the model's lab and limits.
    func make() async throws {
        let body = NewCohort(
            program: program, slug: cohort, title: "Rehearsal of \(model.cohort)/\(model.slug)",
            firstDay: today.adding(days: -1), lastDay: today.adding(days: 1), timezone: "UTC")
        let _: Cohort = try await client.send(.post, Route.path("cohorts"), body: body)
        let node = LimitNode.cohort(model.cohort)
        let limits: [LimitSetting] = try await client.get(Route.path("limits", query: [("node", "\(node)")]))
        for limit in limits where limit.node == node {
            let change = LimitChange(
                node: .cohort(cohort), scope: limit.scope, dimension: limit.dimension, value: limit.value)
            let _: LimitChange = try await client.send(.post, Route.path("limits"), body: change)
        }
        let _: AssignmentInfo = try await client.send(
            .post, Route.path("cohorts", cohort.text, "assignments"),
            body: NewAssignment(slug: model.slug, lab: model.lab, labVersion: model.labVersion))
    }

    /// Enrols one and logs them in as a person would: with their code.
    func learner(_ number: Int) async throws -> (name: Slug, client: Client) {
        let name = try Slug("\(cohort)-\(number)")
        let enrolled: EnrollmentCode = try await client.send(
            .post, Route.path("cohorts", cohort.text, "enrollments"),
            body: NewEnrollment(person: NewPerson(slug: name, name: "Rehearsal \(number)"), role: .learner))
        let stranger = Client(address: client.address, token: nil, surroundings: session.surroundings)
        let login: LoginResponse = try await stranger.send(
            .post, Route.path("login"), body: LoginRequest(code: enrolled.code, label: "rehearsal"))
        return (name, Client(address: client.address, token: login.token, surroundings: session.surroundings))
    }

    // MARK: Taking it away

    /// Suspends the enrollments, so that nothing starts any more; then stops and deletes the workspaces. What could not be taken away within
    /// three minutes, as sentences that say how.
    func tidy() async -> [String] {
        let end = ContinuousClock.now + .seconds(180)
        var failure: (any Error)?
        while ContinuousClock.now < end {
            do {
                try await suspendAll()
                let left = try await deleteAll()
                if left == 0 { return [] }
            } catch let refusal as ServerRefusal where refusal.error.code == .notFound {
                // The cohort was never made.
                return []
            } catch { failure = error }
            try? await Task.sleep(for: .milliseconds(200))
        }
        let reason = (failure as? ServerRefusal)?.error.message ?? failure.map { "\($0)" } ?? "something still starts or stops"
        return [
            "The rehearsal \(cohort) is not taken away completely (\(reason)).",
            "See what is left with “provost workspace list --cohort \(cohort)”; “provost workspace stop ID” and “provost workspace delete ID --yes” take it away, “provost enrollment suspend” does it for who is enrolled.",
        ]
    }

    private func suspendAll() async throws {
        let enrollments: [Enrollment] = try await client.get(Route.path("cohorts", cohort.text, "enrollments"))
        try await Many.run(enrollments.filter { !$0.suspended }, atOnce: 4) { enrollment in
            let _: Enrollment = try await client.send(
                .delete, Route.path("cohorts", cohort.text, "enrollments", enrollment.person.slug.text))
        }
    }

    /// How many are still there.
    private func deleteAll() async throws -> Int {
        let found: [WorkspaceInfo] = try await client.get(
            Route.path("workspaces", query: [("cohort", cohort.text)]), idle: .seconds(60))
        let there = found.map(\.workspace).filter { $0.state != .deleted }
        // The one that waits first: what is freed would only start the next.
        let order: [Workspace.State] = [.waiting, .running, .frozen, .stopped]
        let next = order.flatMap { state in there.filter { $0.state == state } }
        try await Many.run(next, atOnce: 8) { workspace in
            do {
                if workspace.state != .stopped {
                    let _: WorkspaceInfo = try await client.send(
                        .post, Route.path("workspaces", workspace.id.text, "stop"), idle: .seconds(180))
                }
                let _: WorkspaceInfo = try await client.send(
                    .delete, Route.path("workspaces", workspace.id.text, query: [("confirm", workspace.id.text)]),
                    idle: .seconds(120))
            } catch let refusal as ServerRefusal where [.conflict, .notFound].contains(refusal.error.code) {
                // It moved meanwhile, by the server's own hand: the next look finds it.
            }
        }
        let after: [WorkspaceInfo] = try await client.get(
            Route.path("workspaces", query: [("cohort", cohort.text)]), idle: .seconds(60))
        return after.count { $0.workspace.state != .deleted }
    }
}

/// Some things at once.
enum Many {
    /// Calls `body` for every item, a few at a time; the first error ends it.
    static func run<Item: Sendable>(
        _ items: [Item], atOnce: Int, _ body: @escaping @Sendable (Item) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            var rest = items[...]
            for _ in 0..<atOnce {
                if let item = rest.popFirst() { group.addTask { try await body(item) } }
            }
            while try await group.next() != nil {
                if let item = rest.popFirst() { group.addTask { try await body(item) } }
            }
        }
    }
}
