import Glibc
import NIOCore
import ProvostAPI
import ProvostArchive
import ProvostCore

/// Copies files and folders between this machine and a workspace.
struct FileCopy: Sendable {
    let session: Session
    let workspace: String

    private var program: RoomProgram { RoomProgram(session: session, workspace: workspace) }

    // MARK: There

    /// As `cp -r` does: into `target` when it is a folder there, else as `target`. What is sent of a file takes its place only when it is
    /// whole. `target` is seen from the home.
    func push(_ path: String, to target: String) async throws {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            throw session.surroundings.error(.notFound, .neitherFileNorFolder(path: path))
        }
        let name = Self.lastPart(path)
        let target = target.isEmpty ? "." : target
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            let file = try Parcel.temporaryFile(session.surroundings)
            defer { close(file) }
            let report = try Packer.pack(folder: path, to: file, ignoring: .everything, compressed: false)
            for left in report.leftOut { session.say(.leftOut(path: left.path, reason: left.rule)) }
            try await send(file, Self.takeFolder, [target, name])
            session.say(.workspace(.copied(files: report.files, to: target)))
        case S_IFREG:
            let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
            guard file >= 0 else {
                throw session.surroundings.error(.invalid, .fileNotRead(path: path, reason: PrivateFile.Failure().description))
            }
            defer { close(file) }
            let mode = status.st_mode & 0o100 != 0 ? "755" : "644"
            try await send(file, Self.takeFile, [target, name, mode])
            session.say(.workspace(.copied(files: 1, to: target)))
        default: throw session.surroundings.error(.notFound, .neitherFileNorFolder(path: path))
        }
    }

    /// The last argument is the number of bytes: a link that is lost looks like the end of the input in there.
    private func send(_ file: Int32, _ script: String, _ arguments: [String]) async throws {
        var information = stat()
        guard unsafe fstat(file, &information) == 0 else { return }
        let length = Int64(information.st_size)
        let progress = TransferProgress(heading: session.text(.sending), total: length)
        defer { Console.clearTransient() }
        let (status, errors) = try await program.run(
            script, arguments + ["\(length)"],
            input: { sender in
                var sent: Int64 = 0
                while sent < length {
                    let chunk = try FileReading.chunk(of: file, at: sent, atMost: length - sent)
                    await sender.send(.input, Array(chunk.readableBytesView))
                    try Task.checkCancellation()
                    sent += Int64(chunk.readableBytes)
                    progress.update(sent)
                }
            }, output: { _ in })
        guard status == 0 else { throw failure(errors, status) }
    }

    private static let takeFile = """
        if [ -d "$1" ]; then to=$1/$2; else to=$1; fi
        part=$to.provost-part.$$
        trap 'rm -f -- "$part"' EXIT
        cat > "$part" || exit 1
        [ "$(wc -c < "$part")" -eq "$4" ] || { echo 'the link was lost' >&2; exit 1; }
        chmod "$3" "$part" && mv -f -- "$part" "$to"
        """

    private static let takeFolder = """
        if [ -d "$1" ]; then to=$1/$2; else to=$1; fi
        mkdir -p -- "$to" && exec tar -x -m -f - -C "$to"
        """

    // MARK: Here

    /// As `cp -r` does, but nothing here is overwritten: `conflict` when the place is taken. The workspace may be stopped. What the workspace sends is unpacked as
    /// distrustfully as a submission; links that lead outside are left out and named.
    func pull(_ path: String, to target: String) async throws {
        let remote = path.isEmpty ? "." : path
        let info: WorkspaceInfo = try await session.client.get(Route.path("workspaces", workspace))
        var name = Self.lastPart(remote)
        if [".", "..", "learner", ""].contains(name) { name = info.workspace.assignment.text }
        var status = stat()
        let isFolder = unsafe stat(target, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
        let place = isFolder ? (target.hasSuffix("/") ? target : target + "/") + name : target
        guard unsafe lstat(place, &status) != 0 else {
            throw session.surroundings.error(.conflict, .workspace(.alreadyThere(path: place)))
        }
        let file = try Parcel.temporaryFile(session.surroundings)
        defer { close(file) }
        // A sparse file could be sent for ever.
        let limit = ByteCount(max(info.workspace.limits.disk.bytes, 1 << 30) + (64 << 20))
        let arrival = Arrival(descriptor: file, limit: limit)
        let (code, errors) = try await program.files(remote) { try arrival.take($0) }
        let left = errors.split(separator: "\n").filter { $0.hasPrefix("left-out ") }.map { String($0.dropFirst(9)) }
        guard code == 0, let kind = arrival.kind else {
            throw failure(errors.split(separator: "\n").filter { !$0.hasPrefix("left-out ") }.joined(separator: "\n"), code)
        }
        for path in left { session.say(.workspace(.linkLeftOut(path: path))) }
        if kind == "file" {
            try keepFile(file, place, expected: arrival.size, executable: arrival.isExecutable)
            session.say(.workspace(.copied(files: 1, to: place)))
        } else {
            session.say(.workspace(.copied(files: try keepFolder(file, place, limit), to: place)))
        }
    }

    private func keepFile(_ file: Int32, _ place: String, expected: Int64?, executable: Bool) throws {
        let length = lseek(file, 0, SEEK_END)
        guard let expected, Int64(length) == expected else {
            throw session.surroundings.error(.unavailable, .linkDropped(address: "\(session.client.address)"))
        }
        let fresh = unsafe open(place, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, executable ? 0o755 : 0o644)
        guard fresh >= 0 else { throw notWritten(place) }
        defer { close(fresh) }
        var done: Int64 = 0
        while done < expected {
            let chunk = try FileReading.chunk(of: file, at: done, atMost: expected - done)
            guard OutputWriter.write(Array(chunk.readableBytesView), to: fresh) else {
                let error = notWritten(place)
                unsafe unlink(place)
                throw error
            }
            done += Int64(chunk.readableBytes)
        }
    }

    /// Unpacked beside its place, and moved there whole.
    private func keepFolder(_ file: Int32, _ place: String, _ limit: ByteCount) throws -> Int {
        let fresh = "\(place).\(getpid())-\(UInt32.random(in: 0 ... .max)).new"
        guard unsafe mkdir(fresh, 0o755) == 0 else { throw notWritten(place) }
        var isKept = false
        defer { if !isKept { FolderRemoval.remove(fresh) } }
        let folder = unsafe open(fresh, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard folder >= 0 else { throw notWritten(place) }
        defer { close(folder) }
        let limits = UnpackLimits(bytes: limit, entries: 1_000_000, depth: 200, pathLength: 4096, ratio: 1000)
        let report = try Unpacker.unpack(
            archive: file, into: folder, limits: limits, options: Unpacker.Options(stripSingleFolder: false))
        if let refusal = report.refusal {
            throw session.surroundings.error(.invalid, .workspace(.notCopied(reason: refusal.message)))
        }
        for note in report.notes { session.say(.note(note)) }
        // It replaces an empty folder at most: rename(2) refuses everything else for a folder.
        guard unsafe rename(fresh, place) == 0 else { throw notWritten(place) }
        isKept = true
        return report.files
    }

    // MARK: Parts

    private func notWritten(_ path: String) -> ProvostError {
        session.surroundings.error(.invalid, .fileNotWritten(path: path, reason: PrivateFile.Failure().description))
    }

    private func failure(_ errors: String, _ status: Int32) -> ProvostError {
        let text = errors.split(separator: "\n").prefix(5).joined(separator: "\n")
        let reason = text.isEmpty ? "status \(status)" : Console.sanitized(text)
        return session.surroundings.error(status == 3 ? .notFound : .invalid, .workspace(.notCopied(reason: reason)))
    }

    static func lastPart(_ path: String) -> String {
        var text = path
        if ["", ".", ".."].contains(path.split(separator: "/").last.map(String.init) ?? ""),
            let real = unsafe realpath(path, nil),
            !path.isEmpty
        {
            text = unsafe String(cString: real)
            unsafe free(real)
        }
        return text.split(separator: "/").last.map(String.init) ?? "."
    }
}
