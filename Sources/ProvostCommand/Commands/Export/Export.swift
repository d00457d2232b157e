import ArgumentParser
import Glibc
import ProvostAPI
import ProvostCore

struct Export: AsyncParsableCommand {
    static let configuration = Help.command(
        "export", "Put what you did in a cohort into one archive: homes, submissions, scores, use.",
        note: """
            Each workspace's home is a tar archive of its own in there, exactly as it is;
            workspaces need not run. Admins of a cohort can do it for its learners once their
            study is over. Nothing is overwritten without --force.
            """,
        examples: "provost export", "provost export autumn --to autumn.tar",
        "provost export autumn --person minji   (admins)", "provost export autumn --all --to archives/   (admins)")

    @Argument(help: "The cohort; may be left out by who is in one alone.", transform: reading { try Slug($0) })
    var cohort: Slug?
    @Option(help: ArgumentHelp("Another person (admins).", valueName: "name"), transform: reading { try Slug($0) })
    var person: Slug?
    @Flag(help: "Everybody who learns in the cohort, an archive each (admins).")
    var all = false
    @Option(
        help: ArgumentHelp("The file to make, or with --all the folder. Default: COHORT-PERSON.tar.", valueName: "path"),
        completion: .file())
    var to: String?
    @Flag(help: "Replace an archive that is there already.")
    var force = false
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if all, person != nil { throw ValidationError("--all and --person exclude each other.") }
    }

    func run() async throws {
        let session = try connection.session()
        let cohort = try await session.cohort(cohort?.text, atLeast: all || person != nil ? .admin : .learner)
        guard all else {
            let person = try await whose(session)
            let path = try place(to ?? "\(cohort)-\(person).tar", cohort, person)
            return try await LearnerExport(session: session, cohort: cohort, person: person).write(to: path, replacing: force)
        }
        let folder = to ?? "."
        if unsafe mkdir(folder, 0o700) != 0, errno != EEXIST {
            throw session.surroundings.error(.invalid, .fileNotWritten(path: folder, reason: PrivateFile.Failure().description))
        }
        let enrollments: [Enrollment] = try await session.client.get(Route.path("cohorts", cohort, "enrollments"))
        let workspaces: [WorkspaceInfo] = try await session.client.get(Route.path("workspaces", query: [("cohort", cohort)]))
        // Instructors' own workspaces are deleted as well.
        let owners = Set(workspaces.map(\.workspace.person))
        var failed: [String] = []
        for enrollment in enrollments where enrollment.role == .learner || owners.contains(enrollment.person.slug) {
            let person = enrollment.person.slug.text
            do {
                try await LearnerExport(session: session, cohort: cohort, person: person).write(
                    to: "\(folder)/\(cohort)-\(person).tar", replacing: force)
            } catch {
                // One learner's trouble is not the others'.
                let reason = (error as? ProvostError)?.message ?? "\(error)"
                session.say(.workspace(.exportFailed(person: person, reason: reason)))
                failed.append(person)
            }
        }
        guard failed.isEmpty else {
            throw session.surroundings.error(.unavailable, .workspace(.exportsMissing(people: failed)))
        }
    }

    private func whose(_ session: Session) async throws -> String {
        if let person { return person.text }
        let who: WhoAmI = try await session.client.get(Route.path("whoami"))
        guard let own = who.person else { throw session.surroundings.error(.invalid, .workspace(.exportOfWhom)) }
        return own.slug.text
    }

    /// Into a folder when one is named.
    private func place(_ path: String, _ cohort: String, _ person: String) throws -> String {
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return path }
        return (path.hasSuffix("/") ? path : path + "/") + "\(cohort)-\(person).tar"
    }
}
