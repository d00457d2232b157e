import Foundation
import Glibc
import ProvostArchive
import ProvostCore

/// A folder of the test's own, removed with its content at the end.
final class Folder: Sendable {
    let path: String

    init() {
        var template = Array("\(NSTemporaryDirectory())/provost-archive-XXXXXX".utf8CString)
        precondition(unsafe mkdtemp(&template) != nil, "no temporary folder")
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ content: [UInt8] = Array("x".utf8)) throws {
        let url = URL(fileURLWithPath: "\(path)/\(name)")
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        // Not Foundation's way, which waits for the disk.
        let file = unsafe Glibc.open(url.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw CocoaError(.fileWriteUnknown) }
        defer { close(file) }
        Self.fill(file, content)
    }

    func read(_ name: String) -> [UInt8]? { FileManager.default.contents(atPath: "\(path)/\(name)").map { Array($0) } }

    func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(path)/\(name)") }

    func open(_ name: String, _ flags: Int32 = O_RDONLY) -> Int32 {
        let descriptor = unsafe Glibc.open("\(path)/\(name)", flags | O_CLOEXEC, 0o600)
        precondition(descriptor >= 0, "cannot open \(name)")
        return descriptor
    }

    /// Every path below `name` with its type, permissions and content or target: `src/ 755`, `src/a.txt 644 hi`, `l -> a.txt`.
    func tree(_ name: String = "") -> [String] {
        let top = name.isEmpty ? path : "\(path)/\(name)"
        return (FileManager.default.enumerator(atPath: top)?.compactMap { $0 as? String } ?? []).map { item in
            var information = stat()
            guard unsafe lstat("\(top)/\(item)", &information) == 0 else { return "\(item) gone" }
            let mode = String(information.st_mode & 0o7777, radix: 8)
            switch information.st_mode & S_IFMT {
            case S_IFDIR: return "\(item)/ \(mode)"
            case S_IFLNK:
                return "\(item) -> \((try? FileManager.default.destinationOfSymbolicLink(atPath: "\(top)/\(item)")) ?? "?")"
            case S_IFREG:
                let content = FileManager.default.contents(atPath: "\(top)/\(item)") ?? Data()
                return
                    "\(item) \(mode) \(content.count <= 64 ? String(decoding: content, as: UTF8.self) : "\(content.count) bytes")"
            default: return "\(item) special"
            }
        }.sorted()
    }

    /// Runs a program in this folder with nothing on its standard input; its standard output. Throws if it fails.
    @discardableResult
    func run(_ arguments: String..., environment: [String: String] = [:]) throws -> [UInt8] {
        try run(arguments, environment: environment)
    }

    func run(_ arguments: [String], environment: [String: String] = [:], input: String = "/dev/null", expecting: Int32 = 0) throws
        -> [UInt8]
    {
        let output = Folder.scratchFile()
        defer { close(output) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: arguments[0].hasPrefix("/") ? arguments[0] : "/usr/bin/\(arguments[0])")
        process.arguments = Array(arguments.dropFirst())
        process.currentDirectoryURL = URL(fileURLWithPath: path)
        process.environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": path].merging(environment) { $1 }
        process.standardInput = FileHandle(forReadingAtPath: input)
        // A file, so that no full pipe can stop the program.
        process.standardOutput = FileHandle(fileDescriptor: output, closeOnDealloc: false)
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == expecting else {
            throw RunFailure(arguments: arguments, status: process.terminationStatus)
        }
        lseek(output, 0, SEEK_SET)
        return Array(FileHandle(fileDescriptor: output, closeOnDealloc: false).readDataToEndOfFile())
    }

    struct RunFailure: Error {
        let arguments: [String]
        let status: Int32
    }

    /// An open file without a name.
    static func scratchFile(_ content: [UInt8] = []) -> Int32 {
        var template = Array("\(NSTemporaryDirectory())/provost-archive-XXXXXX".utf8CString)
        let descriptor = unsafe mkstemp(&template)
        precondition(descriptor >= 0, "no temporary file")
        _ = unsafe unlink(template)
        fill(descriptor, content)
        return descriptor
    }

    private static func fill(_ descriptor: Int32, _ content: [UInt8]) {
        var written = 0
        while written < content.count {
            let count = unsafe content.withUnsafeBytes {
                unsafe pwrite(descriptor, $0.baseAddress! + written, content.count - written, written)
            }
            precondition(count > 0, "no space for a test's file")
            written += count
        }
    }
}

/// What unpacking `archive` gives: the report, and what lies in the folder afterwards.
struct Unpacked {
    let report: UnpackReport
    let folder = Folder()
    var tree: [String] { folder.tree("out") }
    var reason: UnpackReport.RefusalReason? { report.refusal?.reason }
    /// Kind and path of each note.
    var notes: [String] { report.notes.map { "\($0.kind.rawValue) \($0.path)" } }

    init(_ archive: [UInt8], limits: UnpackLimits = UnpackLimits(), encoding: String? = nil, strip: Bool = false) throws {
        let descriptor = Folder.scratchFile(archive)
        defer { close(descriptor) }
        try self.init(descriptor: descriptor, limits: limits, encoding: encoding, strip: strip)
    }

    init(descriptor: Int32, limits: UnpackLimits = UnpackLimits(), encoding: String? = nil, strip: Bool = false) throws {
        try folder.makeFolder("out")
        let output = folder.open("out", O_RDONLY | O_DIRECTORY)
        defer { close(output) }
        report = try Unpacker.unpack(
            archive: descriptor, into: output, limits: limits,
            options: Unpacker.Options(nameEncoding: encoding, stripSingleFolder: strip))
    }
}
