import Foundation
import Glibc
import ProvostArchive
import ProvostCore
import Testing

struct PackerTests {
    private func pack(
        _ folder: Folder, _ name: String = "work", _ source: IgnoreRules.Source = .everything, limit: ByteCount? = nil
    ) throws -> (report: PackReport, bytes: [UInt8]) {
        let file = Folder.scratchFile()
        defer { close(file) }
        let report = try Packer.pack(folder: "\(folder.path)/\(name)", to: file, ignoring: source, sizeLimit: limit)
        lseek(file, 0, SEEK_SET)
        return (report, Array(FileHandle(fileDescriptor: file, closeOnDealloc: false).readDataToEndOfFile()))
    }

    @Test func whatIsPackedIsUnpackedAgain() throws {
        let folder = Folder()
        try folder.write("work/과제/보고서.txt", Array("내용".utf8))
        try folder.write("work/과제/\(String(repeating: "아주긴이름", count: 16)).txt")
        try folder.write("work/run.sh", Array("#!/bin/sh\n".utf8))
        try folder.write("work/big.bin", (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 4) })
        try folder.write("work/a-b")
        try folder.makeFolder("work/empty")
        try folder.run("chmod", "750", "work/run.sh")
        try folder.run("ln", "-s", "../run.sh", "work/과제/링크")
        let (report, bytes) = try pack(folder)
        #expect(report.files == 6 && report.leftOut.isEmpty && report.renamed.isEmpty)
        #expect(report.packedBytes.bytes == Int64(bytes.count))
        let unpacked = try Unpacked(bytes, strip: true)
        #expect(unpacked.report.refusal == nil && unpacked.report.notes.isEmpty)
        #expect(unpacked.tree == folder.tree("work").map { $0.replacingOccurrences(of: "run.sh 750", with: "run.sh 755") })
    }

    @Test func aFolderInsideTheFolderIsNotTakenForTheWrapping() throws {
        let folder = Folder()
        try folder.write("work/src/main.py")
        #expect(try Unpacked(pack(folder).bytes, strip: true).tree == ["src/ 755", "src/main.py 644 x"])
        // Packed by hand, the same folder is the wrapping.
        try folder.run("tar", "-cf", "a.tar", "-C", "work", "src")
        #expect(try Unpacked(folder.read("a.tar") ?? [], strip: true).tree == ["main.py 644 x"])
    }

    @Test func theSameContentGivesTheSameBytes() throws {
        let first = Folder()
        let second = Folder()
        for (folder, names) in [(first, ["b", "a/c", "a-d", "한글"]), (second, ["한글", "a-d", "a/c", "b"])] {
            for name in names { try folder.write("work/\(name)", Array(name.utf8)) }
        }
        try second.run("touch", "-d", "2001-01-01", "work/b")
        try second.run("chmod", "600", "work/b")
        let bytes = try pack(first).bytes
        #expect(try pack(second).bytes == bytes)
        #expect(try pack(first).bytes == bytes)
    }

    @Test func namesAreComposed() throws {
        let folder = Folder()
        try folder.write("work/\u{1112}\u{1161}\u{11AB}.txt")
        let (report, bytes) = try pack(folder)
        #expect(report.renamed == ["한.txt"])
        #expect(try Unpacked(bytes).tree.first.map { Array($0.utf8) } == Array("한.txt 644 x".utf8))
        try folder.write("work/한.txt")
        #expect(throws: ProvostError.self) { try pack(folder) }
    }

    @Test func submissionsLeaveOutWhatTheRulesSay() throws {
        let folder = Folder()
        for name in [
            "main.o", "main.c", "build/x", "src/keep.o", "src/a.log", "secret.txt", ".git/config", ".DS_Store", "data/big.bin",
            "data/small.csv",
        ] {
            try folder.write("work/\(name)")
        }
        try folder.write("work/.gitignore", Array("*.o\nbuild/\nsecret.txt\n".utf8))
        try folder.write("work/src/.gitignore", Array("!keep.o\n".utf8))
        try folder.write("work/.provostignore", Array("!secret.txt\n*.log\ndata/*\n!data/*.csv\n".utf8))
        let (report, bytes) = try pack(folder, "work", .submission)
        #expect(
            try Unpacked(bytes).tree.map { $0.split(separator: " ")[0] } == [
                ".gitignore", ".provostignore", "data/", "data/small.csv", "main.c", "secret.txt", "src/", "src/.gitignore",
                "src/keep.o",
            ])
        let rules = Dictionary(uniqueKeysWithValues: report.leftOut.map { ($0.path, $0.rule) })
        #expect(rules["main.o"] == ".gitignore: *.o" && rules["build"] == ".gitignore: build/")
        #expect(rules["src/a.log"] == ".provostignore: *.log" && rules["data/big.bin"] == ".provostignore: data/*")
        #expect(rules[".git"] == "git's own data" && rules.count == 6)
        #expect(try pack(folder).report.leftOut.map(\.path).sorted() == [".DS_Store", ".git"])
    }

    @Test(arguments: ["/etc/passwd", "../outside", "sub/../../outside"])
    func linksOutOfTheFolderAreErrorsThatNameThem(_ target: String) throws {
        let folder = Folder()
        try folder.write("outside")
        try folder.write("work/sub/file")
        try folder.run("ln", "-s", target, "work/leak")
        let error = #expect(throws: ProvostError.self) { try pack(folder) }
        #expect(error?.code == .invalid && error?.message.contains("“leak”") == true)
        try folder.write("work/.provostignore", Array("leak\n".utf8))
        #expect(try pack(folder, "work", .submission).report.files == 2)
    }

    @Test func socketsAndPipesAreLeftOut() throws {
        let folder = Folder()
        try folder.write("work/a")
        try folder.run("mkfifo", "work/pipe")
        let (report, bytes) = try pack(folder)
        #expect(report.leftOut.map(\.path) == ["pipe"])
        #expect(try Unpacked(bytes).tree == ["a 644 x"])
    }

    @Test func anArchiveOverTheLimitNamesTheLargestFiles() throws {
        let folder = Folder()
        var random = Seeded(seed: 1)
        try folder.write("work/large.bin", (0..<600_000).map { _ in UInt8(truncatingIfNeeded: random.next()) })
        try folder.write("work/small.txt")
        let error = #expect(throws: ProvostError.self) { try pack(folder, limit: .kibibytes(100)) }
        #expect(error?.code == .limitReached && error?.message.contains("“large.bin”") == true)
        #expect(try pack(folder, limit: .mebibytes(1)).report.files == 2)
    }

    @Test func aMissingFolderIsNotFound() {
        let error = #expect(throws: ProvostError.self) { try pack(Folder(), "nothing") }
        #expect(error?.code == .notFound)
    }
}
