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
        var links: [EvidenceLink] = []
        let chain = try await context.store.verifyAudit()
        links.append(
            EvidenceLink(
                "audit", holds: chain.brokenAt == nil,
                chain.brokenAt.map { "The chain breaks at entry \($0)." } ?? "\(chain.entries) entries hang together."))
        links += try await issueLinks(content)
        let named = try Self.evidenceNames(content.token)
        for item in content.evidence {
            let expected = Credential.Evidence(name: item.title, digest: CertificateMaker.digest(of: item), narrative: "").id
            links.append(
                EvidenceLink(
                    "result \(item.assignment)", holds: named.contains(expected),
                    named.contains(expected)
                        ? "\(item.result?.description ?? "excused"), as the credential says."
                        : "The credential names another record."))
            for row in item.rows { links += try await self.links(of: row) }
        }
        if named.count != content.evidence.count {
            links.append(
                EvidenceLink(
                    "credential", holds: false, "It names \(named.count) records, and \(content.evidence.count) are kept."))
        }
        return links
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

    private func issueLinks(_ content: CertificateContent) async throws(ProvostError) -> [EvidenceLink] {
        let certificate = content.certificate
        let digest = ContentDigest(bytes: SHA256.hash(data: Array(content.token.utf8)))
        let action = certificate.renews == nil ? "certificate.issue" : "certificate.renew"
        let entries = try await context.store.auditEntries(subject: certificate.id.text, action: action)
        let audited = entries.contains { $0.details.contains(digest.hex) }
        let report = try await check(Array(content.token.utf8))
        let failures = report.findings.filter { $0.verdict != .valid && $0.rule != .status && $0.rule != .dates }
        return [
            EvidenceLink(
                "certificate \(certificate.id)", holds: failures.isEmpty,
                failures.first?.reason ?? "Its signature is \(certificate.organization)'s."),
            EvidenceLink(
                "certificate \(certificate.id) in the audit", holds: digest == certificate.digest && audited,
                audited ? "Entry \(entries.first?.sequence ?? 0) has the digest of the signed text." : "No entry has its digest."),
        ]
    }

    private static func evidenceNames(_ token: String) throws(ProvostError) -> Set<String> {
        do {
            guard let list = try SignedToken(reading: token).payload.member("evidence") else { return [] }
            var names: Set<String> = []
            for item in try list.elements() { if let id = try item.member("id")?.string() { names.insert(id) } }
            return names
        } catch { throw ProvostError(.internalError, "The credential of the certificate cannot be read.", cause: error) }
    }

    private func links(of row: CertificateEvidence.Row) async throws(ProvostError) -> [EvidenceLink] {
        switch row.kind {
        case "submission":
            guard let digest = row.submission else {
                return [EvidenceLink("submission \(row.id)", holds: false, "It has no digest.")]
            }
            let known = try? await context.store.submission(ID(parsing: row.id)).submission.digest
            let fits = known == digest
            return [
                EvidenceLink(
                    "submission \(row.id)", holds: fits && archiveIs(digest),
                    fits ? "Its archive has the SHA-256 \(digest.short)…, read again." : "It is not the archive of the record.")
            ]
        case "grading":
            guard let origin = try await context.store.scoreOrigin(grading: row.id) else {
                return [EvidenceLink("grading \(row.id)", holds: false, "There is no score of it.")]
            }
            let fits = origin.digest == row.submission && origin.grader == row.graderVersion && origin.lab == row.labVersion
            return [
                EvidenceLink(
                    "grading \(row.id)", holds: fits,
                    fits
                        ? "Its score is of this archive, by grader \(origin.grader.short) and lab \(origin.lab.short)."
                        : "Its score was made from something else."),
                try await published("grader", origin.grader, content: origin.grader),
                try await published("lab", origin.lab, content: try? await context.store.labVersion(origin.lab).content),
            ]
        default:
            return [EvidenceLink("\(row.kind) \(row.id)", holds: true, "Set by a person; it is in the audit under its own name.")]
        }
    }

    /// The bytes of the archive, hashed again.
    private func archiveIs(_ digest: ContentDigest) -> Bool {
        guard let bytes = try? context.blobs.read(digest, limit: 1 << 30) else { return false }
        return ContentDigest(bytes: SHA256.hash(data: bytes)) == digest
    }

    /// - Parameter content: of the folder as it was published; a lab version's own digest covers its grader as well.
    private func published(
        _ what: String, _ digest: ContentDigest, content: ContentDigest?
    ) async throws(ProvostError) -> EvidenceLink {
        let found = try await context.store.publication(of: digest, action: "\(what).publish")
        return EvidenceLink(
            "\(what) \(digest.short)", holds: found != nil && content.map(archiveIs) == true,
            found.map { "Published as audit entry \($0), its content read again." } ?? "No audit entry has published it.")
    }
}
