extension Migration {
    /// Assignments graded again as a set that is reviewed before it counts.
    ///
    /// A set's gradings are rows of `grading` with their set's name; `class` 1 puts them behind everything that learners hand in. What an
    /// applied set does to each submission is one row of `regradeDecision`, and to each person's result one of `regradeMove`; neither
    /// changes any more. A set never leaves `applied` or `cancelled`.
    static let regradeSets = Migration(
        name: "0003-regrade-sets",
        sql: """
            CREATE TABLE regradeSet (
              sequence INTEGER PRIMARY KEY,
              id TEXT NOT NULL UNIQUE,
              assignment TEXT NOT NULL REFERENCES assignment(id),
              labVersion TEXT NOT NULL REFERENCES labVersion(digest),
              -- The assignment's version when the set was made.
              pinned TEXT NOT NULL REFERENCES labVersion(digest),
              scope TEXT NOT NULL CHECK (scope IN ('all', 'counting')),
              undoes TEXT REFERENCES regradeSet(id),
              state TEXT NOT NULL CHECK (state IN ('open', 'applied', 'cancelled')),
              -- The newest submission when the set was made: later ones are not touched.
              newest INTEGER NOT NULL CHECK (newest >= 0),
              leftOut INTEGER NOT NULL CHECK (leftOut >= 0),
              createdBy TEXT NOT NULL,
              createdAt INTEGER NOT NULL,
              endedBy TEXT,
              endedAt INTEGER,
              reason TEXT CHECK (length(reason) > 0),
              neverLower INTEGER NOT NULL DEFAULT 0 CHECK (neverLower IN (0, 1)),
              keepHumanMarks INTEGER NOT NULL DEFAULT 0 CHECK (keepHumanMarks IN (0, 1)),
              moved INTEGER NOT NULL DEFAULT 0 CHECK (moved IN (0, 1)),
              -- How many submissions had come since, when it was applied or cancelled.
              arrived INTEGER CHECK (arrived >= 0),
              CHECK ((state = 'open') = (endedAt IS NULL)),
              CHECK ((endedBy IS NULL) = (endedAt IS NULL)),
              CHECK ((arrived IS NULL) = (endedAt IS NULL)),
              CHECK ((state = 'applied') = (reason IS NOT NULL))
            ) STRICT;
            CREATE INDEX regradeSetAssignment ON regradeSet(assignment, sequence);
            CREATE UNIQUE INDEX regradeSetOpen ON regradeSet(assignment) WHERE state = 'open';

            ALTER TABLE grading ADD COLUMN regradeSet TEXT REFERENCES regradeSet(id);
            ALTER TABLE grading ADD COLUMN class INTEGER NOT NULL DEFAULT 0 CHECK (class = (regradeSet IS NOT NULL));
            DROP INDEX gradingQueue;
            -- The place in the queue is (class, turn, dueOrder, sequence).
            CREATE INDEX gradingQueue ON grading(class, turn, dueOrder, sequence, stage) WHERE stage = 'queued';
            CREATE INDEX gradingSet ON grading(regradeSet, stage) WHERE regradeSet IS NOT NULL;

            -- What counted for each submission of a set when it was made, and what is to count instead.
            CREATE TABLE regradeItem (
              regradeSet TEXT NOT NULL REFERENCES regradeSet(id),
              submission TEXT NOT NULL REFERENCES submission(id),
              base TEXT REFERENCES grading(id),
              -- NULL only in an undo, which takes a first score back.
              proposed TEXT REFERENCES grading(id),
              PRIMARY KEY (regradeSet, submission)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE regradeDecision (
              sequence INTEGER PRIMARY KEY,
              regradeSet TEXT NOT NULL,
              submission TEXT NOT NULL,
              verdict TEXT NOT NULL CHECK (verdict IN ('higher', 'same', 'lower', 'first', 'withdrawn', 'not-graded', 'lower-kept',
                'human-mark-kept', 'overtaken')),
              taken INTEGER NOT NULL CHECK (taken = (verdict IN ('higher', 'same', 'lower', 'first', 'withdrawn'))),
              -- The gradings that count before and after; NULL: none.
              before TEXT REFERENCES score(grading),
              after TEXT REFERENCES score(grading),
              -- The newest score when it was decided: an ordinary grading that is graded later counts instead.
              newestScore INTEGER NOT NULL CHECK (newestScore >= 0),
              UNIQUE (regradeSet, submission),
              FOREIGN KEY (regradeSet, submission) REFERENCES regradeItem(regradeSet, submission),
              CHECK (taken OR before IS after)
            ) STRICT;
            CREATE INDEX regradeDecisionSubmission ON regradeDecision(submission, sequence);

            CREATE TABLE regradeMove (
              regradeSet TEXT NOT NULL REFERENCES regradeSet(id),
              person TEXT NOT NULL REFERENCES person(id),
              before TEXT REFERENCES score(grading),
              after TEXT REFERENCES score(grading),
              PRIMARY KEY (regradeSet, person)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX regradeMovePerson ON regradeMove(person);

            CREATE TRIGGER regradeSetBegins BEFORE INSERT ON regradeSet WHEN NEW.state <> 'open'
              BEGIN SELECT RAISE(ABORT, 'a regrade set begins open'); END;
            CREATE TRIGGER regradeSetIdentityKept
              BEFORE UPDATE OF sequence, id, assignment, labVersion, pinned, scope, undoes, newest, leftOut, createdBy, createdAt
              ON regradeSet
              BEGIN SELECT RAISE(ABORT, 'what a regrade set regrades never changes'); END;
            CREATE TRIGGER regradeSetEnds BEFORE UPDATE ON regradeSet WHEN OLD.state <> 'open'
              BEGIN SELECT RAISE(ABORT, 'a regrade set that is applied or cancelled never changes'); END;
            CREATE TRIGGER regradeSetIsFinished BEFORE UPDATE OF state ON regradeSet
              WHEN NEW.state = 'applied' AND EXISTS (
                SELECT 1 FROM grading WHERE regradeSet = NEW.id AND stage IN ('queued', 'unpacking', 'grading'))
              BEGIN SELECT RAISE(ABORT, 'a regrade set is applied when all of it is graded'); END;
            CREATE TRIGGER regradeSetStays BEFORE DELETE ON regradeSet
              BEGIN SELECT RAISE(ABORT, 'a regrade set is never deleted'); END;

            CREATE TRIGGER gradingOfSetFits BEFORE INSERT ON grading
              WHEN NEW.regradeSet IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM regradeSet
                WHERE id = NEW.regradeSet AND assignment = NEW.assignment AND labVersion = NEW.labVersion AND state = 'open'
                  AND undoes IS NULL)
              BEGIN SELECT RAISE(ABORT, 'the grading does not fit its regrade set'); END;
            CREATE TRIGGER gradingSetKept BEFORE UPDATE OF regradeSet, class ON grading
              BEGIN SELECT RAISE(ABORT, 'a grading stays in its regrade set'); END;

            CREATE TRIGGER regradeItemFits BEFORE INSERT ON regradeItem
              WHEN NOT EXISTS (
                SELECT 1 FROM regradeSet r JOIN submission s ON s.assignment = r.assignment
                WHERE r.id = NEW.regradeSet AND s.id = NEW.submission AND r.state = 'open')
                OR EXISTS (SELECT 1 FROM grading WHERE id IN (NEW.base, NEW.proposed) AND submission <> NEW.submission)
              BEGIN SELECT RAISE(ABORT, 'the submission does not fit the regrade set'); END;
            CREATE TRIGGER regradeItemKept BEFORE UPDATE ON regradeItem
              BEGIN SELECT RAISE(ABORT, 'what a regrade set holds never changes'); END;
            CREATE TRIGGER regradeItemStays BEFORE DELETE ON regradeItem
              BEGIN SELECT RAISE(ABORT, 'what a regrade set holds is never deleted'); END;

            CREATE TRIGGER regradeDecisionFits BEFORE INSERT ON regradeDecision
              WHEN NOT EXISTS (SELECT 1 FROM regradeSet WHERE id = NEW.regradeSet AND state = 'applied')
                OR EXISTS (SELECT 1 FROM score WHERE grading IN (NEW.before, NEW.after) AND submission <> NEW.submission)
              BEGIN SELECT RAISE(ABORT, 'a decision belongs to an applied regrade set'); END;
            CREATE TRIGGER regradeDecisionKept BEFORE UPDATE ON regradeDecision
              BEGIN SELECT RAISE(ABORT, 'a decision never changes'); END;
            CREATE TRIGGER regradeDecisionStays BEFORE DELETE ON regradeDecision
              BEGIN SELECT RAISE(ABORT, 'a decision is never deleted'); END;
            CREATE TRIGGER regradeMoveKept BEFORE UPDATE ON regradeMove
              BEGIN SELECT RAISE(ABORT, 'what a regrade set moved never changes'); END;
            CREATE TRIGGER regradeMoveStays BEFORE DELETE ON regradeMove
              BEGIN SELECT RAISE(ABORT, 'what a regrade set moved is never deleted'); END;
            """)
}
