import Foundation
import ProvostCore
import ProvostStore
import Testing

/// Figures, not checks: `PROVOST_STORE_BENCHMARK=1 swift test -c release --filter StandingBenchmark`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["PROVOST_STORE_BENCHMARK"] != nil), .serialized)
struct StandingBenchmark {
    /// A cohort with a submission, its grading and its score for each learner and assignment, straight into the tables.
    private func world(learners: Int, others: Int, assignments: Int) async throws -> World {
        let world = try await World.make(learners: ["first"], dues: [])
        for number in 0..<assignments {
            try await world.store.createAssignment(
                try World.assignment("lab\(number)", due: "2026-12-01T18:00", lab: world.lab), by: "local:0", at: World.now)
        }
        let digest = World.digest(7).hex
        try world.execute(
            """
            INSERT INTO cohort SELECT 'coh_other', program, 'other', title, firstDay, lastDay, timezone, NULL FROM cohort LIMIT 1;
            WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(learners + others))
              INSERT INTO person SELECT 'per_' || i, 'p' || i, 'P', NULL FROM n;
            INSERT INTO enrollment SELECT 'enr_' || slug, id,
              CASE WHEN CAST(substr(slug, 2) AS INTEGER) <= \(learners) THEN 'coh_spring' ELSE 'coh_other' END, 'learner', 0
              FROM person WHERE slug GLOB 'p[0-9]*';
            INSERT INTO submission (id, cohort, assignment, person, attempt, digest, bytes, fileName, receivedAt, late, key, receipt)
              SELECT 'sub_' || e.id || a.slug, a.cohort, a.id, e.person, 1, '\(digest)', 5, 'w', \(World.now.milliseconds), 0, a.slug, '{}'
              FROM enrollment e JOIN assignment a ON a.cohort = e.cohort WHERE e.cohort = 'coh_spring';
            INSERT INTO grading (id, submission, assignment, person, labVersion, graderVersion, stage, run, turn, dueOrder, queuedAt)
              SELECT 'grd_' || s.id, s.id, s.assignment, s.person, '\(world.lab.digest.hex)', '\(world.grader.digest.hex)', 'queued',
                0, 0, '2026', 5 FROM submission s;
            UPDATE grading SET stage = 'grading', run = 1, startedAt = 6;
            INSERT INTO score (grading, submission, assignment, labVersion, graderVersion, submissionDigest, outcome, refused, isolation,
              points, max, messages, image, limits, run, recordedAt)
              SELECT g.id, g.submission, g.assignment, g.labVersion, g.graderVersion, '\(digest)', 'graded', 0, 'two-room', 12500,
                20000, '[]', 'debian', '{}', 1, 7 FROM grading g;
            UPDATE grading SET stage = 'graded', finishedAt = 7;
            """)
        return world
    }

    private func measured(_ what: String, rounds: Int = 1, _ body: () async throws -> Void) async rethrows {
        let clock = ContinuousClock()
        let time = try await clock.measure { for _ in 0..<rounds { try await body() } }
        print("\(what): \((time / rounds).formatted(.units(allowed: [.milliseconds], fractionalPart: .show(length: 3))))")
    }

    @Test(arguments: [(500, 30), (10_000, 10)]) func aCohortIsEvaluated(learners: Int, assignments: Int) async throws {
        let world = try await world(learners: learners, others: 0, assignments: assignments)
        try await measured("\(learners) × \(assignments), all") {
            let record = try await world.store.standings(cohort: world.cohort)
            let rule = StandingRule(record, zone: .utc)
            let standings = record.learners.map { rule.standing(of: $0, at: World.now) }
            #expect(standings.count == learners + 1)
        }
        try await measured("\(learners) × \(assignments), one", rounds: 100) {
            let record = try await world.store.standings(cohort: world.cohort, person: ID(trusted: "per_77"))
            _ = StandingRule(record, zone: .utc).standing(of: record.learners[0], at: World.now)
        }
    }

    @Test func oneOfAMillionIsFoundByIndexes() async throws {
        let world = try await world(learners: 500, others: 1_000_000, assignments: 30)
        try await measured("one learner among 1,000,000 enrollments", rounds: 100) {
            let record = try await world.store.standings(cohort: world.cohort, person: ID(trusted: "per_77"))
            _ = StandingRule(record, zone: .utc).standing(of: record.learners[0], at: World.now)
        }
    }
}
