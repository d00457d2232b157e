import ArgumentParser
import ProvostAPI
import ProvostCore

struct Whoami: AsyncParsableCommand {
    static let configuration = Help.command(
        "whoami", "Show who you are to the daemon, and in which cohorts.", examples: "provost whoami", "provost whoami -o json")

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let who: WhoAmI = try await session.client.get(Route.path("whoami"))
        try output.renderer(session).item(who, Self.columns(session.wording(for: output.output)))
        if who.person == nil, who.administrator { session.say(.administratorBySocket(name: who.name)) }
    }

    static func columns(_ session: Session) -> [Column<WhoAmI>] {
        [
            Column("name", heading: session.heading(.name)) { who in
                who.person.map { $0.name == who.name ? who.name : "\($0.name) (\(who.name))" } ?? who.name
            },
            Column("email", heading: session.heading(.email)) { $0.person?.email ?? "" },
            Column("enrollments", heading: session.heading(.enrollments)) { who in
                if who.enrollments.isEmpty { return who.administrator ? "" : session.text(.noEnrollments) }
                return who.enrollments.map { enrollment in
                    let suspended = enrollment.suspended ? ", \(session.text(.suspended))" : ""
                    return "\(enrollment.cohort) (\(session.text(.role(enrollment.role)))\(suspended))"
                }.joined(separator: ", ")
            },
            Column("server", heading: session.heading(.server)) { _ in "\(session.client.address)" },
        ]
    }
}
