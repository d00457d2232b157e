import ArgumentParser
import ProvostCore

struct EnrollmentCommand: ParsableCommand {
    static let configuration = Help.command(
        "enrollment", "List and suspend enrollments, and make codes for them.",
        examples: "provost enrollment list --cohort autumn",
        subcommands: [EnrollmentList.self, EnrollmentSuspend.self, EnrollmentCodes.self])

    static let columns: [Column<Enrollment>] = [
        Column("cohort") { $0.cohort.text }, Column("person") { $0.person.slug.text }, Column("name") { $0.person.name },
        Column("email") { $0.person.email ?? "" }, Column("section") { $0.section ?? "" }, Column("role") { $0.role.rawValue },
        Column("suspended") { $0.suspended ? "yes" : "" },
    ]
}
