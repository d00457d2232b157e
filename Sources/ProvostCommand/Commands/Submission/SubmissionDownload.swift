import ArgumentParser
import Crypto
import Glibc
import ProvostAPI
import ProvostCore
import Synchronization

struct SubmissionDownload: AsyncParsableCommand {
    static let configuration = Help.command(
        "download", "Fetch the archive of a submission, exactly as it was received.",
        note: "The digest is checked. Nothing is overwritten.",
        examples: "provost submission download sub_7k2mq0r9x4w1c8tz",
        "provost submission download sub_7k2mq0r9x4w1c8tz --to - | tar tz")

    @Argument(help: "The submission.", transform: reading { try ID<Submission>(parsing: $0) })
    var submission: ID<Submission>
    @Option(
        help: ArgumentHelp(
            "The file to make, or - for standard output. Default: SUBMISSION and the format's ending.", valueName: "file"))
    var to: String?
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let session = try connection.session()
        let info: SubmissionInfo = try await session.client.get(Route.path("submissions", submission.text))
        let path = Route.path("submissions", submission.text, "archive")
        let sink = ArchiveSink(to: to, stem: submission.text, surroundings: session.surroundings)
        do {
            try await session.client.download(path) { buffer in try sink.take(buffer) }
            guard try sink.finish() == info.submission.digest else {
                throw session.surroundings.error(.unavailable, .damagedDownload)
            }
        } catch {
            sink.discard()
            throw error
        }
        if let path = sink.path { session.say(.downloaded(path: path, size: "\(info.submission.bytes)")) }
    }
}

/// Takes an archive as it arrives: names the file by the first bytes, hashes all of them.
final class ArchiveSink: Sendable {
    private struct State {
        var descriptor: Int32?
        var path: String?
        var hash = SHA256()
    }
    private let to: String?
    private let stem: String
    private let surroundings: Surroundings
    private let state = Mutex(State())

    init(to: String?, stem: String, surroundings: Surroundings) {
        self.to = to
        self.stem = stem
        self.surroundings = surroundings
    }

    /// The file that was made; nil for standard output.
    var path: String? { state.withLock { $0.path } }

    /// Throws `conflict` when the file is there already, `invalid` when it cannot be written.
    func take(_ bytes: [UInt8]) throws {
        try state.withLock { state in
            if state.descriptor == nil { try open(&state, first: bytes) }
            state.hash.update(data: bytes)
            do { try PrivateFile.writeAll(bytes, to: state.descriptor ?? STDOUT_FILENO) } catch {
                throw surroundings.error(.invalid, .fileNotWritten(path: state.path ?? "-", reason: "\(error)"), cause: error)
            }
        }
    }

    /// Closes the file and answers with the digest of everything taken.
    func finish() throws -> ContentDigest {
        try state.withLock { state in
            if state.descriptor == nil { try open(&state, first: []) }
            close(&state)
            return ContentDigest(bytes: state.hash.finalize())
        }
    }

    /// Removes the file.
    func discard() {
        state.withLock { state in
            close(&state)
            if let path = state.path { unsafe unlink(path) }
        }
    }

    private func open(_ state: inout State, first bytes: [UInt8]) throws {
        if to == "-" {
            state.descriptor = STDOUT_FILENO
            return
        }
        let path = to ?? stem + Self.ending(of: bytes)
        let descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let failure = PrivateFile.Failure()
            if failure.number == EEXIST { throw surroundings.error(.conflict, .fileExists(path: path), cause: failure) }
            throw surroundings.error(.invalid, .fileNotWritten(path: path, reason: failure.description), cause: failure)
        }
        state.descriptor = descriptor
        state.path = path
    }

    private func close(_ state: inout State) {
        if let descriptor = state.descriptor, descriptor != STDOUT_FILENO { Glibc.close(descriptor) }
        state.descriptor = nil
    }

    /// The usual ending for an archive that begins like this.
    static func ending(of bytes: [UInt8]) -> String {
        let beginnings: [([UInt8], String)] = [
            ([0x50, 0x4B], ".zip"), ([0x1F, 0x8B], ".tar.gz"), ([0x28, 0xB5, 0x2F, 0xFD], ".tar.zst"),
            ([0xFD, 0x37, 0x7A, 0x58, 0x5A], ".tar.xz"), ([0x42, 0x5A, 0x68], ".tar.bz2"), ([0x37, 0x7A, 0xBC, 0xAF], ".7z"),
        ]
        if let known = beginnings.first(where: { bytes.starts(with: $0.0) }) { return known.1 }
        return bytes.count > 262 && bytes[257..<262].elementsEqual("ustar".utf8) ? ".tar" : ".bin"
    }
}
