import ProvostCore
import ProvostService
import Testing

@Suite struct PrincipalTests {
    private static let here = Slug(trusted: "here")
    private static let there = Slug(trusted: "there")
    private static let own = ID<Person>(trusted: "per_own")
    private static let other = ID<Person>(trusted: "per_other")

    private static func person(_ roles: [(Slug, Role, Bool)]) -> Principal {
        let person = Person(id: own, slug: Slug(trusted: "minji"), name: "Minji", email: nil)
        let enrollments = roles.enumerated().map { number, role in
            Enrollment(id: ID(trusted: "enr_\(number)"), person: person, cohort: role.0, role: role.1, suspended: role.2)
        }
        return Principal(person, enrollments: enrollments, token: "tok_1")
    }

    static let permissions: [(String, Permission)] = [
        ("administer", .administer), ("manage", .manage(cohort: here)), ("instruct", .instruct(cohort: here)),
        ("attend", .attend(cohort: here)),
        ("submit", .submit(cohort: here)), ("read own", .read(submissionOf: own, cohort: here)),
        ("read other's", .read(submissionOf: other, cohort: here)),
        ("author", .author),
    ]

    /// The whole table: who may what in the cohort `here`.
    @Test(
        arguments: [
            (
                "root", Principal.local(uid: 0),
                ["administer", "manage", "instruct", "attend", "read own", "read other's", "author"]
            ),
            ("the daemon", .provost, ["administer", "manage", "instruct", "attend", "read own", "read other's", "author"]),
            (
                "admin", person([(here, .admin, false)]),
                ["manage", "instruct", "attend", "submit", "read own", "read other's", "author"]
            ),
            (
                "instructor", person([(here, .instructor, false)]),
                ["instruct", "attend", "submit", "read own", "read other's", "author"]
            ),
            ("learner", person([(here, .learner, false)]), ["attend", "submit", "read own"]),
            ("suspended admin", person([(here, .admin, true)]), []),
            ("suspended learner", person([(here, .learner, true)]), []),
            ("admin of another cohort", person([(there, .admin, false)]), ["author"]),
            ("learner of another cohort", person([(there, .learner, false)]), []),
            (
                "learner here, admin there", person([(here, .learner, false), (there, .admin, false)]),
                ["attend", "submit", "read own", "author"]
            ),
            ("suspended here, learner there", person([(here, .instructor, true), (there, .learner, false)]), []),
            ("nobody's", person([]), []),
        ] as [(String, Principal, Set<String>)])
    func whoMayWhat(name: String, principal: Principal, may: Set<String>) {
        for (word, permission) in Self.permissions {
            do throws(ProvostError) {
                try principal.require(permission)
                #expect(may.contains(word), "\(name) must not \(word)")
            } catch {
                #expect(!may.contains(word), "\(name) may \(word)")
                #expect(error.code == .denied)
            }
        }
    }

    @Test func rolesAreOfOneCohort() {
        let principal = Self.person([(Self.here, .learner, false), (Self.there, .admin, true)])
        #expect(principal.role(in: Self.here) == .learner)
        #expect(principal.role(in: Self.there) == nil)
        #expect(principal.name == "minji")
        #expect(!principal.isAdministrator)
        #expect(Principal.local(uid: 7).name == "local:7")
        #expect(Principal.local(uid: 0).person == nil)
    }
}
