extension Migration {
    /// Copies of workspaces that were made by a share; slots of a cohort's timetable, and whose workspaces were warmed for them.
    static let slots = Migration(
        name: "0006-slots",
        sql: """
            ALTER TABLE workspace ADD COLUMN copyOf TEXT REFERENCES workspace(id);
            DROP INDEX workspaceOne;
            CREATE UNIQUE INDEX workspaceOne ON workspace(enrollment, assignment) WHERE state <> 'deleted' AND copyOf IS NULL;
            CREATE UNIQUE INDEX workspaceCopy ON workspace(enrollment, copyOf) WHERE state <> 'deleted' AND copyOf IS NOT NULL;
            CREATE TRIGGER workspaceCopyFits BEFORE INSERT ON workspace
              WHEN NEW.copyOf IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM workspace
                WHERE id = NEW.copyOf AND assignment = NEW.assignment AND enrollment <> NEW.enrollment AND copyOf IS NULL)
              BEGIN SELECT RAISE(ABORT, 'a copy is of somebody else''s workspace for the same assignment'); END;
            CREATE TRIGGER workspaceCopyKept BEFORE UPDATE OF copyOf ON workspace
              BEGIN SELECT RAISE(ABORT, 'whose files a workspace began with never changes'); END;

            CREATE TABLE slot (
              id TEXT NOT NULL PRIMARY KEY,
              assignment TEXT NOT NULL REFERENCES assignment(id),
              -- A civil time in the cohort's zone.
              begins TEXT NOT NULL,
              time INTEGER NOT NULL CHECK (time > 0),
              warm INTEGER NOT NULL CHECK (warm >= 0),
              createdAt INTEGER NOT NULL,
              UNIQUE (assignment, begins)
            ) STRICT;

            CREATE TABLE warming (
              slot TEXT NOT NULL REFERENCES slot(id),
              enrollment TEXT NOT NULL REFERENCES enrollment(id),
              labVersion TEXT NOT NULL REFERENCES labVersion(digest),
              at INTEGER NOT NULL,
              -- NULL: it was warmed.
              reason TEXT CHECK (length(reason) > 0),
              PRIMARY KEY (slot, enrollment)
            ) STRICT;
            CREATE INDEX warmingEnrollment ON warming(enrollment);
            """)
}
