import ArgumentParser
import ProvostAPI
import ProvostCore

struct Enroll: AsyncParsableCommand {
    static let configuration = Help.command(
        "enroll", "Put a person into a cohort and get their enrolment code.",
        note: "The code is shown this once and works once. Enrolling again changes the role and makes a fresh code.",
        examples: "provost enroll minji --cohort autumn --name 김민지", "provost enroll kim --cohort autumn --role instructor")

    @Argument(help: "The person; made if they are new.", transform: reading { try Slug($0) })
    var person: Slug
    @Option(help: ArgumentHelp("The cohort.", valueName: "name"), transform: reading { try Slug($0) })
    var cohort: Slug
    @Option(help: "What they may do there.")
    var role: Role = .learner
    @Option(help: ArgumentHelp("The name as it is written on a certificate.", valueName: "text"))
    var name: String?
    @Option(help: ArgumentHelp("The e-mail address.", valueName: "address"))
    var email: String?
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let body = NewEnrollment(person: NewPerson(slug: person, name: name, email: email), role: role)
        let made: EnrollmentCode = try await session.client.send(
            .post, Route.path("cohorts", cohort.text, "enrollments"), body: body)
        let address = "\(session.client.address)"
        let command = "provost login \(made.code)" + (address == Session.systemSocket ? "" : " --server \(address)")
        try output.renderer(session).item(
            made,
            [
                Column("person") { $0.enrollment.person.slug.text }, Column("name") { $0.enrollment.person.name },
                Column("cohort") { $0.enrollment.cohort.text }, Column("role") { $0.enrollment.role.rawValue },
                Column("code") { $0.code },
                Column("expires") { Times.local($0.expiresAt, in: .utc, withSeconds: false) },
                Column("login") { _ in command },
            ])
    }
}
