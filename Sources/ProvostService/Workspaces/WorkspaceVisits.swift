import Glibc
package import ProvostCore
import ProvostSandbox
import ProvostStore

/// A connection to what runs in a workspace.
package struct OpenedSession: Sendable {
    /// A connected, non-blocking socket that speaks `SessionFrame`; the receiver closes it.
    package let descriptor: Int32
    /// To be called when the connection is over.
    package let close: @Sendable () async -> Void
}

// Terminals, commands and connections, and those whom a learner lets in.
extension WorkspaceService {
    /// Terminals and commands that run, the oldest first.
    package func sessions(_ principal: Principal, _ name: String, cohort: Slug?) async throws(ProvostError) -> [SessionInfo] {
        let (workspace, _) = try await reachable(principal, name, cohort: cohort)
        return try await running(workspace).kept.sessions()
    }

    /// Opens a terminal, a command or a connection. The learner may all of it; who was let in may watch or type in terminals that are there.
    package func open(
        _ principal: Principal, _ name: String, cohort: Slug?, _ request: SessionRequest
    ) async throws(ProvostError) -> OpenedSession {
        let (workspace, share) = try await reachable(principal, name, cohort: cohort)
        let run = try await running(workspace)
        guard let share else {
            try await requireSession(principal, workspace, request)
            return OpenedSession(descriptor: try await run.kept.open(request)) {}
        }
        let allowed: SessionRequest
        switch (request, share.mode) {
        case (.watch, .watch), (.watch, .pair), (.attach, .pair): allowed = request
        case (.attach(let number), .watch): allowed = .watch(number)
        case (_, .copy):
            throw ProvostError(
                .denied, "You were given a copy, not a place inside; take it with: provost workspace copy \(workspace.id)")
        default:
            throw ProvostError(
                .denied, "You may \(share.mode.rawValue) in terminals that \(workspace.person) has open, and open none yourself.")
        }
        let store = context.store
        let now = context.now
        let visit = try await store.beginVisit(share.id, at: now())
        do throws(ProvostError) {
            await run.kept.notify("\(share.person) is here (\(share.mode.rawValue)), as you allowed until \(share.until).")
            return OpenedSession(descriptor: try await run.kept.open(allowed)) { try? await store.endVisit(visit, at: now()) }
        } catch {
            try? await store.endVisit(visit, at: now())
            throw error
        }
    }

    /// The learner's own (share nil), or one that the caller was let into.
    private func reachable(
        _ principal: Principal, _ name: String, cohort: Slug?
    ) async throws(ProvostError) -> (Workspace, Share?) {
        do throws(ProvostError) { return (try await finder.find(principal, name, cohort: cohort, for: .own), nil) } catch {
            guard error.code == .denied || error.code == .notFound, name.hasPrefix("wsp_"), let person = principal.person else {
                throw error
            }
            let id = try ID<Workspace>(parsing: name)
            guard let share = try await context.store.share(id, person: person.id, at: context.now()) else { throw error }
            return (try await context.store.workspace(id), share)
        }
    }

    private func running(_ workspace: Workspace) async throws(ProvostError) -> WorkspaceRunState {
        guard let run = await runs.run(workspace.id), workspace.state == .running || workspace.state == .frozen else {
            throw ProvostError(
                .conflict,
                "The workspace is \(workspace.state.rawValue); start it with: provost start \(workspace.assignment)")
        }
        return run
    }

    /// Holds the limit of terminals, over all workspaces of the learner in the cohort.
    private func requireSession(
        _ principal: Principal, _ workspace: Workspace, _ request: SessionRequest
    ) async throws(ProvostError) {
        switch request {
        case .shell, .command: break
        case .attach, .watch, .rescue, .connect: return
        }
        let chain = try await context.store.limitChain(cohort: workspace.cohort, person: workspace.person)
        let limit = chain.effective(.sessions)
        guard let most = limit.value else { return }
        var open = 0
        for known in try await context.store.workspaces(
            WorkspaceFilter(cohort: workspace.cohort, person: workspace.person, states: [.running, .frozen]))
        {
            open += (try? await runs.run(known.id)?.kept.sessions().count) ?? 0
        }
        guard open < most else {
            throw ProvostError(
                .limitReached,
                "You have \(open) terminals and commands open, and \(limit.binding.map { "\($0)" } ?? "the limit") allows \(most); end one: provost workspace sessions \(workspace.assignment)"
            )
        }
    }

    // MARK: Letting in

    /// Lets a named instructor of the cohort in for a time. Only the learner can.
    package func share(
        _ principal: Principal, _ name: String, cohort: Slug?, with person: Slug, mode: Share.Mode, time: TimeSpan
    ) async throws(ProvostError) -> Share {
        let workspace = try await finder.find(principal, name, cohort: cohort, for: .own)
        guard time.milliseconds >= 60_000, time <= .seconds(7 * 86_400) else {
            throw ProvostError(.invalid, "Somebody can be let in for 1 minute to 7 days.")
        }
        let now = context.now()
        let share = Share(
            id: context.identifiers.next("shr"), workspace: workspace.id, person: person, mode: mode, createdAt: now,
            until: now + time)
        try await context.store.grantShare(share, by: principal.name)
        return share
    }

    package func shares(_ principal: Principal, _ name: String, cohort: Slug?) async throws(ProvostError) -> [Share] {
        try await context.store.shares(of: finder.find(principal, name, cohort: cohort, for: .own).id)
    }

    package func revokeShare(
        _ principal: Principal, _ name: String, cohort: Slug?, share: ID<Share>
    ) async throws(ProvostError) -> Share {
        let workspace = try await finder.find(principal, name, cohort: cohort, for: .own)
        guard try await context.store.shares(of: workspace.id).contains(where: { $0.id == share }) else {
            throw ProvostError(.notFound, "The workspace has no share \(share).")
        }
        return try await context.store.revokeShare(share, by: principal.name, at: context.now())
    }

    /// Who was inside, when and how.
    package func visits(_ principal: Principal, _ name: String, cohort: Slug?) async throws(ProvostError) -> [Visit] {
        try await context.store.visits(finder.find(principal, name, cohort: cohort, for: .own).id)
    }

    /// Puts a copy of a workspace's files into the caller's own workspace of the same assignment, which must be stopped; of what was in it
    /// a snapshot is made. For somebody whom the learner gave a share of the kind `copy`.
    package func takeCopy(_ principal: Principal, of id: ID<Workspace>) async throws(ProvostError) -> WorkspaceView {
        guard let person = principal.person,
            let share = try await context.store.share(id, person: person.id, at: context.now()), share.mode == .copy
        else { throw ProvostError(.denied, "The learner has to allow it first: provost workspace share ASSIGNMENT --mode copy") }
        let source = try await context.store.workspace(id)
        let own = try await start(principal, assignment: "\(source.cohort)/\(source.assignment)", cohort: nil).workspace
        _ = try await stop(principal, own.id.text, cohort: nil)
        let visit = try await context.store.beginVisit(share.id, at: context.now())
        defer { Task { [context] in try? await context.store.endVisit(visit, at: context.now()) } }
        let snapshot = try await runs.exclusively(id) { () throws(ProvostError) -> ID<Snapshot> in
            let now = try await context.store.workspace(id)
            let temporary = context.identifiers.next("snp", as: ID<Snapshot>.self)
            let run = now.state.isActive ? await runs.run(id) : nil
            try await run?.kept.quiesce()
            do throws(ProvostError) { _ = try await volumes.snapshot(id.text, as: temporary.text) } catch {
                try? await run?.kept.release()
                throw error
            }
            try? await run?.kept.release()
            return temporary
        }
        let workspace = try await runs.exclusively(own.id) { () throws(ProvostError) -> Workspace in
            let workspace = try await context.store.workspace(own.id)
            guard workspace.state == .stopped else {
                throw ProvostError(.conflict, "Your own workspace for it runs; stop it first: provost stop \(own.assignment)")
            }
            _ = try await keep(workspace, cause: .restore, running: false, by: principal.name)
            try await volumes.restore(own.id.text, from: snapshot.text)
            try await context.store.recordRestore(own.id, from: snapshot, by: principal.name, at: context.now())
            return workspace
        }
        try await volumes.removeSnapshot(snapshot.text)
        return try await view(workspace)
    }
}
