import FoundationEssentials
import Glibc
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ProvostAPI
import ProvostCore
import ProvostService

/// Handing in, watching, and reading submissions.
struct SubmissionRoutes {
    let provost: Provost

    func add(to router: RouterGroup<ProvostRequestContext>) {
        let submissions = provost.submissions
        router.post("assignments/{assignment}/submissions") { request, context in try await receive(request, context) }
        router.get("submissions") { request, context in
            let limit = request.text("limit").flatMap { Int($0) } ?? 200
            let views = try await submissions.list(
                context.known(), cohort: request.slug("cohort"), assignment: request.text("assignment"),
                person: request.slug("person"),
                limit: max(1, min(limit, 10_000)))
            return try json(views.map(SubmissionInfo.init))
        }
        router.get("submissions/{submission}") { _, context in
            try await json(SubmissionInfo(submissions.view(context.known(), context.id("submission", of: Submission.self))))
        }
        router.get("submissions/{submission}/receipt") { _, context in
            try await json(submissions.receipt(context.known(), context.id("submission", of: Submission.self)))
        }
        router.get("submissions/{submission}/log") { _, context in
            let log = try await submissions.log(context.known(), context.id("submission", of: Submission.self))
            return Response(
                status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: log)))
        }
        router.get("submissions/{submission}/archive") { _, context in
            let archive = try await submissions.archive(context.known(), context.id("submission", of: Submission.self))
            return Response(
                status: .ok,
                headers: [
                    .contentType: "application/octet-stream",
                    .contentDisposition: "attachment; filename*=UTF-8''\(Route.percentEncoded(archive.fileName))",
                ], body: file(archive.descriptor, bytes: archive.bytes))
        }
        router.post("submissions/{submission}/regrade") { _, context in
            let queued = try await submissions.regrade(context.known(), submission: context.id("submission", of: Submission.self))
            return try json(RegradeAnswer(queued: queued))
        }
        router.get("submissions/{submission}/events") { _, context in try await watch(context) }
    }

    // MARK: Intake

    private func receive(_ request: Request, _ context: ProvostRequestContext) async throws -> Response {
        let principal = try context.known()
        let header = { (name: String) in HTTPField.Name(name).flatMap { request.headers[$0] } }
        guard let key = header(Route.idempotencyHeader) else {
            throw ProvostError(
                .invalid, "The Idempotency-Key header is missing: make a random one for each submission and keep it for resends.")
        }
        let digest = try header(Route.digestHeader).map { text throws(ProvostError) in try ContentDigest(parsing: text) }
        let intake = try await provost.submissions.begin(
            principal, assignment: context.text("assignment"), cohort: request.slug("cohort"), key: key,
            fileName: header(Route.fileNameHeader).flatMap { Route.percentDecoded($0) } ?? "submission",
            declaredBytes: request.headers[.contentLength].flatMap { Int64($0) },
            declaredDigest: digest, receivedAt: context.receivedAt)
        do {
            for try await bytes in byteChunks(request.body) { try await intake.append(bytes) }
        } catch {
            intake.abandon()
            throw error
        }
        let recorded = try await provost.submissions.finish(intake)
        context.logger.info(
            "Received",
            metadata: [
                "submission": "\(recorded.submission.id)", "bytes": "\(recorded.submission.bytes.bytes)",
                "resent": "\(recorded.resent)",
            ])
        return try json(
            SubmissionReceived(
                submission: recorded.submission, receipt: recorded.receipt, resent: recorded.resent,
                attemptsLeft: recorded.attemptsLeft),
            status: recorded.resent ? .ok : .created)
    }

    /// A file in pieces, read off the event loop; closes the descriptor at the end.
    private func file(_ descriptor: Int32, bytes: ByteCount) -> ResponseBody {
        // Owned from here on: the body of an answer whose client is gone is never asked for.
        let handle = StoredFile(descriptor)
        return ResponseBody(contentLength: Int(bytes.bytes)) { writer in
            while let piece = try await handle.next() { try await writer.write(ByteBuffer(bytes: piece)) }
            try await writer.finish(nil)
        }
    }

    // MARK: Watching

    private func watch(_ context: ProvostRequestContext) async throws -> Response {
        let principal = try context.known()
        let id = try context.id("submission", of: Submission.self)
        // Asked once before the stream begins, so that a wrong id or a missing right is an ordinary error.
        _ = try await provost.submissions.view(principal, id)
        let provost = provost
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
            body: ResponseBody { writer in
                try await EventWriter(provost: provost, principal: principal, submission: id).write(to: &writer)
                try await writer.finish(nil)
            })
    }
}
