extension Migration {
    /// What foreign formats say of a test and of a grading besides points, and what was checked of a lab before it was published.
    ///
    /// A CHECK cannot be changed in place, so `test` is made anew with the visibilities that came.
    static let records = Migration(
        name: "0002-records",
        sql: """
            ALTER TABLE score ADD COLUMN totalHidden INTEGER NOT NULL DEFAULT 0 CHECK (totalHidden IN (0, 1));
            ALTER TABLE score ADD COLUMN leaderboard TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(leaderboard));

            -- What the publisher's own `provost lab check` came to; NULL for versions from before it was recorded.
            ALTER TABLE labVersion ADD COLUMN checked TEXT CHECK (checked IS NULL OR json_valid(checked));

            DROP TRIGGER testFits;
            DROP TRIGGER testKept;
            DROP TRIGGER testStays;
            ALTER TABLE test RENAME TO test1;
            CREATE TABLE test (
              grading TEXT NOT NULL REFERENCES score(grading),
              number INTEGER NOT NULL CHECK (number >= 1),
              label TEXT,
              name TEXT NOT NULL,
              status TEXT NOT NULL CHECK (status IN ('pass', 'fail', 'skip', 'error')),
              score INTEGER NOT NULL CHECK (score >= 0),
              max INTEGER NOT NULL CHECK (max >= 0),
              visibility TEXT NOT NULL CHECK (visibility IN ('visible', 'hidden', 'after-due', 'after-published')),
              message TEXT,
              output TEXT,
              format TEXT NOT NULL DEFAULT 'text' CHECK (format IN ('text', 'markdown', 'html', 'ansi', 'simple')),
              PRIMARY KEY (grading, number)
            ) STRICT, WITHOUT ROWID;
            INSERT INTO test (grading, number, name, status, score, max, visibility, message)
              SELECT grading, number, name, status, score, max, visibility, message FROM test1;
            DROP TABLE test1;
            CREATE TRIGGER testFits BEFORE INSERT ON test
              WHEN NOT EXISTS (SELECT 1 FROM grading WHERE id = NEW.grading AND stage IN ('unpacking', 'grading'))
              BEGIN SELECT RAISE(ABORT, 'a test belongs to a grading that is being recorded'); END;
            CREATE TRIGGER testKept BEFORE UPDATE ON test
              BEGIN SELECT RAISE(ABORT, 'a test never changes'); END;
            CREATE TRIGGER testStays BEFORE DELETE ON test
              BEGIN SELECT RAISE(ABORT, 'a test is never deleted'); END;
            """)
}
