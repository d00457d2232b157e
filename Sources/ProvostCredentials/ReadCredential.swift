import ProvostCore

/// A credential as it was read: every part that Open Badges 3.0's schema requires, each of its kind.
struct ReadCredential {
    let id: String
    let issuer: String
    let subjectId: String?
    let validFrom: Timestamp
    let validUntil: Timestamp?
    let status: Credential.Status?
    let subject: CredentialReport.Subject
    /// What the claims around it say otherwise; nil: nothing.
    let contradiction: String?

    init(_ payload: StrictJSON.Value) throws(ProvostError) {
        do { self = try Self.read(payload) } catch let error as ProvostError { throw error } catch {
            throw ProvostError(.invalid, "It does not have the shape of a credential: \(error)")
        }
    }

    private init(
        id: String, issuer: String, subjectId: String?, validFrom: Timestamp, validUntil: Timestamp?, status: Credential.Status?,
        subject: CredentialReport.Subject, contradiction: String?
    ) {
        self.id = id
        self.issuer = issuer
        self.subjectId = subjectId
        self.validFrom = validFrom
        self.validUntil = validUntil
        self.status = status
        self.subject = subject
        self.contradiction = contradiction
    }

    private static func missing(_ what: String) -> ProvostError {
        ProvostError(.invalid, "It lacks what every credential has: \(what).")
    }

    private static func strings(_ value: StrictJSON.Value?, _ what: String) throws -> [String] {
        guard let value else { throw missing(what) }
        var texts: [String] = []
        for element in try value.elements() where element.isString { texts.append(try element.string()) }
        return texts
    }

    private static func instant(_ value: StrictJSON.Value?, _ what: String) throws -> Timestamp? {
        guard let value else { return nil }
        guard let instant = Timestamp(try value.string()) else {
            throw ProvostError(.invalid, "Its \(what) is no instant in UTC.")
        }
        return instant
    }

    private static func read(_ payload: StrictJSON.Value) throws -> ReadCredential {
        let contexts = try strings(payload.member("@context"), "@context")
        guard contexts.first == Credential.contexts[0], contexts.count > 1,
            contexts[1].hasPrefix("https://purl.imsglobal.org/spec/ob/v3p0/context")
        else { throw ProvostError(.invalid, "Its contexts are not those of Open Badges 3.0.") }
        let types = try strings(payload.member("type"), "type")
        guard types.contains("VerifiableCredential"),
            types.contains("OpenBadgeCredential") || types.contains("AchievementCredential")
        else { throw ProvostError(.invalid, "Its types are not those of an Open Badges credential.") }
        guard let id = try payload.member("id")?.string() else { throw missing("id") }
        guard let issuer = payload.member("issuer"), let issuerName = try issuer.member("id")?.string(),
            try strings(issuer.member("type"), "issuer.type").contains("Profile")
        else { throw missing("issuer") }
        guard let validFrom = try instant(payload.member("validFrom"), "validFrom") else { throw missing("validFrom") }
        let validUntil = try instant(payload.member("validUntil"), "validUntil")
        guard let subject = payload.member("credentialSubject") else { throw missing("credentialSubject") }
        guard try strings(subject.member("type"), "credentialSubject.type").contains("AchievementSubject"),
            subject.member("id") != nil || subject.member("identifier") != nil
        else { throw missing("a subject with an id or an identifier") }
        guard let achievement = subject.member("achievement"), achievement.member("id") != nil,
            try strings(achievement.member("type"), "achievement.type").contains("Achievement"),
            let name = try achievement.member("name")?.string(), achievement.member("description") != nil,
            let criteria = achievement.member("criteria"), criteria.member("narrative") != nil || criteria.member("id") != nil
        else { throw missing("an achievement with id, name, description and criteria") }
        let subjectId = try subject.member("id")?.string()
        let status = try status(payload.member("credentialStatus"))
        return ReadCredential(
            id: id, issuer: issuerName, subjectId: subjectId, validFrom: validFrom, validUntil: validUntil, status: status,
            subject: CredentialReport.Subject(
                id: id, issuer: issuerName, issuerTitle: try issuer.member("name")?.string(), name: name, validFrom: validFrom,
                validUntil: validUntil, statusList: status?.list, results: try results(subject, achievement)),
            contradiction: try contradiction(
                payload, id: id, issuer: issuerName, subject: subjectId, from: validFrom, until: validUntil))
    }

    private static func status(_ value: StrictJSON.Value?) throws -> Credential.Status? {
        guard let value else { return nil }
        guard try value.member("type")?.string() == "BitstringStatusListEntry",
            try value.member("statusPurpose")?.string() == "revocation",
            let list = try value.member("statusListCredential")?.string(),
            let index = try value.member("statusListIndex").flatMap({ Int(try $0.string()) }), index >= 0
        else { throw ProvostError(.invalid, "Its status is of a kind that is not known here.") }
        return Credential.Status(list: list, index: index)
    }

    private static func results(
        _ subject: StrictJSON.Value, _ achievement: StrictJSON.Value
    ) throws -> [CredentialReport.Subject.Result] {
        var names: [String: String] = [:]
        if let descriptions = achievement.member("resultDescription") {
            for description in try descriptions.elements() {
                if let id = try description.member("id")?.string() { names[id] = try description.member("name")?.string() }
            }
        }
        var results: [CredentialReport.Subject.Result] = []
        guard let list = subject.member("result") else { return [] }
        for result in try list.elements() {
            guard let value = try result.member("value")?.string() else { continue }
            let name = try result.member("resultDescription").flatMap { names[try $0.string()] } ?? ""
            results.append(CredentialReport.Subject.Result(name: name, value: value))
        }
        return results
    }

    private static func contradiction(
        _ payload: StrictJSON.Value, id: String, issuer: String, subject: String?, from: Timestamp, until: Timestamp?
    ) throws -> String? {
        let texts = [("iss", issuer, "issuer.id"), ("jti", id, "id"), ("sub", subject ?? "", "credentialSubject.id")]
        for (claim, expected, what) in texts where try payload.member(claim)?.string() != expected {
            return "The claim \(claim) is not the same as \(what)."
        }
        guard try payload.member("nbf")?.whole() == Int(from.seconds) else {
            return "The claim nbf is not the same as validFrom."
        }
        let expires = try payload.member("exp")?.whole()
        guard expires == until.map({ Int($0.seconds) }) else { return "The claim exp is not the same as validUntil." }
        return nil
    }

    func datesMistake(at now: Timestamp) -> String? {
        if now < validFrom { return "It is valid from \(validFrom.wholeSeconds) on." }
        if let validUntil, now >= validUntil { return "It expired at \(validUntil.wholeSeconds)." }
        return nil
    }
}
