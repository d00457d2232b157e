import HTTPTypes
import Hummingbird
import ProvostAPI
import ProvostCore
import ProvostService

/// Results, status, keys, doctor and audit.
struct SystemRoutes {
    let provost: Provost
    let version: String

    func add(to router: RouterGroup<ProvostRequestContext>) {
        let results = provost.results
        router.get("health") { _, _ in try json(["status": "ok", "version": version]) }
        router.get("keys/receipt") { _, _ in
            try json(ReceiptKey(id: provost.signer.keyId, algorithm: "Ed25519", publicKey: provost.signer.publicKeyText))
        }
        router.get("status") { _, context in
            let principal = try context.known()
            let counts = try await provost.queueCounts()
            let mine = try await provost.submissions.unfinished(principal)
            return try json(
                StatusReport(
                    version: version, startedAt: provost.startedAt, now: provost.context.now(), queued: counts.queued,
                    running: counts.running,
                    workers: provost.queue.workers, degraded: provost.degraded, mine: mine.map(SubmissionInfo.init)))
        }
        router.get("doctor") { _, context in try await json(DoctorReport(checks: provost.doctor(context.known()))) }
        router.get("cohorts/{cohort}/grades") { request, context in
            try await json(
                results.grades(context.known(), cohort: context.slug("cohort"), assignment: request.text("assignment")))
        }
        router.get("progress") { request, context in
            let reports = try await results.progress(
                context.known(), cohort: request.slug("cohort"), person: request.slug("person"))
            return try json(
                reports.map { report in
                    ProgressReport(
                        cohort: report.cohort, person: report.person,
                        rows: report.rows.map {
                            ProgressReport.Row(assignment: AssignmentInfo($0.assignment), result: $0.result, regrade: $0.regrade)
                        }, standing: StandingInfo(report))
                })
        }
        router.get("audit") { request, context in
            let after = request.text("after").flatMap { Int64($0) } ?? 0
            let limit = request.text("limit").flatMap { Int($0) } ?? 200
            return try await json(results.audit(context.known(), after: after, limit: limit))
        }
        router.get("audit/verify") { _, context in
            let verified = try await results.verifyAudit(context.known())
            return try json(AuditVerification(entries: verified.entries, brokenAt: verified.brokenAt))
        }
    }
}
