extension Migration {
    /// Published programs, what a cohort follows of them, and assignments that people mark.
    static let programs = Migration(
        name: "0007-programs",
        sql: """
            CREATE TABLE programVersion (
              digest TEXT NOT NULL PRIMARY KEY CHECK (length(digest) = 64 AND digest NOT GLOB '*[^0-9a-f]*'),
              program TEXT NOT NULL REFERENCES program(id),
              number INTEGER NOT NULL CHECK (number >= 1),
              description TEXT NOT NULL CHECK (json_valid(description)),
              source TEXT NOT NULL,
              publishedAt INTEGER NOT NULL,
              UNIQUE (program, number)
            ) STRICT;

            -- A campus's cohort is of the campus's organization, which also stands above it for limits and rights; NULL: of the program's.
            ALTER TABLE cohort ADD COLUMN organization TEXT REFERENCES organization(id);
            CREATE INDEX cohortOrganization ON cohort(organization);

            -- The newest of a cohort counts.
            CREATE TABLE cohortPlan (
              sequence INTEGER PRIMARY KEY,
              cohort TEXT NOT NULL REFERENCES cohort(id),
              programVersion TEXT NOT NULL REFERENCES programVersion(digest),
              plan TEXT NOT NULL CHECK (json_valid(plan)),
              at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX cohortPlanCohort ON cohortPlan(cohort, sequence);
            CREATE INDEX cohortPlanVersion ON cohortPlan(programVersion);

            -- AssignmentTerms; NULL: all defaults.
            ALTER TABLE assignment ADD COLUMN terms TEXT CHECK (terms IS NULL OR json_valid(terms));

            CREATE TABLE markedAssignment (
              id TEXT NOT NULL PRIMARY KEY,
              cohort TEXT NOT NULL REFERENCES cohort(id),
              slug TEXT NOT NULL CHECK (length(slug) BETWEEN 1 AND 64 AND slug NOT GLOB '*[^a-z0-9-]*'),
              title TEXT NOT NULL CHECK (json_valid(title)),
              work TEXT NOT NULL CHECK (json_valid(work)),
              opens TEXT NOT NULL,
              due TEXT,
              closes TEXT NOT NULL,
              terms TEXT NOT NULL CHECK (json_valid(terms)),
              weight INTEGER NOT NULL CHECK (weight >= 0),
              UNIQUE (cohort, slug),
              CHECK (opens <= closes),
              CHECK (due IS NULL OR due BETWEEN opens AND closes)
            ) STRICT;

            CREATE TRIGGER programVersionKept BEFORE UPDATE ON programVersion
              BEGIN SELECT RAISE(ABORT, 'a program version never changes'); END;
            CREATE TRIGGER programVersionStays BEFORE DELETE ON programVersion
              BEGIN SELECT RAISE(ABORT, 'a program version is never deleted'); END;
            CREATE TRIGGER cohortPlanKept BEFORE UPDATE ON cohortPlan
              BEGIN SELECT RAISE(ABORT, 'a plan never changes'); END;
            CREATE TRIGGER cohortPlanStays BEFORE DELETE ON cohortPlan
              BEGIN SELECT RAISE(ABORT, 'a plan is never deleted'); END;

            -- One name, one assignment of a cohort.
            CREATE TRIGGER markedAssignmentName BEFORE INSERT ON markedAssignment
              WHEN EXISTS (SELECT 1 FROM assignment WHERE cohort = NEW.cohort AND slug = NEW.slug)
              BEGIN SELECT RAISE(ABORT, 'a lab of the cohort has that name'); END;
            CREATE TRIGGER assignmentName BEFORE INSERT ON assignment
              WHEN EXISTS (SELECT 1 FROM markedAssignment WHERE cohort = NEW.cohort AND slug = NEW.slug)
              BEGIN SELECT RAISE(ABORT, 'a marked assignment of the cohort has that name'); END;
            """)
}
