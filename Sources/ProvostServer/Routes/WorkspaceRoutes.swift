import Hummingbird
import ProvostAPI
import ProvostCore
import ProvostService

/// Workspaces: their life, their files, who may look in; and the three routes that become sessions.
struct WorkspaceRoutes {
    let workspaces: WorkspaceService

    func add(to router: RouterGroup<ProvostRequestContext>) {
        addLife(to: router)
        addFiles(to: router)
        addShares(to: router)
        addSessions(to: router)
    }

    private func addLife(to router: RouterGroup<ProvostRequestContext>) {
        router.post("workspaces") { request, context in
            let principal = try context.known()
            let order = try await decoded(request, as: StartWorkspace.self)
            return try await info(
                workspaces.start(
                    principal, assignment: order.assignment,
                    cohort: order.cohort.map { text throws(ProvostError) in try Slug(text) }))
        }
        router.get("workspaces") { request, context in
            let views = try await workspaces.list(
                context.known(), cohort: request.slug("cohort"), person: request.slug("person"),
                assignment: request.slug("assignment"))
            return try json(views.map(WorkspaceInfo.init))
        }
        router.get("workspaces/{workspace}") { request, context in
            try await info(workspaces.show(context.known(), context.text("workspace"), cohort: request.slug("cohort")))
        }
        router.get("workspaces/{workspace}/why") { request, context in
            let reason = try await workspaces.why(
                context.known(), context.text("workspace"), cohort: request.slug("cohort"))
            return try json(WorkspaceReason(sentence: reason.sentence, details: reason.details))
        }
        router.get("workspaces/{workspace}/log") { request, context in
            let entries = try await workspaces.log(
                context.known(), context.text("workspace"), cohort: request.slug("cohort"))
            let lines = entries.map { "\($0.at) \($0.actor) \($0.action) \($0.details)\n" }.joined()
            return Response(
                status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: lines)))
        }
        router.post("workspaces/{workspace}/stop") { request, context in
            try await info(workspaces.stop(context.known(), context.text("workspace"), cohort: request.slug("cohort")))
        }
        router.post("workspaces/{workspace}/restart") { request, context in
            try await info(workspaces.restart(context.known(), context.text("workspace"), cohort: request.slug("cohort")))
        }
        router.post("workspaces/{workspace}/reset") { request, context in
            try await info(workspaces.reset(context.known(), context.text("workspace"), cohort: request.slug("cohort")))
        }
        router.post("workspaces/{workspace}/extend") { request, context in
            let principal = try context.known()
            let order = try await decoded(request, as: ExtendWorkspace.self)
            return try await info(
                workspaces.extend(
                    principal, context.text("workspace"), cohort: request.slug("cohort"), keepAlive: order.keepAlive))
        }
        router.delete("workspaces/{workspace}") { request, context in
            let workspace = try await workspaces.delete(
                context.known(), context.text("workspace"), cohort: request.slug("cohort"), confirm: request.text("confirm"))
            return try json(WorkspaceInfo(workspace: workspace))
        }
    }

    private func addFiles(to router: RouterGroup<ProvostRequestContext>) {
        router.get("workspaces/{workspace}/snapshots") { request, context in
            try await json(workspaces.snapshots(context.known(), context.text("workspace"), cohort: request.slug("cohort")))
        }
        router.post("workspaces/{workspace}/snapshots") { request, context in
            try await json(
                workspaces.snapshot(context.known(), context.text("workspace"), cohort: request.slug("cohort")), status: .created)
        }
        router.post("workspaces/{workspace}/snapshots/{snapshot}/restore") { request, context in
            try await info(
                workspaces.restore(
                    context.known(), context.text("workspace"), cohort: request.slug("cohort"),
                    snapshot: context.id("snapshot", of: Snapshot.self)))
        }
        router.delete("workspaces/{workspace}/snapshots/{snapshot}") { request, context in
            try await json(
                workspaces.removeSnapshot(
                    context.known(), context.text("workspace"), cohort: request.slug("cohort"),
                    snapshot: context.id("snapshot", of: Snapshot.self)))
        }
        router.post("workspaces/{workspace}/copy") { _, context in
            try await info(workspaces.takeCopy(context.known(), of: context.id("workspace", of: Workspace.self)))
        }
    }

    private func addShares(to router: RouterGroup<ProvostRequestContext>) {
        router.get("workspaces/{workspace}/shares") { request, context in
            try await json(workspaces.shares(context.known(), context.text("workspace"), cohort: request.slug("cohort")))
        }
        router.post("workspaces/{workspace}/shares") { request, context in
            let principal = try context.known()
            let order = try await decoded(request, as: NewShare.self)
            return try await json(
                workspaces.share(
                    principal, context.text("workspace"), cohort: request.slug("cohort"), with: Slug(order.person),
                    mode: order.mode, time: order.time), status: .created)
        }
        router.delete("workspaces/{workspace}/shares/{share}") { request, context in
            try await json(
                workspaces.revokeShare(
                    context.known(), context.text("workspace"), cohort: request.slug("cohort"),
                    share: context.id("share", of: Share.self)))
        }
        router.get("workspaces/{workspace}/visits") { request, context in
            try await json(workspaces.visits(context.known(), context.text("workspace"), cohort: request.slug("cohort")))
        }
    }

    // MARK: Sessions

    private func addSessions(to router: RouterGroup<ProvostRequestContext>) {
        router.get("workspaces/{workspace}/sessions") { request, context in
            try await json(workspaces.sessions(context.known(), context.text("workspace"), cohort: request.slug("cohort")))
        }
        router.get("workspaces/{workspace}/terminal") { request, context in
            let size = try request.windowSize()
            let wanted: SessionRequest
            switch request.text("mode") ?? "shell" {
            case "shell": wanted = .shell(size: size, term: String((request.text("term") ?? "xterm").prefix(64)))
            case "attach": wanted = .attach(try request.number("session", in: 1...1_000_000_000))
            case "watch": wanted = .watch(try request.number("session", in: 1...1_000_000_000))
            case "rescue": wanted = .rescue(size: size)
            case let other:
                throw ProvostError(
                    .invalid, "“\(other.prefix(40))” is no mode of a terminal; there are: shell, attach, watch, rescue.")
            }
            return try await open(wanted, request, context)
        }
        router.get("workspaces/{workspace}/command") { request, context in
            let words = request.uri.queryParameters.getAll("argument").compactMap { Route.percentDecoded($0) }
            guard let program = words.first, !program.isEmpty else {
                throw ProvostError(.invalid, "Say which command: ?argument=PROGRAM&argument=…")
            }
            guard words.reduce(0, { $0 + $1.utf8.count }) <= 64 << 10 else {
                throw ProvostError(.invalid, "A command has at most 64 KiB; send the rest on its standard input.")
            }
            let size = request.text("terminal") == nil ? nil : try request.windowSize()
            return try await open(
                .command(words, size: size, environment: request.text("term").map { ["TERM": String($0.prefix(64))] } ?? [:]),
                request,
                context)
        }
        router.get("workspaces/{workspace}/port/{port}") { request, context in
            guard let port = Int(try context.text("port")), (1...65_535).contains(port) else {
                throw ProvostError(.invalid, "A port is a whole number from 1 to 65535.")
            }
            return try await open(.connect(port: port), request, context)
        }
    }

    private func open(
        _ wanted: SessionRequest, _ request: Request, _ context: ProvostRequestContext
    ) async throws -> Response {
        let principal = try context.known()
        return try await context.session {
            let opened = try await workspaces.open(
                principal, context.text("workspace"), cohort: request.slug("cohort"), wanted)
            return (opened.descriptor, { Task { await opened.close() } })
        }
    }

    private func info(_ view: WorkspaceView) throws -> Response { try json(WorkspaceInfo(view)) }
}

extension WorkspaceInfo {
    fileprivate init(_ view: WorkspaceView) {
        self.init(
            workspace: view.workspace,
            place: view.place.map { WorkspacePlace(position: $0.position, of: $0.of, estimate: $0.estimate) }, usage: view.usage,
            idleness: view.idle.map { WorkspaceIdleness(deadline: $0.deadline, cause: $0.cause) }, studyEnds: view.studyEnds,
            balance: view.balance)
    }
}

extension Request {
    /// A query parameter that is a number. Throws `invalid`.
    fileprivate func number(_ name: String, in range: ClosedRange<Int>) throws(ProvostError) -> Int {
        guard let text = text(name), let value = Int(text), range.contains(value) else {
            throw ProvostError(.invalid, "“\(name)” must be a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return value
    }

    /// `rows` and `columns`; what is missing has the usual size.
    fileprivate func windowSize() throws(ProvostError) -> WindowSize {
        WindowSize(
            rows: text("rows") == nil ? 24 : try number("rows", in: 1...65_535),
            columns: text("columns") == nil ? 80 : try number("columns", in: 1...65_535))
    }
}
