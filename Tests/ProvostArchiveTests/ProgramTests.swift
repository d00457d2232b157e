import Foundation
import ProvostArchive
import ProvostCore
import ProvostTestSupport
import Testing

/// `provost-unpack` as a room starts it, and archives as real programs make them.
struct ProgramTests {
    /// The program lies beside the test bundle.
    private static let program: String = {
        let runner = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: runner).deletingLastPathComponent().appendingPathComponent("provost-unpack").path
    }()

    private func unpack(_ folder: Folder, _ archive: String, _ options: String..., expecting: Int32 = 0) throws -> UnpackReport {
        let output = try folder.run(
            [Self.program] + options, input: "\(folder.path)/\(archive)", expecting: expecting)
        return try JSONDecoder().decode(UnpackReport.self, from: Data(output))
    }

    // Each maker with the archive it makes of the folder `work`.
    @Test(arguments: [
        ["zip", "-qry", "a", "work"], ["7z", "a", "-bd", "-snl", "a", "work"], ["7z", "a", "-bd", "-tzip", "-snl", "a", "work"],
        ["7z", "a", "-bd", "-tzip", "-mm=LZMA", "-snl", "a", "work"], ["tar", "-cf", "a", "work"], ["tar", "-czf", "a", "work"],
        ["tar", "-cJf", "a", "work"], ["tar", "--zstd", "-cf", "a", "work"], ["tar", "-cjf", "a", "work"],
        ["tar", "--format=v7", "-cf", "a", "work"], ["tar", "--format=pax", "-cf", "a", "work"],
        ["tar", "--format=oldgnu", "-cf", "a", "work"],
        ["bsdtar", "-cf", "a", "work"], ["bsdtar", "--format=zip", "-cf", "a", "work"],
        ["bsdtar", "--format=7zip", "-cf", "a", "work"],
        ["bsdtar", "--format=ustar", "-czf", "a", "work"], ["busybox", "tar", "-cf", "a", "work"],
    ])
    func archivesOfRealProgramsComeOutWhole(_ maker: [String]) throws {
        let folder = Folder()
        try folder.write("work/src/main.py", Array("print(1)\n".utf8))
        try folder.write("work/보고서.txt", Array("내용\n".utf8))
        try folder.write("work/run.sh", Array("#!/bin/sh\n".utf8))
        try folder.run("chmod", "755", "work/run.sh")
        try folder.run("ln", "-s", "src/main.py", "work/link")
        try folder.makeFolder("work/empty")
        _ = try folder.run(maker)
        // zip and 7z add an ending of their own.
        let archive =
            try FileManager.default.contentsOfDirectory(atPath: folder.path).first { $0 == "a" || $0.hasPrefix("a.") } ?? "a"
        try folder.makeFolder("out")
        try folder.makeFolder("copy")
        let report = try unpack(folder, archive, "--into", "out", "--copy", "copy")
        #expect(report.refusal == nil && report.files == 4 && report.folders == 2)
        #expect(folder.tree("out") == folder.tree("work"))
        #expect(folder.tree("copy") == folder.tree("work"))
        #expect(report.notes.map(\.kind).contains(.folderStripped))
    }

    @Test func theReportSurvivesItsJSON() throws {
        let folder = Folder()
        try folder.write(
            "a.zip", RawZip([RawZip.Entry("top/q\"uo\\te\t.txt"), RawZip.Entry([0xFF]), RawZip.Entry("top/__MACOSX/x")]).bytes)
        try folder.makeFolder("out")
        let report = try unpack(folder, "a.zip", "--into", "out")
        #expect(report == (try Unpacked(folder.read("a.zip") ?? [], strip: true).report))
        #expect(report.notes.count == 3)
        try folder.write("bad.zip", encryptedZip())
        #expect(try unpack(folder, "bad.zip", "--into", "out").refusal?.reason == .encrypted)
    }

    @Test func limitsAndOptionsReachTheUnpacker() throws {
        let folder = Folder()
        try folder.write("a.zip", plainZip(files: [("top/a", Array("12345".utf8)), ("top/b", [])]))
        for (options, reason) in [
            (["--bytes", "4"], UnpackReport.RefusalReason.tooLarge), (["--entries", "1"], .tooManyEntries),
            (["--path-length", "3"], .pathTooLong),
        ] {
            try folder.makeFolder("out")
            let output = try folder.run([Self.program, "--into", "out"] + options, input: "\(folder.path)/a.zip")
            #expect(try JSONDecoder().decode(UnpackReport.self, from: Data(output)).refusal?.reason == reason)
            try folder.remove("out")
        }
        try folder.makeFolder("out")
        #expect(try unpack(folder, "a.zip", "--into", "out", "--keep-folder").folders == 1)
        #expect(folder.tree("out").contains("top/a 644 12345"))
    }

    @Test func wrongUsageAndOurFailuresHaveTheirOwnCodes() throws {
        let folder = Folder()
        try folder.write("a.zip", plainZip(files: [("a", [])]))
        try folder.makeFolder("out")
        for arguments in [
            [], ["--into"], ["--into", "out", "--bytes", "many"], ["--nonsense"], ["--into", "out", "--encoding", "NO-SUCH"],
        ] {
            _ = try folder.run([Self.program] + arguments, input: "\(folder.path)/a.zip", expecting: 64)
        }
        _ = try folder.run([Self.program, "--into", "nowhere"], input: "\(folder.path)/a.zip", expecting: 70)
        _ = try folder.run([Self.program, "--into", "out"], input: "/dev/null", expecting: 64)
    }

    @Test func theProgramNeedsNoSwiftRuntime() throws {
        let libraries = String(decoding: try Folder().run("ldd", Self.program), as: UTF8.self)
        #expect(
            libraries.contains("libutf8proc") && !libraries.lowercased().contains("swift") && !libraries.contains("Foundation"))
        // It is loaded with the first archive.
        #expect(!libraries.contains("libarchive"))
    }
}
