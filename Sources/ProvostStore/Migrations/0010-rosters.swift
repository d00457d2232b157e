extension Migration {
    /// Identifiers that schools give, sections, admins of organizations, and what an erasure may change.
    static let rosters = Migration(
        name: "0010-rosters",
        sql: """
            -- Two schools give out the same numbers, so an identifier is an organization's own.
            CREATE TABLE personIdentifier (
              organization TEXT NOT NULL REFERENCES organization(id),
              kind TEXT NOT NULL CHECK (kind IN ('student-number', 'email')),
              value TEXT NOT NULL CHECK (length(value) BETWEEN 1 AND 254),
              person TEXT NOT NULL REFERENCES person(id),
              PRIMARY KEY (organization, kind, value)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX personIdentifierPerson ON personIdentifier(person);

            ALTER TABLE enrollment ADD COLUMN section TEXT CHECK (section IS NULL OR length(section) BETWEEN 1 AND 64);

            CREATE TABLE organizationAdmin (
              organization TEXT NOT NULL REFERENCES organization(id),
              person TEXT NOT NULL REFERENCES person(id),
              at INTEGER NOT NULL,
              actor TEXT NOT NULL,
              PRIMARY KEY (organization, person)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX organizationAdminPerson ON organizationAdmin(person);

            CREATE TABLE personErasure (
              person TEXT NOT NULL PRIMARY KEY REFERENCES person(id),
              pseudonym TEXT NOT NULL UNIQUE,
              reason TEXT NOT NULL CHECK (length(reason) > 0),
              actor TEXT NOT NULL,
              at INTEGER NOT NULL
            ) STRICT;
            CREATE TRIGGER personErasureKept BEFORE UPDATE ON personErasure
              BEGIN SELECT RAISE(ABORT, 'an erasure never changes'); END;
            CREATE TRIGGER personErasureStays BEFORE DELETE ON personErasure
              BEGIN SELECT RAISE(ABORT, 'an erasure is never undone'); END;

            -- The one thing in a submission that a person wrote is the name of the file: it may go with them, and nothing else.
            DROP TRIGGER submissionKept;
            CREATE TRIGGER submissionKept
              BEFORE UPDATE OF sequence, id, cohort, assignment, person, attempt, digest, bytes, receivedAt, late, key, receipt ON submission
              BEGIN SELECT RAISE(ABORT, 'a submission never changes'); END;
            CREATE TRIGGER submissionNameKept BEFORE UPDATE OF fileName ON submission
              WHEN NEW.fileName <> 'erased' OR NOT EXISTS (SELECT 1 FROM personErasure WHERE person = OLD.person)
              BEGIN SELECT RAISE(ABORT, 'a submission never changes'); END;
            """)
}
