import Hummingbird
import ProvostAPI
import ProvostCore
import ProvostService

/// Rosters, enrolment codes, gradebooks, the report for sponsors, and the admins of organizations.
struct RosterRoutes {
    let provost: Provost

    func add(to router: RouterGroup<ProvostRequestContext>) {
        let rosters = provost.rosters
        let people = provost.people
        router.post("cohorts/{cohort}/roster") { request, context in
            let principal = try context.known()
            let cohort = try context.slug("cohort")
            guard let role = Role(rawValue: request.text("role") ?? "learner") else {
                throw ProvostError(.invalid, "The role must be learner, instructor or admin.")
            }
            let file = try await rosters.begin(principal, cohort: cohort)
            for try await bytes in byteChunks(request.body) { try file.append(bytes) }
            let report = try await rosters.importRoster(
                principal, cohort: cohort, file: file, role: role, sync: request.text("sync") == "true",
                dryRun: request.text("dry-run") == "true", confirmed: request.text("yes") == "true")
            return try json(report)
        }
        router.post("cohorts/{cohort}/codes") { request, context in
            let body = try await decoded(request, as: NewCodes.self)
            let made = try await rosters.codes(
                context.known(), cohort: context.slug("cohort"), people: body.people, after: body.after ?? 0)
            return try json(
                CodesPage(
                    codes: made.codes.map {
                        EnrollmentCode(enrollment: $0.enrollment, code: $0.code.text, expiresAt: made.expiresAt)
                    }, next: made.next, withheld: made.withheld))
        }
        router.get("persons/{person}/data") { request, context in
            try await json(
                provost.personData.data(context.known(), person: context.slug("person"), reason: request.text("reason")))
        }
        router.post("persons/{person}/erasure") { request, context in
            let body = try await decoded(request, as: EraseOrder.self)
            return try await json(
                provost.personData.erase(
                    context.known(), person: context.slug("person"), reason: body.reason, confirm: body.confirm,
                    dryRun: body.dryRun))
        }
        router.get("cohorts/{cohort}/gradebook") { _, context in
            try await json(provost.reports.gradebook(context.known(), cohort: context.slug("cohort")))
        }
        router.get("report") { request, context in
            try await json(
                provost.reports.report(
                    context.known(), organization: request.slug("organization"), program: request.slug("program"),
                    cohort: request.slug("cohort"), from: request.text("from").map { try CivilDate(parsing: $0) },
                    to: request.text("to").map { try CivilDate(parsing: $0) }, byCohort: request.text("by") == "cohort"))
        }
        router.get("organization-admins") { _, context in
            try await json(people.admins(context.known(), organization: nil))
        }
        router.get("organizations/{organization}/admins") { _, context in
            try await json(people.admins(context.known(), organization: context.slug("organization")))
        }
        router.post("organizations/{organization}/admins") { request, context in
            let body = try await decoded(request, as: NewOrganizationAdmin.self)
            return try await json(
                people.addAdmin(context.known(), person: body.person, organization: context.slug("organization")),
                status: .created)
        }
        router.delete("organizations/{organization}/admins/{person}") { _, context in
            try await json(
                people.removeAdmin(
                    context.known(), person: context.slug("person"), organization: context.slug("organization")))
        }
    }
}
