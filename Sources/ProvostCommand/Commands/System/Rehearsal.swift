import Glibc
import ProvostAPI
import ProvostCore
import Synchronization

/// Many learners that start their workspaces, each as a person would.
struct Rehearsal: Sendable {
    let stage: RehearsalStage
    let learners: Int
    /// They ask evenly spread over it.
    let span: TimeSpan
    /// For those that do not run yet when the last one has asked.
    let timeout: TimeSpan

    /// How one start stands.
    private enum Standing: Sendable {
        /// `waited`: there was no place at first.
        case running(TimeSpan, waited: Bool)
        /// It waits, or it starts for longer than the answer takes.
        case pending(ID<Workspace>, waits: Bool)
        case refused(ProvostError, learner: Slug)
        case failed(String)
    }

    /// Throws what kept the rehearsal itself from taking place, and `CancellationError`.
    func run() async throws -> RehearsalReport {
        try await stage.make()
        let members = Mutex<[(name: Slug, client: Client)]>([])
        try await Many.run(Array(1...learners), atOnce: 8) { number in
            let member = try await stage.learner(number)
            let count = members.withLock { members in
                members.append(member)
                return members.count
            }
            Self.show("Enrolled \(count) of \(learners) …")
        }
        var report = RehearsalReport(
            cohort: stage.cohort, lab: stage.model.lab, learners: learners, span: span, running: 0, waited: 0, refused: 0,
            failed: 0, unfinished: 0)
        var starts: [TimeSpan] = []
        var ages: [TimeSpan] = []
        func count(_ standing: Standing) async {
            switch standing {
            case .running(let time, let waited):
                starts.append(time)
                report.running += 1
                guard waited else { return }
                report.waited += 1
                ages.append(time)
            case .refused(let error, let learner):
                report.refused += 1
                if report.firstLimit == nil {
                    report.firstLimit = await limit(error.message, learner: learner, running: report.running)
                }
            case .failed(let sentence):
                report.failed += 1
                report.firstFault = report.firstFault ?? sentence
            case .pending: break
            }
        }
        var pending: [Pending] = []
        try await withThrowingTaskGroup(of: (Slug, Standing).self) { group in
            let began = ContinuousClock.now
            for (index, member) in members.withLock({ $0 }).enumerated() {
                group.addTask {
                    try await Task.sleep(until: began + span.duration * index / learners)
                    return (member.name, try await start(member.name, member.client))
                }
            }
            for try await (name, standing) in group {
                if case .pending(let id, let waits) = standing { pending.append(Pending(id: id, name: name, waited: waits)) }
                await count(standing)
                Self.show("\(report.running) of \(learners) run, \(report.refused) were refused …")
            }
        }
        let end = ContinuousClock.now + timeout.duration
        while !pending.isEmpty, ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(300))
            var still: [Pending] = []
            for one in pending {
                try Task.checkCancellation()
                let standing = try await look(one)
                if case .pending(_, let waits) = standing {
                    still.append(Pending(id: one.id, name: one.name, waited: one.waited || waits))
                } else {
                    await count(standing)
                }
            }
            pending = still
            Self.show("\(report.running) of \(learners) run, \(pending.count) wait …")
        }
        report.unfinished = pending.count
        if report.firstLimit == nil, let first = pending.first {
            let why: WorkspaceReason = try await stage.session.client.get(Route.path("workspaces", first.id.text, "why"))
            report.firstLimit = RehearsalReport.Limit(running: report.running, sentence: why.sentence)
        }
        report.start = RehearsalReport.Spread(starts)
        report.queueAge = RehearsalReport.Spread(ages)
        return report
    }

    /// How far it is; a file is spared it.
    private static func show(_ line: String) {
        if Console.columns(of: STDERR_FILENO) != nil { Console.transient(line) }
    }

    private struct Pending: Sendable {
        let id: ID<Workspace>
        let name: Slug
        let waited: Bool
    }

    private func start(_ name: Slug, _ client: Client) async throws -> Standing {
        let asked = ContinuousClock.now
        do {
            let info: WorkspaceInfo = try await client.send(
                .post, Route.path("workspaces"),
                body: StartWorkspace(assignment: stage.model.slug.text, cohort: stage.cohort.text), idle: .seconds(180))
            if info.workspace.state == .running {
                return .running(TimeSpan(ContinuousClock.now - asked), waited: false)
            }
            return standing(of: info, name, waited: info.workspace.state == .waiting)
        } catch let refusal as ServerRefusal {
            return Self.standing(of: refusal.error, name)
        } catch let error as ProvostError { return .failed(error.message) }
    }

    /// Of one that was not running at once. By the server's clock: this one only looks now and then.
    private func look(_ one: Pending) async throws -> Standing {
        do {
            let info: WorkspaceInfo = try await stage.session.client.get(Route.path("workspaces", one.id.text))
            return standing(of: info, one.name, waited: one.waited)
        } catch let error as ProvostError where error.code == .unavailable {
            // A restarted daemon is no reason to give up.
            return .pending(one.id, waits: one.waited)
        }
    }

    private func standing(of info: WorkspaceInfo, _ name: Slug, waited: Bool) -> Standing {
        let workspace = info.workspace
        switch workspace.state {
        case .running, .frozen:
            let asked = workspace.askedAt ?? workspace.createdAt
            return .running((workspace.startedAt ?? asked) - asked, waited: waited)
        case .waiting: return .pending(workspace.id, waits: true)
        case .starting, .stopping: return .pending(workspace.id, waits: waited)
        case .stopped, .deleted: return .failed(workspace.stopDetail ?? "The workspace is \(workspace.state.rawValue).")
        }
    }

    private static func standing(of error: ProvostError, _ name: Slug) -> Standing {
        [ErrorCode.limitReached, .outsideWindow, .denied].contains(error.code)
            ? .refused(error, learner: name) : .failed(error.message)
    }

    /// Which limit it was. The refusal says it in words; here it is looked up, so that a program need not read them.
    private func limit(_ sentence: String, learner: Slug, running: Int) async -> RehearsalReport.Limit {
        let standing: LimitStanding? = try? await stage.session.client.get(
            Route.path(
                "limits", "explain",
                query: [("cohort", stage.cohort.text), ("person", learner.text), ("assignment", stage.model.slug.text)]))
        let obstacle = standing?.obstacle()
        return RehearsalReport.Limit(
            dimension: obstacle?.dimension, node: obstacle?.node, running: running, sentence: sentence)
    }
}
