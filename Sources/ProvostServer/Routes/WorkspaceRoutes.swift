import HTTPTypes
import Hummingbird
import NIOCore
import ProvostAPI
import ProvostCore
import ProvostService

/// Learners' workspaces: their life, their files, who is let in, and the sessions that a connection becomes.
struct WorkspaceRoutes {
    let workspaces: WorkspaceService

    func add(to router: RouterGroup<ProvostRequestContext>) {
        addLife(to: router.group("workspaces"))
        addFiles(to: router.group("workspaces/{workspace}/snapshots"))
        addSessions(to: router.group("workspaces/{workspace}"))
        addShares(to: router.group("workspaces/{workspace}"))
        addClosing(to: router.group("cohorts/{cohort}/closing"))
    }

    private func addLife(to router: RouterGroup<ProvostRequestContext>) {
        let workspaces = workspaces
        router.post { request, context in
            let principal = try context.known()
            let body = try await decoded(request, as: StartWorkspace.self)
            let cohort = try body.cohort.map { text throws(ProvostError) in try Slug(text) }
            return try await json(
                WorkspaceInfo(
                    workspaces.start(principal, assignment: body.assignment, cohort: cohort, rescue: body.rescue ?? false)),
                status: .created)
        }
        router.get { request, context in
            let views = try await workspaces.list(
                context.known(), cohort: request.slug("cohort"), person: request.slug("person"),
                assignment: request.slug("assignment"))
            return try json(views.map { WorkspaceInfo($0) })
        }
        router.get("{workspace}") { _, context in
            try await json(WorkspaceInfo(workspaces.show(context.known(), context.text("workspace"))))
        }
        router.get("{workspace}/why") { _, context in
            let why = try await workspaces.why(context.known(), context.text("workspace"))
            return try json(WorkspaceReason(sentence: why.sentence, details: why.details))
        }
        router.get("{workspace}/log") { _, context in
            let text = try await workspaces.log(context.known(), context.text("workspace"))
            return Response(
                status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        }
        router.post("{workspace}/stop") { _, context in
            try await json(WorkspaceInfo(workspaces.stop(context.known(), context.text("workspace"))))
        }
        router.post("{workspace}/restart") { _, context in
            try await json(WorkspaceInfo(workspaces.restart(context.known(), context.text("workspace"))))
        }
        router.post("{workspace}/reset") { _, context in
            try await json(WorkspaceInfo(workspaces.reset(context.known(), context.text("workspace"))))
        }
        router.post("{workspace}/extend") { request, context in
            let principal = try context.known()
            let body = try await decoded(request, as: ExtendWorkspace.self)
            return try await json(
                WorkspaceInfo(workspaces.extend(principal, context.text("workspace"), keepAlive: body.keepAlive)))
        }
        router.delete("{workspace}") { request, context in
            try await json(
                WorkspaceInfo(
                    workspaces.delete(context.known(), context.text("workspace"), confirm: request.text("confirm"))))
        }
    }

    private func addFiles(to router: RouterGroup<ProvostRequestContext>) {
        let workspaces = workspaces
        router.get { _, context in
            try await json(workspaces.snapshots(context.known(), context.text("workspace")))
        }
        router.post { _, context in
            try await json(workspaces.snapshot(context.known(), context.text("workspace")), status: .created)
        }
        router.post("{snapshot}/restore") { _, context in
            try await json(
                WorkspaceInfo(
                    workspaces.restore(
                        context.known(), context.text("workspace"), from: context.id("snapshot", of: Snapshot.self))))
        }
        router.delete("{snapshot}") { _, context in
            try await json(
                workspaces.removeSnapshot(
                    context.known(), context.text("workspace"), context.id("snapshot", of: Snapshot.self)))
        }
    }

    // MARK: Sessions

    private func addSessions(to router: RouterGroup<ProvostRequestContext>) {
        let workspaces = workspaces
        router.get("sessions") { _, context in
            try await json(workspaces.sessions(context.known(), context.text("workspace")))
        }
        router.get("terminal") { request, context in
            let principal = try context.known()
            let wish = try Self.terminal(request)
            return try await context.session {
                try await workspaces.open(principal, context.text("workspace"), wish)
            }
        }
        router.get("command") { request, context in
            let principal = try context.known()
            // Decoded already: a “%” that is left is the learner's own, as in `date +%s`.
            let words = request.uri.queryParameters.getAll("argument").map { String($0) }
            let wish = SessionWish.command(words, size: request.text("terminal") == nil ? nil : try Self.size(request))
            return try await context.session {
                try await workspaces.open(principal, context.text("workspace"), wish)
            }
        }
        router.get("files") { request, context in
            let principal = try context.known()
            let wish: ReadingWish = request.text("whole") == nil ? .place(request.text("path") ?? ".") : .whole
            return try await context.session {
                try await workspaces.read(principal, context.text("workspace"), wish)
            }
        }
        router.get("port/{port}") { _, context in
            let principal = try context.known()
            guard let port = Int(try context.text("port")), (1...65_535).contains(port) else {
                throw ProvostError(.invalid, "A port is a number from 1 to 65535.")
            }
            return try await context.session {
                try await workspaces.open(principal, context.text("workspace"), .connect(port: port))
            }
        }
    }

    private static func terminal(_ request: Request) throws(ProvostError) -> SessionWish {
        let size = try size(request)
        let mode = request.text("mode") ?? "shell"
        func session() throws(ProvostError) -> Int {
            guard let number = request.text("session").flatMap({ Int($0) }) else {
                throw ProvostError(.invalid, "Say which session (session=N); see: provost workspace sessions")
            }
            return number
        }
        switch mode {
        case "shell": return .shell(size: size, term: request.text("term") ?? "dumb")
        case "attach": return .attach(try session())
        case "watch": return .watch(try session())
        case "rescue": return .rescue(size: size)
        default:
            throw ProvostError(
                .invalid, "“\(mode.prefix(40))” is no way into a terminal; there are: shell, attach, watch, rescue.")
        }
    }

    private static func size(_ request: Request) throws(ProvostError) -> WindowSize {
        func number(_ name: String, _ standard: Int) throws(ProvostError) -> Int {
            guard let text = request.text(name) else { return standard }
            guard let number = Int(text), (1...65_535).contains(number) else {
                throw ProvostError(.invalid, "\(name) “\(text.prefix(20))” is not a number from 1 to 65535.")
            }
            return number
        }
        return WindowSize(rows: try number("rows", 24), columns: try number("columns", 80))
    }

    // MARK: Shares

    private func addShares(to router: RouterGroup<ProvostRequestContext>) {
        let workspaces = workspaces
        router.get("shares") { _, context in
            try await json(workspaces.shares(context.known(), context.text("workspace")))
        }
        router.post("shares") { request, context in
            let principal = try context.known()
            let body = try await decoded(request, as: NewShare.self)
            return try await json(
                workspaces.grantShare(
                    principal, context.text("workspace"), person: Slug(body.person), mode: body.mode, time: body.time),
                status: .created)
        }
        router.delete("shares/{share}") { _, context in
            try await json(
                workspaces.revokeShare(context.known(), context.text("workspace"), context.id("share", of: Share.self)))
        }
        router.post("copy") { _, context in
            try await json(WorkspaceInfo(workspaces.copy(context.known(), context.text("workspace"))), status: .created)
        }
        router.get("visits") { _, context in
            try await json(workspaces.listVisits(context.known(), context.text("workspace")))
        }
    }

    // MARK: The end of study

    private func addClosing(to router: RouterGroup<ProvostRequestContext>) {
        let workspaces = workspaces
        router.get { _, context in
            try await json(ClosingInfo(workspaces.closing(context.known(), cohort: context.slug("cohort"))))
        }
        router.post { request, context in
            let principal = try context.known()
            let body = try await decoded(request, as: CloseCohort.self)
            return try await json(
                ClosingInfo(
                    workspaces.closeCohort(
                        principal, context.slug("cohort"), deleteOn: body.deleteOn, reason: body.reason)),
                status: .created)
        }
        router.delete { request, context in
            try await json(
                ClosingInfo(
                    workspaces.reopenCohort(
                        context.known(), context.slug("cohort"), reason: request.text("reason") ?? "")))
        }
    }
}

extension ClosingInfo {
    init(_ standing: ClosingStanding) {
        self.init(
            cohort: standing.cohort, closing: standing.closing, workspaces: standing.workspaces.count,
            learners: Set(standing.workspaces.map(\.person)).count,
            running: standing.workspaces.count { $0.state != .stopped }, size: standing.size, receipts: standing.receipts)
    }
}

extension WorkspaceInfo {
    init(_ view: WorkspaceView) {
        self.init(
            workspace: view.workspace,
            place: view.place.map { WorkspacePlace(position: $0.position, of: $0.of, estimate: $0.estimate) },
            usage: view.usage, deadline: view.deadline, deadlineCause: view.deadlineCause, balance: view.balance,
            deleteOn: view.deleteOn)
    }
}
