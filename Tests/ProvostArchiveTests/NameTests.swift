import ProvostCore
import ProvostTestSupport
import Testing

/// Names as the world's programs write them (each maker's way was seen in real archives), and as an attacker could.
struct NameTests {
    private func names(_ entries: [RawZip.Entry], encoding: String? = nil) throws -> [String] {
        let unpacked = try Unpacked(RawZip(entries).bytes, encoding: encoding)
        #expect(unpacked.report.refusal == nil)
        return unpacked.tree.filter { !$0.contains("/ 755") }.map { String($0.prefix { $0 != " " }) }
    }

    private func windows(_ name: [UInt8], flags: UInt16 = 0) -> RawZip.Entry {
        RawZip.Entry(name).with {
            $0.madeBy = 0
            $0.flags = flags
        }
    }

    @Test func namesOfKoreanWindowsAreReadAsCP949() throws {
        let words = ["과제1/보고서.txt", "홍길동.py", "똠방각하.c", "펲시.txt"]
        let unpacked = try Unpacked(cp949Zip(files: words.map { ($0, Array("x".utf8)) }))
        #expect(unpacked.tree.map { String($0.prefix { $0 != " " }) } == ["과제1/", "과제1/보고서.txt", "똠방각하.c", "펲시.txt", "홍길동.py"])
        #expect(unpacked.notes.contains("name-decoded 과제1/보고서.txt"))
        #expect(unpacked.report.notes.first?.detail == "read as CP949")
    }

    @Test func oneShortKoreanNameIsEnough() throws { #expect(try names([windows(cp949("홍.txt"))]) == ["홍.txt"]) }

    @Test func namesInUTF8WithoutTheFlagAreUTF8() throws {
        #expect(try names([RawZip.Entry("보고서.txt"), RawZip.Entry("자료.csv")]) == ["보고서.txt", "자료.csv"])
    }

    @Test func namesInUTF8WithTheFlagFromWindowsAreUTF8() throws {
        #expect(try names([windows(Array("보고서.txt".utf8), flags: 0x800)]) == ["보고서.txt"])
    }

    @Test func aFlagThatLiesIsNotBelieved() throws {
        #expect(try names([windows(cp949("보고서.txt"), flags: 0x800)]) == ["보고서.txt"])
    }

    @Test func archivesOfMacsAreComposedAndRidOfTheirJunk() throws {
        let decomposed = "보고서.txt".unicodeScalars.flatMap { decompose($0) }.reduce(into: "") { $0.unicodeScalars.append($1) }
        let unpacked = try Unpacked(
            RawZip([
                RawZip.Entry(decomposed), RawZip.Entry("__MACOSX/._\(decomposed)"), RawZip.Entry(".DS_Store"),
                RawZip.Entry("src/._a"),
                RawZip.Entry("src/Thumbs.db"), RawZip.Entry("src/Desktop.ini"),
            ]).bytes)
        #expect(unpacked.tree.count == 1)
        #expect(unpacked.tree.first.map { Array($0.utf8) } == Array("보고서.txt 644 x".utf8))
        #expect(
            Set(unpacked.notes) == [
                "name-composed 보고서.txt", "left-out __MACOSX", "left-out .DS_Store", "left-out src/._a", "left-out src/Thumbs.db",
                "left-out src/Desktop.ini",
            ])
    }

    @Test func theUnicodePathFieldWinsOverCP949() throws {
        let raw = cp949("보고서.txt")
        #expect(try names([windows(raw).with { $0.extra = RawZip.unicodePath("보고서✓.txt", for: raw) }]) == ["보고서✓.txt"])
    }

    @Test func aUnicodePathForAnotherNameIsIgnored() throws {
        let raw = cp949("보고서.txt")
        #expect(try names([windows(raw).with { $0.extra = RawZip.unicodePath("다른.txt", for: raw, checksum: 7) }]) == ["보고서.txt"])
    }

    @Test func aPathSmuggledIntoTheUnicodePathIsRefused() throws {
        let raw = Array("good.txt".utf8)
        let unpacked = try Unpacked(
            RawZip([RawZip.Entry(raw, []).with { $0.extra = RawZip.unicodePath("../../evil", for: raw) }]).bytes)
        #expect(unpacked.reason == .unsafePath)
        #expect(unpacked.tree.isEmpty)
    }

    // 345 syllables have CP949 bytes that are valid UTF-8.
    @Test(arguments: ["특징.txt", "책/키.txt", "표.csv", "홍채호.py", "처치.txt"])
    func koreanThatLooksLikeUTF8IsKorean(_ name: String) throws {
        #expect(String(validating: cp949(name), as: UTF8.self) != nil)
        #expect(try names([windows(cp949(name))]) == [name])
        // Made by Unix, only another name of the archive tells.
        #expect(try names([RawZip.Entry(cp949(name), [])]) != [name])
        #expect(try names([RawZip.Entry(cp949(name), []), RawZip.Entry(cp949("보고서.txt"), [])]).contains(name))
    }

    @Test func frenchInUTF8StaysFrench() throws { #expect(try names([windows(Array("résumé.txt".utf8))]) == ["résumé.txt"]) }

    @Test func frenchFromOldWindowsIsReadAsCP437() throws {
        #expect(
            try names([windows(Array("r".utf8) + [0x82] + Array("sum".utf8) + [0x82] + Array(".txt".utf8))]) == ["résumé.txt"])
    }

    @Test func oneArchiveMayMixEncodings() throws {
        let entries = [
            windows(cp949("한글.txt")), windows(Array("日本.txt".utf8), flags: 0x800), windows(Array("가나다.txt".utf8)),
            windows(Array("a.txt".utf8)),
        ]
        #expect(try names(entries) == ["a.txt", "日本.txt", "가나다.txt", "한글.txt"])
    }

    @Test func bytesWithoutMeaningAreEscapedAndSaid() throws {
        let unpacked = try Unpacked(RawZip([RawZip.Entry([0xFF, 0xFE, 0x61]), RawZip.Entry("b\n.txt")]).bytes)
        #expect(unpacked.tree == ["%FF%FEa 644 x", "b%0A.txt 644 x"])
        #expect(unpacked.notes == ["name-escaped %FF%FEa", "name-escaped b%0A.txt"])
    }

    @Test func theCallerMayInsistOnAnEncoding() throws {
        #expect(try names([RawZip.Entry([0x93, 0xFA, 0x96, 0x7B])], encoding: "SHIFT_JIS") == ["日本"])
        #expect(throws: ProvostError.self) { try names([RawZip.Entry("a")], encoding: "NO-SUCH") }
    }

    @Test func backslashesAreFoldersOnlyFromWindows() throws {
        #expect(try names([windows(Array("src\\main.py".utf8))]) == ["src/main.py"])
        #expect(try names([RawZip.Entry("src\\main.py")]) == ["src\\main.py"])
        #expect(try Unpacked(RawZip([windows(Array("..\\..\\evil".utf8))]).bytes).reason == .unsafePath)
        #expect(try Unpacked(RawZip([windows(Array("C:\\evil".utf8))]).bytes).reason == .unsafePath)
    }

    @Test func namesInCP949AreReadInTarsToo() throws {
        let unpacked = try Unpacked(RawTar([RawTar.Entry(cp949("보고서.txt"), Array("x".utf8)), RawTar.Entry("자료.csv")]).bytes)
        #expect(unpacked.tree == ["보고서.txt 644 x", "자료.csv 644 x"])
    }

    @Test func composedAndDecomposedTwinsAreRefused() throws {
        let decomposed = "보.txt".unicodeScalars.flatMap { decompose($0) }.reduce(into: "") { $0.unicodeScalars.append($1) }
        let unpacked = try Unpacked(RawZip([RawZip.Entry("보.txt"), RawZip.Entry(decomposed)]).bytes)
        #expect(unpacked.reason == .duplicateName)
    }

    @Test func namesThatDifferInCaseAreTwoFiles() throws {
        #expect(try names([RawZip.Entry("A.txt"), RawZip.Entry("a.txt")]).count == 2)
    }

    /// A syllable as its letters, the way macOS writes names.
    private func decompose(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        guard (0xAC00...0xD7A3).contains(scalar.value) else { return [scalar] }
        let index = scalar.value - 0xAC00
        let parts = [0x1100 + index / 588, 0x1161 + index % 588 / 28] + (index % 28 == 0 ? [] : [0x11A7 + index % 28])
        return parts.compactMap(Unicode.Scalar.init)
    }
}
