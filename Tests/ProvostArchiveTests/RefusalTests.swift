import Foundation
import Glibc
import ProvostArchive
import ProvostCore
import ProvostTestSupport
import Testing

/// Each reason for which an archive is refused, by an archive that deserves it.
struct RefusalTests {
    private func refusal(_ archive: [UInt8], _ limits: UnpackLimits = UnpackLimits()) throws -> UnpackReport.RefusalReason? {
        let unpacked = try Unpacked(archive, limits: limits)
        if let refusal = unpacked.report.refusal { #expect(refusal.message.hasSuffix(".") && refusal.message.count > 40) }
        return unpacked.reason
    }

    @Test func whatIsNoArchiveIsUnknown() throws {
        #expect(try refusal(Array("%PDF-1.7 …".utf8)) == .unknownFormat)
        #expect(try refusal([UInt8](repeating: 0x41, count: 4096)) == .unknownFormat)
        #expect(try refusal(gzip(Array("only a compressed text, no tar".utf8))) == .unknownFormat)
    }

    // By their first bytes, whatever the file is called.
    @Test(arguments: [Array("ALZ".utf8) + [1, 0, 0], Array("EGGA".utf8) + [0, 1], Array("Rar!".utf8) + [0x1A, 7, 1, 0]])
    func formatsWithoutAReaderAreDeclinedWithAWayOut(_ head: [UInt8]) throws {
        let unpacked = try Unpacked(head + [UInt8](repeating: 0, count: 600))
        #expect(unpacked.reason == .unsupportedFormat)
        #expect(unpacked.report.refusal?.message.contains("zip") == true)
    }

    @Test func anUnknownCompressionMethodIsUnsupported() throws {
        #expect(try refusal(RawZip([RawZip.Entry("a").with { $0.method = 9 }]).bytes) == .unsupportedFormat)
    }

    @Test func encryptedArchivesAreRefused() throws {
        #expect(try refusal(encryptedZip()) == .encrypted)
        let folder = Folder()
        try folder.write("a.txt", Array("secret".utf8))
        try folder.run("zip", "-qP", "pw", "a.zip", "a.txt")
        try folder.run("7z", "a", "-bd", "-ppw", "content.7z", "a.txt")
        try folder.run("7z", "a", "-bd", "-ppw", "-mhe", "header.7z", "a.txt")
        try folder.run("7z", "a", "-bd", "-ppw", "-mem=AES256", "aes.zip", "a.txt")
        for name in ["a.zip", "aes.zip", "content.7z", "header.7z"] {
            #expect(try refusal(folder.read(name) ?? []) == .encrypted)
        }
    }

    @Test func archivesWithoutFilesAreEmpty() throws {
        #expect(try refusal([]) == .empty)
        #expect(try refusal(emptyZip()) == .empty)
        #expect(try refusal(RawZip([RawZip.Entry("src/", "")]).bytes) == .empty)
        #expect(try refusal(RawTar([]).bytes) == .empty)
        #expect(try refusal(RawZip([RawZip.Entry("__MACOSX/._a")]).bytes) == .empty)
        #expect(try refusal(RawTar([RawTar.Entry("a", type: "2", link: "b")]).bytes) == .empty)
    }

    @Test func tooManyBytesAreRefusedBeforeTheyAreWritten() throws {
        let limits = UnpackLimits(bytes: ByteCount(1000))
        let unpacked = try Unpacked(
            plainZip(files: [("a", [UInt8](repeating: 1, count: 600)), ("b", [UInt8](repeating: 2, count: 600))]), limits: limits)
        #expect(unpacked.reason == .tooLarge && unpacked.tree.isEmpty)
        let tar = RawTar([
            RawTar.Entry(Array("a".utf8), [UInt8](repeating: 1, count: 600)),
            RawTar.Entry(Array("b".utf8), [UInt8](repeating: 2, count: 600)),
        ])
        let second = try Unpacked(tar.bytes, limits: limits)
        #expect(second.reason == .tooLarge && second.tree == ["a 644 600 bytes", "b 644 "])
        #expect(try refusal(tar.bytes, UnpackLimits(bytes: ByteCount(1200))) == nil)
    }

    @Test func copiesOfHardLinksCountAsBytes() throws {
        let entries = [RawTar.Entry(Array("a".utf8), [UInt8](repeating: 1, count: 600)), RawTar.Entry("b", type: "1", link: "a")]
        #expect(try refusal(RawTar(entries).bytes, UnpackLimits(bytes: ByteCount(1000))) == .tooLarge)
        #expect(try Unpacked(RawTar(entries).bytes).tree == ["a 644 600 bytes", "b 644 600 bytes"])
    }

    @Test func tooManyEntriesAreRefused() throws {
        let limits = UnpackLimits(entries: 10)
        let names = (0..<11).map { "f\($0)" }
        #expect(try refusal(plainZip(files: names.map { ($0, []) }), limits) == .tooManyEntries)
        #expect(try refusal(RawTar(names.map { RawTar.Entry($0) }).bytes, limits) == .tooManyEntries)
        // Folders that no entry names count as well.
        #expect(try refusal(RawTar([RawTar.Entry("a/b/c/d/e/f/g/h/i/j/k")]).bytes, limits) == .tooManyEntries)
        #expect(try refusal(plainZip(files: names.dropLast().map { ($0, []) }), limits) == nil)
    }

    @Test func deepAndLongPathsAreRefused() throws {
        let deep = String(repeating: "d/", count: 33) + "f"
        #expect(try refusal(plainZip(files: [(deep, [])])) == .tooDeep)
        #expect(try refusal(plainZip(files: [(String(deep.dropFirst(2)), [])])) == nil)
        #expect(try refusal(plainZip(files: [(String(repeating: "n", count: 256), [])])) == .pathTooLong)
        #expect(try refusal(plainZip(files: [(String(repeating: "n", count: 255), [])])) == nil)
        let long = String(repeating: "abcdefghi/", count: 103)
        #expect(try refusal(plainZip(files: [(long + "f", [])]), UnpackLimits(depth: 500)) == .pathTooLong)
        #expect(
            try refusal(plainZip(files: [(String(repeating: "d/", count: 20_000) + "f", [])]), UnpackLimits(depth: 50_000))
                == .pathTooLong)
    }

    @Test func aBombIsStoppedBeforeItExplodes() throws {
        let clock = ContinuousClock()
        for archive in [
            bombZip(claiming: 10_000_000_000),
            gzipBomb(RawTar([bigEntry(8_000_000_000)]).bytes.dropLast(1024), zeros: 1_000_000_000),
        ] {
            var unpacked: Unpacked?
            let time = try clock.measure { unpacked = try Unpacked(archive) }
            #expect(unpacked?.reason == .tooLarge)
            #expect(unpacked?.report.bytes == ByteCount(0))
            #expect(time < .seconds(5))
        }
    }

    @Test func whatExpandsTooMuchIsStoppedAtTheRatio() throws {
        let bomb = bombZip(claiming: 50_000_000)
        #expect(try refusal(bomb) == .expandsTooMuch)
        // The header claims little, the data is much: it ends where the claim ends.
        let liar = try Unpacked(bombZip(claiming: 1000, reallyHolding: 50_000_000))
        #expect(liar.reason == .damaged && liar.report.bytes <= ByteCount(1000))
        // In a stream nobody claims anything beforehand.
        let stream = try Unpacked(gzipBomb(RawTar([bigEntry(60_000_000)]).bytes.dropLast(1024), zeros: 61_000_000))
        #expect(stream.reason == .expandsTooMuch && stream.report.bytes <= ByteCount.mebibytes(16))
    }

    @Test func leftOutFilesAreNoWayAroundTheCaps() throws {
        let tar = RawTar([bigEntry(60_000_000, name: "__MACOSX/._a")]).bytes
        #expect(try refusal(gzipBomb(tar.dropLast(1024), zeros: 61_000_000)) == .expandsTooMuch)
    }

    @Test(arguments: ["/etc/evil", "../evil", "a/../../evil", "a/..", "C:/evil"])
    func pathsThatLeaveTheFolderAreRefused(_ name: String) throws {
        #expect(try refusal(plainZip(files: [("ok.txt", []), (name, [])])) == .unsafePath)
        let tar = try Unpacked(RawTar([RawTar.Entry("ok.txt"), RawTar.Entry(name)]).bytes)
        #expect(tar.reason == .unsafePath)
        #expect(tar.folder.tree().allSatisfy { $0.hasPrefix("out") })
    }

    @Test func theSampleThatEscapesIsRefused() throws { #expect(try refusal(escapingTar()) == .unsafePath) }

    // Absolute; up and out; out by way of another link; into itself.
    @Test(arguments: [
        [("l", "/etc/passwd")], [("d/l", "../../x")], [("d/up", ".."), ("out", "d/up/..")], [("a", "b"), ("b", "a")],
        [("a", "d/x"), ("d/x", "../..")],
    ])
    func linksThatLeaveTheFolderAreRefused(_ links: [(String, String)]) throws {
        let entries = [RawTar.Entry("d/file")] + links.map { RawTar.Entry($0.0, type: "2", link: $0.1) }
        let unpacked = try Unpacked(RawTar(entries).bytes)
        #expect(unpacked.reason == .unsafeLink)
        #expect(!unpacked.tree.contains { $0.contains("->") })
    }

    @Test func linksThatStayInsideAreKept() throws {
        let links = [("l", "d/file"), ("d/up", ".."), ("x", "d/up/l"), ("dangling", "nothing/here")]
        let unpacked = try Unpacked(
            RawTar(links.map { RawTar.Entry($0.0, type: "2", link: $0.1) } + [RawTar.Entry("d/file")]).bytes)
        #expect(unpacked.report.refusal == nil)
        #expect(
            unpacked.tree == ["d/ 755", "d/file 644 x", "d/up -> ..", "dangling -> nothing/here", "l -> d/file", "x -> d/up/l"])
        let zip = RawZip([RawZip.Entry("l", "f").with { $0.mode = 0o120777 }, RawZip.Entry("f")])
        #expect(try Unpacked(zip.bytes).tree == ["f 644 x", "l -> f"])
    }

    @Test func linksAreJudgedByWhereTheyWillBe() throws {
        let inside = RawTar([RawTar.Entry("top/f"), RawTar.Entry("top/l", type: "2", link: "f")])
        #expect(try Unpacked(inside.bytes, strip: true).tree == ["f 644 x", "l -> f"])
        let through = RawTar([RawTar.Entry("top/f"), RawTar.Entry("top/l", type: "2", link: "../top/f")])
        #expect(try Unpacked(through.bytes, strip: true).reason == .unsafeLink)
        #expect(try Unpacked(through.bytes).reason == nil)
    }

    @Test func filesAreNotWrittenThroughLinks() throws {
        for target in [".", "/tmp", "d"] {
            let entries = [RawTar.Entry("d/x"), RawTar.Entry("l", type: "2", link: target), RawTar.Entry("l/evil")]
            #expect(try refusal(RawTar(entries).bytes) == .unsafeLink)
        }
        // The other way round: the folder first, the link in its place.
        #expect(try refusal(RawTar([RawTar.Entry("l/f"), RawTar.Entry("l", type: "2", link: ".")]).bytes) == .duplicateName)
    }

    @Test func hardLinksReachOnlyFilesOfTheArchive() throws {
        for target in ["/etc/passwd", "../x"] {
            #expect(try refusal(RawTar([RawTar.Entry("a"), RawTar.Entry("b", type: "1", link: target)]).bytes) == .unsafePath)
        }
        #expect(try refusal(RawTar([RawTar.Entry("a"), RawTar.Entry("b", type: "1", link: "nothing")]).bytes) == .unsafeLink)
        let viaLink = [RawTar.Entry("a"), RawTar.Entry("l", type: "2", link: "a"), RawTar.Entry("b", type: "1", link: "l")]
        #expect(try refusal(RawTar(viaLink).bytes) == .unsafeLink)
    }

    @Test(arguments: ["3", "4", "6"] as [Character])
    func devicesAndPipesAreRefused(_ type: Character) throws {
        #expect(try refusal(RawTar([RawTar.Entry("a"), RawTar.Entry("special", type: type)]).bytes) == .specialFile)
        let mode: UInt32 = type == "3" ? 0o020644 : type == "4" ? 0o060644 : 0o010644
        #expect(try refusal(RawZip([RawZip.Entry("special").with { $0.mode = mode }]).bytes) == .specialFile)
    }

    @Test func privilegesAreTakenAwayAndModesReduced() throws {
        let modes = [("suid", 0o4755), ("sgid", 0o2711), ("open", 0o666), ("run", 0o700), ("none", 0)]
        let unpacked = try Unpacked(RawTar(modes.map { RawTar.Entry($0.0, mode: $0.1) }).bytes)
        #expect(unpacked.tree == ["none 644 x", "open 644 x", "run 755 x", "sgid 755 x", "suid 755 x"])
        #expect(unpacked.notes == ["mode-masked suid", "mode-masked sgid"])
    }

    @Test func namesThatComeTwiceAreRefused() throws {
        for names in [["a", "a"], ["a", "./a"], ["a/b", "a//b"], ["a", "a/b"], ["a/b", "a"]] {
            #expect(try refusal(RawTar(names.map { RawTar.Entry($0) }).bytes) == .duplicateName)
            #expect(try refusal(plainZip(files: names.map { ($0, []) })) == .duplicateName)
        }
        // A folder may be named as often as it likes.
        let folders = [RawTar.Entry("a/", type: "5"), RawTar.Entry("a/b"), RawTar.Entry("a/", type: "5")]
        #expect(try refusal(RawTar(folders).bytes) == nil)
    }

    @Test func aFullDiskIsOursAndNotTheArchives() throws {
        guard let small = SmallDisk() else { return }
        let archive = Folder.scratchFile(plainZip(files: [("a", [UInt8](repeating: 7, count: 3_000_000))]))
        defer { close(archive) }
        let target = unsafe open(small.path, O_RDONLY | O_DIRECTORY)
        defer { close(target) }
        let error = #expect(throws: ProvostError.self) {
            try Unpacker.unpack(archive: archive, into: target, limits: UnpackLimits())
        }
        #expect(error?.code == .unavailable)
    }

    private func bigEntry(_ size: Int, name: String = "zeros") -> RawTar.Entry {
        var entry = RawTar.Entry(Array(name.utf8), [])
        entry.size = size
        return entry
    }
}

/// A file system of 1 MiB; nil without the right to mount one.
private final class SmallDisk {
    private let folder = Folder()
    let path: String

    init?() {
        path = folder.path
        guard unsafe mount("tmpfs", path, "tmpfs", 0, "size=1m") == 0 else { return nil }
    }

    deinit { unsafe umount2(path, 2) }
}
