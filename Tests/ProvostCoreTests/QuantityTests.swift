import Foundation
import ProvostCore
import Testing

@Suite struct QuantityTests {
    // No number, signs, exponents, other bases, fractions of other alphabets, digits of other scripts, two points, too many digits.
    static let noNumbers = [
        "", " ", ".", "NaN", "nan", "inf", "infinity", "-1", "+1", "-0", "1e3", "1E3", "0x10", "½", "1½", "١٢", "１２", "1.2.3",
        "1,5", "1 2", " 1", "1 ",
        "1.", ".5", "1._", "1_000", "1\u{301}", "1\n", "99999999999999999999", "9223372036854775808", "0.1234567890123456789",
    ]

    // MARK: Points

    @Test(arguments: noNumbers + ["1000000000.001", "1000000001", "5pt"])
    func noPoints(text: String) { #expect(throws: ProvostError.self) { try Points(parsing: text) } }

    @Test(
        arguments: [
            ("0", 0), ("12", 12_000), ("12.5", 12_500), ("0.333", 333), ("0.3334", 333), ("0.3335", 334), ("0.9999", 1000),
            ("0.0004999", 0), ("007", 7000),
            ("1000000000", 1_000_000_000_000),
        ] as [(String, Int64)])
    func pointsAreThousandths(text: String, thousandths: Int64) throws {
        #expect(try Points(parsing: text).thousandths == thousandths)
    }

    @Test func pointsComeBackFromTextAndJSON() throws {
        var random = Seeded(7)
        for _ in 0..<2000 {
            let points = Points(thousandths: Int64.random(in: 0...1_000_000_000_000, using: &random))
            #expect(try Points(parsing: points.description) == points)
            #expect(try JSONDecoder().decode([Points].self, from: JSONEncoder().encode([points])) == [points])
        }
        #expect(Points(thousandths: 12_050).description == "12.05")
        #expect(
            String(decoding: try JSONEncoder().encode([Points(whole: 5), Points(thousandths: 12_500)]), as: UTF8.self)
                == "[5,12.5]")
    }

    /// Whatever can be parsed can be stored and read again.
    @Test func noPointsAreParsedThatCannotBeDecoded() throws {
        for text in ["1000000000", "999999999.999", "999999999.9999"] {
            let points = try Points(parsing: text)
            #expect(try JSONDecoder().decode([Points].self, from: JSONEncoder().encode([points])) == [points])
        }
    }

    @Test(arguments: ["-1", "1e300", "1000000000.5", "\"5\"", "null", "true"])
    func noPointsInJSON(json: String) {
        #expect(throws: (any Error).self) { try JSONDecoder().decode([Points].self, from: Data("[\(json)]".utf8)) }
    }

    @Test func aThousandthIsExactInSums() throws {
        let sum = try (0..<1000).map { _ in try Points(parsing: "0.1") }.reduce(.zero) { $0 + $1 }
        #expect(sum == Points(whole: 100))
    }

    // MARK: Bytes

    @Test(
        arguments: noNumbers.filter { $0 != "1 " } + [
            "1.5MiB", "5 pounds", "1kb", "1mib", "8388608TiB", "9223372036854775807KiB", "MiB",
        ])
    func noBytes(text: String) { #expect(throws: ProvostError.self) { try ByteCount(parsing: text) } }

    @Test(
        arguments: [
            ("0", 0), ("512", 512), ("64KiB", 65_536), ("10MiB", 10 << 20), ("2 GiB", 2 << 30), ("1TiB", 1 << 40), ("3kB", 3000),
            ("3MB", 3_000_000),
            ("1GB", 1_000_000_000), ("7B", 7), ("9223372036854775807", Int64.max),
        ] as [(String, Int64)])
    func bytesWithUnits(text: String, bytes: Int64) throws { #expect(try ByteCount(parsing: text).bytes == bytes) }

    @Test(
        arguments: [
            (0, "0 B"), (900, "900 B"), (1024, "1 KiB"), (1536, "1.5 KiB"), (13_107_200, "12.5 MiB"), (2 << 30, "2 GiB"),
            (Int64.max, "8388607.9 TiB"),
        ] as [(Int64, String)])
    func bytesForPeople(bytes: Int64, text: String) { #expect(ByteCount(bytes).description == text) }

    @Test func bytesComeBackFromJSON() throws {
        var random = Seeded(8)
        for _ in 0..<500 {
            let count = ByteCount(Int64.random(in: 0...Int64.max, using: &random))
            #expect(try JSONDecoder().decode([ByteCount].self, from: JSONEncoder().encode([count])) == [count])
            #expect(try ByteCount(parsing: "\(count.bytes)") == count)
        }
    }

    // MARK: Time

    @Test(arguments: noNumbers + ["10", "1.5s", "10 s", "10sec", "106751991168d", "9223372036854775807s", "s"])
    func noTime(text: String) { #expect(throws: ProvostError.self) { try TimeSpan(parsing: text) } }

    @Test(arguments: [("0s", 0), ("500ms", 500), ("10s", 10_000), ("5m", 300_000), ("2h", 7_200_000), ("1d", 86_400_000)])
    func timeWithUnits(text: String, milliseconds: Int64) throws {
        #expect(try TimeSpan(parsing: text).milliseconds == milliseconds)
    }

    @Test(
        arguments: [
            (350, "350 ms"), (2500, "2.5 s"), (59_999, "59.9 s"), (60_000, "1 min"), (200_000, "3 min 20 s"),
            (14_700_000, "4 h 5 min"), (7_200_000, "2 h"),
            (183_600_000, "2 d 3 h"), (172_800_000, "2 d"),
        ] as [(Int64, String)])
    func timeForPeople(milliseconds: Int64, text: String) { #expect(TimeSpan(milliseconds: milliseconds).description == text) }

    @Test func timeComesBackFromJSON() throws {
        var random = Seeded(9)
        for _ in 0..<500 {
            let span = TimeSpan(milliseconds: Int64.random(in: 0...1_000_000_000_000, using: &random))
            #expect(try JSONDecoder().decode([TimeSpan].self, from: JSONEncoder().encode([span])) == [span])
            #expect(TimeSpan(span.duration) == span)
        }
        #expect(String(decoding: try JSONEncoder().encode([TimeSpan(milliseconds: 1500)]), as: UTF8.self) == "[1.5]")
    }

    /// It ended the process once.
    @Test(arguments: ["1e300", "-1e300", "9e18", "\"1\"", "null"])
    func absurdTimesInJSONAreErrors(json: String) {
        #expect(throws: (any Error).self) { try JSONDecoder().decode([TimeSpan].self, from: Data("[\(json)]".utf8)) }
    }

    // MARK: Limits and reports

    @Test func capsTakeTheLeastOfEach() {
        let wide = RoomLimits(
            wallTime: .seconds(9), cpuTime: .seconds(9), cpuMillis: 900, memory: ByteCount(9), processes: 9, disk: ByteCount(9),
            inodes: 9, output: ByteCount(9),
            openFiles: 9)
        var narrow = wide
        narrow.wallTime = .seconds(1)
        narrow.openFiles = 1
        var mixed = wide
        mixed.memory = ByteCount(1)
        mixed.openFiles = 20
        let both = narrow.capped(by: mixed)
        #expect(both == mixed.capped(by: narrow))
        #expect(both.wallTime == .seconds(1) && both.memory == ByteCount(1) && both.openFiles == 1 && both.processes == 9)
    }

    @Test(
        arguments: [
            (RoomReport(ending: .exited(0), wallTime: .seconds(1)), "ended normally", true),
            (RoomReport(ending: .exited(3), wallTime: .seconds(1)), "ended with exit status 3", false),
            (RoomReport(ending: .signaled(11), wallTime: .seconds(1)), "ended by signal 11", false),
            (RoomReport(ending: .stopped, cancelled: true, wallTime: .seconds(1)), "stopped on request", false),
            (RoomReport(ending: .failed("no bwrap"), wallTime: .seconds(1)), "could not be run: no bwrap", false),
            (
                RoomReport(ending: .stopped, stoppedBy: .memory, wallTime: .seconds(1), peakMemory: .mebibytes(255)),
                "stopped: memory limit 256 MiB, peak 255 MiB", false
            ),
            (RoomReport(ending: .stopped, stoppedBy: .wallTime, wallTime: .seconds(1)), "stopped: time limit 10 s", false),
            (RoomReport(ending: .stopped, stoppedBy: .cpuTime, wallTime: .seconds(1)), "stopped: CPU time limit 10 s", false),
            (RoomReport(ending: .stopped, stoppedBy: .processes, wallTime: .seconds(1)), "stopped: process limit 64", false),
            (RoomReport(ending: .stopped, stoppedBy: .disk, wallTime: .seconds(1)), "stopped: disk limit 64 MiB", false),
            (RoomReport(ending: .stopped, stoppedBy: .output, wallTime: .seconds(1)), "stopped: output limit 1 MiB", false),
            // A limit that was hit outweighs how the command happened to end.
            (RoomReport(ending: .exited(0), stoppedBy: .memory, wallTime: .seconds(1)), "stopped: memory limit 256 MiB", false),
        ] as [(RoomReport, String, Bool)])
    func aReportInOneSentence(report: RoomReport, sentence: String, succeeded: Bool) {
        #expect(report.summary(limits: RoomLimits()) == sentence)
        #expect(report.succeeded == succeeded)
    }
}
