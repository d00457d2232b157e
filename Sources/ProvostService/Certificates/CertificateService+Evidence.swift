import Crypto
package import ProvostCore
import ProvostCredentials
import ProvostStore

extension CertificateService {
    /// Follows a certificate back to what it was earned by: certificate → results → scores → gradings → what was handed in and what graded it.
    /// Each link is looked at again, and held against the audit. For the cohort's instructors.
    package func evidence(_ principal: Principal, _ id: ID<Certificate>) async throws(ProvostError) -> [EvidenceLink] {
        let content = try await content(principal, id)
        try principal.require(.instruct(cohort: content.certificate.cohort))
        let chain = try await context.store.verifyAudit()
        var links = [
            EvidenceLink(
                "audit", chain.brokenAt == nil ? .matches : .differs,
                chain.brokenAt.map { "The chain breaks at entry \($0): what its entries say proves nothing." }
                    ?? "\(chain.entries) entries hang together.")
        ]
        let (own, issued) = try await issueLinks(content)
        links += own
        let named = try Self.evidenceNames(content.token)
        let present = try await presentResults(content.certificate)
        var trail = EvidenceTrail(
            context, issued: issued, isErased: try await context.store.isErased(content.certificate.person.id))
        for item in content.evidence {
            let expected = Credential.Evidence(name: item.title, digest: CertificateMaker.digest(of: item), narrative: "").id
            links.append(
                EvidenceLink(
                    "record of \(item.assignment)", named.contains(expected) ? .matches : .differs,
                    named.contains(expected)
                        ? "The credential names its digest." : "The credential names another record than the store keeps."))
            links.append(try await result(item, present, content.certificate.cohort, issued))
            for row in item.rows { links += try await trail.links(of: row) }
        }
        if named.count != content.evidence.count {
            links.append(
                EvidenceLink(
                    "credential", .differs, "It names \(named.count) records, and \(content.evidence.count) are kept."))
        }
        return links
    }

    /// By assignment, worked out anew from the store; nil for somebody who is no learner of the cohort any more.
    private func presentResults(_ certificate: Certificate) async throws(ProvostError) -> [Slug: CertificateEvidence]? {
        do {
            let report = try await standings.report(cohort: certificate.cohort, person: certificate.person.id)
            return Dictionary(report.items.compactMap(CertificateEvidence.init).map { ($0.assignment, $0) }) { first, _ in first }
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    /// The same rows give the same result, unless the rules were changed since.
    private func result(
        _ item: CertificateEvidence, _ present: [Slug: CertificateEvidence]?, _ cohort: Slug, _ issued: Int64?
    ) async throws(ProvostError) -> EvidenceLink {
        let name = "result \(item.assignment)"
        let words = { (result: Percentage?) in result?.description ?? "excused" }
        let was = words(item.result)
        guard let present else { return EvidenceLink(name, .keptNoLonger, "\(was); they are no learner of the cohort now.") }
        if let now = present[item.assignment], now.rows == item.rows {
            guard now.result != item.result else {
                return EvidenceLink(name, .matches, "\(was), worked out again from the same rows.")
            }
            guard let issued,
                try await context.store.rulesChanged(cohort: cohort, assignment: item.assignment, after: issued)
            else { return EvidenceLink(name, .differs, "The certificate says \(was), its rows come to \(words(now.result)).") }
            return EvidenceLink(name, .superseded, "\(was); by the rules as they were changed since, \(words(now.result)).")
        }
        let now = present[item.assignment].map { words($0.result) } ?? "nothing"
        return EvidenceLink(name, .superseded, "\(was); other rows count by now, which come to \(now).")
    }

    /// Grades again, as an ordinary regrade, each submission that the certificate was earned by: what comes out counts, as always. Answers with their ids.
    package func regrade(_ principal: Principal, _ id: ID<Certificate>) async throws(ProvostError) -> [ID<Submission>] {
        let content = try await content(principal, id)
        try principal.require(.instruct(cohort: content.certificate.cohort))
        var queued: [ID<Submission>] = []
        for row in content.evidence.flatMap(\.rows) where row.kind == "submission" {
            let submission: ID<Submission> = try ID(parsing: row.id)
            _ = try await submissions.regrade(principal, submission: submission)
            queued.append(submission)
        }
        return queued
    }

    /// The certificate itself; and the number of the audit's entry that issued it.
    private func issueLinks(
        _ content: CertificateContent
    ) async throws(ProvostError) -> (links: [EvidenceLink], issued: Int64?) {
        let certificate = content.certificate
        let name = "certificate \(certificate.id)"
        let digest = ContentDigest(bytes: SHA256.hash(data: Array(content.token.utf8)))
        let action = certificate.renews == nil ? "certificate.issue" : "certificate.renew"
        let entry = try await context.store.auditEntries(subject: certificate.id.text, action: action).first
        let fits = digest == certificate.digest && entry?.details.contains("\"\(digest.hex)\"") == true
        let failure = try await failure(of: content.token)
        return (
            [
                EvidenceLink(
                    name, failure == nil ? .matches : .differs,
                    failure
                        ?? "Its signature is \(certificate.organization)'s."),
                EvidenceLink(
                    "\(name) in the audit", entry == nil ? .missing : fits ? .matches : .differs,
                    entry.map {
                        fits
                            ? "Entry \($0.sequence) has the digest of the signed text."
                            : "Entry \($0.sequence) has the digest of another text."
                    } ?? "No entry has issued it."),
            ], entry?.sequence
        )
    }

    /// Why the signed text is none of the organization's; nil: it is. Whether it is revoked or its time is over is no part of it.
    private func failure(of token: String) async throws(ProvostError) -> String? {
        let report: CredentialReport
        do { report = try await check(Array(token.utf8)) } catch {
            // Of an issuer that has signed nothing here, or no credential at all.
            guard error.code == .invalid else { throw error }
            return error.message
        }
        return report.findings.first { $0.verdict != .valid && $0.rule != .status && $0.rule != .dates }.map {
            "\($0.rule): \($0.reason ?? "it does not hold")"
        }
    }

    private static func evidenceNames(_ token: String) throws(ProvostError) -> Set<String> {
        do {
            guard let list = try SignedToken(reading: token).payload.member("evidence") else { return [] }
            var names: Set<String> = []
            for item in try list.elements() { if let id = try item.member("id")?.string() { names.insert(id) } }
            return names
        } catch { throw ProvostError(.internalError, "The credential of the certificate cannot be read.", cause: error) }
    }
}
