package import ProvostCore

/// `POST /v1/cohorts/{cohort}/codes`: fresh enrolment codes; older unused ones stop working.
package struct NewCodes: Codable, Sendable {
    /// nil: everybody who is not suspended and never logged in, a thousand at a time.
    package var people: [Slug]?
    /// Where the answer before said to go on.
    package var after: Int64?
    package init(people: [Slug]? = nil, after: Int64? = nil) {
        self.people = people
        self.after = after
    }
}

package struct CodesPage: Codable, Sendable {
    package var codes: [EnrollmentCode]
    /// nil at the end.
    package var next: Int64?
    /// Who is in a cohort that the caller is not in charge of, and so got none.
    package var withheld: [Slug]
    package init(codes: [EnrollmentCode], next: Int64?, withheld: [Slug]) {
        self.codes = codes
        self.next = next
        self.withheld = withheld
    }
}

/// `POST /v1/persons/{person}/erasure`.
package struct EraseOrder: Codable, Sendable {
    /// Stays on record.
    package var reason: String
    /// The person's name once more; not needed for a dry run.
    package var confirm: String?
    package var dryRun: Bool
    package init(reason: String, confirm: String?, dryRun: Bool) {
        self.reason = reason
        self.confirm = confirm
        self.dryRun = dryRun
    }
}

/// `POST /v1/organizations/{organization}/admins`.
package struct NewOrganizationAdmin: Codable, Sendable {
    package var person: Slug
    package init(person: Slug) { self.person = person }
}
