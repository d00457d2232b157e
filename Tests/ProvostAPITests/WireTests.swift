import Foundation
import ProvostAPI
import ProvostCore
import Testing

@Suite struct WireTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Golden"
    private static var root: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    }

    /// Other programs read these. Recorded with PROVOST_RECORD_GOLDEN=1, which fails the run so that nobody records by accident.
    @Test(arguments: Samples.all.map(\.name)) func theJSONIsAsRecorded(name: String) throws {
        let sample = try #require(Samples.all.first { $0.name == name })
        let json = try WireCoding.encoder(pretty: true).encode(sample.value)
        let file = "\(Self.folder)/\(name).json"
        if ProcessInfo.processInfo.environment["PROVOST_RECORD_GOLDEN"] != nil {
            try (json + Data("\n".utf8)).write(to: URL(fileURLWithPath: file))
            Issue.record("recorded \(file)")
            return
        }
        #expect(
            String(decoding: json, as: UTF8.self) + "\n"
                == String(decoding: try Data(contentsOf: URL(fileURLWithPath: file)), as: UTF8.self))
    }

    /// What was recorded, read and written again, is the same: nothing is lost on the way.
    @Test(arguments: Samples.all.map(\.name)) func nothingIsLostOnTheWay(name: String) throws {
        let sample = try #require(Samples.all.first { $0.name == name })
        let json = try WireCoding.encoder().encode(sample.value)
        #expect(try Self.again(sample.value, json) == json)
    }

    private static func again<Value: Codable>(_ value: Value, _ json: Data) throws -> Data {
        try WireCoding.encoder().encode(try WireCoding.decoder().decode(Value.self, from: json))
    }

    @Test func noRecordingIsLeftOver() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder).filter { $0.hasSuffix(".json") }
        #expect(Set(files) == Set(Samples.all.map { "\($0.name).json" }))
        #expect(Samples.all.count == Set(Samples.all.map(\.name)).count)
    }

    /// Every type of the module that can be encoded has a sample, those of events and rows within another's.
    @Test func everyWireTypeHasASample() throws {
        let sampled = Set(Samples.all.map { String("\(type(of: $0.value))".prefix { $0 != "<" }) })
        let folder = Self.root.appendingPathComponent("Sources/ProvostAPI")
        var found = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where name.hasSuffix(".swift") {
            let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
            for match in text.matches(of: /(?m)^package struct ([A-Za-z]+)[^\n{]*Codable/) {
                found += 1
                #expect(sampled.contains(String(match.1)), "\(match.1) of \(name) has no sample")
            }
        }
        #expect(found >= 20)
    }

    // MARK: Secrets

    /// A field by such a name may stand only where a secret is shown for the one time, or sent for it.
    @Test func secretsStandOnlyWhereTheyAreExchanged() {
        let suspicious: Set<String> = ["token", "code", "secret", "password", "hash"]
        let known: Set<String> = [
            "LoginResponse.token", "EnrollmentCode.code", "LoginRequest.code", "Content.code", "AuditEntry.hash",
        ]
        var seen: Set<String> = []
        func walk(_ value: Any) {
            let mirror = Mirror(reflecting: value)
            for child in mirror.children {
                if let label = child.label, suspicious.contains(label) { seen.insert("\(mirror.subjectType).\(label)") }
                #expect(!(child.value is Secret), "\(mirror.subjectType) holds a secret")
                walk(child.value)
            }
        }
        for sample in Samples.all { walk(sample.value) }
        #expect(seen == known)
        #expect(!((Secret.self as Any.Type) is any Encodable.Type), "a secret has no wire form of its own")
    }

    // MARK: Errors

    /// Every code that the project knows, from its source, with its status.
    @Test func everyErrorCodeHasItsStatus() throws {
        let text = try String(
            contentsOf: Self.root.appendingPathComponent("Sources/ProvostCore/ProvostError.swift"), encoding: .utf8)
        let codes = text.matches(of: /static let \w+ = ErrorCode\(rawValue: "([^"]+)"\)/).map { String($0.1) }
        let table: [String: (Int, Int32)] = [
            "invalid": (400, ExitStatus.error), "unauthenticated": (401, ExitStatus.denied), "denied": (403, ExitStatus.denied),
            "not-found": (404, ExitStatus.notFound), "conflict": (409, ExitStatus.conflict),
            "outside-window": (422, ExitStatus.outsideWindow),
            "limit-reached": (429, ExitStatus.limitReached), "internal": (500, ExitStatus.error),
            "unavailable": (503, ExitStatus.unavailable),
            "timed-out": (504, ExitStatus.timedOut),
        ]
        #expect(Set(codes) == Set(table.keys))
        for (code, row) in table {
            #expect(ErrorTable.status(for: ErrorCode(rawValue: code)) == row.0, "\(code)")
            #expect(ErrorTable.exitStatus(for: ErrorCode(rawValue: code)) == row.1, "\(code)")
        }
    }

    @Test func anErrorFromTheFutureIsStillAnError() throws {
        let json = Data(#"{"error":{"code":"out-of-cheese","message":"Redo.","requestId":"r","more":[1]}}"#.utf8)
        let body = try WireCoding.decoder().decode(ErrorBody.self, from: json)
        #expect(body.error.code.rawValue == "out-of-cheese")
        #expect(ErrorTable.status(for: body.error.code) == 500)
        #expect(ErrorTable.exitStatus(for: body.error.code) == 1)
        #expect(String(decoding: try WireCoding.encoder().encode(body), as: UTF8.self).contains("out-of-cheese"))
    }

    @Test func anEventFromTheFutureIsStillAnEvent() throws {
        let event = try WireCoding.decoder().decode(SubmissionEvent.self, from: Data(#"{"kind":"applause","volume":11}"#.utf8))
        #expect(event.kind.rawValue == "applause")
    }

    @Test func aDoctorThatFoundAGapSaysSo() {
        let check = { (state: DoctorCheck.State) in DoctorCheck(subject: "s", mechanism: "m", state: state, evidence: "e") }
        #expect(DoctorReport(checks: [check(.proved), check(.information)]).enforced)
        #expect(!DoctorReport(checks: [check(.proved), check(.notEnforced)]).enforced)
    }

    // MARK: Paths

    @Test(arguments: ["", "plain-name_1.~", "a/b", "한글 이름", "100%", "%2F", "?&=#", "..", "\u{0}\n\t", "😀", "a+b c"])
    func anyTextGoesThroughAPath(text: String) {
        let encoded = Route.percentEncoded(text)
        #expect(
            encoded.utf8.allSatisfy {
                ($0 >= 0x30 && $0 <= 0x39) || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A)
                    || [0x2D, 0x2E, 0x5F, 0x7E, 0x25].contains($0)
            })
        #expect(Route.percentDecoded(encoded) == text)
    }

    // Cut off, no hexadecimal, a sign where a digit belongs, no UTF-8.
    @Test(arguments: ["%", "%2", "a%2", "%zz", "%+1", "%-1", "% 1", "%ff", "%C3", "%ED%A0%80"])
    func brokenEscapesAreRefused(text: String) { #expect(Route.percentDecoded(text) == nil) }

    @Test func pathsAndQueries() {
        #expect(Route.path("whoami") == "/v1/whoami")
        #expect(
            Route.path("labs", "a/b", "handout", query: [("language", "ko"), ("cohort", nil)])
                == "/v1/labs/a%2Fb/handout?language=ko")
        #expect(Route.path("x", query: [("a", "1&b=2"), ("c", "")]) == "/v1/x?a=1%26b%3D2&c=")
        #expect(Route.path("x", query: [("a", nil)]) == "/v1/x")
    }
}
