import Glibc
import ProvostArchive
import ProvostCore
import ProvostTestSupport
import Testing

/// Archives that lost bytes on the way, or had them changed. The seeds are fixed: what fails here fails again.
struct DamageTests {
    /// A small archive of each format, by the programs that learners use.
    private static let samples: [(name: String, bytes: [UInt8])] = {
        let folder = Folder()
        try? folder.write("work/src/main.py", Array(String(repeating: "print('안녕')\n", count: 40).utf8))
        try? folder.write("work/보고서.txt", Array((0..<2000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }))
        _ = try? folder.run("ln", "-s", "main.py", "work/src/link")
        _ = try? folder.run("zip", "-qry", "a.zip", "work")
        _ = try? folder.run("7z", "a", "-bd", "-snl", "a.7z", "work")
        for (suffix, flag) in [("tar", "-b1"), ("tar.gz", "-z"), ("tar.xz", "-J"), ("tar.zst", "--zstd"), ("tar.bz2", "-j")] {
            _ = try? folder.run("tar", "-cf", "a.\(suffix)", flag, "work")
        }
        return ["zip", "7z", "tar", "tar.gz", "tar.xz", "tar.zst", "tar.bz2"].compactMap { suffix in
            folder.read("a.\(suffix)").map { (suffix, $0) }
        }
    }()

    @Test func allFormatsAreThereAndSound() throws {
        #expect(Self.samples.count == 7)
        for sample in Self.samples {
            let unpacked = try Unpacked(sample.bytes, strip: true)
            #expect(unpacked.report.refusal == nil, "\(sample.name)")
            #expect(unpacked.tree.count == 4, "\(sample.name): \(unpacked.tree)")
        }
    }

    @Test func aCutArchiveIsRefusedUnlessNothingIsMissing() throws {
        for sample in Self.samples {
            let whole = try Unpacked(sample.bytes).tree
            for index in 0..<60 {
                let length = sample.bytes.count * index / 60
                let cut = try Unpacked(Array(sample.bytes.prefix(length)))
                #expect(cut.report.refusal != nil || cut.tree == whole, "\(sample.name) cut at \(length)")
            }
            for missing in 1...12 {
                let cut = try Unpacked(Array(sample.bytes.dropLast(missing)))
                #expect(cut.report.refusal != nil || cut.tree == whole, "\(sample.name) without its last \(missing)")
            }
        }
        #expect(try Unpacked(truncatedTarGz()).reason == .damaged)
    }

    @Test func aTarWithoutItsEndMarkIsCutOff() throws {
        var tar = RawTar([RawTar.Entry("a"), RawTar.Entry("b")])
        tar.hasEndMark = false
        #expect(try Unpacked(tar.bytes).reason == .damaged)
        #expect(try Unpacked(gzip(tar.bytes)).reason == .damaged)
        #expect(try Unpacked(tar.bytes + [UInt8](repeating: 0, count: 512)).reason == nil)
    }

    @Test func changedBytesNeverCrashHangOrEscape() throws {
        var random = Seeded(seed: 20_261_121)
        let limits = UnpackLimits(bytes: .mebibytes(2), entries: 100)
        var refused = 0
        var unpacked = 0
        let folder = Folder()
        for sample in Self.samples {
            for round in 0..<300 {
                var bytes = sample.bytes
                for _ in 0..<(1 + round % 4) {
                    let place = Int(random.next() % UInt64(bytes.count))
                    bytes[place] =
                        round % 3 == 0 ? UInt8(truncatingIfNeeded: random.next()) : bytes[place] ^ (1 << UInt8(random.next() % 8))
                }
                let archive = Folder.scratchFile(bytes)
                defer { close(archive) }
                try folder.makeFolder("inside")
                let target = folder.open("inside", O_RDONLY | O_DIRECTORY)
                let report = try Unpacker.unpack(archive: archive, into: target, limits: limits)
                close(target)
                if report.refusal == nil { unpacked += 1 } else { refused += 1 }
                #expect(report.bytes <= limits.bytes)
                let tree = folder.tree()
                #expect(tree.allSatisfy { $0.hasPrefix("inside/") && !$0.contains("special") }, "\(sample.name) round \(round)")
                try folder.remove("inside")
            }
        }
        #expect(refused + unpacked == 2100)
        #expect(refused > 500)
    }
}

/// A small generator with a fixed start (SplitMix64).
struct Seeded: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
