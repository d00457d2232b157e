import ProvostCore
import ProvostTestSupport
import Testing

/// Zips that two programs would read in two ways.
struct ZipStructureTests {
    private func reason(_ zip: RawZip) throws -> UnpackReport.RefusalReason? {
        let unpacked = try Unpacked(zip.bytes)
        #expect(unpacked.tree.isEmpty == (unpacked.reason != nil))
        return unpacked.reason
    }

    @Test func anHonestZipIsUnpacked() throws {
        #expect(try reason(RawZip([RawZip.Entry("a"), RawZip.Entry("b/c", "hello")])) == nil)
        var commented = RawZip([RawZip.Entry("a")])
        commented.comment = Array("made by hand".utf8)
        #expect(try reason(commented) == nil)
    }

    @Test func localHeadersHaveToAgree() throws {
        #expect(try reason(RawZip([RawZip.Entry("good.txt").with { $0.localName = Array("evil.txt".utf8) }])) == .damaged)
        #expect(try reason(RawZip([RawZip.Entry("good.txt").with { $0.localName = Array("longer-name.txt".utf8) }])) == .damaged)
        #expect(try reason(RawZip([RawZip.Entry("a").with { $0.localSize = 7 }])) == .damaged)
        #expect(try reason(RawZip([RawZip.Entry("a").with { $0.localMethod = 8 }])) == .damaged)
        #expect(try reason(RawZip([RawZip.Entry("a").with { $0.size = 5 }])) == .damaged)
    }

    @Test func sizesMayFollowTheDataIfTheFlagSaysSo() throws {
        let later = RawZip.Entry("a").with {
            $0.flags = 8
            $0.localSize = 0
        }
        #expect(try reason(RawZip([later])) == nil)
        #expect(try reason(RawZip([later.with { $0.flags = 0 }])) == .damaged)
    }

    /// Many names for one body: the way to make petabytes out of kilobytes.
    @Test func entriesThatShareBytesAreRefused() throws {
        let kernel = RawZip.Entry(Array("0".utf8), deflatedZeros(1_000_000)).with {
            $0.method = 8
            $0.size = 1_000_000
        }
        let zip = RawZip([kernel] + (1..<50).map { _ in kernel.with { $0.sharesHeaderOf = 0 } })
        let unpacked = try Unpacked(zip.bytes, limits: UnpackLimits(bytes: .gibibytes(1), ratio: 1_000_000))
        #expect(unpacked.reason == .damaged && unpacked.report.refusal?.message.contains("shares its bytes") == true)
    }

    @Test func entriesThatOverlapAreRefused() throws {
        // The first entry's data is the second entry, headers and all.
        let inner = RawZip([RawZip.Entry("inner", "payload")]).bytes
        let honest = RawZip([RawZip.Entry(Array("outer".utf8), inner), RawZip.Entry("last")])
        #expect(try reason(honest) == nil)
        var bytes = honest.bytes
        // Let the second entry's offset point into the first one's data.
        let directory = bytes.lastIndex(ofSlice: [0x50, 0x4B, 1, 2])
        let place = 30 + 5
        for index in 0..<4 { bytes[directory + 42 + index] = UInt8(truncatingIfNeeded: place >> (8 * index)) }
        #expect(try Unpacked(bytes).reason == .damaged)
    }

    @Test func theDirectoryHasToBeAllThereIs() throws {
        for lie in [-1, 1, 200] {
            var zip = RawZip([RawZip.Entry("a"), RawZip.Entry("b")])
            zip.countLie = lie
            #expect(try reason(zip) == .damaged)
        }
        #expect(try Unpacked(RawZip([RawZip.Entry("a")]).bytes + [0]).reason == .damaged)
        let first = RawZip([RawZip.Entry("first")]).bytes
        #expect(try Unpacked(first + RawZip([RawZip.Entry("second")]).bytes).reason == .damaged)
    }

    @Test func aWrongChecksumIsDamage() throws {
        let unpacked = try Unpacked(RawZip([RawZip.Entry("a").with { $0.checksum = 1 }]).bytes)
        #expect(unpacked.reason == .damaged)
    }

    @Test func foldersWithContentAreRefused() throws { #expect(try reason(RawZip([RawZip.Entry("a/", "content")])) == .damaged) }

    @Test func namesWithNulBytesAreEscaped() throws {
        #expect(try Unpacked(RawZip([RawZip.Entry(Array("a\0.sh".utf8))]).bytes).tree == ["a%00.sh 644 x"])
    }
}

extension [UInt8] {
    fileprivate func lastIndex(ofSlice slice: [UInt8]) -> Int { indices.last { self[$0...].starts(with: slice) } ?? 0 }
}
