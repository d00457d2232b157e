/// What an enrollment lets a person do in one cohort. Ordered: an admin may do what an instructor may, and so on.
package enum Role: String, Codable, Sendable, CaseIterable, Comparable {
    case learner, instructor, admin

    private var rank: Int {
        switch self {
        case .learner: 0
        case .instructor: 1
        case .admin: 2
        }
    }
    package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
}

/// A tenant.
package struct Organization: Codable, Sendable, Hashable {
    package let id: ID<Organization>
    package let slug: Slug
    package let title: String
    package init(id: ID<Organization>, slug: Slug, title: String) {
        self.id = id
        self.slug = slug
        self.title = title
    }
}

/// Somebody who is in charge of every cohort of an organization, a campus for example, and of nothing else.
package struct OrganizationAdmin: Codable, Sendable, Hashable {
    package let organization: Slug
    package let person: Person
    package init(organization: Slug, person: Person) {
        self.organization = organization
        self.person = person
    }
}

/// A course of study that leads to a certificate.
package struct Program: Codable, Sendable, Hashable {
    package let id: ID<Program>
    package let organization: Slug
    package let slug: Slug
    package let title: String
    package init(id: ID<Program>, organization: Slug, slug: Slug, title: String) {
        self.id = id
        self.organization = organization
        self.slug = slug
        self.title = title
    }
}

/// One run of a program, with a first and a last day in its own timezone (both days belong to it).
package struct Cohort: Codable, Sendable, Hashable {
    package let id: ID<Cohort>
    package let program: Slug
    package let slug: Slug
    package let title: String
    package let firstDay: CivilDate
    package let lastDay: CivilDate
    /// An IANA name, like `Asia/Seoul`.
    package let timezone: String
    /// The campus's, where the cohort is not of the program's own organization.
    package let organization: Slug?
    package init(
        id: ID<Cohort>, program: Slug, slug: Slug, title: String, firstDay: CivilDate, lastDay: CivilDate, timezone: String,
        organization: Slug? = nil
    ) {
        self.id = id
        self.program = program
        self.slug = slug
        self.title = title
        self.firstDay = firstDay
        self.lastDay = lastDay
        self.timezone = timezone
        self.organization = organization
    }
}

/// A human, once per installation, however many cohorts they are in.
package struct Person: Codable, Sendable, Hashable {
    package let id: ID<Person>
    /// The name that is typed: unique, like `minji`.
    package let slug: Slug
    /// The name as it is written on a certificate, in any script.
    package let name: String
    package let email: String?
    package init(id: ID<Person>, slug: Slug, name: String, email: String?) {
        self.id = id
        self.slug = slug
        self.name = name
        self.email = email
    }
}

/// A person in a cohort with a role. A suspended enrollment keeps its history and may do nothing.
package struct Enrollment: Codable, Sendable, Hashable {
    package let id: ID<Enrollment>
    package let person: Person
    package let cohort: Slug
    package let role: Role
    package let suspended: Bool
    /// The class or group within the cohort, as its roster names it.
    package let section: String?
    package init(
        id: ID<Enrollment>, person: Person, cohort: Slug, role: Role, suspended: Bool, section: String? = nil
    ) {
        self.id = id
        self.person = person
        self.cohort = cohort
        self.role = role
        self.suspended = suspended
        self.section = section
    }
}
