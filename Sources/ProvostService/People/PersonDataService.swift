import Logging
package import ProvostCore
import ProvostStore

/// A person's own data: taken out as a whole, and erased.
package struct PersonDataService: Sendable {
    private let context: ServiceContext
    private let workspaces: WorkspaceService
    package init(_ context: ServiceContext, workspaces: WorkspaceService) {
        self.context = context
        self.workspaces = workspaces
    }

    /// Everything on record that the person may see: one's own, or anybody's for administrators, who must say why and get the same, since
    /// it is for the person. That it was taken is on record too.
    package func data(_ principal: Principal, person: Slug, reason: String?) async throws(ProvostError) -> PersonData {
        let own = principal.person?.slug == person && principal.workspace == nil
        if !own { try principal.require(.administer) }
        guard own || !(reason ?? "").isEmpty else {
            throw ProvostError(.invalid, "Say why another person's data is taken, which stays on record: --reason TEXT")
        }
        let whole = try await context.store.personData(person, at: context.now())
        let data = whole.asSeen(over: try await over(whole))
        try await context.store.recordAudit(
            actor: principal.name, action: "person.export", subject: person.text,
            details: Self.details(["reason": own ? "their own" : reason ?? ""]), at: context.now())
        return data
    }

    /// Takes a person out of the record as far as the record allows, and says what stays and why. What a crash leaves is finished by doing
    /// it again under the pseudonym. `confirm` is the person's name once more, not needed for a dry run.
    package func erase(
        _ principal: Principal, person slug: Slug, reason: String, confirm: String?, dryRun: Bool
    ) async throws(ProvostError) -> ErasureReport {
        try principal.require(.administer)
        guard !reason.isEmpty else { throw ProvostError(.invalid, "Say why, which stays on record: --reason TEXT") }
        let pseudonym = Slug(trusted: "erased-" + Base32.encode(context.identifiers.randomBytes(10)))
        let plan = try await context.store.planErasure(slug, pseudonym: pseudonym)
        if dryRun { return plan }
        guard confirm == slug.text else {
            throw ProvostError(
                .invalid, "Erasing cannot be undone; see what goes with --dry-run, then say the name again: --confirm \(slug)")
        }
        try await deleteWorkspaces(principal, of: slug)
        var (report, person) = try await context.store.erasePerson(
            slug, pseudonym: pseudonym, reason: reason, by: principal.name, at: context.now())
        var held = 0
        for digest in try await context.store.contentsOfErased(person) where try !context.blobs.remove(digest) { held += 1 }
        if held > 0 {
            report.kept.append(
                ErasureReport.Item(
                    what: "archives whose bytes arrived again within the hour", count: held,
                    reason: "they may be somebody else's work on its way; erase \(report.pseudonym) again in an hour"))
        }
        context.logger.notice("Erased a person", metadata: ["pseudonym": "\(report.pseudonym)"])
        return report
    }

    /// Assignments that keep tests back until nothing is taken any more, and of which nothing is.
    private func over(_ data: PersonData) async throws(ProvostError) -> Set<String> {
        let waiting = Set(
            (data.tables["test"] ?? []).filter { $0["visibility"] == TestRecord.Visibility.afterDue.rawValue }
                .compactMap { $0["grading"] ?? nil })
        var submissions: [String: String] = [:]
        for score in data.tables["score"] ?? [] {
            guard let grading = score["grading"] ?? nil, waiting.contains(grading) else { continue }
            if let assignment = score["assignment"] ?? nil { submissions[assignment] = score["submission"] ?? nil }
        }
        var over: Set<String> = []
        for (assignment, submission) in submissions {
            let row = try await context.store.submission(ID(trusted: submission))
            if try await context.isOver(row.assignment, for: data.person.id) { over.insert(assignment) }
        }
        return over
    }

    private func deleteWorkspaces(_ principal: Principal, of person: Slug) async throws(ProvostError) {
        for workspace in try await context.store.workspaces(WorkspaceFilter(person: person)) {
            if workspace.state != .stopped { _ = try await workspaces.stop(principal, workspace.id.text) }
            _ = try await workspaces.delete(principal, workspace.id.text, confirm: workspace.id.text)
        }
    }

    private static func details(_ values: [String: String]) -> String {
        "{" + values.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\"\(escaped($0.value))\"" }.joined(separator: ",") + "}"
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\" + String(scalar)
            case _ where scalar.value < 0x20: result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
