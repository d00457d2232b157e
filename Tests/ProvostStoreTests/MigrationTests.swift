import Foundation
import GRDB
import ProvostCore
import ProvostStore
import Testing

struct MigrationTests {
    @Test func everyMigrationHasAFixture() {
        #expect(Fixture.all.count == Store.schemaVersion)
    }

    /// Each fixture is inserted at its own version; then the file is migrated to the newest.
    @Test func rowsOfEveryVersionSurviveToTheNewest() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/provost.db"
        for (index, fixture) in Fixture.all.enumerated() {
            _ = try Store(path: path, schemaVersion: index + 1)
            try World.execute(fixture, in: path)
        }
        _ = try Store(path: path)
        try DatabaseQueue(path: path).read { db in
            for table in try String.fetchAll(db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table'") {
                #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? 0 > 0, "\(table) has no row")
            }
            let charged = "SELECT charged, (SELECT sum(amount) FROM ledger WHERE kind = 'charge') FROM budget"
            let sums = try #require(try Row.fetchOne(db, sql: charged))
            #expect(sums[0] as Int64 > 0 && sums[0] as Int64 == sums[1], "what was charged before the version that counts it")
            #expect(try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").isEmpty)
            #expect(try String.fetchOne(db, sql: "PRAGMA integrity_check") == "ok")
        }
    }

    @Test func everyTableIsStrict() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/provost.db"
        _ = try Store(path: path)
        let loose = try DatabaseQueue(path: path).read { db in
            try String.fetchAll(
                db, sql: "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND NOT strict")
        }
        #expect(Set(loose) == ["sqlite_schema", "grdb_migrations"])
    }

    /// `PROVOST_RECORD_GOLDEN=1` writes the dump anew and fails, so that a recording is never mistaken for a check.
    @Test func schemaIsTheOneOnRecord() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/provost.db"
        _ = try Store(path: path)
        let statements = try DatabaseQueue(path: path).read { db in
            try String.fetchAll(
                db, sql: "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name <> 'grdb_migrations' ORDER BY type, name")
        }
        let dump = statements.joined(separator: ";\n\n") + ";\n"
        let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden/schema.sql")
        if ProcessInfo.processInfo.environment["PROVOST_RECORD_GOLDEN"] != nil {
            try Data(dump.utf8).write(to: golden)
            Issue.record("The schema was recorded; look at the difference and run again without PROVOST_RECORD_GOLDEN.")
        } else {
            #expect(try String(contentsOf: golden, encoding: .utf8) == dump)
        }
    }
}

/// One row or more for every table a version brought, written against that version only.
enum Fixture {
    static let all = [
        first, records, regradeSets, workspaces, closings, slots, programs, marks, certificates, rosters, erasures, cohortBudgets,
    ]

    private static let a = String(repeating: "a", count: 64)
    private static let b = String(repeating: "b", count: 64)
    private static let rosters = """
        INSERT INTO personIdentifier SELECT 'org_1', 'student-number', '0042', id FROM person LIMIT 1;
        INSERT INTO organizationAdmin SELECT 'org_1', id, 1, 'local:0' FROM person LIMIT 1;
        INSERT INTO personErasure SELECT id, 'erased-1', 'asked', 'local:0', 1 FROM person ORDER BY id DESC LIMIT 1;
        UPDATE enrollment SET section = 'A';
        """
    /// Brings no table; what it allows is done to rows of the versions before.
    private static let erasures = """
        UPDATE appeal SET text = 'erased' WHERE enrollment IN (
          SELECT e.id FROM enrollment e JOIN personErasure x ON x.person = e.person);
        """
    private static let cohortBudgets = "UPDATE budget SET total = 7200000;"
    private static let first = """
        INSERT INTO organization VALUES ('org_1', 'acme', 'Acme');
        INSERT INTO program VALUES ('pro_1', 'org_1', 'backend', 'Backend');
        INSERT INTO cohort VALUES ('coh_1', 'pro_1', 'spring', 'Spring', '2026-03-02', '2026-06-30', 'Asia/Seoul');
        INSERT INTO person VALUES ('per_1', 'minji', '민지', NULL);
        INSERT INTO enrollment VALUES ('enr_1', 'per_1', 'coh_1', 'learner', 0);
        INSERT INTO enrolmentCode VALUES ('\(a)', 'enr_1', 1, 2, NULL, NULL);
        INSERT INTO token VALUES ('tok_1', '\(b)', 'per_1', 'laptop', 1, 2, NULL);
        INSERT INTO graderVersion VALUES ('\(a)', 'checker', 1, '{}', 1, 10);
        INSERT INTO labVersion VALUES ('\(b)', '\(a)', 'data-summary', 1, '{}', 20000, '\(a)', 1, 10);
        INSERT INTO assignment VALUES
          ('asg_1', 'coh_1', 'one', '{"en":"One"}', '\(b)', '2026-03-02T00:00', NULL, '2026-06-01T00:00', 3, 'best', 1);
        INSERT INTO submission (id, cohort, assignment, person, attempt, digest, bytes, fileName, receivedAt, late, key, receipt)
          VALUES ('sub_1', 'coh_1', 'asg_1', 'per_1', 1, '\(a)', 5, 'work.zip', 5, 0, 'key', '{}');
        INSERT INTO grading (id, submission, assignment, person, labVersion, graderVersion, stage, run, turn, dueOrder, queuedAt)
          VALUES ('gra_1', 'sub_1', 'asg_1', 'per_1', '\(b)', '\(a)', 'queued', 0, 0, '2026-06-01T00:00', 5);
        UPDATE grading SET stage = 'grading', run = 1, startedAt = 6;
        INSERT INTO score (grading, submission, assignment, labVersion, graderVersion, submissionDigest, outcome, refused, isolation,
          points, max, messages, image, limits, run, recordedAt)
          VALUES ('gra_1', 'sub_1', 'asg_1', '\(b)', '\(a)', '\(a)', 'graded', 0, 'two-room', 12500, 20000, '[]', 'debian', '{}', 1, 7);
        INSERT INTO test VALUES ('gra_1', 1, 'adds', 'pass', 12500, 20000, 'visible', NULL);
        UPDATE grading SET stage = 'graded', finishedAt = 7;
        INSERT INTO audit VALUES (1, 1, 'local:0', 'organization.create', 'acme', '{}', '\(a)');
        """

    private static let certificates = """
        INSERT INTO issuerKey VALUES ('org_1', 1, '\(a)\(b)', 1);
        INSERT INTO certificateSubject VALUES ('per_1', 'org_1', 'urn:uuid:11111111-2222-4333-8444-555555555555');
        INSERT INTO certificate (id, enrollment, organization, learner, title, summary, validFrom, keyNumber, statusList, statusIndex,
          token, digest, evidence, issuedBy, issuedAt)
          VALUES ('crt_1', 'enr_1', 'org_1', '민지', '{"en":"C"}', '{"en":"S"}', 1, 1, 1, 7, 'a.b.c', '\(a)', '[]', 'hana', 1);
        INSERT INTO certificateRevocation VALUES ('crt_1', 'why', 'hana', 2);
        """

    private static let records = """
        INSERT INTO submission (id, cohort, assignment, person, attempt, digest, bytes, fileName, receivedAt, late, key, receipt)
          VALUES ('sub_2', 'coh_1', 'asg_1', 'per_1', 2, '\(a)', 5, 'work.zip', 8, 0, 'key2', '{}');
        INSERT INTO grading (id, submission, assignment, person, labVersion, graderVersion, stage, run, turn, dueOrder, queuedAt)
          VALUES ('gra_10', 'sub_2', 'asg_1', 'per_1', '\(b)', '\(a)', 'queued', 0, 1, '2026-06-01T00:00', 8);
        UPDATE grading SET stage = 'grading', run = 1, startedAt = 9 WHERE id = 'gra_10';
        INSERT INTO score (grading, submission, assignment, labVersion, graderVersion, submissionDigest, outcome, refused, isolation,
          points, max, messages, image, limits, run, recordedAt, totalHidden, leaderboard)
          VALUES ('gra_10', 'sub_2', 'asg_1', '\(b)', '\(a)', '\(a)', 'graded', 0, 'shared', 1000, 20000, '[]', 'debian', '{}', 1,
            9, 1, '[]');
        INSERT INTO test (grading, number, label, name, status, score, max, visibility, output, format)
          VALUES ('gra_10', 1, '1.1', 'later', 'fail', 1000, 20000, 'after-due', 'out', 'ansi');
        UPDATE grading SET stage = 'graded', finishedAt = 9 WHERE id = 'gra_10';
        INSERT INTO labVersion VALUES ('\(a)', '\(b)', 'data-summary', 2, '{}', 20000, '\(a)', 1, 10, '{}');
        """
    private static let regradeSets = """
        INSERT INTO regradeSet (id, assignment, labVersion, pinned, scope, state, newest, leftOut, createdBy, createdAt)
          VALUES ('rgs_1', 'asg_1', '\(b)', '\(b)', 'all', 'open', 1, 0, 'hana', 8);
        INSERT INTO grading (id, submission, assignment, person, labVersion, graderVersion, stage, run, turn, dueOrder, queuedAt,
          regradeSet, class)
          VALUES ('gra_2', 'sub_1', 'asg_1', 'per_1', '\(b)', '\(a)', 'queued', 0, 1, '2026-06-01T00:00', 8, 'rgs_1', 1);
        INSERT INTO regradeItem VALUES ('rgs_1', 'sub_1', 'gra_1', 'gra_2');
        UPDATE grading SET stage = 'grading', run = 1, startedAt = 9 WHERE id = 'gra_2';
        INSERT INTO score (grading, submission, assignment, labVersion, graderVersion, submissionDigest, outcome, refused, isolation,
          points, max, messages, image, limits, run, recordedAt)
          VALUES ('gra_2', 'sub_1', 'asg_1', '\(b)', '\(a)', '\(a)', 'graded', 0, 'two-room', 15000, 20000, '[]', 'debian', '{}', 1, 10);
        UPDATE grading SET stage = 'graded', finishedAt = 10 WHERE id = 'gra_2';
        UPDATE regradeSet SET state = 'applied', endedBy = 'hana', endedAt = 11, reason = 'why', arrived = 0;
        INSERT INTO regradeDecision (regradeSet, submission, verdict, taken, before, after, newestScore)
          VALUES ('rgs_1', 'sub_1', 'higher', 1, 'gra_1', 'gra_2', 2);
        INSERT INTO regradeMove VALUES ('rgs_1', 'per_1', 'gra_1', 'gra_2');
        """
    private static let closings = """
        INSERT INTO cohortClosing (cohort, deleteOn, deleteAt, reason, actor, at, extensions)
          VALUES ('coh_1', '2026-07-31', 604800001, 'the end', 'hana', 1, 0);
        INSERT INTO cohortClosing (cohort, reason, actor, at, extensions) VALUES ('coh_1', 'not yet', 'hana', 2, 0);
        """
    private static let workspaces = """
        INSERT INTO workspace (id, enrollment, assignment, labVersion, state, start, cpus, memory, processes, disk, files, network,
          createdAt)
          VALUES ('wsp_1', 'enr_1', 'asg_1', '\(b)', 'stopped', 0, 1000, 512, 64, 1024, 100, 'loopback', 1);
        INSERT INTO ledger (enrollment, kind, unit, amount, ofBudget, at, actor, reason)
          VALUES ('enr_1', 'grant', 'session-hours', 3600000, 1, 1, 'hana', 'the cohort''s budget');
        INSERT INTO ledger (enrollment, workspace, start, kind, unit, amount, at, actor, reason)
          VALUES ('enr_1', 'wsp_1', 1, 'hold', 'session-hours', 600000, 2, 'minji', 'start');
        UPDATE workspace SET state = 'starting', start = 1, hold = 2, askedAt = 2;
        INSERT INTO ledger (enrollment, workspace, start, kind, unit, amount, hold, sessionTime, cpuTime, at, actor, reason)
          VALUES ('enr_1', 'wsp_1', 1, 'charge', 'session-hours', 400, 2, 400, 90, 3, 'provost', 'stop');
        UPDATE workspace SET state = 'stopped', hold = NULL, stoppedAt = 3, stopReason = 'asked';
        INSERT INTO snapshot VALUES ('snp_1', 'wsp_1', 'reset', 4, 700);
        INSERT INTO share VALUES ('shr_1', 'wsp_1', 'per_1', 'watch', 4, 9, NULL);
        INSERT INTO visit (share, beganAt, endedAt) VALUES ('shr_1', 5, 6);
        INSERT INTO limitSetting (cohort, scope, dimension, value, setBy, setAt) VALUES ('coh_1', 'total', 'memory', 4096, 'hana', 1);
        INSERT INTO budget VALUES ('coh_1', 'session-hours', 3600000, 'hana', 1);
        INSERT INTO studyExtension (cohort, enrollment, until, reason, actor, at) VALUES ('coh_1', 'enr_1', 99, 'ill', 'hana', 7);
        """
    private static let slots = """
        INSERT INTO person VALUES ('per_s', 'hana', 'Hana', NULL);
        INSERT INTO enrollment VALUES ('enr_s', 'per_s', 'coh_1', 'instructor', 0);
        INSERT INTO workspace (id, enrollment, assignment, labVersion, state, start, cpus, memory, processes, disk, files, network,
          createdAt, copyOf)
          VALUES ('wsp_s', 'enr_s', 'asg_1', '\(b)', 'stopped', 0, 1000, 512, 64, 1024, 100, 'loopback', 8, 'wsp_1');
        INSERT INTO slot VALUES ('slt_1', 'asg_1', '2026-04-01T09:00:00', 10800000, 600000, 8);
        INSERT INTO warming VALUES ('slt_1', 'enr_1', '\(b)', 9, NULL);
        """

    private static let programs = """
        INSERT INTO programVersion VALUES ('\(a)', 'pro_1', 1, '{}', 'name: backend', 1);
        INSERT INTO cohortPlan (cohort, programVersion, plan, at) VALUES ('coh_1', '\(a)', '{}', 1);
        INSERT INTO markedAssignment VALUES
          ('mas_1', 'coh_1', 'pitch', '{"en":"Pitch"}', '{}', '2026-03-02T00:00', NULL, '2026-06-01T00:00', '{}', 1);
        """

    private static let marks = """
        INSERT INTO mark (id, enrollment, markedAssignment, marker, isModeration, levels, points, max, comment, at)
          VALUES ('mrk_1', 'enr_1', 'mas_1', 'hana', 0, '{"idea":"good"}', 4000, 5000, 'fine', 1);
        INSERT INTO mark (id, enrollment, assignment, marker, isModeration, levels, points, max, at)
          VALUES ('mrk_2', 'enr_1', 'asg_1', 'hana', 0, '{}', NULL, 20000, 2);
        INSERT INTO markRelease (markedAssignment, through, actor, at) VALUES ('mas_1', 2, 'hana', 3);
        INSERT INTO attendance (enrollment, date, state, actor, at) VALUES ('enr_1', '2026-03-02', 'late', 'hana', 1);
        INSERT INTO allowance (id, enrollment, assignment, kind, until, reason, actor, at)
          VALUES ('alw_1', 'enr_1', 'asg_1', 'extension', '2026-06-02T18:00:00', 'ill', 'hana', 1);
        INSERT INTO allowanceWithdrawal VALUES ('alw_1', 'by mistake', 'hana', 2);
        INSERT INTO integrityCase (id, enrollment, assignment, reason, actor, at)
          VALUES ('int_1', 'enr_1', 'asg_1', 'two alike', 'hana', 1);
        INSERT INTO integrityDecision VALUES ('int_1', 'cleared', 'worked together, as allowed', 'hana', 2);
        INSERT INTO appeal (id, enrollment, markedAssignment, text, at) VALUES ('apl_1', 'enr_1', 'mas_1', 'page 3', 1);
        INSERT INTO appealReply VALUES ('apl_1', 'upheld', 'yes', 'hana', 2);
        """
}
