import Glibc
import Logging
package import ProvostCore
import ProvostSandbox
import ProvostStore
import Synchronization

/// What somebody wants of a workspace's files.
package enum ReadingWish: Sendable, Hashable {
    /// A file or a folder, seen from the home. The first line of the output says what follows: `file EXECUTABLE SIZE`, or `folder` and a tar
    /// archive. Links that lead outside are left out, and named on the error stream as `left-out NAME`.
    case place(String)
    /// The whole home as it is, links and all: `folder`, and a tar archive.
    case whole
}

// Files are read whether it runs or not. Where it does not, a room is made around its volume for that alone: a fixed program of the host's
// reads there, nothing that the learner wrote runs, no limit or budget is taken, and it is no way to compute outside the study window.
extension WorkspaceService {
    /// A connected socket that speaks session frames, and what is to be called when its connection is over. The learner may read at any time;
    /// whoever manages the cohort may once its study is over, for the archive that learners are given. Each reading is in the audit.
    package func read(
        _ principal: Principal, _ typed: String, _ wish: ReadingWish
    ) async throws(ProvostError) -> (descriptor: Int32, whenOver: @Sendable () -> Void) {
        let runs = try parts.runs
        let workspace = try await finder.find(principal, typed, .read)
        if !finder.isOwner(principal, workspace) {
            let window = try await WorkspaceWindow.find(cohort: workspace.cohort, person: workspace.person, context)
            guard !window.mayRun(at: context.now()) else {
                throw ProvostError(
                    .denied,
                    "The workspace is \(workspace.person)'s own while they study; after the study window, or once \(workspace.cohort) is closed, its admins can export it."
                )
            }
        }
        let request = Self.request(wish)
        if let run = runs[workspace.id], run.start == workspace.start, workspace.state == .running {
            try await context.store.recordReading(workspace.id, by: principal.name, at: context.now())
            return (try await run.kept.open(request), {})
        }
        return try await runs.turns.take(workspace.id) {
            [self] () throws(ProvostError) -> (descriptor: Int32, whenOver: @Sendable () -> Void) in
            let now = try await context.store.workspace(workspace.id)
            guard now.state == .stopped || now.state == .waiting else {
                throw ProvostError(.conflict, "The workspace is \(now.state.rawValue); try again in a moment.")
            }
            guard runs.volumes.exists(now.id.text) else {
                throw ProvostError(.notFound, "The workspace \(now.assignment) was never started, so there are no files in it.")
            }
            try await context.store.recordReading(now.id, by: principal.name, at: context.now())
            return try await openStopped(now, request, runs)
        }
    }

    private func openStopped(
        _ workspace: Workspace, _ request: SessionRequest, _ runs: WorkspaceRuns
    ) async throws(ProvostError) -> (descriptor: Int32, whenOver: @Sendable () -> Void) {
        let id = workspace.id
        try await runs.readers.begin(id)
        do throws(ProvostError) {
            // As for a rescue: what is read takes no space.
            try await runs.volumes.prepare(id.text, rescue: true)
            let user = try runs.keepers.leaseUser()
            let order = WorkspaceOrder(
                id: "read-" + id.text, start: 1, volume: runs.volumes.mount(of: id.text), user: user,
                limits: RoomLimits(
                    wallTime: .seconds(3600), cpuTime: .seconds(3600), memory: .mebibytes(256), processes: 16,
                    disk: .mebibytes(1)), network: .none, shell: "/bin/sh", onlyReads: true)
            let kept: KeptWorkspace
            do { kept = try await runs.keepers.start(order) } catch {
                runs.keepers.returnUser(user)
                throw error
            }
            let descriptor: Int32
            do { descriptor = try await kept.open(request) } catch {
                _ = await kept.stop(grace: .seconds(0), reason: error.message)
                throw error
            }
            runs.readers.runs(id, kept)
            return (descriptor, { [readers = runs.readers] in Task { await readers.end(id, kept) } })
        } catch {
            runs.readers.failed(id)
            throw error
        }
    }

    private static func request(_ wish: ReadingWish) -> SessionRequest {
        switch wish {
        case .place(let path): .command(["/bin/sh", "-c", givePlace, "provost", path], size: nil, environment: [:])
        case .whole: .command(["/bin/sh", "-c", giveWhole], size: nil, environment: [:])
        }
    }

    private static let givePlace = """
        cd /home/learner || exit 1
        if [ -d "$1" ]; then
            cd "$1" || exit 1
            echo folder
            find . -type l -lname '/*' -printf 'left-out %P\\n' >&2
            find . \\( -type f -o -type d -o -type l ! -lname '/*' \\) -print0 | tar -c -f - --null --no-recursion -T -
        elif [ -f "$1" ]; then
            if [ -x "$1" ]; then x=1; else x=0; fi
            echo "file $x $(wc -c < "$1")"
            exec cat -- "$1"
        else
            echo "“$1” is not there, or is neither a file nor a folder" >&2
            exit 3
        fi
        """

    /// Sockets and pipes hold nothing. What changes while it is read is no failure: 1 is tar's word for that.
    private static let giveWhole = """
        cd /home/learner || exit 1
        echo folder
        find . \\( -type f -o -type d -o -type l \\) -print0 |
            tar -c -f - --sparse --format=pax --numeric-owner --owner=1000 --group=1000 --null --no-recursion -T -
        status=$?
        [ "$status" -eq 1 ] && exit 0
        exit "$status"
        """
}

/// The rooms that were made around stopped volumes to read them: one for a workspace, a few on a machine.
final class WorkspaceReaders: Sendable {
    static let most = 8
    private enum Reader {
        case starting
        case running(KeptWorkspace)
    }
    private let readers = Mutex<[ID<Workspace>: Reader]>([:])

    /// Waits up to ten seconds for a reading that is just ending. Throws `unavailable` when it has to be tried again.
    func begin(_ id: ID<Workspace>) async throws(ProvostError) {
        for _ in 0..<200 {
            if take(id) { return }
            try? await Task.sleep(for: .milliseconds(50))
        }
        throw ProvostError(
            .unavailable, "These files, or those of \(Self.most) other workspaces, are being read already; try again in a moment."
        )
    }
    private func take(_ id: ID<Workspace>) -> Bool {
        readers.withLock { readers in
            guard readers[id] == nil, readers.count < Self.most else { return false }
            readers[id] = .starting
            return true
        }
    }
    func runs(_ id: ID<Workspace>, _ kept: KeptWorkspace) { readers.withLock { $0[id] = .running(kept) } }
    func failed(_ id: ID<Workspace>) { readers.withLock { $0[id] = nil } }

    /// Returns when it is not read any more and its volume is free: within the workspace's turn, or, for one reading, when that is over.
    func end(_ id: ID<Workspace>, _ only: KeptWorkspace? = nil) async {
        guard case .running(let kept) = readers.withLock({ $0[id] }), only.map({ $0 === kept }) ?? true else { return }
        _ = await kept.stop(grace: .seconds(0), reason: "The reading is over.")
        readers.withLock { readers in
            if case .running(let now) = readers[id], now === kept { readers[id] = nil }
        }
    }
}
