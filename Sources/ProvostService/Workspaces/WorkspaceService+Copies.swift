import Logging
package import ProvostCore
import ProvostSandbox
import ProvostStore

// A learner's files as they are now, as a workspace of an instructor's own: by a share of mode `copy`, and never otherwise.
extension WorkspaceService {
    /// Makes the copy, stopped. The learner's workspace goes on; one that runs is held still for the moment of copying, so that the copy is
    /// of one instant.
    ///
    /// What is in it was written by somebody else. So it is a workspace beside the instructor's own, never in its place; it has a room and a
    /// host user of its own; and no door, by which its programs could ask for something in the instructor's name.
    ///
    /// Throws `denied` without a share of that mode that holds, `conflict` when there is a copy already, or nothing to copy.
    package func copy(_ principal: Principal, _ typed: String) async throws(ProvostError) -> WorkspaceView {
        let runs = try parts.runs
        let source = try await finder.find(principal, typed, .see)
        guard !finder.isOwner(principal, source) else {
            throw ProvostError(
                .invalid,
                "\(source.assignment) is your own workspace; to keep its files as they are now: provost workspace snapshot \(source.assignment)"
            )
        }
        let share = try await copyShare(principal, source)
        let made = try await runs.turns.take(source.id) { [self] () throws(ProvostError) -> Workspace in
            let now = try await context.store.workspace(source.id)
            guard now.state != .deleted else { throw WorkspaceFinder.hidden(typed) }
            guard runs.volumes.exists(now.id.text) else {
                throw ProvostError(
                    .conflict, "\(now.person) has not started \(now.assignment) yet, so there are no files to copy.")
            }
            // A room that reads it has it mounted: what is copied then may be torn.
            try await runs.readers.begin(now.id, by: principal.name)
            defer { runs.readers.failed(now.id) }
            let visit = try await context.store.beginVisit(share.id, at: context.now())
            let result: Result<Workspace, ProvostError>
            do throws(ProvostError) { result = .success(try await copy(now, by: principal, share: share)) } catch {
                result = .failure(error)
            }
            do throws(ProvostError) { try await context.store.endVisit(visit, at: context.now()) } catch {
                context.logger.error("The end of a visit could not be recorded", metadata: ["error": "\(error)"])
            }
            return try result.get()
        }
        return try await view(made)
    }

    /// Within the source's turn. The row first, because it takes the space from every total; a row without its volume, of a daemon that died
    /// between the two, is swept at the next start and cannot be started before.
    private func copy(_ source: Workspace, by principal: Principal, share: Share) async throws(ProvostError) -> Workspace {
        let runs = try parts.runs
        let copy = Workspace(
            id: context.identifiers.next("wsp"), person: share.person, cohort: source.cohort, assignment: source.assignment,
            lab: source.lab, labVersion: source.labVersion, state: .stopped, start: 0, limits: source.limits,
            network: source.network, createdAt: context.now(), copyOf: source.id)
        try await context.store.createWorkspace(copy, by: principal.name, at: copy.createdAt)
        do throws(ProvostError) {
            let run = runs[source.id]
            await run?.kept.notify(
                "\(principal.name) takes a copy of your files as they are now, by your share \(share.id). Nothing changes here.")
            try await runs.whileStill(source.id) { () throws(ProvostError) in
                try await runs.volumes.copy(source.id.text, to: copy.id.text)
            }
            // Taken back, or over, while it was copied: then there is no copy.
            guard
                try await context.store.shares(of: source.id).contains(where: { $0.id == share.id && $0.holds(at: context.now()) }
                )
            else {
                throw ProvostError(
                    .denied, "The share \(share.id) ended while the files were copied; ask \(source.person) for another one.")
            }
            return try await context.store.workspace(copy.id)
        } catch {
            await discard(copy, by: principal.name)
            throw error
        }
    }

    private func discard(_ copy: Workspace, by actor: String) async {
        do throws(ProvostError) {
            try await context.store.deleteWorkspace(copy.id, by: actor, at: context.now())
            try await parts.runs.volumes.remove(copy.id.text)
        } catch {
            context.logger.error(
                "A copy that was not finished could not be removed; it is at the next start of the server",
                metadata: ["workspace": "\(copy.id)", "error": "\(error)"])
        }
    }

    /// The share by which the caller may copy now. Throws `denied` that says what is missing.
    private func copyShare(_ principal: Principal, _ source: Workspace) async throws(ProvostError) -> Share {
        guard let person = principal.person, let role = principal.role(in: source.cohort), role >= .instructor else {
            throw ProvostError(
                .denied, "Only an instructor of \(source.cohort) whom \(source.person) named can copy this workspace.")
        }
        let theirs = try await context.store.shares(of: source.id).filter { $0.person == person.slug }
        let now = context.now()
        if let share = theirs.last(where: { $0.mode == .copy && $0.holds(at: now) }) { return share }
        let ask = "ask \(source.person) for: provost workspace share \(source.assignment) --with \(person.slug) --mode copy"
        if let other = theirs.last(where: { $0.holds(at: now) }) {
            throw ProvostError(.denied, "The share lets you \(other.mode.rawValue), not copy; \(ask)")
        }
        if let over = theirs.last(where: { $0.mode == .copy }) {
            let how = over.revokedAt == nil ? "was over at \(over.until)" : "was taken back"
            throw ProvostError(.denied, "The share \(over.id) \(how); \(ask)")
        }
        throw ProvostError(.denied, "\(source.person) has not let you copy the workspace; \(ask)")
    }
}

extension WorkspaceRuns {
    /// Runs `body` while the files of a workspace, if it runs, stand still. Within the workspace's turn. Throws when they were held for too
    /// long: what was copied meanwhile may be torn, and is for `body`'s caller to remove.
    func whileStill<Value: Sendable>(
        _ id: ID<Workspace>, _ body: () async throws(ProvostError) -> Value
    ) async throws(ProvostError) -> Value {
        guard let run = self[id] else { return try await body() }
        try await run.kept.quiesce()
        let value: Value
        do throws(ProvostError) { value = try await body() } catch {
            try? await run.kept.release()
            throw error
        }
        try await run.kept.release()
        return value
    }
}
