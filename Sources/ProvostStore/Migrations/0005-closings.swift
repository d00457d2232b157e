extension Migration {
    /// When the workspaces of a cohort were declared to end, and when their files go. The newest row of a cohort counts; one without a day
    /// takes the closing back.
    static let closings = Migration(
        name: "0005-closings",
        sql: """
            CREATE TABLE cohortClosing (
              sequence INTEGER PRIMARY KEY,
              cohort TEXT NOT NULL REFERENCES cohort(id),
              deleteOn TEXT,
              deleteAt INTEGER,
              reason TEXT NOT NULL,
              actor TEXT NOT NULL,
              at INTEGER NOT NULL,
              -- The newest extension of study when it was made: those after it count. Not by their times, since a clock can step back.
              extensions INTEGER NOT NULL CHECK (extensions >= 0),
              CHECK ((deleteOn IS NULL) = (deleteAt IS NULL)),
              -- Seven days of notice.
              CHECK (deleteAt IS NULL OR deleteAt >= at + 604800000)
            ) STRICT;
            CREATE INDEX cohortClosingCohort ON cohortClosing(cohort, sequence);

            CREATE TRIGGER cohortClosingKept BEFORE UPDATE ON cohortClosing
              BEGIN SELECT RAISE(ABORT, 'a closing never changes'); END;
            CREATE TRIGGER cohortClosingStays BEFORE DELETE ON cohortClosing
              BEGIN SELECT RAISE(ABORT, 'a closing is never deleted'); END;
            """)
}
