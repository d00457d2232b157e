import ProvostCore
import ProvostStore

/// What somebody wants to do to a workspace.
enum WorkspaceAct {
    /// Look at its state.
    case look
    /// End its run.
    case stop
    /// Anything that is the learner's alone.
    case own
    /// Remove it for ever.
    case delete
}

/// Finds a workspace as people name it, and holds who may do what to it.
struct WorkspaceFinder: Sendable {
    let context: ServiceContext

    /// By its identifier, or by the name of an assignment: then it is the caller's own. `cohort` decides between two of one name.
    /// Throws `notFound`, also for what the caller may not know of, `conflict` when two are meant, `denied`.
    func find(_ principal: Principal, _ text: String, cohort: Slug?, for act: WorkspaceAct) async throws(ProvostError)
        -> Workspace
    {
        let workspace =
            text.hasPrefix("wsp_")
            ? try await context.store.workspace(ID(parsing: text)) : try await named(principal, text, cohort: cohort)
        try permit(principal, workspace, act)
        return workspace
    }

    private func named(_ principal: Principal, _ text: String, cohort: Slug?) async throws(ProvostError) -> Workspace {
        guard let person = principal.person else {
            throw ProvostError(.invalid, "Name a workspace by its identifier (wsp_…); see: provost workspace list")
        }
        var cohort = cohort
        var name = text
        if let slash = text.firstIndex(of: "/") {
            cohort = try Slug(String(text[..<slash]))
            name = String(text[text.index(after: slash)...])
        }
        let found = try await context.store.workspaces(
            WorkspaceFilter(cohort: cohort, person: person.slug, assignment: try Slug(name)))
        guard let first = found.first else {
            throw ProvostError(.notFound, "You have no workspace for “\(name)” yet; make one with: provost start \(name)")
        }
        guard found.count == 1 else {
            let choices = found.map { "\($0.cohort)/\($0.assignment)" }.joined(separator: ", ")
            throw ProvostError(.conflict, "“\(name)” is in more than one cohort; say which: \(choices)")
        }
        return first
    }

    /// Throws `denied`, or `notFound` for somebody to whom the workspace is none of their business.
    func permit(_ principal: Principal, _ workspace: Workspace, _ act: WorkspaceAct) throws(ProvostError) {
        let isOwner = principal.person?.slug == workspace.person && principal.role(in: workspace.cohort) != nil
        if isOwner { return }
        let helps = principal.isAdministrator || (principal.role(in: workspace.cohort) ?? .learner) >= .instructor
        guard helps else { throw ProvostError(.notFound, "There is no workspace \(workspace.id) that you may see.") }
        switch act {
        case .look, .stop: return
        case .delete where principal.isAdministrator: return
        case .own, .delete:
            throw ProvostError(
                .denied,
                "This is for the learner alone. To be let in, ask \(workspace.person) to run: provost workspace share \(workspace.assignment) --with YOU"
            )
        }
    }

    /// Until when the learner may work; the later of the window's end and an extension. And whether it has begun.
    func study(of workspace: Workspace) async throws(ProvostError) -> (mayRun: Bool, ends: Timestamp) {
        let cohort = try await context.store.cohort(workspace.cohort)
        let window = StudyWindow(
            firstDay: cohort.firstDay, lastDay: cohort.lastDay, zone: try context.zones.zone(cohort.timezone))
        let more = try await context.store.extensionUntil(cohort: workspace.cohort, person: workspace.person)
        let ends = max(window.ends, more ?? window.ends)
        let now = context.now()
        return (now < ends && (now >= window.begins || more.map { now < $0 } ?? false), ends)
    }
}
