import Hummingbird
import ProvostAPI
import ProvostCore
import ProvostService

/// What people decide about results.
struct MarkRoutes {
    let provost: Provost

    func add(to router: RouterGroup<ProvostRequestContext>) {
        let cohort = router.group("cohorts/{cohort}")
        addMarks(to: cohort)
        addAllowances(to: cohort)
        addCases(to: cohort)
        router.get("results/{assignment}") { request, context in
            let explanation = try await provost.results.explain(
                context.known(), assignment: context.text("assignment"), cohort: request.slug("cohort"),
                person: request.slug("person"))
            return try json(
                ExplanationInfo(
                    cohort: explanation.cohort, person: explanation.person, row: StandingRow(explanation.item)))
        }
    }

    private func addMarks(to router: RouterGroup<ProvostRequestContext>) {
        let marks = provost.marks
        router.get("marks") { request, context in
            try await json(
                marks.list(
                    context.known(), cohort: context.slug("cohort"), assignment: request.slug("assignment"),
                    person: request.slug("person")))
        }
        router.post("marks") { request, context in
            let principal = try context.known()
            let cohort = try context.slug("cohort")
            let body = try await decoded(request, as: MarkOrder.self)
            let order = MarkService.Order(
                people: body.people, levels: body.levels, points: body.points, max: body.max, comment: body.comment,
                takesBack: body.takesBack)
            return try await json(
                marks.set(
                    principal, cohort: cohort, assignment: body.assignment, isModeration: body.isModeration, order),
                status: .created)
        }
        router.post("marks/release") { request, context in
            let principal = try context.known()
            let cohort = try context.slug("cohort")
            let body = try await decoded(request, as: ReleaseOrder.self)
            let changed = try await marks.release(
                principal, cohort: cohort, assignment: body.assignment, person: body.person)
            return try json(ChangeCount(changed: changed))
        }
        let attendance = provost.attendance
        router.get("attendance") { request, context in
            let date = try request.text("date").map { text throws(ProvostError) in try CivilDate(parsing: text) }
            return try await json(
                attendance.list(
                    context.known(), cohort: context.slug("cohort"), date: date, person: request.slug("person")))
        }
        router.post("attendance") { request, context in
            let principal = try context.known()
            let cohort = try context.slug("cohort")
            let body = try await decoded(request, as: AttendanceOrder.self)
            var states: [Slug: AttendanceEntry.State] = [:]
            for row in body.rows {
                guard states.updateValue(row.state, forKey: row.person) == nil else {
                    throw ProvostError(.invalid, "“\(row.person)” is named twice; say one thing of each.")
                }
            }
            let changed = try await attendance.set(principal, cohort: cohort, date: body.date, states: states)
            return try json(ChangeCount(changed: changed))
        }
    }

    private func addAllowances(to router: RouterGroup<ProvostRequestContext>) {
        let allowances = provost.allowances
        router.get("allowances") { request, context in
            try await json(
                allowances.list(context.known(), cohort: context.slug("cohort"), person: request.slug("person")))
        }
        router.post("allowances") { request, context in
            let principal = try context.known()
            let cohort = try context.slug("cohort")
            let body = try await decoded(request, as: AllowanceOrder.self)
            // Its id, actor and instant are made by the service.
            let order = Allowance(
                id: ID(trusted: ""), cohort: cohort, person: body.person, assignment: body.assignment, kind: body.kind,
                until: body.until, factor: body.factor, bonus: body.bonus, days: body.days, reason: body.reason, by: "",
                at: context.receivedAt)
            return try await json(allowances.add(principal, order), status: .created)
        }
        router.post("allowances/{allowance}/withdraw") { request, context in
            let principal = try context.known()
            let cohort = try context.slug("cohort")
            let id = try context.id("allowance", of: Allowance.self)
            let body = try await decoded(request, as: WithdrawalOrder.self)
            return try await json(allowances.withdraw(principal, cohort: cohort, id, reason: body.reason))
        }
    }

    private func addCases(to router: RouterGroup<ProvostRequestContext>) {
        let integrity = provost.integrity
        router.get("integrity-cases") { request, context in
            try await json(
                integrity.list(context.known(), cohort: context.slug("cohort"), person: request.slug("person")))
        }
        router.post("integrity-cases") { request, context in
            let principal = try context.known()
            let cohort = try context.slug("cohort")
            let body = try await decoded(request, as: IntegrityOrder.self)
            return try await json(
                integrity.open(
                    principal, cohort: cohort, person: body.person, assignment: body.assignment, reason: body.reason),
                status: .created)
        }
        router.post("integrity-cases/{case}/close") { request, context in
            let principal = try context.known()
            let cohort = try context.slug("cohort")
            let id = try context.id("case", of: IntegrityCase.self)
            let body = try await decoded(request, as: IntegrityDecisionOrder.self)
            return try await json(
                integrity.close(principal, cohort: cohort, id, verdict: body.verdict, reason: body.reason))
        }
        let appeals = provost.appeals
        router.get("appeals") { request, context in
            try await json(appeals.list(context.known(), cohort: context.slug("cohort"), person: request.slug("person")))
        }
        router.post("appeals") { request, context in
            let principal = try context.known()
            let cohort = try context.slug("cohort")
            let body = try await decoded(request, as: AppealOrder.self)
            return try await json(
                appeals.make(principal, cohort: cohort, assignment: body.assignment, text: body.text), status: .created)
        }
        router.post("appeals/{appeal}/reply") { request, context in
            let principal = try context.known()
            let cohort = try context.slug("cohort")
            let id = try context.id("appeal", of: Appeal.self)
            let body = try await decoded(request, as: AppealReplyOrder.self)
            return try await json(appeals.reply(principal, cohort: cohort, id, verdict: body.verdict, text: body.text))
        }
    }
}

extension StandingRow {
    init(_ item: StandingItem) {
        self.init(
            assignment: item.slug, title: item.title, kind: item.kind, phase: item.terms.phase, weight: item.weight,
            isBonus: item.terms.isBonus, opensAt: item.window.opens, dueAt: item.window.due, closesAt: item.window.closes,
            counts: item.result.counted, range: item.result.range, attemptsLeft: item.attemptsLeft, steps: item.explanation)
    }
}

extension StandingInfo {
    init(_ view: ProgressView) {
        self.init(
            rows: view.standing.items.map { StandingRow($0) }, total: view.standing.total,
            certificate: view.certificate?.title, outcome: view.standing.outcome, slipDays: view.standing.slipDays.granted,
            slipDaysUsed: view.standing.slipDays.used)
    }
}
