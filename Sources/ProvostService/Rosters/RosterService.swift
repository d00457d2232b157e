import Crypto
import Logging
package import ProvostCore
import ProvostStore

/// Rosters: who is in a cohort, taken from a file as a whole.
package struct RosterService: Sendable {
    /// Rows in one transaction: few enough that others are let in between, many enough that a million are a hundred commits.
    static let batch = 10_000
    /// Codes in one answer.
    package static let mostCodes = 1000

    private let context: ServiceContext
    private let turns = RosterTurns()
    package init(_ context: ServiceContext) { self.context = context }

    /// A place for the file, once the caller may import at all.
    package func begin(_ principal: Principal, cohort: Slug) async throws(ProvostError) -> RosterFile {
        try principal.require(.manage(cohort: cohort))
        _ = try await context.store.cohort(cohort)
        return try RosterFile(in: context.directory.keys)
    }

    /// Reads the whole file twice: first everything is checked against the store, and only when nothing is wrong it is taken, batch by
    /// batch. What a crash leaves half done is finished by importing again, since doing it twice is the same as once.
    ///
    /// - Parameters:
    ///   - sync: who has the role and is not in the file is suspended; nobody is ever deleted.
    ///   - dryRun: say what would happen, change nothing.
    ///   - confirmed: it is meant that `sync` suspends more than half of those who have the role; without it nothing is changed then.
    ///
    /// Throws `invalid` with every mistake and its line, `conflict` while another import of the cohort runs, or when what would be suspended
    /// is not confirmed.
    package func importRoster(
        _ principal: Principal, cohort: Slug, file: RosterFile, role: Role, sync: Bool, dryRun: Bool, confirmed: Bool = false
    ) async throws(ProvostError) -> RosterReport {
        try principal.require(.manage(cohort: cohort))
        guard await turns.take(cohort) else {
            throw ProvostError(.conflict, "Another roster of \(cohort) is being imported; wait for it to end.")
        }
        let result: Result<RosterReport, ProvostError>
        do throws(ProvostError) {
            result = .success(try await run(principal, cohort, file, role, sync, dryRun, confirmed))
        } catch { result = .failure(error) }
        await turns.leave(cohort)
        return try result.get()
    }

    private func run(
        _ principal: Principal, _ cohort: Slug, _ file: RosterFile, _ role: Role, _ sync: Bool, _ dryRun: Bool,
        _ confirmed: Bool
    ) async throws(ProvostError) -> RosterReport {
        let order = RosterOrder(
            cohort: cohort, role: role, mayTouch: principal.authority, actor: principal.name, at: context.now())
        var plan = RosterReport(cohort: cohort, dryRun: true)
        var present = Set<Int64>()
        var mistakes: [String] = []
        plan.ignoredColumns = try await eachBatch(of: file) { rows throws(ProvostError) in
            let outcome = try await context.store.planRoster(rows, order)
            plan.add(outcome.report)
            present.formUnion(outcome.present)
            mistakes += outcome.mistakes
            guard mistakes.count < RosterReader.mostMistakes else { throw Self.error(mistakes) }
        }
        guard mistakes.isEmpty else { throw Self.error(mistakes) }
        if sync { plan.add(try await context.store.suspendAbsent(order, present: present, apply: false)) }
        let sure = order.knowing(leaving: plan.suspended)
        try await context.store.requirePlaces(sure, adding: plan.new + plan.returned)
        if dryRun { return plan }
        // The wrong file, or half of the right one: nobody means to send most of a cohort away without saying so.
        let before = plan.suspended + plan.same + plan.changed
        guard confirmed || plan.suspended * 2 <= before else {
            throw ProvostError(
                .conflict,
                "The roster would suspend \(plan.suspended) of the \(before) who have a place in \(cohort), more than half; nothing was changed. See who with --dry-run; if it is meant, add --yes."
            )
        }
        var report = RosterReport(cohort: cohort, dryRun: false)
        present.removeAll(keepingCapacity: true)
        report.ignoredColumns = try await eachBatch(of: file) { rows throws(ProvostError) in
            let outcome = try await context.store.importRoster(
                rows, sure, digest: Self.digest(rows), identifiers: context.identifiers.gathered())
            report.add(outcome.report)
            present.formUnion(outcome.present)
        }
        if sync { report.add(try await context.store.suspendAbsent(order, present: present, apply: true)) }
        context.logger.info(
            "Imported a roster",
            metadata: [
                "cohort": "\(cohort)", "rows": "\(report.rows)", "new": "\(report.new)", "suspended": "\(report.suspended)",
            ])
        return report
    }

    /// Hands out the rows in batches and answers with the headings that mean nothing here. Blocks while it reads, piece by piece.
    private func eachBatch(
        of file: RosterFile, _ body: ([RosterRow]) async throws(ProvostError) -> Void
    ) async throws(ProvostError) -> [String] {
        var reader = RosterReader()
        var waiting: [RosterRow] = []
        var offset: Int64 = 0
        while true {
            let piece = try file.piece(at: offset)
            offset += Int64(piece.count)
            if piece.isEmpty {
                try reader.finish { waiting.append($0) }
            } else {
                try reader.feed(piece) { waiting.append($0) }
            }
            if waiting.count >= Self.batch || piece.isEmpty {
                if !waiting.isEmpty { try await body(waiting) }
                waiting.removeAll(keepingCapacity: true)
            }
            if piece.isEmpty { return reader.ignoredColumns }
        }
    }

    private static func digest(_ rows: [RosterRow]) -> ContentDigest {
        var hasher = SHA256()
        for row in rows { hasher.update(data: Array(row.canonical.utf8)) }
        return ContentDigest(bytes: hasher.finalize())
    }

    private static func error(_ mistakes: [String]) -> ProvostError {
        let list = mistakes.prefix(RosterReader.mostMistakes).map { "\n  \($0)" }.joined()
        return ProvostError(.conflict, "The roster was not taken; nothing was changed:\(list)")
    }

    // MARK: Codes

    /// Enrolment codes for the named people, or for those who never logged in, some at a time from where the last call ended.
    /// Throws `invalid` for too many names.
    package func codes(
        _ principal: Principal, cohort: Slug, people: [Slug]?, after: Int64
    ) async throws(ProvostError) -> (
        codes: [(enrollment: Enrollment, code: Secret)], expiresAt: Timestamp, next: Int64?, withheld: [Slug]
    ) {
        try principal.require(.manage(cohort: cohort))
        let count = people?.count ?? Self.mostCodes
        guard count <= Self.mostCodes else {
            throw ProvostError(.invalid, "At most \(Self.mostCodes) people are named in one request.")
        }
        let codes = (0..<count).map { _ in Secret(.enrolmentCode, from: context.identifiers) }
        let now = context.now()
        let expires = now + PeopleService.codeLifetime
        let made = try await context.store.makeCodes(
            cohort: cohort, people: people, after: after, hashes: codes.map(PeopleService.hash), expires: expires,
            mayTouch: principal.authority, by: principal.name, at: now)
        return (made.codes.map { ($0.enrollment, codes[$0.index]) }, expires, made.next, made.withheld)
    }
}

/// One import of a cohort at a time.
private actor RosterTurns {
    private var busy: Set<Slug> = []
    func take(_ cohort: Slug) -> Bool { busy.insert(cohort).inserted }
    func leave(_ cohort: Slug) { busy.remove(cohort) }
}
