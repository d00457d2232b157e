extension Migration {
    /// Workspaces with their snapshots and shares; limits; budgets with their ledger; extensions of study.
    ///
    /// Times of use are milliseconds. A workspace's `hold` is the one entry of the ledger that is set aside for its present lease;
    /// `ledger.hold` is unique, so that no hold can end twice, whatever is repeated.
    static let workspaces = Migration(
        name: "0004-workspaces",
        sql: """
            CREATE TABLE ledger (
              sequence INTEGER PRIMARY KEY,
              enrollment TEXT NOT NULL REFERENCES enrollment(id),
              workspace TEXT REFERENCES workspace(id),
              start INTEGER CHECK (start >= 1),
              kind TEXT NOT NULL CHECK (kind IN ('grant', 'hold', 'charge', 'release', 'adjust')),
              unit TEXT NOT NULL CHECK (unit IN ('cpu-seconds', 'session-hours')),
              amount INTEGER NOT NULL CHECK (amount >= 0 OR kind = 'adjust'),
              hold INTEGER UNIQUE REFERENCES ledger(sequence),
              -- What ran since the charge before: in both units, whichever the budget counts.
              sessionTime INTEGER NOT NULL DEFAULT 0 CHECK (sessionTime >= 0),
              cpuTime INTEGER NOT NULL DEFAULT 0 CHECK (cpuTime >= 0),
              price INTEGER NOT NULL DEFAULT 0 CHECK (price >= 0),
              -- 1: a change of the cohort's budget made it, for everybody in the cohort.
              ofBudget INTEGER NOT NULL DEFAULT 0 CHECK (ofBudget IN (0, 1)),
              at INTEGER NOT NULL,
              actor TEXT NOT NULL,
              reason TEXT NOT NULL,
              CHECK ((workspace IS NULL) = (start IS NULL)),
              CHECK ((kind IN ('hold', 'charge', 'release')) = (workspace IS NOT NULL)),
              CHECK ((kind IN ('charge', 'release')) = (hold IS NOT NULL)),
              CHECK (kind = 'charge' OR (sessionTime = 0 AND cpuTime = 0 AND price = 0)),
              CHECK (kind <> 'release' OR amount = 0),
              CHECK (kind <> 'adjust' OR length(reason) > 0)
            ) STRICT;
            CREATE INDEX ledgerEnrollment ON ledger(enrollment, unit, kind, amount, ofBudget);
            CREATE INDEX ledgerWorkspace ON ledger(workspace, start, sessionTime, cpuTime) WHERE workspace IS NOT NULL;
            CREATE INDEX ledgerUse ON ledger(at, enrollment, workspace, sessionTime, cpuTime, price) WHERE kind = 'charge';

            CREATE TABLE workspace (
              sequence INTEGER PRIMARY KEY,
              id TEXT NOT NULL UNIQUE,
              enrollment TEXT NOT NULL REFERENCES enrollment(id),
              assignment TEXT NOT NULL REFERENCES assignment(id),
              labVersion TEXT NOT NULL REFERENCES labVersion(digest),
              state TEXT NOT NULL CHECK (state IN ('waiting', 'starting', 'running', 'frozen', 'stopping', 'stopped', 'deleted')),
              start INTEGER NOT NULL CHECK (start >= 0),
              cpus INTEGER NOT NULL CHECK (cpus >= 0),
              memory INTEGER NOT NULL CHECK (memory >= 0),
              processes INTEGER NOT NULL CHECK (processes >= 0),
              disk INTEGER NOT NULL CHECK (disk >= 0),
              files INTEGER NOT NULL CHECK (files >= 0),
              network TEXT NOT NULL CHECK (network IN ('none', 'loopback', 'egress')),
              createdAt INTEGER NOT NULL,
              askedAt INTEGER,
              startedAt INTEGER,
              stoppedAt INTEGER,
              stopReason TEXT CHECK (stopReason IN ('asked', 'idle', 'budget', 'window-ended', 'suspended', 'ended', 'failed')),
              stopDetail TEXT,
              activeAt INTEGER,
              keepAliveUntil INTEGER,
              hold INTEGER UNIQUE REFERENCES ledger(sequence),
              CHECK (start > 0 OR state IN ('waiting', 'stopped', 'deleted')),
              CHECK ((state IN ('starting', 'running', 'frozen', 'stopping')) = (hold IS NOT NULL)),
              CHECK (state <> 'waiting' OR askedAt IS NOT NULL)
            ) STRICT;
            CREATE UNIQUE INDEX workspaceOne ON workspace(enrollment, assignment) WHERE state <> 'deleted';
            CREATE INDEX workspaceEnrollment ON workspace(enrollment, state);
            CREATE INDEX workspaceAssignment ON workspace(assignment);
            CREATE INDEX workspaceLabVersion ON workspace(labVersion);
            CREATE INDEX workspaceState ON workspace(state);

            CREATE TABLE snapshot (
              id TEXT NOT NULL PRIMARY KEY,
              workspace TEXT NOT NULL REFERENCES workspace(id),
              cause TEXT NOT NULL CHECK (cause IN ('asked', 'reset', 'restore')),
              createdAt INTEGER NOT NULL,
              size INTEGER NOT NULL CHECK (size >= 0)
            ) STRICT;
            CREATE INDEX snapshotWorkspace ON snapshot(workspace, createdAt);

            CREATE TABLE share (
              id TEXT NOT NULL PRIMARY KEY,
              workspace TEXT NOT NULL REFERENCES workspace(id),
              person TEXT NOT NULL REFERENCES person(id),
              mode TEXT NOT NULL CHECK (mode IN ('watch', 'pair', 'copy')),
              createdAt INTEGER NOT NULL,
              until INTEGER NOT NULL,
              revokedAt INTEGER
            ) STRICT;
            CREATE INDEX shareWorkspace ON share(workspace, person);
            CREATE INDEX sharePerson ON share(person);

            CREATE TABLE visit (
              sequence INTEGER PRIMARY KEY,
              share TEXT NOT NULL REFERENCES share(id),
              beganAt INTEGER NOT NULL,
              endedAt INTEGER
            ) STRICT;
            CREATE INDEX visitShare ON visit(share);

            -- Exactly one of the four says where the limit stands.
            CREATE TABLE limitSetting (
              organization TEXT REFERENCES organization(id),
              program TEXT REFERENCES program(id),
              cohort TEXT REFERENCES cohort(id),
              enrollment TEXT REFERENCES enrollment(id),
              node TEXT NOT NULL GENERATED ALWAYS AS (coalesce(organization, program, cohort, enrollment)) STORED,
              scope TEXT NOT NULL CHECK (scope IN ('each', 'total')),
              dimension TEXT NOT NULL CHECK (dimension IN ('cpus', 'memory', 'disk', 'files', 'processes', 'workspaces', 'sessions',
                'submissions-per-day')),
              value INTEGER NOT NULL CHECK (value >= 0),
              setBy TEXT NOT NULL,
              setAt INTEGER NOT NULL,
              UNIQUE (node, scope, dimension),
              CHECK ((organization IS NOT NULL) + (program IS NOT NULL) + (cohort IS NOT NULL) + (enrollment IS NOT NULL) = 1),
              CHECK (scope = 'each' OR dimension IN ('cpus', 'memory', 'disk', 'workspaces'))
            ) STRICT;

            CREATE TABLE budget (
              cohort TEXT NOT NULL PRIMARY KEY REFERENCES cohort(id),
              unit TEXT NOT NULL CHECK (unit IN ('cpu-seconds', 'session-hours')),
              amount INTEGER NOT NULL CHECK (amount >= 0),
              setBy TEXT NOT NULL,
              setAt INTEGER NOT NULL
            ) STRICT;

            CREATE TABLE studyExtension (
              sequence INTEGER PRIMARY KEY,
              cohort TEXT NOT NULL REFERENCES cohort(id),
              -- NULL: everybody in the cohort.
              enrollment TEXT REFERENCES enrollment(id),
              until INTEGER NOT NULL,
              reason TEXT NOT NULL CHECK (length(reason) > 0),
              actor TEXT NOT NULL,
              at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX studyExtensionCohort ON studyExtension(cohort, enrollment, sequence);

            CREATE INDEX auditSubject ON audit(subject, sequence);
            CREATE INDEX submissionDay ON submission(person, cohort, receivedAt);

            CREATE TRIGGER ledgerFits BEFORE INSERT ON ledger
              WHEN NEW.workspace IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM workspace WHERE id = NEW.workspace AND enrollment = NEW.enrollment AND NEW.start <= start + 1)
              BEGIN SELECT RAISE(ABORT, 'the ledger entry does not fit its workspace'); END;
            CREATE TRIGGER ledgerEndsHold BEFORE INSERT ON ledger
              WHEN NEW.hold IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM ledger
                WHERE sequence = NEW.hold AND kind = 'hold' AND workspace = NEW.workspace AND start = NEW.start AND unit = NEW.unit)
              BEGIN SELECT RAISE(ABORT, 'a charge or a release ends a hold of the same start'); END;
            CREATE TRIGGER ledgerKept BEFORE UPDATE ON ledger
              BEGIN SELECT RAISE(ABORT, 'a ledger entry never changes'); END;
            CREATE TRIGGER ledgerStays BEFORE DELETE ON ledger
              BEGIN SELECT RAISE(ABORT, 'a ledger entry is never deleted'); END;

            CREATE TRIGGER workspaceFits BEFORE INSERT ON workspace
              WHEN NOT EXISTS (
                SELECT 1 FROM enrollment e JOIN assignment a ON a.cohort = e.cohort
                WHERE e.id = NEW.enrollment AND a.id = NEW.assignment)
              BEGIN SELECT RAISE(ABORT, 'the workspace''s assignment is not in its cohort'); END;
            CREATE TRIGGER workspaceBegins BEFORE INSERT ON workspace WHEN NEW.state <> 'stopped' OR NEW.start <> 0
              BEGIN SELECT RAISE(ABORT, 'a workspace begins stopped'); END;
            CREATE TRIGGER workspaceIdentityKept BEFORE UPDATE OF sequence, id, enrollment, assignment, createdAt ON workspace
              BEGIN SELECT RAISE(ABORT, 'whose workspace it is never changes'); END;
            CREATE TRIGGER workspaceStartGrows BEFORE UPDATE OF start ON workspace
              WHEN NEW.start NOT IN (OLD.start, OLD.start + 1) OR (NEW.start > OLD.start AND NEW.state <> 'starting')
              BEGIN SELECT RAISE(ABORT, 'starts are counted upwards'); END;
            CREATE TRIGGER workspaceHoldIsOpen BEFORE UPDATE OF hold ON workspace
              WHEN NEW.hold IS NOT NULL AND NEW.hold IS NOT OLD.hold AND (
                EXISTS (SELECT 1 FROM ledger WHERE hold = NEW.hold) OR NOT EXISTS (
                  SELECT 1 FROM ledger
                  WHERE sequence = NEW.hold AND kind = 'hold' AND workspace = NEW.id AND start = NEW.start))
              BEGIN SELECT RAISE(ABORT, 'the hold is not one of this start'); END;
            CREATE TRIGGER workspaceHoldEnds BEFORE UPDATE OF hold ON workspace
              WHEN OLD.hold IS NOT NULL AND NEW.hold IS NOT OLD.hold AND NOT EXISTS (SELECT 1 FROM ledger WHERE hold = OLD.hold)
              BEGIN SELECT RAISE(ABORT, 'a hold ends with a charge or a release'); END;
            CREATE TRIGGER workspaceGone BEFORE UPDATE ON workspace WHEN OLD.state = 'deleted'
              BEGIN SELECT RAISE(ABORT, 'a deleted workspace never changes'); END;
            CREATE TRIGGER workspaceStays BEFORE DELETE ON workspace
              BEGIN SELECT RAISE(ABORT, 'a workspace''s row is never deleted'); END;

            CREATE TRIGGER shareKept BEFORE UPDATE OF id, workspace, person, mode, createdAt, until ON share
              BEGIN SELECT RAISE(ABORT, 'what a share grants never changes'); END;
            CREATE TRIGGER shareStays BEFORE DELETE ON share
              BEGIN SELECT RAISE(ABORT, 'a share is never deleted'); END;
            CREATE TRIGGER visitKept BEFORE UPDATE ON visit
              WHEN OLD.endedAt IS NOT NULL OR NEW.sequence <> OLD.sequence OR NEW.share <> OLD.share OR NEW.beganAt <> OLD.beganAt
              BEGIN SELECT RAISE(ABORT, 'a visit is only ended'); END;
            CREATE TRIGGER visitStays BEFORE DELETE ON visit
              BEGIN SELECT RAISE(ABORT, 'a visit is never deleted'); END;
            CREATE TRIGGER studyExtensionFits BEFORE INSERT ON studyExtension
              WHEN NEW.enrollment IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM enrollment WHERE id = NEW.enrollment AND cohort = NEW.cohort)
              BEGIN SELECT RAISE(ABORT, 'the learner is not in the cohort'); END;
            CREATE TRIGGER studyExtensionKept BEFORE UPDATE ON studyExtension
              BEGIN SELECT RAISE(ABORT, 'an extension never changes'); END;
            CREATE TRIGGER studyExtensionStays BEFORE DELETE ON studyExtension
              BEGIN SELECT RAISE(ABORT, 'an extension is never deleted'); END;
            """)
}
