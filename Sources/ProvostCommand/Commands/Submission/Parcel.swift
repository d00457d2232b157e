import Crypto
import Glibc
import NIOCore
import ProvostAPI
import ProvostArchive
import ProvostCore

/// An open file that is closed when nobody holds it any more.
private struct OpenFile: ~Copyable {
    let descriptor: Int32
    deinit { close(descriptor) }
}

/// What is sent: an open file of known length and digest. A folder is packed into a nameless temporary file; an archive is taken as it is.
struct Parcel: ~Copyable {
    private let file: OpenFile
    let length: Int64
    let digest: ContentDigest
    /// The last part of the path, for people.
    let fileName: String
    /// nil for an archive that was there already.
    let packed: PackReport?

    /// More than this is no folder of work.
    private static let packedLimit = ByteCount.gibibytes(2)

    /// Throws `notFound` for what is neither, `invalid` for what is empty or cannot be read.
    init(path: String, ignoring: IgnoreRules.Source, surroundings: Surroundings) throws(ProvostError) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw surroundings.error(.notFound, .neitherFileNorFolder(path: path)) }
        let report: PackReport?
        let opened: OpenFile
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            opened = OpenFile(descriptor: try Self.temporaryFile(surroundings))
            report = try Packer.pack(
                folder: path, to: opened.descriptor, ignoring: ignoring, sizeLimit: Self.packedLimit)
        case S_IFREG:
            report = nil
            // Should a pipe have taken the file's place since, opening must not wait for a writer.
            opened = OpenFile(descriptor: unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK))
            guard opened.descriptor >= 0 else {
                throw surroundings.error(.invalid, .fileNotRead(path: path, reason: PrivateFile.Failure().description))
            }
        default: throw surroundings.error(.notFound, .neitherFileNorFolder(path: path))
        }
        var now = stat()
        guard unsafe fstat(opened.descriptor, &now) == 0, now.st_mode & S_IFMT == S_IFREG, now.st_size > 0 else {
            throw surroundings.error(.invalid, .emptyFile(path: path))
        }
        let size = Int64(now.st_size)
        digest = try Self.digest(of: opened.descriptor, length: size)
        fileName = Self.lastPart(of: path)
        length = size
        packed = report
        file = opened
    }

    private static func digest(of descriptor: Int32, length: Int64) throws(ProvostError) -> ContentDigest {
        var hash = SHA256()
        var offset: Int64 = 0
        while offset < length {
            let chunk = try FileReading.chunk(of: descriptor, at: offset, atMost: length - offset)
            unsafe chunk.withUnsafeReadableBytes { unsafe hash.update(bufferPointer: $0) }
            offset += Int64(chunk.readableBytes)
        }
        return ContentDigest(bytes: hash.finalize())
    }

    /// `.` and `..` have no name of their own: the folder's real one is taken.
    private static func lastPart(of path: String) -> String {
        var full = path
        if path.split(separator: "/").last.map({ $0 == "." || $0 == ".." }) ?? true, let real = unsafe realpath(path, nil) {
            full = unsafe String(cString: real)
            unsafe free(real)
        }
        return full.split(separator: "/").last.map(String.init) ?? "folder"
    }

    /// A file without a name, open for reading and writing.
    static func temporaryFile(_ surroundings: Surroundings) throws(ProvostError) -> Int32 {
        let folder = surroundings.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        let path = "\(folder)/provost-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw surroundings.error(.invalid, .fileNotWritten(path: path, reason: PrivateFile.Failure().description))
        }
        unsafe unlink(path)
        return descriptor
    }

    /// Sends it and shows how far it is. One key for all repetitions, so that the server takes it once.
    ///
    /// - Parameter idle: how long the server may think about it in silence.
    func send<Answer: Decodable & Sendable>(
        to path: String, headers more: [(String, String)] = [], session: Session, idle: TimeSpan = .seconds(120)
    ) async throws -> Answer {
        let progress = TransferProgress(heading: session.text(.sending), total: length)
        let key = Base32.encode(IdentifierGenerator.system.randomBytes(20))
        let headers =
            [
                (Route.idempotencyHeader, key), (Route.digestHeader, digest.hex),
                (Route.fileNameHeader, Route.percentEncoded(fileName)),
            ] + more
        let retry = RetryPolicy.usual
        defer { Console.clearTransient() }
        return try await session.client.upload(
            path, headers: headers, descriptor: file.descriptor, length: length, retry: retry, idle: idle,
            progress: { progress.update($0) },
            onRetry: { number, delay in
                session.say(.sendingAgain(attempt: number, of: retry.delays.count, delay: delay))
            })
    }

    /// Says what was packed and what was left out.
    func tell(_ session: Session) {
        guard let packed else { return }
        session.say(.packed(files: packed.files, size: "\(ByteCount(length))"))
        for left in packed.leftOut.prefix(20) { session.say(.leftOut(path: left.path, reason: left.rule)) }
        if packed.leftOut.count > 20 { session.say(.leftOutMore(packed.leftOut.count - 20)) }
    }
}
