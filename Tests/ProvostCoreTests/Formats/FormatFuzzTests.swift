import ProvostCore
import Testing

/// Every reader, with documents that are nearly right: none may trap, and what is taken keeps what every record promises. A trap ends the test run.
@Suite struct FormatFuzzTests {
    struct Format: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let seeds: [String]
        let read: @Sendable ([UInt8]) throws(FormatMistake) -> ForeignReport
    }

    static let formats: [Format] = [
        Format(
            testDescription: "gradescope",
            seeds: [
                #"{"score":1.5e0,"execution_time":"0.0","output":"\ud83d\ude00 \u00e9","visibility":"visible","tests":[{"score":1,"max_score":2,"status":"failed","name":"한글","number":"1.1","tags":["a"]},{"score":2,"max_score":2,"visibility":"hidden"}],"leaderboard":[{"name":"a","value":1,"order":"asc"}]}"#,
                #"{"tests":[{"score":0.30000000000000004,"max_score":0.7},{"score":0,"max_score":9e-9},{"score":5,"max_score":5}]}"#,
                #"{"tests":[{"score":3},{"score":4.75,"max_score":5}]}"#,
            ], read: { bytes throws(FormatMistake) in try GradescopeResults.read(bytes, standardOutput: [0x61]) }),
        Format(
            testDescription: "autolab",
            seeds: [
                "make\n{\"_presentation\":\"semantic\",\"stages\":[\"B\"],\"B\":{\"c\":{\"passed\":true,\"hint\":\"x\"}}}\n{\"scores\":{\"A\":20.0,\"B\":5},\"scoreboard\":[42,\"7\"]}\n",
                "{scores: {A: 0, B: 40}}",
            ],
            read: { bytes throws(FormatMistake) in
                try AutolabResults.read(bytes, problems: [("A", Points(whole: 60)), ("B", Points(whole: 40))])
            }),
        Format(
            testDescription: "prairielearn",
            seeds: [
                #"{"gradable":true,"score":0.25,"message":"m","format_errors":["a"],"images":[{}],"tests":[{"name":"a","points":1,"max_points":2,"output":"o"},{"points":0,"max_points":0}]}"#,
                #"{"gradable":false,"message":"no"}"#,
            ], read: { bytes throws(FormatMistake) in try PrairieLearnResults.read(bytes) }),
        Format(
            testDescription: "check50",
            seeds: [
                #"{"slug":"a","results":[{"name":"a","description":"d","passed":true,"log":["x"],"cause":null},{"name":"b","passed":null},{"name":"c","passed":false,"cause":{"rationale":"r","expected":"1","actual":"2"}}],"version":"3"}"#
            ], read: { bytes throws(FormatMistake) in try Check50Results.read(bytes) }),
        Format(
            testDescription: "junit",
            seeds: [
                #"<?xml version="1.0" encoding="UTF-8"?><testsuites tests="3" failures="1"><testsuite name="s" tests="3" failures="1" errors="0" skipped="1"><testcase name="a" classname="C"/><testcase name="b"><failure message="m &lt; &#x41;"><![CDATA[<x>]]></failure><system-out>o</system-out></testcase><!-- c --><testcase name="c"><skipped/></testcase></testsuite></testsuites>"#,
                "<testsuite><testcase name='한글'/></testsuite>",
            ], read: { bytes throws(FormatMistake) in try JUnitReport.read([.init(name: "a.xml", bytes: bytes)]) }),
        Format(
            testDescription: "tap",
            seeds: [
                "TAP version 14\n1..4\nok 1 - a\n# note\nnot ok 2 - b \\# c\n  ---\n  message: x\n  ...\nok 3 # SKIP s\n    1..1\n    ok 1 - in\nok 4 - sub\n",
                "ok 1\nnot ok 2 # TODO\n1..2\n",
            ], read: { bytes throws(FormatMistake) in try TAPStream.read(bytes) }),
        Format(
            testDescription: "exercism",
            seeds: [
                #"{"version":3,"status":"fail","message":null,"tests":[{"name":"a","status":"pass","task_id":1,"output":"o"},{"name":"b","status":"error","message":"m"}]}"#,
                #"{"version":1,"status":"error","message":"m"}"#,
            ], read: { bytes throws(FormatMistake) in try ExercismResults.read(bytes) }),
        Format(
            testDescription: "ctrf",
            seeds: [
                #"{"reportFormat":"CTRF","results":{"tool":{"name":"t"},"summary":{"tests":2,"passed":1,"failed":1,"skipped":0,"pending":0,"other":0},"tests":[{"name":"a","status":"passed","duration":1,"suite":["x"],"stdout":["o"]},{"name":"b","status":"failed","message":"m","trace":"t"}]}}"#
            ], read: { bytes throws(FormatMistake) in try CTRFReport.read(bytes) }),
    ]

    /// Reads, and holds what is taken to its promises.
    /// - Returns: whether it was taken.
    private static func holds(_ format: Format, _ bytes: [UInt8], _ random: inout Seeded) -> Bool {
        do throws(FormatMistake) {
            let report = try format.read(bytes)
            let points = Points(thousandths: Int64.random(in: 1...150_000, using: &random))
            let bonus = Bool.random(using: &random)
            let record = try report.record(points: points, isolation: .shared, bonus: bonus)
            #expect((record.outcome == .graded) == (record.score != nil))
            #expect((record.outcome == .graded) == report.gradable)
            if let score = record.score { #expect(score >= .zero && score <= points) }
            #expect(
                record.tests.count == report.tests.count
                    && record.tests.map(\.number) == Array((1...max(1, record.tests.count)).prefix(record.tests.count)))
            #expect(record.tests.allSatisfy { $0.score >= .zero && (bonus || $0.score <= $0.max) && !$0.name.isEmpty })
            if report.total == nil, report.gradable {
                #expect(record.score == min(points, record.tests.reduce(Points.zero) { $0 + $1.score }))
                if report.sharing == .equally { #expect(record.tests.reduce(Points.zero) { $0 + $1.max } == points) }
            }
            return true
        } catch {
            #expect(!error.sentence.isEmpty)
            return false
        }
    }

    @Test(arguments: formats) func theSeedsAreTaken(format: Format) {
        var random = Seeded(1)
        for seed in format.seeds { #expect(throws: Never.self, "\(seed)") { _ = try format.read(Array(seed.utf8)) } }
        #expect(Self.holds(format, Array(format.seeds[0].utf8), &random))
    }

    @Test(arguments: formats) func cutAtEveryByte(format: Format) {
        var random = Seeded(2)
        for seed in format.seeds.map({ Array($0.utf8) }) {
            for length in 0..<seed.count {
                _ = Self.holds(format, Array(seed[..<length]), &random)
                _ = Self.holds(format, Array(seed[length...]), &random)
            }
        }
    }

    @Test(arguments: formats) func changedAtRandom(format: Format) {
        var random = Seeded(3)
        // Bytes and pieces that mean something in one of the formats.
        let pieces = [
            "{", "}", "[", "]", "\"", "\\", "\\u", "\\ud800", ":", ",", "-", ".", "e400", "1e9", "NaN", "null", "true", "0",
            "9999999999", "<", ">", "</", "/>", "&", ";", "&#0;", "<![CDATA[", "]]>", "<!--",
            "<!DOCTYPE", "<?", "=", "'", "\n", "\r\n", "    ", "  ---", "  ...", "ok", "not ok ", "1..", "# SKIP", "Bail out!",
            "\u{0}", "\u{feff}", "한", "😀",
        ].map { Array($0.utf8) }
        var taken = 0
        for _ in 0..<1500 {
            var bytes = Array((format.seeds.randomElement(using: &random) ?? "").utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
                let position = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<6, using: &random) {
                case 0: bytes[position] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes[position] ^= 1 << UInt8.random(in: 0...7, using: &random)
                case 2: bytes.remove(at: position)
                case 3: bytes.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: position)
                case 4:
                    // A piece of it, once more somewhere else.
                    let end = min(bytes.count, position + Int.random(in: 1...40, using: &random))
                    bytes.insert(contentsOf: bytes[position..<end], at: Int.random(in: 0...bytes.count, using: &random))
                default:
                    // Another digit for a digit, so that numbers change and the rest stays right.
                    if let digit = bytes[position...].firstIndex(where: { $0 >= 0x30 && $0 <= 0x39 }) {
                        bytes[digit] = UInt8.random(in: 0x30...0x39, using: &random)
                    }
                }
            }
            if Self.holds(format, bytes, &random) { taken += 1 }
        }
        #expect(taken > 20 && taken < 1480, "both happen: \(taken)")
    }
}
