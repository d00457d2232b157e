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
    /// whoever manages the cohort may once the study is over (or has been closed for seven days), for the archive that learners are given. Each
    /// reading is in the workspace's log. From inside a workspace only its own files are read: who is let in there is let in there alone.
    package func read(
        _ principal: Principal, _ typed: String, _ wish: ReadingWish
    ) async throws(ProvostError) -> (descriptor: Int32, whenOver: @Sendable () -> Void) {
        let runs = try parts.runs
        let workspace = try await finder.find(principal, typed, .read)
        if let inside = principal.workspace, inside != workspace.id {
            throw ProvostError(.denied, "From inside a workspace only its own files are read; do it on your own machine.")
        }
        let isOwner = finder.isOwner(principal, workspace)
        if !isOwner {
            let window = try await WorkspaceWindow.find(cohort: workspace.cohort, person: workspace.person, context)
            guard window.isOver(at: context.now()) else {
                throw ProvostError(
                    .denied,
                    "The workspace is \(workspace.person)'s own while they study; after the study window, or \(ClosingRule.notice) after \(workspace.cohort) was closed, its admins can export it."
                )
            }
        }
        let request = Self.request(wish)
        if isOwner, let run = runs[workspace.id], run.start == workspace.start, workspace.state == .running {
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
            return try await openStopped(now, request, runs, by: principal)
        }
    }

    private func openStopped(
        _ workspace: Workspace, _ request: SessionRequest, _ runs: WorkspaceRuns, by principal: Principal
    ) async throws(ProvostError) -> (descriptor: Int32, whenOver: @Sendable () -> Void) {
        let id = workspace.id
        // Who asks again has given the first up: a client that hangs must not keep anybody from their files.
        await runs.readers.end(id, of: principal.name)
        try await runs.readers.begin(id, by: principal.name)
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
            // Weakly: what is over must not be kept for the rest of the hour.
            Task { [readers = runs.readers, weak kept] in
                try? await Task.sleep(for: WorkspaceReaders.longest.duration)
                if let kept { await readers.end(id, only: kept) }
            }
            return (
                descriptor,
                { [readers = runs.readers] in
                    readers.isOver(id, kept)
                    Task { await readers.end(id, only: kept) }
                }
            )
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

    /// What `find` names is packed, and neither's failure is lost. 1 is tar's word for what changed while it was read, which is none.
    private static func pack(_ conditions: String, _ options: String) -> String {
        """
        exec 4>&1
        codes=$({
            { find . \\( \(conditions) \\) -print0; echo "f$?" >&3; } |
            { tar -c -f - \(options) --null --no-recursion -T - >&4 3>&-; echo "t$?" >&3; }
        } 3>&1)
        case $codes in
            *f[1-9]*) exit 2 ;;
            *t0* | *t1) exit 0 ;;
            *) exit 2 ;;
        esac
        """
    }

    private static let givePlace = """
        cd /home/learner || exit 1
        case $1 in
            /*) ;;
            *) set -- "./$1" ;;
        esac
        if [ -d "$1" ]; then
            cd "$1" || exit 1
            echo folder
            find . -type l -lname '/*' -printf 'left-out %P\\n' >&2
            \(pack("-type f -o -type d -o -type l ! -lname '/*'", ""))
        elif [ -f "$1" ]; then
            if [ -x "$1" ]; then x=1; else x=0; fi
            echo "file $x $(wc -c < "$1")"
            exec cat -- "$1"
        else
            echo "“$1” is not there, or is neither a file nor a folder" >&2
            exit 3
        fi
        """

    /// Sockets and pipes hold nothing.
    private static let giveWhole = """
        cd /home/learner || exit 1
        echo folder
        \(pack("-type f -o -type d -o -type l", "--sparse --format=pax --numeric-owner --owner=1000 --group=1000"))
        """
}

/// The rooms that were made around stopped volumes to read them: one for a workspace, a few for one who reads, some more on a machine.
final class WorkspaceReaders: Sendable {
    static let most = 8
    static let mostOfOne = 2
    /// A client that stands still does not hold a volume for ever.
    static let longest = TimeSpan.seconds(3600)
    private struct Reader {
        let by: String
        var kept: KeptWorkspace?
        /// It is over, and its room is just going.
        var isEnding = false
    }
    private let readers = Mutex<[ID<Workspace>: Reader]>([:])

    /// Waits for one that is over to be gone. Throws `unavailable` when it has to be tried again.
    func begin(_ id: ID<Workspace>, by name: String) async throws(ProvostError) {
        for _ in 0..<200 where readers.withLock({ $0[id]?.isEnding ?? false }) { try? await Task.sleep(for: .milliseconds(50)) }
        let isTaken = readers.withLock { readers in
            guard readers[id] == nil, readers.count < Self.most, readers.values.count(where: { $0.by == name }) < Self.mostOfOne
            else { return false }
            readers[id] = Reader(by: name)
            return true
        }
        guard isTaken else {
            throw ProvostError(
                .unavailable,
                "These files are being read already, or those of several other workspaces are; try again in a moment.")
        }
    }
    func runs(_ id: ID<Workspace>, _ kept: KeptWorkspace) { readers.withLock { $0[id]?.kept = kept } }
    func failed(_ id: ID<Workspace>) { readers.withLock { $0[id] = nil } }
    func isOver(_ id: ID<Workspace>, _ kept: KeptWorkspace) {
        readers.withLock { readers in
            if readers[id]?.kept === kept { readers[id]?.isEnding = true }
        }
    }
    func isRead(_ id: ID<Workspace>) -> Bool { readers.withLock { $0[id] != nil } }

    /// Returns when it is not read any more and its volume is free: within the workspace's turn, or, for one reading, when that is over.
    /// - Parameters:
    ///   - only: this reading.
    ///   - name: only one of this person.
    func end(_ id: ID<Workspace>, only: KeptWorkspace? = nil, of name: String? = nil) async {
        guard let reader = readers.withLock({ $0[id] }), let kept = reader.kept, only.map({ $0 === kept }) ?? true,
            name.map({ $0 == reader.by }) ?? true
        else { return }
        readers.withLock { $0[id]?.isEnding = true }
        _ = await kept.stop(grace: .seconds(0), reason: "The reading is over.")
        readers.withLock { readers in
            if readers[id]?.kept === kept { readers[id] = nil }
        }
    }
}
