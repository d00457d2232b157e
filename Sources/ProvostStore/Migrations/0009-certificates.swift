extension Migration {
    /// Issuers' public keys, the opaque names of learners, certificates and what ended them.
    static let certificates = Migration(
        name: "0009-certificates",
        sql: """
            -- The private halves lie in the state directory's keys/issuers, never here.
            CREATE TABLE issuerKey (
              organization TEXT NOT NULL REFERENCES organization(id),
              number INTEGER NOT NULL CHECK (number >= 1),
              point TEXT NOT NULL CHECK (length(point) = 128 AND point NOT GLOB '*[^0-9a-f]*'),
              createdAt INTEGER NOT NULL,
              PRIMARY KEY (organization, number)
            ) STRICT;

            CREATE TABLE certificateSubject (
              person TEXT NOT NULL REFERENCES person(id),
              organization TEXT NOT NULL REFERENCES organization(id),
              subject TEXT NOT NULL UNIQUE CHECK (subject GLOB 'urn:uuid:*'),
              PRIMARY KEY (person, organization)
            ) STRICT;

            CREATE TABLE certificate (
              id TEXT NOT NULL PRIMARY KEY,
              enrollment TEXT NOT NULL REFERENCES enrollment(id),
              organization TEXT NOT NULL REFERENCES organization(id),
              -- As it was printed.
              learner TEXT NOT NULL,
              title TEXT NOT NULL CHECK (json_valid(title)),
              summary TEXT NOT NULL CHECK (json_valid(summary)),
              validFrom INTEGER NOT NULL,
              validUntil INTEGER CHECK (validUntil > validFrom),
              keyNumber INTEGER NOT NULL,
              statusList INTEGER NOT NULL CHECK (statusList >= 1),
              statusIndex INTEGER NOT NULL CHECK (statusIndex BETWEEN 0 AND 131071),
              token TEXT NOT NULL,
              digest TEXT NOT NULL CHECK (length(digest) = 64 AND digest NOT GLOB '*[^0-9a-f]*'),
              evidence TEXT NOT NULL CHECK (json_valid(evidence)),
              renews TEXT UNIQUE REFERENCES certificate(id),
              issuedBy TEXT NOT NULL,
              issuedAt INTEGER NOT NULL,
              UNIQUE (organization, statusList, statusIndex),
              FOREIGN KEY (organization, keyNumber) REFERENCES issuerKey(organization, number)
            ) STRICT;
            -- Issuing twice makes one; another takes the place of one that is there.
            CREATE UNIQUE INDEX certificateFirst ON certificate(enrollment) WHERE renews IS NULL;
            CREATE INDEX certificateEnrollment ON certificate(enrollment);

            CREATE TABLE certificateRevocation (
              certificate TEXT NOT NULL PRIMARY KEY REFERENCES certificate(id),
              reason TEXT NOT NULL CHECK (length(reason) > 0),
              actor TEXT NOT NULL,
              at INTEGER NOT NULL
            ) STRICT;

            CREATE TRIGGER issuerKeyKept BEFORE UPDATE ON issuerKey
              BEGIN SELECT RAISE(ABORT, 'a key never changes'); END;
            CREATE TRIGGER issuerKeyStays BEFORE DELETE ON issuerKey
              BEGIN SELECT RAISE(ABORT, 'a key is never deleted: its certificates could not be checked any more'); END;
            CREATE TRIGGER certificateSubjectKept BEFORE UPDATE ON certificateSubject
              BEGIN SELECT RAISE(ABORT, 'a subject never changes'); END;
            CREATE TRIGGER certificateKept BEFORE UPDATE ON certificate
              BEGIN SELECT RAISE(ABORT, 'a certificate never changes'); END;
            CREATE TRIGGER certificateStays BEFORE DELETE ON certificate
              BEGIN SELECT RAISE(ABORT, 'a certificate is never deleted'); END;
            CREATE TRIGGER certificateRevocationKept BEFORE UPDATE ON certificateRevocation
              BEGIN SELECT RAISE(ABORT, 'a revocation never changes'); END;
            CREATE TRIGGER certificateRevocationStays BEFORE DELETE ON certificateRevocation
              BEGIN SELECT RAISE(ABORT, 'a revocation is never taken back: issue another certificate'); END;
            """)
}
