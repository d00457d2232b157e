import Hummingbird
import ProvostAPI
import ProvostCore
import ProvostService

/// Programs' files, and what cohorts follow of them.
struct ProgramRoutes {
    let programs: ProgramService

    func add(to router: RouterGroup<ProvostRequestContext>) {
        router.post("program-versions") { request, context in
            let principal = try context.known()
            let body = try await decoded(request, as: ProgramFile.self)
            let made = try await programs.publish(principal, file: body.name, text: body.text)
            return try json(
                PublishedProgram(version: made.version, new: made.isNew, since: made.since, changes: made.changes),
                status: made.isNew ? .created : .ok)
        }
        router.get("programs/{program}/versions") { _, context in
            try await json(programs.versions(context.known(), program: context.slug("program")))
        }
        router.post("programs/{program}/diff") { request, context in
            let principal = try context.known()
            let program = try context.slug("program")
            let body = try await decoded(request, as: ProgramComparison.self)
            let found = try await programs.difference(
                principal, program: program, from: body.from, to: body.to, file: body.file.map { ($0.name, $0.text) })
            return try json(ProgramDifference(from: found.from, to: found.to, changes: found.changes))
        }
        router.get("cohorts/{cohort}/plan") { _, context in
            try await json(CohortPlanInfo(programs.plan(context.known(), cohort: context.slug("cohort"))))
        }
        router.post("cohorts/{cohort}/advance") { request, context in
            let principal = try context.known()
            let cohort = try context.slug("cohort")
            let body = try await decoded(request, as: AdvanceCohort.self)
            let made = try await programs.advance(principal, cohort: cohort, dryRun: body.dryRun)
            return try json(
                CohortAdvanceReport(
                    cohort: cohort, from: made.from, to: made.to, changes: made.changes, refusals: made.refusals,
                    applied: made.applied))
        }
    }
}

extension CohortPlanInfo {
    init(_ view: ProgramService.PlanView) {
        self.init(
            cohort: view.cohort, version: view.version, newestVersion: view.newestVersion, phases: view.plan?.phases ?? [],
            assignments: view.assignments.map { Item($0) })
    }
}

extension CohortPlanInfo.Item {
    init(_ assignment: DatedAssignment) {
        let kind: Kind =
            switch assignment.work {
            case .lab: .lab
            case .marked(.rubric): .rubric
            case .marked(.attendance): .attendance
            }
        self.init(
            slug: assignment.slug, title: assignment.title, kind: kind, phase: assignment.terms.phase, opens: assignment.opens,
            due: assignment.due, closes: assignment.closes, attempts: assignment.attempts, coolOff: assignment.terms.coolOff,
            weight: assignment.weight, bonus: assignment.terms.isBonus)
    }
}
