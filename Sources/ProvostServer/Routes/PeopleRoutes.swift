import Hummingbird
import ProvostAPI
import ProvostCore
import ProvostService

/// Who one is, and who is in which cohort.
struct PeopleRoutes {
    let provost: Provost

    func add(to router: RouterGroup<ProvostRequestContext>) {
        let people = provost.people
        router.post("login") { request, _ in
            let body = try await decoded(request, as: LoginRequest.self)
            let login = try await people.login(code: body.code, label: body.label)
            return try json(LoginResponse(token: login.token.text, expiresAt: login.expiresAt, who: WhoAmI(login.principal)))
        }
        router.get("whoami") { _, context in try json(WhoAmI(context.known())) }

        router.get("organizations") { _, context in try await json(people.organizations(context.known())) }
        router.post("organizations") { request, context in
            let body = try await decoded(request, as: NewOrganization.self)
            return try await json(
                people.createOrganization(context.known(), slug: body.slug, title: body.title), status: .created)
        }
        router.get("programs") { _, context in try await json(people.programs(context.known())) }
        router.post("programs") { request, context in
            let body = try await decoded(request, as: NewProgram.self)
            return try await json(
                people.createProgram(context.known(), organization: body.organization, slug: body.slug, title: body.title),
                status: .created)
        }
        router.get("cohorts") { _, context in try await json(people.cohorts(context.known())) }
        router.post("cohorts") { request, context in
            let body = try await decoded(request, as: NewCohort.self)
            let cohort = try await provost.programs.createCohort(
                context.known(), program: body.program, slug: body.slug, title: body.title, firstDay: body.firstDay,
                lastDay: body.lastDay, timezone: body.timezone, organization: body.organization, holidays: body.holidays ?? [])
            return try json(cohort, status: .created)
        }
        router.get("persons") { _, context in try await json(people.persons(context.known())) }
        router.post("persons") { request, context in
            let body = try await decoded(request, as: NewPerson.self)
            return try await json(
                people.createPerson(context.known(), slug: body.slug, name: body.name, email: body.email), status: .created)
        }
        router.get("cohorts/{cohort}/enrollments") { _, context in
            try await json(people.enrollments(context.known(), cohort: context.slug("cohort")))
        }
        router.post("cohorts/{cohort}/enrollments") { request, context in
            let body = try await decoded(request, as: NewEnrollment.self)
            let enrolled = try await people.enroll(
                context.known(), cohort: context.slug("cohort"), slug: body.person.slug, name: body.person.name,
                email: body.person.email, role: body.role)
            return try json(
                EnrollmentCode(enrollment: enrolled.enrollment, code: enrolled.code.text, expiresAt: enrolled.expiresAt),
                status: .created)
        }
        router.delete("cohorts/{cohort}/enrollments/{person}") { _, context in
            try await json(people.suspend(context.known(), person: context.slug("person"), cohort: context.slug("cohort")))
        }
        router.get("tokens") { _, context in
            try await json(
                people.tokens(context.known()).map {
                    TokenInfo(
                        id: $0.id, person: $0.person.slug, label: $0.label, createdAt: $0.createdAt, expiresAt: $0.expiresAt,
                        revokedAt: $0.revokedAt)
                })
        }
        router.delete("tokens/{token}") { _, context in
            let token = try await people.revokeToken(context.known(), id: context.text("token"))
            return try json(
                TokenInfo(
                    id: token.id, person: token.person.slug, label: token.label, createdAt: token.createdAt,
                    expiresAt: token.expiresAt,
                    revokedAt: token.revokedAt))
        }
    }
}
