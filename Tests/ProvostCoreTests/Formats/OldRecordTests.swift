import FoundationEssentials
import ProvostCore
import Testing

/// Records as they were written before foreign formats came.
@Suite struct OldRecordTests {
    private static let old = """
        {"isolation":"two-room","max":10,"messages":["hello"],"outcome":"graded","refused":false,"score":2.5,
         "tests":[{"max":10,"name":"adds","number":1,"score":2.5,"status":"fail","visibility":"hidden"}]}
        """

    @Test func theyAreReadAndWrittenTheSame() throws {
        let record = try JSONDecoder().decode(GradingRecord.self, from: Data(Self.old.utf8))
        #expect(!record.totalHidden && record.leaderboard.isEmpty)
        let test = try #require(record.tests.first)
        #expect(test.label == nil && test.output == nil && test.format == .text && test.visibility == .hidden)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let written = String(decoding: try encoder.encode(record), as: UTF8.self)
        #expect(written == Self.old.split(separator: "\n").map { $0.drop { $0 == " " } }.joined())
    }

    @Test func everyNewFieldSurvives() throws {
        let test = TestRecord(
            number: 1, label: "1.1", name: "adds", status: .error, score: .zero, max: Points(whole: 1),
            visibility: .afterPublished,
            message: "why", output: "what", format: .ansi)
        let record = GradingRecord(
            outcome: .graded, isolation: .shared, score: .zero, max: Points(whole: 1), tests: [test], totalHidden: true,
            leaderboard: [LeaderboardEntry(name: "ops", value: "7", ascending: true)])
        #expect(try JSONDecoder().decode(GradingRecord.self, from: try JSONEncoder().encode(record)) == record)
    }
}
