import Foundation
import ProvostCore
import ProvostStore
import Testing

/// Figures, not checks: `PROVOST_STORE_BENCHMARK=1 swift test -c release --filter StoreBenchmark`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["PROVOST_STORE_BENCHMARK"] != nil), .serialized)
struct StoreBenchmark {
    private func measured(_ what: String, count: Int, _ body: () async throws -> Void) async rethrows {
        let clock = ContinuousClock()
        let time = try await clock.measure(body)
        let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
        print("\(what): \(count) in \(seconds) s, \(Int(Double(count) / seconds)) per second")
    }

    @Test func tenThousandSubmissionsFromReceiptToResult() async throws {
        let names = (0..<1000).map { "learner-\($0)" }
        let world = try await World.make(learners: names, dues: ["2026-12-01", "2026-12-02"])
        try await measured("recordSubmission", count: 10_000) {
            for index in 0..<10_000 { try await world.submit("s\(index)", by: index % 1000, to: index % 2) }
        }
        try await measured("queuePosition, last of the queue", count: 100) {
            for _ in 0..<100 { _ = try await world.store.queuePosition(ID(trusted: "gra_s9999")) }
        }
        try await measured("claim, advance, record", count: 10_000) {
            while let job = try await world.store.claimNextGrading(at: World.now) {
                _ = try await world.store.advance(job.grading.id, run: job.grading.run, to: .grading, unpack: UnpackReport())
                _ = try await world.record(job, World.graded(12))
            }
        }
        try await measured("results of the cohort", count: 1) {
            let rows = try await world.results()
            #expect(rows.count == 2000)
        }
        try await measured("results of one learner", count: 1000) {
            for _ in 0..<1000 {
                _ = try await world.results(person: world.learners[5].id)
            }
        }
        try await measured("listing of 50", count: 100) {
            for _ in 0..<100 {
                _ = try await world.store.submissions(cohort: world.cohort, assignment: nil, person: nil, limit: 50)
            }
        }
    }

    /// `PROVOST_ROSTER_ROWS` people, a million by default, in batches of ten thousand as the service does it.
    @Test func aMillionInOneRoster() async throws {
        let count = ProcessInfo.processInfo.environment["PROVOST_ROSTER_ROWS"].flatMap { Int($0) } ?? 1_000_000
        let world = try await World.make(learners: [])
        let order = RosterOrder(cohort: world.cohort, role: .learner, mayTouch: nil, actor: "local:0", at: World.now)
        let each = { (body: ([RosterRow]) async throws -> Void) in
            for start in stride(from: 0, to: count, by: 10_000) {
                let rows = (start..<min(start + 10_000, count)).map { number in
                    RosterRow(
                        line: number + 2, login: nil, number: "2023\(number)", name: "김학생 \(number)",
                        email: "s\(number)@example.kr",
                        section: "S\(number % 40)")
                }
                try await body(rows)
            }
        }
        try await measured("planRoster, all new", count: count) {
            try await each { _ = try await world.store.planRoster($0, order) }
        }
        var present = Set<Int64>()
        try await measured("importRoster, all new", count: count) {
            try await each { rows in
                let outcome = try await world.store.importRoster(
                    rows, order, digest: World.digest(1), identifiers: .system)
                present.formUnion(outcome.present)
            }
        }
        #expect(present.count == count)
        try await measured("importRoster, all the same", count: count) {
            try await each { _ = try await world.store.importRoster($0, order, digest: World.digest(1), identifiers: .system) }
        }
        let kept = present
        try await measured("suspendAbsent, nobody", count: count) {
            let report = try await world.store.suspendAbsent(order, present: kept, apply: true)
            #expect(report.suspended == 0)
        }
        try await measured("sponsorReport", count: count) {
            let rows = try await world.store.sponsorReport(
                ReportScope(), from: Timestamp(milliseconds: 0), to: Timestamp(milliseconds: .max),
                days: (nil, nil), today: CivilDate(daysSince1970: 21_000))
            #expect(rows.map(\.enrolled) == [count])
        }
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        print(status.split(separator: "\n").filter { $0.hasPrefix("VmHWM") }.joined())
    }

    /// Against `cp`, `sync` and `sha256sum` of the same file, alternating; the source is on the disk before.
    @Test func hundredMegabyteBlob() async throws {
        let folder = try TemporaryFolder()
        let blobs = try BlobStore(directory: "\(folder.path)/blobs")
        let source = "\(folder.path)/source"
        try shell("head -c 100000000 /dev/urandom > \(source) && sync")
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: source)))
        for round in 0..<7 {
            try await measured("round \(round) cp + sync + sha256sum", count: 1) {
                try shell("cp \(source) \(source).copy && sync \(source).copy && sha256sum \(source).copy > \(source).sum")
            }
            try shell("rm \(source).copy && sync")
            // Another content each time: one that is there already costs nothing.
            bytes[0] &+= 1
            try await measured("round \(round) blob", count: 1) {
                let writer = try blobs.writer()
                for start in stride(from: 0, to: bytes.count, by: 1 << 18) {
                    try writer.append(Array(bytes[start..<min(start + 1 << 18, bytes.count)]))
                }
                _ = try writer.finish()
            }
            try shell("sync")
        }
    }

    private func shell(_ command: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }
}
