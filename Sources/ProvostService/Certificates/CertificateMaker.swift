import Crypto
import ProvostCore
import ProvostCredentials
import ProvostStore

/// Makes one signed certificate from one learner's report. Pure but for the signature.
struct CertificateMaker {
    let world: CertificateWorld
    let ground: CertificateGround
    let signing: IssuerKeys.Signing
    let now: Timestamp
    let zone: Zone

    func make(
        _ report: LearnerReport, id: ID<Certificate>, uuid: () -> String, subject: String, list: Int, index: Int, salt: String,
        renews: ID<Certificate>?, isAfterRevocation: Bool
    ) throws(ProvostError) -> NewCertificate {
        let issuer = world.issuer(of: ground.organization)
        let from = Timestamp(milliseconds: now.seconds * 1000)
        let until = ground.certificate.validMonths.map { expiry(after: $0) }
        let title = ground.certificate.title
        let evidence = report.items.compactMap(CertificateEvidence.init)
        var results: [Credential.Result] = []
        if let total = report.total?.low {
            results.append(Credential.Result(description: uuid(), name: "Total", value: Self.number(total)))
        }
        for item in evidence {
            guard let result = item.result else { continue }
            results.append(Credential.Result(description: uuid(), name: item.title, value: Self.number(result)))
        }
        let email = report.person.email.map { address in
            Credential.HashedEmail(hash: ContentDigest(bytes: SHA256.hash(data: Array((address + salt).utf8))), salt: salt)
        }
        let credential = Credential(
            id: uuid(), issuer: issuer, issuerTitle: ground.organizationTitle, issuerAddress: world.address.text,
            name: title.korean.map { "\(title.english) · \($0)" } ?? title.english, learnerName: report.person.name,
            subject: subject, email: email,
            achievement: Credential.Achievement(
                id: "\(world.address)/achievements/\(ground.cohort)", name: title.english,
                summary: ground.certificate.summary.english, criteria: ground.certificate.requirements.sentence),
            results: results,
            evidence: evidence.map { item in
                Credential.Evidence(name: item.title, digest: Self.digest(of: item), narrative: Self.narrative(item))
            },
            status: Credential.Status(list: world.statusList(of: ground.organization, list), index: index), validFrom: from,
            validUntil: until)
        let token: String
        do {
            token = try SignedToken.sign(credential.payload, by: signing.key, kid: "\(issuer)#key-\(signing.number)")
        } catch { throw ProvostError(.internalError, "The certificate could not be signed.", cause: error) }
        return NewCertificate(
            id: id, enrollment: report.enrollment, organization: ground.organization, learner: report.person.name, title: title,
            summary: ground.certificate.summary, validFrom: from, validUntil: until, keyNumber: signing.number, statusList: list,
            statusIndex: index, token: token, digest: ContentDigest(bytes: SHA256.hash(data: Array(token.utf8))),
            evidence: evidence, renews: renews, isAfterRevocation: isAfterRevocation)
    }

    static func digest(of evidence: CertificateEvidence) -> ContentDigest {
        ContentDigest(bytes: SHA256.hash(data: Array(evidence.text.utf8)))
    }

    private static func narrative(_ evidence: CertificateEvidence) -> String {
        let rows = evidence.rows.map { row in
            var text = "\(row.kind) \(row.id)"
            if let digest = row.submission { text += ", handed in sha256 \(digest)" }
            if let grader = row.graderVersion { text += ", grader sha256 \(grader)" }
            return text
        }
        return rows.isEmpty ? "Decided by the program's policy." : rows.joined(separator: "; ")
    }

    /// Percent with at most two decimals, cut.
    static func number(_ value: Percentage) -> String { String(value.description.dropLast()) }

    /// The same day so many months on, at its end in the cohort's zone; the last of a month that is shorter.
    private func expiry(after months: Int) -> Timestamp {
        let today = zone.civil(at: now).date
        let index = today.year * 12 + today.month - 1 + months
        var day = today.day
        while true {
            let text = "\(padded(index / 12, 4))-\(padded(index % 12 + 1, 2))-\(padded(day, 2))"
            if let date = try? CivilDate(parsing: text) { return zone.instant(of: CivilTime(date: date.adding(days: 1))) }
            guard day > 28 else { return now + .seconds(Int64(months) * 2_629_746) }
            day -= 1
        }
    }
    private func padded(_ value: Int, _ width: Int) -> String {
        String(repeating: "0", count: max(0, width - String(value).count)) + String(value)
    }
}

extension CertificateEvidence {
    /// nil: nothing counts of it, and nothing excused it.
    init?(_ item: ReportItem) {
        guard item.result.counted != nil || item.result.range == nil && !item.evidence.isEmpty else { return nil }
        self.init(
            assignment: item.slug, title: item.title.english, result: item.result.counted,
            rows: item.evidence.map {
                Row(
                    kind: $0.kind.rawValue, id: $0.id, submission: $0.digest, graderVersion: $0.graderVersion,
                    labVersion: $0.labVersion)
            })
    }
}

extension Requirement {
    /// In words, for the credential's criteria.
    var sentence: String {
        func place(_ scope: Scope) -> String {
            switch scope {
            case .everything: "everything"
            case .phase(let phase): "the phase \(phase)"
            case .assignments(let names): names.map(\.text).joined(separator: ", ")
            }
        }
        return switch self {
        case .all(let rules): rules.map(\.sentence).joined(separator: "; ")
        case .any(let rules): "one of: " + rules.map(\.sentence).joined(separator: " / ")
        case .assignment(let name, let minimum): "\(name) with at least \(minimum)"
        case .atLeast(let count, let scope, let minimum): "at least \(count) of \(place(scope)), each with at least \(minimum)"
        case .weightedMean(let scope, let minimum): "a weighted mean of at least \(minimum) over \(place(scope))"
        case .everyPhase(let minimum): "at least \(minimum) in every phase"
        case .attendance(let minimum): "attendance of at least \(minimum)"
        case .noOpenIntegrityCase: "no open doubt about the honesty of the work"
        }
    }
}
