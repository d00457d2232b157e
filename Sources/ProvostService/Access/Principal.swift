package import ProvostCore
package import ProvostStore

/// Who makes a request, and what they may do. Every use case asks `require`, and the rules stand only there.
package struct Principal: Sendable {
    package enum Kind: Sendable {
        /// Root or the daemon's own user on the Unix socket, or `provostd` itself.
        case administrator
        /// A person with a token.
        case person(Person, enrollments: [Enrollment], token: String)
    }
    package let kind: Kind
    /// For the audit: `local:0`, a person's slug, or `provost`.
    package let name: String

    package static func local(uid: UInt32) -> Self { Self(kind: .administrator, name: "local:\(uid)") }
    package static let provost = Self(kind: .administrator, name: "provost")
    package init(
        _ person: Person, enrollments: [Enrollment], token: String, rights: OrganizationRights = OrganizationRights()
    ) {
        kind = .person(person, enrollments: enrollments, token: token)
        name = person.slug.text
        workspace = nil
        self.rights = rights
    }
    /// A learner by the door of their running workspace: in its cohort alone, and as a learner, whatever they are elsewhere.
    package init(_ person: Person, inside workspace: ID<Workspace>, enrollment: Enrollment) {
        let learner = Enrollment(
            id: enrollment.id, person: person, cohort: enrollment.cohort, role: .learner, suspended: enrollment.suspended)
        kind = .person(person, enrollments: [learner], token: "")
        name = person.slug.text
        self.workspace = workspace
        rights = OrganizationRights()
    }
    private init(kind: Kind, name: String) {
        self.kind = kind
        self.name = name
        workspace = nil
        rights = OrganizationRights()
    }

    /// Set for one who asks from inside a workspace.
    package let workspace: ID<Workspace>?

    /// What they hold as an admin of organizations; found once, when they were authenticated.
    package let rights: OrganizationRights

    package var person: Person? {
        if case .person(let person, _, _) = kind { person } else { nil }
    }
    package var isAdministrator: Bool {
        if case .administrator = kind { true } else { false }
    }
    package var enrollments: [Enrollment] {
        if case .person(_, let enrollments, _) = kind { enrollments.filter { !$0.suspended } } else { [] }
    }
    /// Of some cohort, by a role in it or by its organization.
    package var instructsSomewhere: Bool {
        isAdministrator || !rights.cohorts.isEmpty || enrollments.contains { $0.role >= .instructor }
    }
    /// What they are in charge of; nil: everything.
    var authority: Authority? {
        guard !isAdministrator else { return nil }
        return Authority(
            cohorts: rights.cohorts.union(enrollments.filter { $0.role == .admin }.map(\.cohort)),
            organizations: rights.organizations)
    }
    /// nil outside the cohort, and for administrators, who are in none. An admin of its organization is one of the cohort.
    package func role(in cohort: Slug) -> Role? {
        rights.cohorts.contains(cohort) ? .admin : enrollments.first { $0.cohort == cohort }?.role
    }
}

/// Something that needs a right.
package enum Permission: Sendable, Hashable {
    /// Organizations, programs, cohorts, persons, doctor, audit, everyone's tokens.
    case administer
    /// Enrol people into a cohort.
    case manage(cohort: Slug)
    /// See and set what is an organization's own: its report, its cohorts.
    case direct(organization: Slug)
    /// Assignments, grades, everyone's submissions of a cohort.
    case instruct(cohort: Slug)
    /// See a cohort's assignments.
    case attend(cohort: Slug)
    /// Hand in.
    case submit(cohort: Slug)
    /// Read one submission.
    case read(submissionOf: ID<Person>, cohort: Slug)
    /// Publish and list labs and graders.
    case author
}

extension Principal {
    /// The one place where rights are decided. Throws `denied` with what would be needed.
    package func require(_ permission: Permission) throws(ProvostError) {
        if isAdministrator { return try requireNotSubmit(permission) }
        let allowed: Bool
        let needed: String
        switch permission {
        case .administer:
            (allowed, needed) = (false, "an administrator: root or the daemon's user, on the server's own socket")
        case .manage(let cohort):
            (allowed, needed) = (role(in: cohort) == .admin, "an admin of the cohort \(cohort)")
        case .direct(let organization):
            (allowed, needed) = (rights.organizations.contains(organization), "an admin of the organization \(organization)")
        case .instruct(let cohort):
            (allowed, needed) = ((role(in: cohort) ?? .learner) >= .instructor, "an instructor of the cohort \(cohort)")
        case .attend(let cohort):
            (allowed, needed) = (role(in: cohort) != nil, "enrolled in the cohort \(cohort)")
        case .submit(let cohort):
            // Being in charge of an organization enrols nobody.
            (allowed, needed) = (enrollments.contains { $0.cohort == cohort }, "enrolled in the cohort \(cohort)")
        case .read(let owner, let cohort):
            let own = person?.id == owner && role(in: cohort) != nil
            (allowed, needed) = (
                own || (role(in: cohort) ?? .learner) >= .instructor, "its owner or an instructor of the cohort \(cohort)"
            )
        case .author:
            (allowed, needed) = (enrollments.contains { $0.role >= .instructor }, "an instructor of some cohort")
        }
        guard allowed else { throw ProvostError(.denied, "This needs you to be \(needed).") }
    }

    private func requireNotSubmit(_ permission: Permission) throws(ProvostError) {
        if case .submit = permission {
            throw ProvostError(
                .denied, "An administrator has no submissions of their own; log in as a learner with `provost login CODE`.")
        }
    }
}
