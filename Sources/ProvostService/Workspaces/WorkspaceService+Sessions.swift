import Glibc
import Logging
package import ProvostCore
import ProvostSandbox
import ProvostStore
import Synchronization

/// How somebody wants to get in.
package enum SessionWish: Sendable, Hashable {
    case shell(size: WindowSize, term: String)
    case attach(Int)
    case watch(Int)
    case rescue(size: WindowSize)
    case command([String], size: WindowSize?)
    case connect(port: Int)

    var request: SessionRequest {
        switch self {
        case .shell(let size, let term): .shell(size: size, term: term)
        case .attach(let number): .attach(number)
        case .watch(let number): .watch(number)
        case .rescue(let size): .rescue(size: size)
        case .command(let words, let size): .command(words, size: size, environment: [:])
        case .connect(let port): .connect(port: port)
        }
    }
}

// Getting in, and letting others in.
extension WorkspaceService {
    /// A connected socket that speaks session frames, and what is to be called when its connection is over. Only the learner gets in, and by a
    /// share of theirs a named instructor: to look with `watch`, to type in terminals with `pair`.
    package func open(
        _ principal: Principal, _ typed: String, _ wish: SessionWish
    ) async throws(ProvostError) -> (descriptor: Int32, whenOver: @Sendable () -> Void) {
        let runs = try parts.runs
        let workspace = try await finder.find(principal, typed, .see)
        var share: Share?
        if !finder.isOwner(principal, workspace) {
            share = try await finder.share(principal, workspace)
            guard let share else {
                _ = try await finder.find(principal, typed, .own)
                throw WorkspaceFinder.hidden(typed)
            }
            try Self.require(share, lets: wish)
        }
        guard let run = runs[workspace.id], run.start == workspace.start,
            workspace.state == .running || workspace.state == .frozen
        else {
            // Who comes back to a terminal, after the daemon was away, is to read here why it is not there any more.
            let isOver = workspace.state == .stopped || workspace.state == .stopping
            let why = isOver && workspace.start > 0 ? ": \(stopped(workspace))" : ""
            throw ProvostError(
                .conflict,
                "The workspace \(workspace.assignment) is \(workspace.state.rawValue)\(why); run: provost start \(workspace.assignment)"
            )
        }
        if case .command(let words, _) = wish, words.isEmpty {
            throw ProvostError(.invalid, "Say what to run: provost exec \(workspace.assignment) -- COMMAND")
        }
        if share == nil { try await requireSession(runs, workspace, wish) }
        let descriptor = try await run.kept.open(wish.request)
        guard let share else { return (descriptor, {}) }
        let visit: Int64
        do throws(ProvostError) { visit = try await context.store.beginVisit(share.id, at: context.now()) } catch {
            close(descriptor)
            throw error
        }
        await run.kept.notify(
            "\(principal.name) is here now (\(share.mode.rawValue)); end it with: provost workspace share --revoke \(share.id)")
        return (descriptor, follow(visit, share: share, descriptor: descriptor))
    }

    private static func require(_ share: Share, lets wish: SessionWish) throws(ProvostError) {
        switch (share.mode, wish) {
        case (.watch, .watch), (.pair, .watch), (.pair, .attach), (.pair, .shell): return
        case (.copy, _):
            throw ProvostError(
                .denied,
                "The share gives you a copy of the files (provost workspace copy \(share.workspace)); the workspace itself stays closed."
            )
        default:
            throw ProvostError(
                .denied,
                "The share lets you \(share.mode == .watch ? "watch (provost shell --watch)" : "work in terminals (provost shell)") and nothing else."
            )
        }
    }

    /// The learner's cap on open terminals, over all that they run.
    private func requireSession(_ runs: WorkspaceRuns, _ workspace: Workspace, _ wish: SessionWish) async throws(ProvostError) {
        switch wish {
        case .shell, .rescue: break
        case .command(_, let size) where size != nil: break
        default: return
        }
        let chain = try await context.store.limitChain(cohort: workspace.cohort, person: workspace.person)
        let explained = chain.effective(.sessions)
        guard let most = explained.value else { return }
        var used = Int64(0)
        let filter = WorkspaceFilter(person: workspace.person, states: [.running, .frozen])
        for one in try await context.store.workspaces(filter) {
            if let run = runs[one.id] { used += Int64((try? await run.kept.sessions().count { $0.terminal }) ?? 0) }
        }
        // A shell that cannot be had because of shells would lock a learner out: rescue always works.
        if case .rescue = wish { return }
        guard used < most else {
            throw ProvostError(
                .limitReached,
                "You have \(used) of \(most) terminals open (limit sessions, set at \(explained.binding ?? .standard)); end one, or go back to it with: provost shell --session N"
            )
        }
    }

    /// Ends the connection when the share does, and records when the visit ended.
    private func follow(_ visit: Int64, share: Share, descriptor: Int32) -> @Sendable () -> Void {
        // A descriptor of our own: the other may be closed, and its number given away, before the share ends.
        let ours = dup(descriptor)
        let link = VisitLinks.Link(descriptor: ours)
        visits.add(link, of: share.id)
        let context = context
        let watch = Task {
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(1))
                if Task.isCancelled { return }
                if context.now() >= share.until { return link.cut() }
            }
        }
        return { [visits] in
            watch.cancel()
            visits.remove(link, of: share.id)
            Task {
                do throws(ProvostError) { try await context.store.endVisit(visit, at: context.now()) } catch {
                    context.logger.error("The end of a visit could not be recorded", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    // MARK: Shares

    package func shares(_ principal: Principal, _ typed: String) async throws(ProvostError) -> [Share] {
        try await context.store.shares(of: finder.find(principal, typed, .own).id)
    }

    /// Lets a named instructor of the cohort in for a time. Nobody else can be named.
    package func grantShare(
        _ principal: Principal, _ typed: String, person: Slug, mode: Share.Mode, time: TimeSpan
    ) async throws(ProvostError) -> Share {
        let workspace = try await finder.find(principal, typed, .own)
        guard workspace.copyOf == nil else {
            throw ProvostError(
                .denied,
                "This is a copy of a learner's files, which were given to you alone; whoever else needs them asks the learner.")
        }
        guard time.milliseconds > 0, time <= Self.longestShare else {
            throw ProvostError(.invalid, "A share lasts up to \(Self.longestShare); say how long, like 2h.")
        }
        let enrollments = try await context.store.enrollments(cohort: workspace.cohort)
        guard let guest = enrollments.first(where: { $0.person.slug == person }), !guest.suspended, guest.role >= .instructor
        else {
            throw ProvostError(
                .invalid,
                "\(person) is no instructor of \(workspace.cohort); a workspace can be shared with its instructors alone.")
        }
        let now = context.now()
        let share = Share(
            id: context.identifiers.next("shr"), workspace: workspace.id, person: person, mode: mode, createdAt: now,
            until: now + time)
        try await context.store.grantShare(share, by: principal.name)
        return share
    }

    /// Takes it back; who is in by it is out at once.
    package func revokeShare(_ principal: Principal, _ typed: String, _ id: ID<Share>) async throws(ProvostError) -> Share {
        let workspace = try await finder.find(principal, typed, .own)
        guard try await context.store.shares(of: workspace.id).contains(where: { $0.id == id }) else {
            throw ProvostError(.notFound, "There is no share \(id) of this workspace; see: provost workspace share")
        }
        let revoked = try await context.store.revokeShare(id, by: principal.name, at: context.now())
        visits.cut(id)
        return revoked
    }

    package func listVisits(_ principal: Principal, _ typed: String) async throws(ProvostError) -> [Visit] {
        try await context.store.visits(finder.find(principal, typed, .own).id)
    }
}

/// The connections of those who are in by a share.
final class VisitLinks: Sendable {
    final class Link: Sendable {
        private let descriptor: Mutex<Int32>
        init(descriptor: Int32) { self.descriptor = Mutex(descriptor) }
        /// Both directions, for everyone who holds the connection.
        func cut() { descriptor.withLock { if $0 >= 0 { shutdown($0, Int32(SHUT_RDWR)) } } }
        func close() {
            descriptor.withLock { number in
                if number >= 0 { Glibc.close(number) }
                number = -1
            }
        }
        deinit { close() }
    }
    private let links = Mutex<[ID<Share>: [ObjectIdentifier: Link]]>([:])

    func add(_ link: Link, of share: ID<Share>) { links.withLock { $0[share, default: [:]][ObjectIdentifier(link)] = link } }
    func remove(_ link: Link, of share: ID<Share>) {
        links.withLock { $0[share]?[ObjectIdentifier(link)] = nil }
        link.close()
    }
    func cut(_ share: ID<Share>) {
        let known = links.withLock { links in links[share].map { Array($0.values) } ?? [] }
        for link in known { link.cut() }
    }
}
