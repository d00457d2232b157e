import FoundationEssentials
import Glibc
import ProvostAPI
import ProvostArchive
import ProvostCore
import Synchronization

/// One learner's archive: what they did in a cohort.
struct LearnerExport: Sendable {
    let session: Session
    let cohort: String
    let person: String

    /// Makes the archive; a file of that name appears only when all of it is written. Throws `conflict` when the place is taken, and
    /// `unavailable` when something could not be read: then the archive is there all the same, and says in it what is missing.
    func write(to path: String, replacing: Bool) async throws {
        var status = stat()
        let isThere = unsafe lstat(path, &status) == 0
        guard replacing || !isThere else {
            throw session.surroundings.error(.conflict, .workspace(.exportThere(path: path)))
        }
        // Beside its place: on the same disk, with room for it.
        let folder = "\(path).\(getpid())-\(UInt32.random(in: 0 ... .max)).parts"
        try make(folder)
        defer { FolderRemoval.remove(folder) }
        let notes = try await collect(in: folder)
        try PrivateFile.write(
            Array(Self.explanation(cohort: cohort, person: person, notes: notes).utf8), to: folder + "/README.txt")
        let fresh = folder + ".tar"
        let file = unsafe open(fresh, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw notWritten(fresh) }
        defer {
            close(file)
            unsafe unlink(fresh)
        }
        let report = try Packer.pack(folder: folder, to: file, ignoring: .everything, compressed: false)
        guard fsync(file) == 0 else { throw notWritten(fresh) }
        if replacing {
            guard unsafe rename(fresh, path) == 0 else { throw notWritten(path) }
        } else {
            // Not over one that came meanwhile; a file system without links (a memory stick) is no reason to fail.
            let isLinked = unsafe link(fresh, path) == 0
            if !isLinked {
                guard [EPERM, EOPNOTSUPP, ENOSYS].contains(errno), unsafe lstat(path, &status) != 0,
                    unsafe rename(fresh, path) == 0
                else { throw notWritten(path) }
            }
        }
        session.say(.workspace(.exported(path: path, size: "\(report.packedBytes)")))
        for note in notes { Console.say(note) }
        guard notes.isEmpty else { throw session.surroundings.error(.unavailable, .workspace(.exportNotWhole(path: path))) }
    }

    /// Fetches everything; returns what is missing, a sentence each.
    private func collect(in folder: String) async throws -> [String] {
        let whose = [("cohort", Optional(cohort)), ("person", Optional(person))]
        try await document(Route.path("progress", query: whose), folder + "/scores.json")
        try await document(Route.path("budgets", "ledger", query: whose), folder + "/ledger.json")
        let node = "learner:\(cohort)/\(person)"
        try await document(Route.path("usage", query: [("level", "learner"), ("node", node)]), folder + "/usage.json")
        let handedIn = Route.path("submissions", query: whose + [("limit", "\(Self.mostSubmissions)")])
        try await document(handedIn, folder + "/submissions.json")
        let submissions: [SubmissionInfo] = try await session.client.get(handedIn)
        for info in submissions where info.person.text == person {
            try await submission(info, in: folder + "/submissions")
        }
        var notes: [String] = []
        if submissions.count >= Self.mostSubmissions {
            notes.append(session.text(.workspace(.exportCut(submissions: submissions.count))))
        }
        let workspaces: [WorkspaceInfo] = try await session.client.get(Route.path("workspaces", query: whose))
        // What is in a copy is another learner's.
        let own = workspaces.filter { $0.workspace.person.text == person && $0.workspace.copyOf == nil }
        for info in own where info.workspace.start > 0 {
            // One that cannot be read must not keep the others from the learner.
            do { notes += try await home(info, in: folder + "/workspaces") } catch let error as ProvostError {
                notes.append(missing(info, error.message))
            }
        }
        return notes
    }

    private func document(_ path: String, _ target: String) async throws {
        try await fetch(target) { take in try await session.client.download(path) { try take($0) } }
    }

    private func submission(_ info: SubmissionInfo, in folder: String) async throws {
        // COHORT/ASSIGNMENT.
        let place = folder + "/" + (info.assignmentName.split(separator: "/").last.map(String.init) ?? info.assignmentName)
        try make(folder)
        try make(place)
        let id = info.submission.id.text
        let sink = ArchiveSink(to: nil, stem: place + "/" + id, surroundings: session.surroundings)
        try await session.client.download(Route.path("submissions", id, "archive")) { try sink.take($0) }
        guard try sink.finish() == info.submission.digest else {
            throw session.surroundings.error(.unavailable, .damagedDownload)
        }
    }

    private func home(_ info: WorkspaceInfo, in folder: String) async throws -> [String] {
        try make(folder)
        let workspace = info.workspace
        let target = "\(folder)/\(workspace.assignment).tar"
        // Sparse files are sent sparse, so that nothing legitimate is larger.
        let limit = ByteCount(max(workspace.limits.disk.bytes, 1 << 30) * 2)
        let file = unsafe open(target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw notWritten(target) }
        defer { close(file) }
        let arrival = Arrival(descriptor: file, limit: limit)
        let program = RoomProgram(session: session, workspace: workspace.id.text)
        let (code, errors) = try await program.files(nil) { try arrival.take($0) }
        guard arrival.kind == "folder" else {
            throw session.surroundings.error(.unavailable, .workspace(.notCopied(reason: errors)))
        }
        guard code != 0 else { return [] }
        return [
            missing(info, errors.isEmpty ? "status \(code)" : errors.split(separator: "\n").prefix(3).joined(separator: "; "))
        ]
    }

    private func missing(_ info: WorkspaceInfo, _ reason: String) -> String {
        session.text(.workspace(.exportIncomplete(name: info.workspace.assignment.text, reason: Console.sanitized(reason))))
    }

    /// As many as the server tells at once.
    private static let mostSubmissions = 10_000

    private func fetch(_ target: String, _ body: (@Sendable ([UInt8]) throws -> Void) async throws -> Void) async throws {
        let file = unsafe open(target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw notWritten(target) }
        defer { close(file) }
        try await body { piece in
            do { try PrivateFile.writeAll(piece, to: file) } catch { throw notWritten(target) }
        }
    }

    private func make(_ folder: String) throws {
        if unsafe mkdir(folder, 0o700) != 0, errno != EEXIST { throw notWritten(folder) }
    }

    private func notWritten(_ path: String) -> ProvostError {
        session.surroundings.error(.invalid, .fileNotWritten(path: path, reason: PrivateFile.Failure().description))
    }

    private static func explanation(cohort: String, person: String, notes: [String]) -> String {
        """
        What \(person) did in \(cohort), as Provost has it.
        \(cohort)에서 \(person)님이 한 모든 것입니다.

        workspaces/ASSIGNMENT.tar    the home of a workspace, as it is        작업 공간의 홈, 있는 그대로
        submissions/ASSIGNMENT/ID.*  each submission, byte for byte           제출물, 바이트 그대로
        submissions.json             when each was received, and its grading  제출 시각과 채점
        scores.json                  what counts for each assignment          과제마다 인정된 점수
        ledger.json, usage.json      the budget and what was used             사용 한도와 사용량
        \(notes.isEmpty ? "" : "\nNot complete / 빠진 것:\n" + notes.map { "- \($0)\n" }.joined())
        """
    }
}
