import Foundation
import ProvostCore
import ProvostCredentials
import Testing

/// Opt-in: `PROVOST_BENCHMARK=1`. Ten thousand certificates of a cohort are signed within a minute.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["PROVOST_BENCHMARK"] != nil, "set PROVOST_BENCHMARK=1"))
struct SigningBenchmark {
    @Test func tenThousandAreSignedWithinAMinute() throws {
        let sample = try Sample()
        let clock = ContinuousClock()
        let began = clock.now
        var bytes = 0
        for index in 0..<10_000 { bytes += try sample.token(sample.credential(index: index)).utf8.count }
        let signed = clock.now - began
        let status = try sample.status(revoked: Array(stride(from: 0, to: 10_000, by: 7)))
        let document = try sample.document()
        let token = Array(try sample.token(sample.credential(index: 1)).utf8)
        let checking = clock.now
        for _ in 0..<100 {
            #expect(CredentialCheck.report(file: token, document: document, statusList: status, at: Sample.now).verdict == .valid)
        }
        print(
            "10,000 credentials of \(bytes / 10_000) bytes signed in \(signed); one checked with its list in \((clock.now - checking) / 100)"
        )
        #expect(signed < .seconds(60))
    }
}
