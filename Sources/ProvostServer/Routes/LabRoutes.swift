import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore
import ProvostAPI
import ProvostCore
import ProvostService

/// Labs, graders and the assignments that place them in cohorts.
struct LabRoutes {
    let provost: Provost

    func add(to router: RouterGroup<ProvostRequestContext>) {
        let labs = provost.labs
        let assignments = provost.assignments
        let archives = provost.archives
        router.get("labs") { _, context in try await json(labs.labs(context.known(), name: nil)) }
        router.get("labs/{name}") { _, context in try await json(labs.labs(context.known(), name: context.slug("name"))) }
        router.get("graders") { _, context in try await json(labs.graders(context.known(), name: nil)) }
        router.get("graders/{name}") { _, context in try await json(labs.graders(context.known(), name: context.slug("name"))) }
        router.post("labs") { request, context in
            let principal = try context.known()
            try principal.require(.author)
            let (digest, bytes) = try await archives.keep(byteChunks(request.body), limit: LabService.archiveLimit)
            let published = try await labs.publishLab(principal, archive: digest, bytes: bytes, checked: try checked(request))
            return try json(
                Published(version: published.version, new: published.new, changes: published.changes),
                status: published.new ? .created : .ok)
        }
        router.post("graders") { request, context in
            let principal = try context.known()
            try principal.require(.author)
            let (digest, bytes) = try await archives.keep(byteChunks(request.body), limit: LabService.archiveLimit)
            let published = try await labs.publishGrader(principal, archive: digest, bytes: bytes)
            return try json(
                Published(version: published.version, new: published.new, changes: published.changes),
                status: published.new ? .created : .ok)
        }
        router.get("labs/{name}/handout") { request, context in
            let principal = try context.known()
            let view = try await assignments.find(principal, name: context.text("name"), cohort: request.slug("cohort"))
            let text = try await labs.handout(principal, of: view, language: request.text("language") ?? "en")
            return Response(
                status: .ok, headers: [.contentType: "text/markdown; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: text)))
        }

        router.post("assignments/{assignment}/trials") { request, context in
            let trial = try await provost.trials.begin(
                context.known(), assignment: context.text("assignment"), cohort: request.slug("cohort"),
                declaredBytes: request.headers[.contentLength].flatMap { Int64($0) })
            for try await bytes in byteChunks(request.body) { try await trial.archive.append(bytes) }
            let (record, unpack) = try await trial.run()
            return try json(TrialAnswer(record: record, unpack: unpack))
        }
        router.post("cohorts/{cohort}/assignments") { request, context in
            let body = try await decoded(request, as: NewAssignment.self)
            let view = try await assignments.create(
                context.known(), cohort: context.slug("cohort"), name: body.slug, lab: body.lab, labVersion: body.labVersion,
                opens: body.opens, due: body.due,
                closes: body.closes, attempts: body.attempts, policy: body.policy, weight: body.weight)
            return try json(AssignmentInfo(view), status: .created)
        }
        router.get("assignments") { request, context in
            try await json(assignments.list(context.known(), cohort: request.slug("cohort")).map(AssignmentInfo.init))
        }
        router.get("assignments/{assignment}") { request, context in
            let view = try await assignments.find(
                context.known(), name: context.text("assignment"), cohort: request.slug("cohort"))
            return try json(AssignmentInfo(view))
        }
        router.patch("assignments/{assignment}") { request, context in
            let principal = try context.known()
            let view = try await assignments.find(principal, name: context.text("assignment"), cohort: request.slug("cohort"))
            let body = try await decoded(request, as: AssignmentChange.self)
            let changed = try await assignments.change(
                principal, view, labVersion: body.labVersion, newest: body.newestLabVersion ?? false, opens: body.opens,
                due: body.due, closes: body.closes,
                attempts: body.attempts, policy: body.policy)
            return try json(AssignmentInfo(changed))
        }
    }
}

/// What the publisher's check came to, if their command said so.
private func checked(_ request: Request) throws(ProvostError) -> CheckRecord? {
    guard let name = HTTPField.Name(Route.checkedHeader), let text = request.headers[name] else { return nil }
    guard let json = Route.percentDecoded(text),
        let record = try? WireCoding.decoder().decode(CheckRecord.self, from: Data(json.utf8))
    else { throw ProvostError(.invalid, "The \(Route.checkedHeader) header is no check’s record.") }
    return record
}

extension Request {
    /// A query parameter, percent-decoded; nil when it is missing or empty.
    func text(_ name: String) -> String? {
        guard let value = uri.queryParameters[Substring(name)], !value.isEmpty else { return nil }
        return String(value)
    }
    func slug(_ name: String) throws(ProvostError) -> Slug? {
        guard let text = text(name) else { return nil }
        return try Slug(text)
    }
}

/// A request's body in pieces of at least 256 KiB (but the last), so that each piece is one hop to a thread that may block.
func byteChunks(_ body: RequestBody) -> AsyncThrowingStream<[UInt8], any Error> {
    // A pull stream: the next piece is read from the connection only when it is asked for.
    let source = ChunkSource(body)
    return AsyncThrowingStream { try await source.next() }
}

private actor ChunkSource {
    private static let size = 256 << 10
    private var iterator: RequestBody.AsyncIterator
    init(_ body: RequestBody) { iterator = body.makeAsyncIterator() }

    func next() async throws -> [UInt8]? {
        var bytes: [UInt8] = []
        var iterator = iterator
        defer { self.iterator = iterator }
        while bytes.count < Self.size, let buffer = try await iterator.next(isolation: self) {
            bytes.append(contentsOf: buffer.readableBytesView)
        }
        return bytes.isEmpty ? nil : bytes
    }
}
