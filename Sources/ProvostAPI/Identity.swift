package import ProvostCore

/// `POST /v1/login`: an enrolment code for a token. The code works once.
package struct LoginRequest: Codable, Sendable {
    package var code: String
    /// Shown in `provost token list`, like the machine's name.
    package var label: String?
    package init(code: String, label: String? = nil) {
        self.code = code
        self.label = label
    }
}

package struct LoginResponse: Codable, Sendable {
    /// Shown this once.
    package var token: String
    package var expiresAt: Timestamp
    package var who: WhoAmI
    package init(token: String, expiresAt: Timestamp, who: WhoAmI) {
        self.token = token
        self.expiresAt = expiresAt
        self.who = who
    }
}

/// `GET /v1/whoami`.
package struct WhoAmI: Codable, Sendable {
    /// A person's slug, or `local:UID` for an admin by socket.
    package var name: String
    /// nil for an admin by socket.
    package var person: Person?
    /// May do everything: root or the daemon's own user on the Unix socket.
    package var administrator: Bool
    package var enrollments: [Enrollment]
    /// The running workspace that the caller asks from; then they are a learner of its cohort and nothing else.
    package var workspace: ID<Workspace>?
    package init(
        name: String, person: Person?, administrator: Bool, enrollments: [Enrollment], workspace: ID<Workspace>? = nil
    ) {
        self.name = name
        self.person = person
        self.administrator = administrator
        self.enrollments = enrollments
        self.workspace = workspace
    }
}

/// `POST /v1/organizations`.
package struct NewOrganization: Codable, Sendable {
    package var slug: Slug
    package var title: String?
    package init(slug: Slug, title: String? = nil) {
        self.slug = slug
        self.title = title
    }
}

/// `POST /v1/programs`.
package struct NewProgram: Codable, Sendable {
    package var organization: Slug
    package var slug: Slug
    package var title: String?
    package init(organization: Slug, slug: Slug, title: String? = nil) {
        self.organization = organization
        self.slug = slug
        self.title = title
    }
}

/// `POST /v1/cohorts`. Both days belong to the cohort. Of a published program it gets everything that the program's newest version says.
package struct NewCohort: Codable, Sendable {
    package var program: Slug
    package var slug: Slug
    package var title: String?
    package var firstDay: CivilDate
    /// nil: the last day that something of the program lies on.
    package var lastDay: CivilDate?
    /// nil: the program's.
    package var timezone: String?
    /// The campus's organization; nil: the program's own.
    package var organization: Slug?
    /// Days on which nothing is due, besides the program's own.
    package var holidays: [CivilDate]?
    package init(
        program: Slug, slug: Slug, title: String? = nil, firstDay: CivilDate, lastDay: CivilDate? = nil, timezone: String? = nil,
        organization: Slug? = nil, holidays: [CivilDate]? = nil
    ) {
        self.program = program
        self.slug = slug
        self.title = title
        self.firstDay = firstDay
        self.lastDay = lastDay
        self.timezone = timezone
        self.organization = organization
        self.holidays = holidays
    }
}

/// `POST /v1/persons`.
package struct NewPerson: Codable, Sendable {
    package var slug: Slug
    package var name: String?
    package var email: String?
    package init(slug: Slug, name: String? = nil, email: String? = nil) {
        self.slug = slug
        self.name = name
        self.email = email
    }
}

/// `POST /v1/cohorts/{cohort}/enrollments`: puts a person (made if they are new) into a cohort and answers with an enrolment code.
/// Sent again for the same person it changes the role and makes a fresh code; the older code stops working.
package struct NewEnrollment: Codable, Sendable {
    package var person: NewPerson
    package var role: Role
    package init(person: NewPerson, role: Role) {
        self.person = person
        self.role = role
    }
}

package struct EnrollmentCode: Codable, Sendable {
    package var enrollment: Enrollment
    /// Shown this once; the learner types `provost login CODE`.
    package var code: String
    package var expiresAt: Timestamp
    package init(enrollment: Enrollment, code: String, expiresAt: Timestamp) {
        self.enrollment = enrollment
        self.code = code
        self.expiresAt = expiresAt
    }
}

/// A token as it is listed: never the secret itself.
package struct TokenInfo: Codable, Sendable {
    package var id: String
    package var person: Slug
    package var label: String?
    package var createdAt: Timestamp
    package var expiresAt: Timestamp
    package var revokedAt: Timestamp?
    package init(id: String, person: Slug, label: String?, createdAt: Timestamp, expiresAt: Timestamp, revokedAt: Timestamp?) {
        self.id = id
        self.person = person
        self.label = label
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
    }
}
