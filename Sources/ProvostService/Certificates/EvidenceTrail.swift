import ProvostCore
import ProvostGrading
import ProvostStore

/// Follows the rows that a certificate rests on, and hashes what they name. Contents are read in pieces: how long one is does not matter.
struct EvidenceTrail {
    let context: ServiceContext
    /// The number of the audit's entry that issued the certificate; nil: there is none.
    let issued: Int64?
    /// The learner asked to be erased, and their archives went.
    let isErased: Bool
    /// What lies under each name that was hashed; nil: nothing.
    private var hashed: [ContentDigest: ContentDigest?] = [:]
    /// Labs and graders that were looked at: many results have the same.
    private var seen: Set<ContentDigest> = []

    init(_ context: ServiceContext, issued: Int64?, isErased: Bool) {
        self.context = context
        self.issued = issued
        self.isErased = isErased
    }

    mutating func links(of row: CertificateEvidence.Row) async throws(ProvostError) -> [EvidenceLink] {
        switch EvidenceRow.Kind(rawValue: row.kind) {
        case .submission:
            guard let digest = row.submission else {
                return [EvidenceLink("submission \(row.id)", .missing, "The certificate names no digest of it.")]
            }
            return [
                try await context.store.auditedSubmission(row.id, digest: digest, before: issued), try await archive(digest),
            ]
        case .grading:
            var links = try await context.store.auditedGrading(
                row.id, submission: row.submission, grader: row.graderVersion, lab: row.labVersion, before: issued)
            if let grader = row.graderVersion, seen.insert(grader).inserted {
                links.append(try await context.store.auditedGrader(grader, before: issued))
                links.append(try await graderContent(grader))
            }
            if let lab = row.labVersion, seen.insert(lab).inserted {
                links.append(try await context.store.auditedLab(lab, before: issued))
                links.append(try await labContent(lab, grader: row.graderVersion))
            }
            return links
        case .mark: return try await context.store.auditedMark(row.id, before: issued)
        case .attendance: return [try await context.store.auditedAttendance(row.id, before: issued)]
        case .allowance: return [try await context.store.auditedAllowance(row.id, before: issued)]
        case nil:
            return [
                EvidenceLink("\(row.kind) \(row.id)", .notRecorded, "This version of the daemon does not know what that is.")
            ]
        }
    }

    /// What was handed in, hashed again.
    private mutating func archive(_ digest: ContentDigest) async throws(ProvostError) -> EvidenceLink {
        let name = "archive \(digest.short)"
        guard let found = try await content(digest) else {
            return isErased
                ? EvidenceLink(name, .keptNoLonger, "It was erased with its person; the record of its digest stays.")
                : EvidenceLink(name, .missing, "Its content is not there any more.")
        }
        return found == digest
            ? EvidenceLink(name, .matches, "Its bytes have this SHA-256, hashed again.")
            : EvidenceLink(name, .differs, "Its bytes have the SHA-256 \(found.short) now.")
    }

    /// The grader's files, which are its version's name.
    private mutating func graderContent(_ digest: ContentDigest) async throws(ProvostError) -> EvidenceLink {
        let name = "content of grader \(digest.short)"
        guard let found = try await content(digest) else {
            return EvidenceLink(name, .missing, "Its files are not there any more.")
        }
        return found == digest
            ? EvidenceLink(name, .matches, "Its files have this SHA-256, hashed again.")
            : EvidenceLink(name, .differs, "Its files have the SHA-256 \(found.short) now.")
    }

    /// The version's digest, worked out anew from the lab's files and the grader's.
    private mutating func labContent(_ digest: ContentDigest, grader: ContentDigest?) async throws(ProvostError) -> EvidenceLink {
        let name = "content of lab \(digest.short)"
        let version: LabVersion
        do { version = try await context.store.labVersion(digest) } catch {
            guard error.code == .notFound else { throw error }
            return EvidenceLink(name, .missing, "The store has no such version.")
        }
        guard version.grader == grader else {
            return EvidenceLink(name, .differs, "The version is recorded with another grader than the score.")
        }
        guard let files = try await content(version.content), let graderFiles = try await content(version.grader) else {
            return EvidenceLink(name, .missing, "Its files or its grader's are not there any more.")
        }
        let derived = LabVersion.digest(content: files, grader: graderFiles)
        return derived == digest
            ? EvidenceLink(
                name, .matches, "Worked out again from its files \(files.short) and its grader's \(graderFiles.short).")
            : EvidenceLink(name, .differs, "Its files and its grader's come to \(derived.short) now.")
    }

    /// nil: nothing lies under that name. Throws `unavailable` when it cannot be read: that says nothing about it.
    private mutating func content(_ digest: ContentDigest) async throws(ProvostError) -> ContentDigest? {
        if let known = hashed[digest] { return known }
        let blobs = context.blobs
        let found: ContentDigest?
        do {
            found = try await Blocking.run { try blobs.digest(stored: digest) }
        } catch let error as ProvostError {
            guard error.code == .notFound else { throw error }
            found = nil
        } catch { throw ProvostError(.internalError, "The content \(digest.short) could not be read.", cause: error) }
        hashed[digest] = .some(found)
        return found
    }
}
