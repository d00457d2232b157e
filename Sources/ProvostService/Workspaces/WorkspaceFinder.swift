import ProvostCore
import ProvostStore

/// Finds a workspace by what people type, and says what its finder may do with it.
struct WorkspaceFinder: Sendable {
    /// What somebody may do.
    enum Right: Sendable {
        /// See that it is there, its state, its limits and why it stopped.
        case see
        /// Stop it.
        case stop
        /// Everything that is the learner's own: start, files, shares.
        case own
        /// Take its volume away: the learner and whoever manages the cohort.
        case delete
        /// Read its files: the same, but when is another matter.
        case read
    }
    let context: ServiceContext
    let assignments: AssignmentService

    /// By its id, or by the name of an assignment of which the caller has one. Throws `notFound` for what the caller may not know of,
    /// `denied` for what they may see and not do.
    func find(_ principal: Principal, _ typed: String, _ right: Right) async throws(ProvostError) -> Workspace {
        let workspace = try await find(principal, typed)
        if isOwner(principal, workspace) { return workspace }
        let permission: Permission =
            right == .delete || right == .read
            ? .manage(cohort: workspace.cohort) : .instruct(cohort: workspace.cohort)
        let isShared = try await share(principal, workspace) != nil
        if right == .see, isShared { return workspace }
        do throws(ProvostError) { try principal.require(permission) } catch {
            // Whether it exists is told to those alone who may see it.
            throw principal.role(in: workspace.cohort).map { $0 >= .instructor } ?? false || isShared
                ? error : Self.hidden(typed)
        }
        if right == .own {
            throw ProvostError(
                .denied,
                "The workspace is \(workspace.person)'s own; they can let you in with: provost workspace share \(workspace.assignment) --with \(principal.name)"
            )
        }
        return workspace
    }

    private func find(_ principal: Principal, _ typed: String) async throws(ProvostError) -> Workspace {
        if typed.hasPrefix("wsp_"), let id = try? ID<Workspace>(parsing: typed) {
            do throws(ProvostError) {
                let found = try await context.store.workspace(id)
                guard found.state != .deleted else { throw Self.hidden(typed) }
                return found
            } catch { throw error.code == .notFound ? Self.hidden(typed) : error }
        }
        guard let person = principal.person else {
            throw ProvostError(.notFound, "“\(typed.prefix(80))” is no workspace's id; see: provost workspace list")
        }
        let view = try await assignments.find(principal, name: typed, cohort: nil)
        guard let found = try await context.store.workspace(assignment: view.assignment.id, person: person.id) else {
            throw ProvostError(
                .notFound, "You have no workspace for \(view.assignment.slug) yet; run: provost start \(view.assignment.slug)")
        }
        return found
    }

    func isOwner(_ principal: Principal, _ workspace: Workspace) -> Bool {
        principal.person?.slug == workspace.person && principal.role(in: workspace.cohort) != nil
    }

    /// The share that lets somebody in now: granted by the learner to an instructor by name, who still is one.
    func share(_ principal: Principal, _ workspace: Workspace) async throws(ProvostError) -> Share? {
        guard let person = principal.person, let role = principal.role(in: workspace.cohort), role >= .instructor else {
            return nil
        }
        return try await context.store.share(workspace.id, person: person.id, at: context.now())
    }

    static func hidden(_ typed: String) -> ProvostError {
        ProvostError(.notFound, "There is no workspace “\(typed.prefix(80))” of yours; see: provost workspace list")
    }
}
