import ArgumentParser
import ProvostAPI
import ProvostCore

/// The workspace that a command is about. Shared by the commands in which its name may be left out.
struct WorkspaceArgument: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "The workspace: its assignment's name, or its id. May be left out when only one is meant.", valueName: "name"))
    var name: String?
}

/// Finds the workspace that is meant.
enum WorkspaceChoice {
    /// The name given, or `PROVOST_WORKSPACE`, or the only one of the caller's that runs. With `stopped` also the only one there is.
    /// Throws `notFound` when none is there, `invalid` when it is not plain.
    static func find(_ name: String?, _ session: Session, stopped: Bool = false) async throws -> String {
        if let name, !name.isEmpty { return name }
        if let inside = session.surroundings.environment["PROVOST_WORKSPACE"], !inside.isEmpty { return inside }
        let all = try await own(session).filter { $0.workspace.state != .deleted }
        let running = all.filter { [.running, .frozen].contains($0.workspace.state) }
        if running.count == 1, let only = running.first { return only.workspace.id.text }
        if stopped, running.isEmpty, all.count == 1, let only = all.first { return only.workspace.id.text }
        if all.isEmpty { throw session.surroundings.error(.notFound, .workspace(.noneAtAll)) }
        if running.isEmpty, !stopped {
            throw session.surroundings.error(.notFound, .workspace(.noneRunning(names: names(all))))
        }
        throw session.surroundings.error(.invalid, .workspace(.severalRunning(names: names(running.isEmpty ? all : running))))
    }

    /// Instructors are shown those of their cohorts as well: only the caller's own are meant when none is named.
    private static func own(_ session: Session) async throws -> [WorkspaceInfo] {
        let all: [WorkspaceInfo] = try await session.client.get(Route.path("workspaces"))
        guard Set(all.map(\.workspace.person)).count > 1 else { return all }
        let who: WhoAmI = try await session.client.get(Route.path("whoami"))
        return all.filter { $0.workspace.person == who.person?.slug }
    }

    /// By assignment; with the id where two have the same.
    private static func names(_ infos: [WorkspaceInfo]) -> [String] {
        infos.map { info in
            let name = info.workspace.assignment
            return infos.count { $0.workspace.assignment == name } == 1 ? name.text : "\(info.workspace.id) (\(name))"
        }
    }
}

/// A program in a workspace whose output is kept, or handed on as it comes.
struct RoomProgram: Sendable {
    let session: Session
    let workspace: String

    /// Runs a script for `sh` with arguments, hands its output to `output`, and returns the exit status and its errors (at most 64 KiB).
    /// `input` writes the program's input. Throws `unavailable` when the link ends first.
    func run(
        _ script: String, _ arguments: [String] = [], input: (@Sendable (SessionSender) async throws -> Void)? = nil,
        output: @Sendable ([UInt8]) throws -> Void
    ) async throws -> (status: Int32, errors: String) {
        let opening = SessionOpening.command(["/bin/sh", "-c", script, "provost"] + arguments, terminal: false)
        return try await run(opening, input: input, output: output)
    }

    /// The files of a workspace that may be stopped: a place in it, or with nil the whole home; see `ReadingWish` of the server.
    func files(_ path: String?, output: @Sendable ([UInt8]) throws -> Void) async throws -> (status: Int32, errors: String) {
        try await run(.files(path), input: nil, output: output)
    }

    private func run(
        _ opening: SessionOpening, input: (@Sendable (SessionSender) async throws -> Void)?,
        output: @Sendable ([UInt8]) throws -> Void
    ) async throws -> (status: Int32, errors: String) {
        try await session.client.session(opening.path(workspace, WindowSize(), term: "dumb")) { receiver, sender in
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                group.addTask {
                    try await input?(sender)
                    await sender.send(SessionFrame(.inputEnd))
                }
                var errors: [UInt8] = []
                while let frame = try await receiver.next() {
                    switch frame.kind {
                    case .output: try output(frame.payload)
                    case .error: if errors.count < 64 << 10 { errors += frame.payload }
                    case .notice: Console.say(frame.text)
                    case .refusal: throw ProvostError(.conflict, frame.text)
                    case .exit: return (frame.status ?? ExitStatus.error, String(decoding: errors, as: UTF8.self))
                    default: continue
                    }
                }
                throw session.surroundings.error(.unavailable, .linkDropped(address: "\(session.client.address)"))
            }
        }
    }

    /// The same with all output at once; throws `limitReached` beyond `limit` bytes.
    func collect(_ script: String, _ arguments: [String] = [], limit: Int = 32 << 20) async throws -> (
        status: Int32, output: [UInt8], errors: String
    ) {
        let kept = Collected(limit: limit)
        let (status, errors) = try await run(script, arguments) { try kept.take($0) }
        return (status, kept.bytes, errors)
    }
}
