import Foundation
import Logging
import ProvostCore
import ProvostSandbox
import ProvostService
import ProvostStore
import ProvostTestSupport
import Synchronization
import Testing

/// Every suite that needs real rooms lies in here.
@Suite(.enabled(if: Capability.rooms.shouldRun, Comment(rawValue: Capability.rooms.reason)))
enum RealRooms {}

/// A whole installation without its HTTP: a state directory, a store, rooms, one cohort, and a clock that a test sets.
struct Home: Sendable {
    let path: String
    let provost: Provost
    let clock: Clock
    var context: ServiceContext { provost.context }
    var store: Store { provost.context.store }

    final class Clock: Sendable {
        private let now = Mutex(Timestamp("2026-06-01T00:00:00Z") ?? Timestamp(milliseconds: 0))
        func read() -> Timestamp { now.withLock { $0 } }
        func set(_ text: String) { now.withLock { $0 = Timestamp(text) ?? $0 } }
        func advance() -> Timestamp {
            now.withLock { now in
                now = now + TimeSpan(milliseconds: 1)
                return now
            }
        }
    }

    static let root = Principal.local(uid: 0)
    static let cohort = Slug(trusted: "spring")
    private static let nextUsers = Atomic<UInt32>(230_000)

    /// Makes one, and takes it away whatever happens.
    static func with(
        workers: Int = 1, workspaces: WorkspaceSettings = WorkspaceSettings(), world: CertificateWorld? = nil,
        _ body: (Home) async throws -> Void
    ) async throws {
        let path = "/tmp/provost-home-\(UUID().uuidString)"
        let directory = try StateDirectory(path: path)
        let launcher = builtProgram("provost-launch")
        try await installTools(
            from: String(launcher.prefix(upTo: launcher.lastIndex(of: "/") ?? launcher.startIndex)), into: directory.tools)
        let first = nextUsers.add(100, ordering: .relaxed).oldValue
        var configuration = Sandbox.Configuration(
            directory: path, launcher: launcher, userRange: first..<first + 100, warmRooms: 1,
            cgroupName: "provost-service-test")
        configuration.builderUsers = 250_000..<254_096
        let sandbox = try Sandbox(configuration)
        let clock = Clock()
        let result: Result<Void, any Error>
        do {
            // PROVOST_TEST_LOG=1 shows what the daemon would log.
            let isLogged = ProcessInfo.processInfo.environment["PROVOST_TEST_LOG"] != nil
            var logger = Logger(label: "test") { label -> any LogHandler in
                if isLogged { StreamLogHandler.standardError(label: label) } else { SwiftLogNoOpLogHandler() }
            }
            logger.logLevel = isLogged ? .debug : .critical
            let context = ServiceContext(
                store: try Store(path: directory.database), blobs: try BlobStore(directory: directory.blobs), sandbox: sandbox,
                directory: directory,
                now: { clock.advance() }, world: world, logger: logger)
            let home = Home(
                path: path,
                provost: try Provost(
                    context, workers: workers, allowDegraded: true, workspaces: workspaces, grace: .seconds(1)), clock: clock
            )
            try await home.prepare()
            result = .success(try await body(home))
        } catch { result = .failure(error) }
        await sandbox.shutdown()
        TreeFiles.remove(path)
        try result.get()
    }

    /// As `Tools.install` does, but by another process: while we had a program open for writing, another test's launcher could be spawned, take
    /// the descriptor with it, and nobody could run that program (“Text file busy”).
    private static func installTools(from programs: String, into tools: String) async throws {
        for folder in ["grade-bin", "grade-lib", "inginious-bin"] {
            try FileManager.default.createDirectory(atPath: tools + "/" + folder, withIntermediateDirectories: true)
        }
        for (program, name) in [
            ("provost-unpack", "provost-unpack"), ("provost-relay", "grade-bin/learner"), ("provost-relay", "grade-bin/report"),
            ("provost-relay", "grade-bin/shared-run"),
        ] {
            let copy = Process()
            copy.executableURL = URL(fileURLWithPath: "/usr/bin/install")
            copy.arguments = ["-m", "755", "\(programs)/\(program)", "\(tools)/\(name)"]
            let status = try await withCheckedThrowingContinuation { continuation in
                copy.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
                do { try copy.run() } catch {
                    copy.terminationHandler = nil
                    continuation.resume(throwing: error)
                }
            }
            try #require(status == 0, "install \(program)")
        }
        for folder in ["grade-bin", "grade-lib", "inginious-bin"] {
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: tools + "/" + folder)
        }
    }

    private func prepare() async throws {
        let people = provost.people
        let slug = { (text: String) in Slug(trusted: text) }
        _ = try await people.createOrganization(Self.root, slug: slug("acme"), title: nil)
        _ = try await people.createProgram(Self.root, organization: slug("acme"), slug: slug("backend"), title: nil)
        for cohort in [Self.cohort, slug("autumn")] {
            _ = try await provost.programs.createCohort(
                Self.root, program: slug("backend"), slug: cohort, title: nil, firstDay: CivilDate(parsing: "2026-05-01"),
                lastDay: CivilDate(parsing: "2026-08-31"),
                timezone: "Asia/Seoul")
        }
    }

    /// Enrols somebody and logs them in.
    func join(_ name: String, _ role: Role = .learner, cohort: Slug = cohort) async throws -> Principal {
        let code = try await provost.people.enroll(
            Self.root, cohort: cohort, slug: Slug(trusted: name), name: nil, email: nil, role: role
        ).code
        return try await provost.people.login(code: code.text, label: nil).principal
    }

    /// Publishes a lab whose grader is this shell script, and places it in the cohort as `web`.
    @discardableResult
    func publish(
        script: String, format: String = "exit-code", lab extra: String = "", attempts: Int? = nil,
        files: [(name: String, content: String)] = []
    ) async throws
        -> AssignmentView
    {
        _ = try await publishLab(script: script, format: format, lab: extra, files: files)
        return try await provost.assignments.create(
            Self.root, cohort: Self.cohort, name: Slug(trusted: "web"), lab: Slug(trusted: "web"), labVersion: nil,
            opens: CivilTime(parsing: "2026-05-10"),
            due: CivilTime(parsing: "2026-06-10T18:00"), closes: CivilTime(parsing: "2026-06-20T18:00"), attempts: attempts,
            policy: nil, weight: nil)
    }

    /// Of labs that set no limits: on a busy machine a room may wait for a minute before its program gets a processor.
    static let patience = "limits: {grader: {wall-time: 5m}, learner: {wall-time: 2m}}\n"

    /// Publishes a version of that lab, which no assignment moves to by itself.
    func publishLab(
        script: String, format: String = "exit-code", lab extra: String = "", files: [(name: String, content: String)] = []
    ) async throws -> LabVersion {
        let grader = RawTar([
            .init("grader.yaml", "name: checker\ntitle: {en: Checker}\nformat: \(format)\nrun: [./run]\n"),
            .init("run", "#!/bin/sh\n\(script)\n", mode: 0o755),
        ]).bytes
        _ = try await provost.labs.publishGrader(
            Self.root, archive: try context.blobs.put(grader), bytes: ByteCount(Int64(grader.count)))
        let limits = extra.hasPrefix("limits:") ? "" : Self.patience
        let lab = RawTar(
            [
                .init(
                    "lab.yaml",
                    "name: web\ntitle: {en: Web}\ngrader: checker\npoints: 10\narchive-limit: 64KiB\n\(limits)\(extra)"),
                .init("README.md", "Hello."),
            ] + files.map { .init($0.name, $0.content) }
        ).bytes
        return try await provost.labs.publishLab(
            Self.root, archive: try context.blobs.put(lab), bytes: ByteCount(Int64(lab.count))
        ).version
    }

    func begin(
        _ principal: Principal, _ assignment: String = "web", cohort: Slug? = nil, key: String = "key-1", bytes: Int64? = nil,
        digest: ContentDigest? = nil
    ) async throws(ProvostError) -> Intake {
        try await provost.submissions.begin(
            principal, assignment: assignment, cohort: cohort, key: key, fileName: "work.tar", declaredBytes: bytes,
            declaredDigest: digest,
            receivedAt: clock.read())
    }

    /// Hands in an archive with one file.
    @discardableResult
    func submit(_ principal: Principal, _ content: String = "42", key: String = UUID().uuidString) async throws
        -> RecordedSubmission
    {
        let intake = try await begin(principal, key: key)
        try await intake.append(RawTar([.init("answer.txt", content)]).bytes)
        return try await provost.submissions.finish(intake)
    }

    /// The newest grading, once it is at an end. Waits five minutes at most.
    func graded(_ submission: ID<Submission>) async throws -> Grading {
        for _ in 0..<6000 {
            if let grading = try await store.submission(submission).newest, grading.stage.isFinal { return grading }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw ProvostError(.timedOut, "\(submission) was not graded within five minutes")
    }

    /// Runs the queue while the body runs.
    func working(_ body: () async throws -> Void) async throws {
        let queue = provost.queue
        let task = Task { try await queue.run() }
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        task.cancel()
        try await task.value
        try result.get()
    }

    /// What rooms left behind: nothing, when none runs.
    func leftovers() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path + "/rooms").filter { !$0.hasPrefix(".") }
    }
    /// Uploads that were begun and neither kept nor thrown away.
    func incoming() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path + "/blobs/incoming") }
}

/// Programs that were built beside the test bundle.
func builtProgram(_ name: String) -> String {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    for argument in [own] + CommandLine.arguments {
        guard let slash = argument.lastIndex(of: "/") else { continue }
        let folder = argument[..<slash]
        for candidate in ["\(folder)/\(name)", "\(folder)/../../../\(name)", "\(folder)/../../\(name)"]
        where FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
    }
    return name
}

/// Expects a `ProvostError` with this code and a message that holds this text.
func expectFailure(
    _ code: ErrorCode, _ text: String = "", sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async {
    let error = await #expect(throws: ProvostError.self, sourceLocation: sourceLocation) { try await body() }
    guard let error else { return }
    #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
    #expect(text.isEmpty || error.message.contains(text), "\(error)", sourceLocation: sourceLocation)
}
