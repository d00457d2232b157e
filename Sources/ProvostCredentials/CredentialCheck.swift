package import ProvostCore

/// What a check of a credential can find. The raw values are what programs read.
package enum CredentialRule: String, Hashable, Sendable, Codable, CaseIterable {
    /// The file holds a credential: once, in a place where it belongs.
    case file
    /// The credential is a compact JWS of the form that Open Badges asks for.
    case form
    /// It has every part that the standard requires, each of its kind.
    case shape
    /// It names the issuer whose document was shown.
    case issuer
    /// The key that it names is one of that issuer's.
    case key
    /// Not a letter of it was changed since it was signed.
    case signature
    /// The claims around it say the same as it says itself.
    case claims
    /// Its time has begun and is not over.
    case dates
    /// It is not revoked, by a list that the same issuer signed.
    case status
}

/// What a check came to: each rule that was looked at, in the order of ``CredentialRule``.
package struct CredentialReport: Hashable, Sendable, Codable {
    package enum Verdict: String, Hashable, Sendable, Codable {
        case valid, invalid
        /// Nothing is wrong, but something could not be looked at: no status list was there.
        case unknown
    }
    package struct Finding: Hashable, Sendable, Codable {
        package let rule: CredentialRule
        package let verdict: Verdict
        /// What is wrong, or what was not there.
        package let reason: String?
    }

    package var findings: [Finding] = []
    /// What it says, as far as it could be read; believe nothing of it unless the verdict is `valid`.
    package var subject: Subject?

    package struct Subject: Hashable, Sendable, Codable {
        package let id: String
        package let issuer: String
        package let issuerTitle: String?
        package let name: String
        package let validFrom: Timestamp
        package let validUntil: Timestamp?
        /// Where its issuer publishes what is revoked.
        package let statusList: String?
        package let results: [Result]
        package struct Result: Hashable, Sendable, Codable {
            package let name: String
            package let value: String
            package init(name: String, value: String) {
                self.name = name
                self.value = value
            }
        }
    }

    package var verdict: Verdict {
        if findings.contains(where: { $0.verdict == .invalid }) { return .invalid }
        return findings.contains { $0.verdict == .unknown } ? .unknown : .valid
    }
    /// The first rule that is not kept.
    package var failure: Finding? { findings.first { $0.verdict == .invalid } }

    mutating func add(_ rule: CredentialRule, _ reason: String? = nil) {
        findings.append(Finding(rule: rule, verdict: reason == nil ? .valid : .invalid, reason: reason))
    }
    mutating func leaveOpen(_ rule: CredentialRule, _ reason: String) {
        findings.append(Finding(rule: rule, verdict: .unknown, reason: reason))
    }
}

/// Checks a credential with nothing but what its issuer publishes.
package enum CredentialCheck {
    /// - Parameters:
    ///   - file: a token, or a baked SVG or PNG.
    ///   - document: the issuer's `did.json`.
    ///   - statusList: the signed list that the credential names; nil: what it says stays unknown.
    package static func report(
        file: [UInt8], document: IssuerDocument, statusList: String?, at now: Timestamp
    ) -> CredentialReport {
        var report = CredentialReport()
        do {
            let text = try CredentialFile.token(in: file)
            report.add(.file)
            check(text, document, statusList, now, &report)
        } catch { report.add(.file, error.message) }
        return report
    }

    /// The name of the issuer whose document is needed, and the list's address: believed by nobody yet.
    package static func sources(of file: [UInt8]) throws(ProvostError) -> (issuer: IssuerName, statusList: String?) {
        guard let token = try? SignedToken(reading: CredentialFile.token(in: file)) else {
            throw ProvostError(.invalid, "This is no Open Badges credential in the form of a signed token.")
        }
        guard let name = try? token.payload.member("issuer")?.member("id")?.string() else {
            throw ProvostError(.invalid, "The credential names no issuer.")
        }
        return (
            try IssuerName(parsing: name),
            (try? token.payload.member("credentialStatus")?.member("statusListCredential")?.string()) ?? nil
        )
    }

    private static func check(
        _ text: String, _ document: IssuerDocument, _ statusList: String?, _ now: Timestamp, _ report: inout CredentialReport
    ) {
        let token: SignedToken
        do {
            token = try SignedToken(reading: text)
            report.add(.form)
        } catch {
            let reason =
                error == .form
                ? "This is no signed token: three parts of base64url with JSON in the first two."
                : "The token's header is not ES256 with the address of a key and nothing else."
            return report.add(.form, reason)
        }
        let credential: ReadCredential
        do {
            credential = try ReadCredential(token.payload)
            report.add(.shape)
        } catch { return report.add(.shape, error.message) }
        report.subject = credential.subject
        let issuer = credential.issuer
        report.add(
            .issuer, issuer == document.issuer.did ? nil : "It names \(issuer), and the document is of \(document.issuer).")
        guard issuer == document.issuer.did, token.kid.hasPrefix(issuer + "#"), let key = document.keys[token.kid] else {
            return report.add(.key, "\(token.kid) is no key that \(document.issuer) publishes.")
        }
        report.add(.key)
        report.add(
            .signature,
            token.isSigned(by: key) ? nil : "The signature does not fit: the credential was changed, or another key signed it.")
        report.add(.claims, credential.contradiction)
        report.add(.dates, credential.datesMistake(at: now))
        check(credential, statusList, document, now, &report)
    }

    private static func check(
        _ credential: ReadCredential, _ statusList: String?, _ document: IssuerDocument, _ now: Timestamp,
        _ report: inout CredentialReport
    ) {
        guard let entry = credential.status else { return report.add(.status) }
        guard let statusList else {
            return report.leaveOpen(.status, "Whether it is revoked is not known: the list \(entry.list) was not shown.")
        }
        let wrong = "The status list is not the one at \(entry.list), signed by \(document.issuer)."
        guard let token = try? SignedToken(reading: statusList), token.kid.hasPrefix(document.issuer.did + "#"),
            let key = document.keys[token.kid], token.isSigned(by: key),
            let list = try? ReadStatusList(token.payload), list.id == entry.list, list.issuer == document.issuer.did,
            list.validFrom <= now, list.validUntil.map({ $0 > now }) ?? true
        else { return report.add(.status, wrong) }
        switch list.bits.isRevoked(entry.index) {
        case false?: report.add(.status)
        case true?: report.add(.status, "It is revoked.")
        case nil: report.add(.status, "Its place \(entry.index) is not on the status list.")
        }
    }
}

/// The parts of a status list that count.
private struct ReadStatusList {
    let id: String
    let issuer: String
    let validFrom: Timestamp
    let validUntil: Timestamp?
    let bits: StatusList

    init?(_ payload: StrictJSON.Value) throws {
        guard let id = try payload.member("id")?.string(), let issuer = payload.member("issuer"),
            let subject = payload.member("credentialSubject"), let from = try payload.member("validFrom")?.string(),
            let validFrom = Timestamp(from), try subject.member("type")?.string() == "BitstringStatusList",
            try subject.member("statusPurpose")?.string() == "revocation",
            let encoded = try subject.member("encodedList")?.string()
        else { return nil }
        self.id = id
        self.issuer = try issuer.isString ? issuer.string() : issuer.member("id")?.string() ?? ""
        self.validFrom = validFrom
        if let until = try payload.member("validUntil")?.string() {
            guard let instant = Timestamp(until) else { return nil }
            validUntil = instant
        } else {
            validUntil = nil
        }
        bits = try StatusList(encoded: encoded)
    }
}
