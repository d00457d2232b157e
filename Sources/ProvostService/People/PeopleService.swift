import Crypto
package import ProvostCore
import ProvostStore

/// Organizations, programs, cohorts, people, and the secrets they log in with.
package struct PeopleService: Sendable {
    /// How long an enrolment code can be redeemed.
    package static let codeLifetime = TimeSpan(milliseconds: 14 * 86_400_000)
    /// How long a token lives after its login.
    package static let tokenLifetime = TimeSpan(milliseconds: 180 * 86_400_000)

    private let context: ServiceContext
    package init(_ context: ServiceContext) { self.context = context }

    // MARK: Organizations, programs, cohorts

    package func createOrganization(_ principal: Principal, slug: Slug, title: String?) async throws(ProvostError) -> Organization
    {
        try principal.require(.administer)
        let organization = Organization(id: context.identifiers.next("org"), slug: slug, title: title ?? slug.text)
        try await context.store.createOrganization(organization, by: principal.name, at: context.now())
        return organization
    }

    package func organizations(_ principal: Principal) async throws(ProvostError) -> [Organization] {
        try principal.require(.administer)
        return try await context.store.organizations()
    }

    package func createProgram(_ principal: Principal, organization: Slug, slug: Slug, title: String?) async throws(ProvostError)
        -> Program
    {
        try principal.require(.administer)
        let program = Program(
            id: context.identifiers.next("prg"), organization: organization, slug: slug, title: title ?? slug.text)
        try await context.store.createProgram(program, by: principal.name, at: context.now())
        return program
    }

    package func programs(_ principal: Principal) async throws(ProvostError) -> [Program] {
        try principal.require(.administer)
        return try await context.store.programs()
    }

    /// All for administrators, their own for others.
    package func cohorts(_ principal: Principal) async throws(ProvostError) -> [Cohort] {
        let all = try await context.store.cohorts()
        return principal.isAdministrator ? all : all.filter { principal.role(in: $0.slug) != nil }
    }

    // MARK: People

    package func createPerson(_ principal: Principal, slug: Slug, name: String?, email: String?) async throws(ProvostError)
        -> Person
    {
        try principal.require(.administer)
        let person = Person(id: context.identifiers.next("per"), slug: slug, name: name ?? slug.text, email: email)
        try await context.store.createPerson(person, by: principal.name, at: context.now())
        return person
    }

    package func persons(_ principal: Principal) async throws(ProvostError) -> [Person] {
        try principal.require(.administer)
        return try await context.store.persons()
    }

    /// Puts a person into a cohort (making them if they are new) and answers with a code that `login` takes once.
    package func enroll(
        _ principal: Principal, cohort: Slug, slug: Slug, name: String?, email: String?, role: Role
    ) async throws(ProvostError) -> (enrollment: Enrollment, code: Secret, expiresAt: Timestamp) {
        try principal.require(.manage(cohort: cohort))
        let code = Secret(.enrolmentCode, from: context.identifiers)
        let now = context.now()
        let expires = now + Self.codeLifetime
        let person = Person(id: context.identifiers.next("per"), slug: slug, name: name ?? slug.text, email: email)
        let enrollment = try await context.store.enroll(
            person: person, cohort: cohort, role: role, enrollment: context.identifiers.next("enr"), codeHash: Self.hash(code),
            codeExpires: expires,
            // A code makes its holder that person everywhere.
            mayTouch: principal.person?.slug == slug ? nil : principal.authority, by: principal.name, at: now)
        return (enrollment, code, expires)
    }

    package func suspend(_ principal: Principal, person: Slug, cohort: Slug) async throws(ProvostError) -> Enrollment {
        try principal.require(.manage(cohort: cohort))
        return try await context.store.suspendEnrollment(person: person, cohort: cohort, by: principal.name, at: context.now())
    }

    package func enrollments(_ principal: Principal, cohort: Slug) async throws(ProvostError) -> [Enrollment] {
        try principal.require(.instruct(cohort: cohort))
        return try await context.store.enrollments(cohort: cohort)
    }

    // MARK: Admins of organizations

    package func addAdmin(_ principal: Principal, person: Slug, organization: Slug) async throws(ProvostError)
        -> OrganizationAdmin
    {
        try principal.require(.administer)
        return try await context.store.addOrganizationAdmin(person, of: organization, by: principal.name, at: context.now())
    }

    package func removeAdmin(
        _ principal: Principal, person: Slug, organization: Slug
    ) async throws(ProvostError) -> OrganizationAdmin {
        try principal.require(.administer)
        return try await context.store.removeOrganizationAdmin(person, of: organization, by: principal.name, at: context.now())
    }

    /// Of one organization, for its admins too; of all, for administrators.
    package func admins(_ principal: Principal, organization: Slug?) async throws(ProvostError) -> [OrganizationAdmin] {
        if let organization {
            try principal.require(.direct(organization: organization))
        } else {
            try principal.require(.administer)
        }
        return try await context.store.organizationAdmins(of: organization)
    }

    // MARK: Secrets

    /// Exchanges an enrolment code for a token. Throws `invalid` when mistyped, `unauthenticated` when unknown, used or expired.
    package func login(code typed: String, label: String?) async throws(ProvostError) -> (
        token: Secret, expiresAt: Timestamp, principal: Principal
    ) {
        let code = try Secret(parsing: typed, as: .enrolmentCode)
        let token = Secret(.token, from: context.identifiers)
        let now = context.now()
        let expires = now + Self.tokenLifetime
        let id = context.identifiers.next("tok", as: ID<Secret>.self).text
        let new = NewToken(id: id, hash: Self.hash(token), label: label.map { String($0.prefix(80)) }, expiresAt: expires)
        let person = try await context.store.redeemCode(hash: Self.hash(code), token: new, at: now)
        let enrollments = try await context.store.enrollments(person: person.id)
        let rights = try await context.store.organizationRights(person: person.id)
        return (token, expires, Principal(person, enrollments: enrollments, token: id, rights: rights))
    }

    /// The person behind a token. Throws `unauthenticated` with what to do.
    package func authenticate(token text: String) async throws(ProvostError) -> Principal {
        let token: Secret
        do throws(ProvostError) { token = try Secret(parsing: text, as: .token) } catch {
            throw ProvostError(.unauthenticated, error.message)
        }
        let known = try await context.store.authenticate(tokenHash: Self.hash(token), at: context.now())
        return Principal(known.person, enrollments: known.enrollments, token: known.tokenId, rights: known.rights)
    }

    /// One's own, or everybody's for administrators.
    package func tokens(_ principal: Principal) async throws(ProvostError) -> [TokenRow] {
        try Self.requireOutside(principal)
        return try await context.store.tokens(person: principal.person?.id)
    }

    package func revokeToken(_ principal: Principal, id: String) async throws(ProvostError) -> TokenRow {
        try Self.requireOutside(principal)
        let token = try await context.store.token(id: id)
        if token.person.id != principal.person?.id { try principal.require(.administer) }
        return try await context.store.revokeToken(id: id, by: principal.name, at: context.now())
    }

    /// Tokens reach further than the one cohort that a workspace belongs to.
    private static func requireOutside(_ principal: Principal) throws(ProvostError) {
        guard principal.workspace == nil else {
            throw ProvostError(.denied, "From inside a workspace nobody manages tokens; do it on your own machine.")
        }
    }

    /// What the store keeps of a secret. A plain SHA-256 is enough for 160 random bits: there is nothing to guess.
    static func hash(_ secret: Secret) -> String {
        ContentDigest(bytes: SHA256.hash(data: Array(secret.text.utf8))).hex
    }
}
