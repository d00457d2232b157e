extension Migration {
    /// What people decide about results: marks and their release, attendance, allowances, doubts about honesty, appeals.
    ///
    /// All of it is only ever added to. What counts is the newest row, or what no other row took back.
    static let marks = Migration(
        name: "0008-marks",
        sql: """
            CREATE TABLE mark (
              sequence INTEGER PRIMARY KEY,
              id TEXT NOT NULL UNIQUE,
              enrollment TEXT NOT NULL REFERENCES enrollment(id),
              assignment TEXT REFERENCES assignment(id),
              markedAssignment TEXT REFERENCES markedAssignment(id),
              marker TEXT NOT NULL CHECK (length(marker) > 0),
              isModeration INTEGER NOT NULL CHECK (isModeration IN (0, 1)),
              levels TEXT NOT NULL CHECK (json_valid(levels)),
              -- NULL: the marker took their mark back.
              points INTEGER CHECK (points BETWEEN 0 AND max),
              max INTEGER NOT NULL CHECK (max > 0),
              comment TEXT,
              at INTEGER NOT NULL,
              CHECK ((assignment IS NULL) <> (markedAssignment IS NULL))
            ) STRICT;
            CREATE INDEX markEnrollment ON mark(enrollment, sequence);
            CREATE INDEX markAssignment ON mark(assignment) WHERE assignment IS NOT NULL;
            CREATE INDEX markMarkedAssignment ON mark(markedAssignment) WHERE markedAssignment IS NOT NULL;

            -- Marks up to a sequence are seen by learners from then on, and count. enrollment NULL: everybody's.
            CREATE TABLE markRelease (
              sequence INTEGER PRIMARY KEY,
              assignment TEXT REFERENCES assignment(id),
              markedAssignment TEXT REFERENCES markedAssignment(id),
              enrollment TEXT REFERENCES enrollment(id),
              through INTEGER NOT NULL CHECK (through >= 0),
              actor TEXT NOT NULL,
              at INTEGER NOT NULL,
              CHECK ((assignment IS NULL) <> (markedAssignment IS NULL))
            ) STRICT;
            CREATE INDEX markReleasePlace ON markRelease(assignment, markedAssignment, enrollment, through);
            CREATE INDEX markReleaseMarkedAssignment ON markRelease(markedAssignment);
            CREATE INDEX markReleaseEnrollment ON markRelease(enrollment);

            CREATE TABLE attendance (
              sequence INTEGER PRIMARY KEY,
              enrollment TEXT NOT NULL REFERENCES enrollment(id),
              date TEXT NOT NULL CHECK (date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
              state TEXT NOT NULL CHECK (state IN ('present', 'late', 'absent', 'excused')),
              actor TEXT NOT NULL,
              at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX attendanceEnrollment ON attendance(enrollment, date, sequence);

            CREATE TABLE allowance (
              sequence INTEGER PRIMARY KEY,
              id TEXT NOT NULL UNIQUE,
              enrollment TEXT NOT NULL REFERENCES enrollment(id),
              assignment TEXT REFERENCES assignment(id),
              markedAssignment TEXT REFERENCES markedAssignment(id),
              kind TEXT NOT NULL CHECK (kind IN ('excused', 'extension', 'time-factor', 'bonus', 'slip-days')),
              -- A civil time in the cohort's zone.
              until TEXT,
              -- In thousandths.
              factor INTEGER CHECK (factor BETWEEN 1000 AND 10000),
              -- In billionths of a full result.
              bonus INTEGER CHECK (bonus BETWEEN 1 AND 1000000000),
              days INTEGER CHECK (days BETWEEN 1 AND 365),
              reason TEXT NOT NULL CHECK (length(reason) > 0),
              actor TEXT NOT NULL,
              at INTEGER NOT NULL,
              CHECK (assignment IS NULL OR markedAssignment IS NULL),
              CHECK ((kind = 'extension') = (until IS NOT NULL)),
              CHECK ((kind = 'time-factor') = (factor IS NOT NULL)),
              CHECK ((kind = 'bonus') = (bonus IS NOT NULL)),
              CHECK ((kind = 'slip-days') = (days IS NOT NULL))
            ) STRICT;
            CREATE INDEX allowanceEnrollment ON allowance(enrollment, sequence);
            CREATE INDEX allowanceAssignment ON allowance(assignment) WHERE assignment IS NOT NULL;
            CREATE INDEX allowanceMarkedAssignment ON allowance(markedAssignment) WHERE markedAssignment IS NOT NULL;

            CREATE TABLE allowanceWithdrawal (
              allowance TEXT NOT NULL PRIMARY KEY REFERENCES allowance(id),
              reason TEXT NOT NULL CHECK (length(reason) > 0),
              actor TEXT NOT NULL,
              at INTEGER NOT NULL
            ) STRICT;

            CREATE TABLE integrityCase (
              sequence INTEGER PRIMARY KEY,
              id TEXT NOT NULL UNIQUE,
              enrollment TEXT NOT NULL REFERENCES enrollment(id),
              assignment TEXT REFERENCES assignment(id),
              markedAssignment TEXT REFERENCES markedAssignment(id),
              reason TEXT NOT NULL CHECK (length(reason) > 0),
              actor TEXT NOT NULL,
              at INTEGER NOT NULL,
              CHECK (assignment IS NULL OR markedAssignment IS NULL)
            ) STRICT;
            CREATE INDEX integrityCaseEnrollment ON integrityCase(enrollment, sequence);
            CREATE INDEX integrityCaseAssignment ON integrityCase(assignment) WHERE assignment IS NOT NULL;
            CREATE INDEX integrityCaseMarkedAssignment ON integrityCase(markedAssignment) WHERE markedAssignment IS NOT NULL;

            -- A case without one is open.
            CREATE TABLE integrityDecision (
              integrityCase TEXT NOT NULL PRIMARY KEY REFERENCES integrityCase(id),
              verdict TEXT NOT NULL CHECK (verdict IN ('cleared', 'confirmed')),
              reason TEXT NOT NULL CHECK (length(reason) > 0),
              actor TEXT NOT NULL,
              at INTEGER NOT NULL
            ) STRICT;

            CREATE TABLE appeal (
              sequence INTEGER PRIMARY KEY,
              id TEXT NOT NULL UNIQUE,
              enrollment TEXT NOT NULL REFERENCES enrollment(id),
              assignment TEXT REFERENCES assignment(id),
              markedAssignment TEXT REFERENCES markedAssignment(id),
              text TEXT NOT NULL CHECK (length(text) > 0),
              at INTEGER NOT NULL,
              CHECK ((assignment IS NULL) <> (markedAssignment IS NULL))
            ) STRICT;
            CREATE INDEX appealEnrollment ON appeal(enrollment, sequence);
            CREATE INDEX appealAssignment ON appeal(assignment) WHERE assignment IS NOT NULL;
            CREATE INDEX appealMarkedAssignment ON appeal(markedAssignment) WHERE markedAssignment IS NOT NULL;

            CREATE TABLE appealReply (
              appeal TEXT NOT NULL PRIMARY KEY REFERENCES appeal(id),
              verdict TEXT NOT NULL CHECK (verdict IN ('upheld', 'changed', 'declined')),
              text TEXT NOT NULL CHECK (length(text) > 0),
              actor TEXT NOT NULL,
              at INTEGER NOT NULL
            ) STRICT;

            CREATE TRIGGER markFits BEFORE INSERT ON mark
              WHEN NOT EXISTS (
                SELECT 1 FROM enrollment e LEFT JOIN assignment a ON a.id = NEW.assignment
                  LEFT JOIN markedAssignment k ON k.id = NEW.markedAssignment
                WHERE e.id = NEW.enrollment AND e.cohort = coalesce(a.cohort, k.cohort))
              BEGIN SELECT RAISE(ABORT, 'the mark''s assignment is not in the learner''s cohort'); END;
            CREATE TRIGGER appealFits BEFORE INSERT ON appeal
              WHEN NOT EXISTS (
                SELECT 1 FROM enrollment e LEFT JOIN assignment a ON a.id = NEW.assignment
                  LEFT JOIN markedAssignment k ON k.id = NEW.markedAssignment
                WHERE e.id = NEW.enrollment AND e.cohort = coalesce(a.cohort, k.cohort))
              BEGIN SELECT RAISE(ABORT, 'the appeal''s assignment is not in the learner''s cohort'); END;
            \(kept.joined(separator: "\n"))
            """)

    private static let kept = [
        "mark", "markRelease", "attendance", "allowance", "allowanceWithdrawal", "integrityCase", "integrityDecision", "appeal",
        "appealReply",
    ].map { table in
        """
        CREATE TRIGGER \(table)Kept BEFORE UPDATE ON \(table)
          BEGIN SELECT RAISE(ABORT, 'a row of \(table) never changes'); END;
        CREATE TRIGGER \(table)Stays BEFORE DELETE ON \(table)
          BEGIN SELECT RAISE(ABORT, 'a row of \(table) is never deleted'); END;
        """
    }
}
