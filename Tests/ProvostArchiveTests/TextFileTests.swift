import Foundation
import Glibc
import ProvostArchive
import ProvostCore
import Testing

struct TextFileTests {
    /// Through real files, as the command line does it.
    private func convert(_ bytes: [UInt8], as known: TextFile.Encoding? = nil) throws -> (
        text: String, encoding: TextFile.Encoding
    ) {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("text-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let source = folder.appendingPathComponent("in").path
        let target = folder.appendingPathComponent("out").path
        try Data(bytes).write(to: URL(fileURLWithPath: source))
        let from = unsafe open(source, O_RDONLY)
        let to = unsafe open(target, O_RDWR | O_CREAT, 0o600)
        defer {
            close(from)
            close(to)
        }
        let encoding = try TextFile.convert(from: from, to: to, as: known)
        return (String(decoding: try Data(contentsOf: URL(fileURLWithPath: target)), as: UTF8.self), encoding)
    }

    private static let text = "학번,이름\r\n0042,김민지\r\n0043,똠방각하\r\n"

    @Test func fourEncodingsOfOneRoster() throws {
        let units = Self.text.utf16.flatMap { unit -> [UInt8] in
            [UInt8(truncatingIfNeeded: unit), UInt8(truncatingIfNeeded: unit >> 8)]
        }
        let utf16: [UInt8] = [0xFF, 0xFE] + units
        for (bytes, encoding) in [
            (Array(Self.text.utf8), TextFile.Encoding.utf8), ([0xEF, 0xBB, 0xBF] + Array(Self.text.utf8), .utf8),
            (utf16, .utf16LittleEndian), (try TextFile.cp949(Self.text), .cp949),
        ] {
            let found = try convert(bytes)
            #expect(found.encoding == encoding)
            #expect(found.text.trimmingPrefix("\u{FEFF}") == Self.text)
        }
    }

    /// Against another program's tables.
    @Test func cp949IsWhatIconvWrites() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/iconv")
        process.arguments = ["-f", "UTF-8", "-t", "UHC"]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(Self.text.utf8))
        try input.fileHandleForWriting.close()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect([UInt8](bytes) == (try TextFile.cp949(Self.text)))
    }

    /// “치카” in CP949 is “ġī” in UTF-8. A longer roster is hardly ever both; for one that is, its owner says what it is.
    @Test func whatIsBothIsTakenAsUTF8UnlessItIsSaid() throws {
        let bytes = try TextFile.cp949("student_id,name\n1,치카\n")
        #expect(String(validating: bytes, as: UTF8.self) != nil)
        let guessed = try convert(bytes)
        #expect(guessed.encoding == .utf8 && guessed.text == "student_id,name\n1,ġī\n")
        let said = try convert(bytes, as: .cp949)
        #expect(said.encoding == .cp949 && said.text == "student_id,name\n1,치카\n")
        // The other way round: accents in UTF-8 would be Hangul in CP949, and stay what they are.
        #expect(try convert(Array("name\nJosé\n".utf8)).text == "name\nJosé\n")
        // What is said and is not so is no guess any more.
        let error = #expect(throws: ProvostError.self) { try convert(TextFile.cp949(Self.text), as: .utf8) }
        #expect(error?.message.contains("line 1: the bytes are no UTF-8") == true)
        #expect(throws: ProvostError.self) { try convert([0x61, 0x0A, 0xFF, 0xFF, 0x0A], as: .cp949) }
        let units = Self.text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
        #expect(try convert(units, as: .utf16LittleEndian).text == Self.text)
    }

    /// Longer than a piece, so that borders lie in the middle of characters.
    @Test func longFilesAreReadPieceByPiece() throws {
        let long = String(repeating: Self.text, count: 20_000)
        #expect(try convert(Array(long.utf8)).text == long)
        #expect(try convert(try TextFile.cp949(long)).text == long)
    }

    @Test func decomposedNamesAreComposed() throws {
        let decomposed = "이름\n김민지\n".decomposedStringWithCanonicalMapping
        #expect(decomposed.utf8.count > "이름\n김민지\n".utf8.count)
        #expect(Array(try convert(Array(decomposed.utf8)).text.utf8) == Array("이름\n김민지\n".utf8))
    }

    @Test func whatIsNeitherIsNamedWithItsLines() throws {
        var bytes = Array("a,b\n".utf8) + (try TextFile.cp949("가,나\n")) + Array("ok\n".utf8) + [0xFF, 0xFF, 0x0A]
        var error = #expect(throws: ProvostError.self) { try convert(bytes) }
        #expect(
            error?.message.contains("line 2 is not") == true && error?.message.contains("line 4 is not") == true,
            "\(error?.message ?? "")")
        bytes = [0xFE, 0xFF, 0x00, 0x61]
        error = #expect(throws: ProvostError.self) { try convert(bytes) }
        #expect(error?.message.contains("UTF-16") == true)
        error = #expect(throws: ProvostError.self) { try TextFile.cp949("ok\n김 😀\n") }
        #expect(error?.message.contains("line 2: CP949 has no “😀”") == true)
    }
}
