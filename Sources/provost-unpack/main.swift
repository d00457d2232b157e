// provost-unpack: unpacks the archive on standard input, inside a room, and says on standard output what came of it.

import Glibc
import ProvostArchive
import ProvostCore

private let usage = """
    usage: provost-unpack --into DIR [--copy DIR] [--bytes N] [--entries N] [--depth N] [--path-length N] [--ratio N]
                          [--encoding NAME] [--keep-folder] < ARCHIVE
           provost-unpack --into DIR --layer [--bytes N] [--entries N] < LAYER
           provost-unpack --into DIR --seal

    Unpacks the archive on standard input (a regular file) into the empty folder DIR, and into a second one with --copy.
    With --layer, lays a layer of an OCI image over the tree in DIR. With --seal, makes the tree in DIR fit to be an image.
    Prints one JSON object; a refused archive is an answer, not a failure.
    Exit codes: 0 answered, 64 wrong usage, 70 our own failure.
    """

/// What was asked for on the command line.
private struct Arguments {
    enum Work { case archive, layer, seal }
    var work = Work.archive
    var into: String?
    var copy: String?
    var limits = UnpackLimits()
    var options = Unpacker.Options()

    init(_ words: [String]) throws(ProvostError) {
        var rest = words[...]
        while let flag = rest.popFirst() {
            if flag == "--keep-folder" {
                options.stripSingleFolder = false
                continue
            }
            if flag == "--layer" || flag == "--seal" {
                work = flag == "--layer" ? .layer : .seal
                continue
            }
            guard
                ["--into", "--copy", "--bytes", "--entries", "--depth", "--path-length", "--ratio", "--encoding"].contains(flag)
            else {
                throw ProvostError(.invalid, "unknown option \(flag)")
            }
            guard let value = rest.popFirst() else { throw ProvostError(.invalid, "\(flag) needs a value") }
            switch flag {
            case "--into": into = value
            case "--copy": copy = value
            case "--bytes": limits.bytes = try ByteCount(parsing: value)
            case "--entries": limits.entries = try Self.number(flag, value)
            case "--depth": limits.depth = try Self.number(flag, value)
            case "--path-length": limits.pathLength = try Self.number(flag, value)
            case "--ratio": limits.ratio = try Self.number(flag, value)
            default: options.nameEncoding = value
            }
        }
        if into == nil { throw ProvostError(.invalid, "--into is needed") }
    }

    private static func number(_ flag: String, _ value: String) throws(ProvostError) -> Int {
        guard let number = Int(value), (1...1_000_000_000).contains(number) else {
            throw ProvostError(.invalid, "\(flag) needs a whole number from 1 to 1000000000, not “\(value)”")
        }
        return number
    }
}

private func fail(_ code: Int32, _ text: String) -> Never {
    let bytes = Array("provost-unpack: \(text)\n".utf8)
    _ = unsafe write(STDERR_FILENO, bytes, bytes.count)
    exit(code)
}

private func openFolder(_ path: String) -> Int32 {
    let folder = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if folder < 0 { fail(70, "cannot open the folder \(path): \(unsafe String(cString: strerror(errno)))") }
    return folder
}

private func run() {
    if CommandLine.arguments.dropFirst() == ["--help"] {
        print(usage)
        exit(0)
    }
    // No file that is made here is for anyone else to write.
    umask(0o022)
    do throws(ProvostError) {
        let arguments = try Arguments(Array(CommandLine.arguments.dropFirst()))
        var information = stat()
        let isRegular = unsafe fstat(STDIN_FILENO, &information) == 0 && information.st_mode & S_IFMT == S_IFREG
        guard isRegular || arguments.work == .seal else {
            fail(64, "standard input has to be the archive, as a regular file")
        }
        let folder = openFolder(arguments.into ?? "")
        let report =
            switch arguments.work {
            case .archive:
                try Unpacker.unpack(
                    archive: STDIN_FILENO, into: folder, copyInto: arguments.copy.map(openFolder), limits: arguments.limits,
                    options: arguments.options)
            case .layer: try ImageLayer.apply(layer: STDIN_FILENO, to: folder, limits: arguments.limits)
            case .seal: try ImageSeal.apply(to: folder)
            }
        let line = Array("\(report.json)\n".utf8)
        var written = 0
        while written < line.count {
            let count = unsafe line.withUnsafeBytes {
                unsafe write(STDOUT_FILENO, $0.baseAddress! + written, line.count - written)
            }
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { fail(70, "cannot write the report: \(unsafe String(cString: strerror(errno)))") }
            written += count
        }
    } catch {
        if error.code == .invalid, !error.message.hasPrefix("/") { fail(64, "\(error.message)\n\n\(usage)") }
        fail(70, error.message)
    }
}

run()
