import Crypto
package import ProvostCore
import ProvostCredentials
import ProvostStore

/// Certificates: who has a right to one, issuing, revoking, renewing; what the world may read of them is in the extensions.
package struct CertificateService: Sendable {
    /// Most characters of the reason for a revocation.
    package static let longestReason = 500

    let context: ServiceContext
    let standings: StandingService
    let submissions: SubmissionService
    let keys: IssuerKeys
    /// Pictures and PDFs that are drawn at one time, in rooms.
    let drawings = Places(2, longestQueue: 200)

    package init(_ context: ServiceContext, standings: StandingService, submissions: SubmissionService) {
        self.context = context
        self.standings = standings
        self.submissions = submissions
        keys = IssuerKeys(context)
    }

    // MARK: Who has a right to one

    /// Every learner of the cohort who is not suspended. For its instructors. Throws `conflict` when the cohort leads to no certificate.
    package func eligible(_ principal: Principal, cohort: Slug) async throws(ProvostError) -> [CertificateStanding] {
        try principal.require(.instruct(cohort: cohort))
        _ = try await context.store.certificateGround(cohort: cohort)
        return try await standing(cohort: cohort).map(\.standing)
    }

    /// One learner, worked out by itself: what to ask after one of their scores has changed. Throws `notFound`, and `conflict` also for one who
    /// is suspended.
    package func eligible(
        _ principal: Principal, cohort: Slug, person: Slug
    ) async throws(ProvostError) -> CertificateStanding {
        try principal.require(.instruct(cohort: cohort))
        let known = try await context.store.person(person)
        let (record, learner, standing) = try await standings.standing(cohort: cohort, person: known.id)
        guard let outcome = standing.outcome else {
            throw ProvostError(
                .conflict,
                "The cohort \(record.cohort.slug) leads to no certificate: its program's file has no “certificate” section.")
        }
        guard !learner.isSuspended else {
            throw ProvostError(.conflict, "\(person) is suspended in \(cohort), and gets no certificate there.")
        }
        let newest = try await context.store.certificates(person: known.id).map(\.certificate).last {
            $0.cohort == cohort && $0.renewedBy == nil
        }
        return CertificateStanding(
            person: learner.person, verdict: outcome.verdict, missing: outcome.allMissing, unmet: outcome.unmet,
            certificate: newest?.id)
    }

    /// With each the newest certificate that they have, revoked or not.
    private func standing(
        cohort: Slug
    ) async throws(ProvostError) -> [(report: LearnerReport, standing: CertificateStanding, newest: Certificate?)] {
        let suspended = Set(try await context.store.enrollments(cohort: cohort).filter(\.suspended).map(\.id))
        var issued: [ID<Enrollment>: Certificate] = [:]
        for content in try await context.store.certificates(cohort: cohort) where content.certificate.renewedBy == nil {
            issued[content.enrollment] = content.certificate
        }
        return try await standings.reports(cohort: cohort).compactMap { report in
            guard let outcome = report.outcome, !suspended.contains(report.enrollment) else { return nil }
            let newest = issued[report.enrollment]
            return (
                report,
                CertificateStanding(
                    person: report.person, verdict: outcome.verdict, missing: outcome.allMissing, unmet: outcome.unmet,
                    certificate: newest?.id), newest
            )
        }
    }

    // MARK: Issuing

    /// Issues to those of the cohort who meet the requirements: to all of them, or to the persons named. Who has one keeps it, so that doing it
    /// again is the same as once; whose one was revoked gets another only when they are named. Throws `conflict`, and issues none, when a person
    /// who is named does not meet them.
    package func issue(
        _ principal: Principal, cohort: Slug, persons: [Slug]
    ) async throws(ProvostError) -> (issued: Int, certificates: [Certificate]) {
        try principal.require(.manage(cohort: cohort))
        let ground = try await context.store.certificateGround(cohort: cohort)
        let evaluated = context.now()
        let all = try await standing(cohort: cohort)
        for person in persons {
            guard let found = all.first(where: { $0.report.person.slug == person }) else {
                throw ProvostError(.notFound, "There is no learner “\(person)” in the cohort \(cohort) who is not suspended.")
            }
            guard found.standing.verdict == .met || found.standing.certificate != nil else {
                let missing = found.standing.missing.map(\.text).joined(separator: ", ")
                throw ProvostError(
                    .conflict,
                    "\(person) does not meet the requirements (\(found.standing.verdict.rawValue))\(missing.isEmpty ? "" : "; missing: \(missing)"). See: provost progress --person \(person)"
                )
            }
        }
        let orders = all.compactMap { found -> Order? in
            guard found.standing.verdict == .met, persons.isEmpty || persons.contains(found.report.person.slug) else {
                return nil
            }
            guard let newest = found.newest else { return Order(report: found.report) }
            guard newest.revocation != nil, !persons.isEmpty else { return nil }
            return Order(report: found.report, renews: newest.id, isAfterRevocation: true)
        }
        let kept = try await issue(orders, ground, evaluated: evaluated, by: principal.name)
        let names = Set(persons)
        let certificates = try await context.store.certificates(cohort: cohort).map(\.certificate).filter {
            $0.renewedBy == nil && (names.isEmpty || names.contains($0.person.slug))
        }
        return (kept, certificates)
    }

    /// Another one in the place of one that expires, expired or was printed with an old name. The requirements are looked at again. Throws
    /// `conflict` for one that is revoked or renewed already, and when they are not met any more.
    package func renew(_ principal: Principal, _ id: ID<Certificate>) async throws(ProvostError) -> Certificate {
        let content = try await managed(principal, id)
        let old = content.certificate
        guard old.revocation == nil, old.renewedBy == nil else {
            throw ProvostError(
                .conflict, "The certificate \(id) is \(old.state(at: context.now()).rawValue); only one that stands is renewed.")
        }
        let ground = try await context.store.certificateGround(cohort: old.cohort)
        let evaluated = context.now()
        let report = try await standings.report(cohort: old.cohort, person: old.person.id)
        guard report.outcome?.verdict == .met else {
            throw ProvostError(
                .conflict,
                "\(old.person.slug) does not meet the requirements any more; see: provost progress --person \(old.person.slug)")
        }
        let kept = try await issue(
            [Order(report: report, renews: id)], ground, evaluated: evaluated, by: principal.name)
        guard kept == 1, let new = try await context.store.certificate(id).certificate.renewedBy else {
            throw ProvostError(
                .conflict,
                "\(old.person.slug) is suspended, or an integrity case was opened: no certificate is renewed. See: provost integrity list"
            )
        }
        return try await context.store.certificate(new).certificate
    }

    /// For ever, and at once for everybody who asks for the status list.
    package func revoke(
        _ principal: Principal, _ id: ID<Certificate>, reason: String
    ) async throws(ProvostError) -> Certificate {
        _ = try await managed(principal, id)
        let words = reason.split(whereSeparator: { $0.isWhitespace || $0.isNewline }).joined(separator: " ")
        guard (1...Self.longestReason).contains(words.count) else {
            throw ProvostError(.invalid, "Say why, which stays on record, in 1 to \(Self.longestReason) characters (--reason).")
        }
        try await context.store.revokeCertificate(id, reason: words, by: principal.name, at: context.now())
        return try await context.store.certificate(id).certificate
    }

    /// One that is to be made.
    private struct Order {
        let report: LearnerReport
        var renews: ID<Certificate>?
        var isAfterRevocation = false
    }

    /// Makes and keeps them; those whose place on the status list was taken meanwhile are made once more. Returns how many were kept.
    private func issue(
        _ orders: [Order], _ ground: CertificateGround, evaluated: Timestamp, by actor: String
    ) async throws(ProvostError) -> Int {
        var left = orders
        var kept = 0
        for _ in 0..<8 where !left.isEmpty {
            let outcome = try await context.store.issueCertificates(
                try await make(left, ground, by: actor), evaluated: evaluated, by: actor, at: context.now())
            kept += outcome.kept
            left = left.filter { outcome.displaced.contains($0.report.enrollment) }
        }
        guard left.isEmpty else {
            throw ProvostError(
                .unavailable,
                "Too many certificates of \(ground.organization) are issued at this moment; do it again for the rest.")
        }
        return kept
    }

    private func make(
        _ orders: [Order], _ ground: CertificateGround, by actor: String
    ) async throws(ProvostError) -> [NewCertificate] {
        guard !orders.isEmpty else { return [] }
        let world = try world()
        let signing = try await keys.signing(ground.organization, by: actor)
        var places = try await context.store.statusPlaces(organization: ground.organization)
        let subjects = try await context.store.certificateSubjects(
            Dictionary(uniqueKeysWithValues: orders.map { ($0.report.person.id, uuid()) }), organization: ground.organization)
        let maker = CertificateMaker(
            world: world, ground: ground, signing: signing, now: context.now(),
            zone: try context.zones.zone(ground.timezone))
        var made: [NewCertificate] = []
        for order in orders {
            // At random, so that neighbours on the list have nothing to do with each other.
            if places.taken.count >= 65_536 { places = (places.list + 1, []) }
            var index: Int
            repeat {
                let bytes = context.identifiers.randomBytes(3)
                index = (Int(bytes[0]) << 16 | Int(bytes[1]) << 8 | Int(bytes[2])) % StatusList.count
            } while !places.taken.insert(index).inserted
            guard let subject = subjects[order.report.person.id] else { continue }
            made.append(
                try maker.make(
                    order.report, id: context.identifiers.next("crt"), uuid: uuid, subject: subject, list: places.list,
                    index: index, salt: Base32.encode(context.identifiers.randomBytes(15)), renews: order.renews,
                    isAfterRevocation: order.isAfterRevocation))
        }
        return made
    }

    /// A random one (RFC 9562, version 4).
    private func uuid() -> String {
        var bytes = context.identifiers.randomBytes(16)
        bytes[6] = bytes[6] & 0x0f | 0x40
        bytes[8] = bytes[8] & 0x3f | 0x80
        let hex = bytes.map { String(256 + Int($0), radix: 16).dropFirst() }.joined()
        var text = "urn:uuid:"
        for (index, letter) in hex.enumerated() { text += ([8, 12, 16, 20].contains(index) ? "-" : "") + String(letter) }
        return text
    }

    func world() throws(ProvostError) -> CertificateWorld {
        guard let world = context.world else {
            throw ProvostError(
                .unavailable,
                "The daemon does not know its public address, which certificates name for ever: start it with --public-url https://HOST"
            )
        }
        return world
    }

    // MARK: Reading

    /// Of the cohort, for its instructors; or the caller's own.
    package func list(_ principal: Principal, cohort: Slug?) async throws(ProvostError) -> [Certificate] {
        if let cohort {
            try principal.require(.attend(cohort: cohort))
            let all = try await context.store.certificates(cohort: cohort).map(\.certificate)
            if (try? principal.require(.instruct(cohort: cohort))) != nil { return all }
            return all.filter { $0.person.id == principal.person?.id }
        }
        guard let person = principal.person else {
            throw ProvostError(.invalid, "An administrator has no certificates of their own; say which cohort's with --cohort.")
        }
        return try await context.store.certificates(person: person.id).map(\.certificate)
    }

    /// Its learner and the cohort's instructors; whether it exists is told to nobody else.
    package func content(_ principal: Principal, _ id: ID<Certificate>) async throws(ProvostError) -> CertificateContent {
        let content = try await context.store.certificate(id)
        let certificate = content.certificate
        do throws(ProvostError) {
            if certificate.person.id != principal.person?.id { try principal.require(.instruct(cohort: certificate.cohort)) }
        } catch {
            throw ProvostError(.notFound, "There is no certificate \(id) of yours; see: provost certificate list")
        }
        return content
    }

    private func managed(_ principal: Principal, _ id: ID<Certificate>) async throws(ProvostError) -> CertificateContent {
        let content = try await content(principal, id)
        try principal.require(.manage(cohort: content.certificate.cohort))
        return content
    }

    // MARK: Keys

    package func keys(_ principal: Principal, organization: Slug) async throws(ProvostError) -> [CertificateKey] {
        try principal.require(.administer)
        return try await context.store.issuerKeys(of: organization)
    }

    /// Makes the key that signs from now on.
    package func rotateKey(_ principal: Principal, organization: Slug) async throws(ProvostError) -> [CertificateKey] {
        try principal.require(.administer)
        _ = try await keys.rotate(organization, by: principal.name)
        return try await context.store.issuerKeys(of: organization)
    }
}
