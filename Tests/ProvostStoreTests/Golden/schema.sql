CREATE INDEX allowanceAssignment ON allowance(assignment) WHERE assignment IS NOT NULL;

CREATE INDEX allowanceEnrollment ON allowance(enrollment, sequence);

CREATE INDEX allowanceMarkedAssignment ON allowance(markedAssignment) WHERE markedAssignment IS NOT NULL;

CREATE INDEX appealAssignment ON appeal(assignment) WHERE assignment IS NOT NULL;

CREATE INDEX appealEnrollment ON appeal(enrollment, sequence);

CREATE INDEX appealMarkedAssignment ON appeal(markedAssignment) WHERE markedAssignment IS NOT NULL;

CREATE INDEX assignmentLabVersion ON assignment(labVersion);

CREATE INDEX attendanceEnrollment ON attendance(enrollment, date, sequence);

CREATE INDEX auditSubject ON audit(subject, sequence);

CREATE INDEX certificateEnrollment ON certificate(enrollment);

CREATE UNIQUE INDEX certificateFirst ON certificate(enrollment) WHERE renews IS NULL;

CREATE INDEX cohortClosingCohort ON cohortClosing(cohort, sequence);

CREATE INDEX cohortOrganization ON cohort(organization);

CREATE INDEX cohortPlanCohort ON cohortPlan(cohort, sequence);

CREATE INDEX cohortPlanVersion ON cohortPlan(programVersion);

CREATE INDEX cohortProgram ON cohort(program);

CREATE INDEX enrollmentCohort ON enrollment(cohort);

CREATE INDEX enrolmentCodeEnrollment ON enrolmentCode(enrollment);

CREATE INDEX gradingPerson ON grading(assignment, person, stage);

CREATE INDEX gradingQueue ON grading(class, turn, dueOrder, sequence, stage) WHERE stage = 'queued';

CREATE INDEX gradingRunning ON grading(stage) WHERE stage IN ('unpacking', 'grading');

CREATE INDEX gradingSet ON grading(regradeSet, stage) WHERE regradeSet IS NOT NULL;

CREATE INDEX gradingSubmission ON grading(submission, sequence);

CREATE INDEX integrityCaseAssignment ON integrityCase(assignment) WHERE assignment IS NOT NULL;

CREATE INDEX integrityCaseEnrollment ON integrityCase(enrollment, sequence);

CREATE INDEX integrityCaseMarkedAssignment ON integrityCase(markedAssignment) WHERE markedAssignment IS NOT NULL;

CREATE INDEX labVersionGrader ON labVersion(grader);

CREATE INDEX ledgerEnrollment ON ledger(enrollment, unit, kind, amount, ofBudget);

CREATE INDEX ledgerUse ON ledger(at, enrollment, workspace, sessionTime, cpuTime, price) WHERE kind = 'charge';

CREATE INDEX ledgerWorkspace ON ledger(workspace, start, sessionTime, cpuTime) WHERE workspace IS NOT NULL;

CREATE INDEX markAssignment ON mark(assignment) WHERE assignment IS NOT NULL;

CREATE INDEX markEnrollment ON mark(enrollment, sequence);

CREATE INDEX markMarkedAssignment ON mark(markedAssignment) WHERE markedAssignment IS NOT NULL;

CREATE INDEX markReleaseEnrollment ON markRelease(enrollment);

CREATE INDEX markReleaseMarkedAssignment ON markRelease(markedAssignment);

CREATE INDEX markReleasePlace ON markRelease(assignment, markedAssignment, enrollment, through);

CREATE INDEX organizationAdminPerson ON organizationAdmin(person);

CREATE INDEX personIdentifierPerson ON personIdentifier(person);

CREATE INDEX programOrganization ON program(organization);

CREATE INDEX regradeDecisionSubmission ON regradeDecision(submission, sequence);

CREATE INDEX regradeMovePerson ON regradeMove(person);

CREATE INDEX regradeSetAssignment ON regradeSet(assignment, sequence);

CREATE UNIQUE INDEX regradeSetOpen ON regradeSet(assignment) WHERE state = 'open';

CREATE INDEX scoreAssignment ON score(assignment, sequence);

CREATE INDEX scoreSubmission ON score(submission, sequence);

CREATE INDEX sharePerson ON share(person);

CREATE INDEX shareWorkspace ON share(workspace, person);

CREATE INDEX snapshotWorkspace ON snapshot(workspace, createdAt);

CREATE INDEX studyExtensionCohort ON studyExtension(cohort, enrollment, sequence);

CREATE INDEX submissionAssignment ON submission(assignment, sequence);

CREATE INDEX submissionCohort ON submission(cohort, sequence);

CREATE INDEX submissionDay ON submission(person, cohort, receivedAt);

CREATE INDEX submissionPerson ON submission(person, sequence);

CREATE INDEX tokenPerson ON token(person);

CREATE INDEX visitShare ON visit(share);

CREATE INDEX warmingEnrollment ON warming(enrollment);

CREATE INDEX workspaceAssignment ON workspace(assignment);

CREATE UNIQUE INDEX workspaceCopy ON workspace(enrollment, copyOf) WHERE state <> 'deleted' AND copyOf IS NOT NULL;

CREATE INDEX workspaceEnrollment ON workspace(enrollment, state);

CREATE INDEX workspaceLabVersion ON workspace(labVersion);

CREATE UNIQUE INDEX workspaceOne ON workspace(enrollment, assignment) WHERE state <> 'deleted' AND copyOf IS NULL;

CREATE INDEX workspaceState ON workspace(state);

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

CREATE TABLE allowanceWithdrawal (
  allowance TEXT NOT NULL PRIMARY KEY REFERENCES allowance(id),
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

CREATE TABLE appealReply (
  appeal TEXT NOT NULL PRIMARY KEY REFERENCES appeal(id),
  verdict TEXT NOT NULL CHECK (verdict IN ('upheld', 'changed', 'declined')),
  text TEXT NOT NULL CHECK (length(text) > 0),
  actor TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;

CREATE TABLE assignment (
  id TEXT NOT NULL PRIMARY KEY,
  cohort TEXT NOT NULL REFERENCES cohort(id),
  slug TEXT NOT NULL CHECK (length(slug) BETWEEN 1 AND 64 AND slug NOT GLOB '*[^a-z0-9-]*'),
  title TEXT NOT NULL CHECK (json_valid(title)),
  labVersion TEXT NOT NULL REFERENCES labVersion(digest),
  opens TEXT NOT NULL,
  due TEXT,
  closes TEXT NOT NULL,
  attempts INTEGER CHECK (attempts >= 1),
  policy TEXT NOT NULL CHECK (policy IN ('best', 'last')),
  weight INTEGER NOT NULL CHECK (weight >= 0), terms TEXT CHECK (terms IS NULL OR json_valid(terms)),
  UNIQUE (cohort, slug),
  CHECK (opens <= closes),
  CHECK (due IS NULL OR due BETWEEN opens AND closes)
) STRICT;

CREATE TABLE attendance (
  sequence INTEGER PRIMARY KEY,
  enrollment TEXT NOT NULL REFERENCES enrollment(id),
  date TEXT NOT NULL CHECK (date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  state TEXT NOT NULL CHECK (state IN ('present', 'late', 'absent', 'excused')),
  actor TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;

CREATE TABLE audit (
  sequence INTEGER PRIMARY KEY CHECK (sequence >= 1),
  at INTEGER NOT NULL,
  actor TEXT NOT NULL CHECK (instr(actor, char(10)) = 0),
  action TEXT NOT NULL CHECK (instr(action, char(10)) = 0),
  subject TEXT NOT NULL CHECK (instr(subject, char(10)) = 0),
  details TEXT NOT NULL CHECK (json_valid(details)),
  hash TEXT NOT NULL CHECK (length(hash) = 64 AND hash NOT GLOB '*[^0-9a-f]*')
) STRICT;

CREATE TABLE budget (
  cohort TEXT NOT NULL PRIMARY KEY REFERENCES cohort(id),
  unit TEXT NOT NULL CHECK (unit IN ('cpu-seconds', 'session-hours')),
  amount INTEGER NOT NULL CHECK (amount >= 0),
  setBy TEXT NOT NULL,
  setAt INTEGER NOT NULL
, total INTEGER CHECK (total >= 0), charged INTEGER NOT NULL DEFAULT 0 CHECK (charged >= 0)) STRICT;

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

CREATE TABLE certificateRevocation (
  certificate TEXT NOT NULL PRIMARY KEY REFERENCES certificate(id),
  reason TEXT NOT NULL CHECK (length(reason) > 0),
  actor TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;

CREATE TABLE certificateSubject (
  person TEXT NOT NULL REFERENCES person(id),
  organization TEXT NOT NULL REFERENCES organization(id),
  subject TEXT NOT NULL UNIQUE CHECK (subject GLOB 'urn:uuid:*'),
  PRIMARY KEY (person, organization)
) STRICT;

CREATE TABLE cohort (
  id TEXT NOT NULL PRIMARY KEY,
  program TEXT NOT NULL REFERENCES program(id),
  slug TEXT NOT NULL UNIQUE CHECK (length(slug) BETWEEN 1 AND 64 AND slug NOT GLOB '*[^a-z0-9-]*'),
  title TEXT NOT NULL,
  firstDay TEXT NOT NULL CHECK (firstDay GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  lastDay TEXT NOT NULL CHECK (lastDay GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  timezone TEXT NOT NULL CHECK (length(timezone) > 0), organization TEXT REFERENCES organization(id),
  CHECK (firstDay <= lastDay)
) STRICT;

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

CREATE TABLE cohortPlan (
  sequence INTEGER PRIMARY KEY,
  cohort TEXT NOT NULL REFERENCES cohort(id),
  programVersion TEXT NOT NULL REFERENCES programVersion(digest),
  plan TEXT NOT NULL CHECK (json_valid(plan)),
  at INTEGER NOT NULL
) STRICT;

CREATE TABLE enrollment (
  id TEXT NOT NULL PRIMARY KEY,
  person TEXT NOT NULL REFERENCES person(id),
  cohort TEXT NOT NULL REFERENCES cohort(id),
  role TEXT NOT NULL CHECK (role IN ('learner', 'instructor', 'admin')),
  suspended INTEGER NOT NULL CHECK (suspended IN (0, 1)), section TEXT CHECK (section IS NULL OR length(section) BETWEEN 1 AND 64),
  UNIQUE (person, cohort)
) STRICT;

CREATE TABLE enrolmentCode (
  hash TEXT NOT NULL PRIMARY KEY CHECK (length(hash) = 64 AND hash NOT GLOB '*[^0-9a-f]*'),
  enrollment TEXT NOT NULL REFERENCES enrollment(id),
  createdAt INTEGER NOT NULL,
  expiresAt INTEGER NOT NULL,
  usedAt INTEGER,
  voidedAt INTEGER,
  CHECK (usedAt IS NULL OR voidedAt IS NULL)
) STRICT;

CREATE TABLE graderVersion (
  digest TEXT NOT NULL PRIMARY KEY CHECK (length(digest) = 64 AND digest NOT GLOB '*[^0-9a-f]*'),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 64 AND name NOT GLOB '*[^a-z0-9-]*'),
  number INTEGER NOT NULL CHECK (number >= 1),
  manifest TEXT NOT NULL CHECK (json_valid(manifest)),
  publishedAt INTEGER NOT NULL,
  bytes INTEGER NOT NULL CHECK (bytes >= 0),
  UNIQUE (name, number)
) STRICT;

CREATE TABLE grading (
  sequence INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  submission TEXT NOT NULL REFERENCES submission(id),
  assignment TEXT NOT NULL REFERENCES assignment(id),
  person TEXT NOT NULL REFERENCES person(id),
  labVersion TEXT NOT NULL REFERENCES labVersion(digest),
  graderVersion TEXT NOT NULL REFERENCES graderVersion(digest),
  stage TEXT NOT NULL CHECK (stage IN ('queued', 'unpacking', 'grading', 'graded', 'failed')),
  run INTEGER NOT NULL CHECK (run >= 0),
  -- The place in the queue is (turn, dueOrder, sequence). Turn 0: the person's first grading of the assignment.
  turn INTEGER NOT NULL CHECK (turn IN (0, 1)),
  dueOrder TEXT NOT NULL,
  queuedAt INTEGER NOT NULL,
  startedAt INTEGER,
  finishedAt INTEGER,
  unpack TEXT CHECK (unpack IS NULL OR json_valid(unpack)), regradeSet TEXT REFERENCES regradeSet(id), class INTEGER NOT NULL DEFAULT 0 CHECK (class = (regradeSet IS NOT NULL)),
  CHECK ((stage = 'queued') = (startedAt IS NULL)),
  CHECK ((stage IN ('graded', 'failed')) = (finishedAt IS NOT NULL))
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

CREATE TABLE integrityDecision (
  integrityCase TEXT NOT NULL PRIMARY KEY REFERENCES integrityCase(id),
  verdict TEXT NOT NULL CHECK (verdict IN ('cleared', 'confirmed')),
  reason TEXT NOT NULL CHECK (length(reason) > 0),
  actor TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;

CREATE TABLE issuerKey (
  organization TEXT NOT NULL REFERENCES organization(id),
  number INTEGER NOT NULL CHECK (number >= 1),
  point TEXT NOT NULL CHECK (length(point) = 128 AND point NOT GLOB '*[^0-9a-f]*'),
  createdAt INTEGER NOT NULL,
  PRIMARY KEY (organization, number)
) STRICT;

CREATE TABLE labVersion (
  digest TEXT NOT NULL PRIMARY KEY CHECK (length(digest) = 64 AND digest NOT GLOB '*[^0-9a-f]*'),
  content TEXT NOT NULL CHECK (length(content) = 64 AND content NOT GLOB '*[^0-9a-f]*'),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 64 AND name NOT GLOB '*[^a-z0-9-]*'),
  number INTEGER NOT NULL CHECK (number >= 1),
  manifest TEXT NOT NULL CHECK (json_valid(manifest)),
  points INTEGER NOT NULL CHECK (points >= 0),
  grader TEXT NOT NULL REFERENCES graderVersion(digest),
  publishedAt INTEGER NOT NULL,
  bytes INTEGER NOT NULL CHECK (bytes >= 0), checked TEXT CHECK (checked IS NULL OR json_valid(checked)),
  UNIQUE (name, number)
) STRICT;

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

CREATE TABLE organization (
  id TEXT NOT NULL PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE CHECK (length(slug) BETWEEN 1 AND 64 AND slug NOT GLOB '*[^a-z0-9-]*'),
  title TEXT NOT NULL
) STRICT;

CREATE TABLE organizationAdmin (
  organization TEXT NOT NULL REFERENCES organization(id),
  person TEXT NOT NULL REFERENCES person(id),
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (organization, person)
) STRICT, WITHOUT ROWID;

CREATE TABLE person (
  id TEXT NOT NULL PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE CHECK (length(slug) BETWEEN 1 AND 64 AND slug NOT GLOB '*[^a-z0-9-]*'),
  name TEXT NOT NULL,
  email TEXT
) STRICT;

CREATE TABLE personErasure (
  person TEXT NOT NULL PRIMARY KEY REFERENCES person(id),
  pseudonym TEXT NOT NULL UNIQUE,
  reason TEXT NOT NULL CHECK (length(reason) > 0),
  actor TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;

CREATE TABLE personIdentifier (
  organization TEXT NOT NULL REFERENCES organization(id),
  kind TEXT NOT NULL CHECK (kind IN ('student-number', 'email')),
  value TEXT NOT NULL CHECK (length(value) BETWEEN 1 AND 254),
  person TEXT NOT NULL REFERENCES person(id),
  PRIMARY KEY (organization, kind, value)
) STRICT, WITHOUT ROWID;

CREATE TABLE program (
  id TEXT NOT NULL PRIMARY KEY,
  organization TEXT NOT NULL REFERENCES organization(id),
  slug TEXT NOT NULL UNIQUE CHECK (length(slug) BETWEEN 1 AND 64 AND slug NOT GLOB '*[^a-z0-9-]*'),
  title TEXT NOT NULL
) STRICT;

CREATE TABLE programVersion (
  digest TEXT NOT NULL PRIMARY KEY CHECK (length(digest) = 64 AND digest NOT GLOB '*[^0-9a-f]*'),
  program TEXT NOT NULL REFERENCES program(id),
  number INTEGER NOT NULL CHECK (number >= 1),
  description TEXT NOT NULL CHECK (json_valid(description)),
  source TEXT NOT NULL,
  publishedAt INTEGER NOT NULL,
  UNIQUE (program, number)
) STRICT;

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

CREATE TABLE regradeItem (
  regradeSet TEXT NOT NULL REFERENCES regradeSet(id),
  submission TEXT NOT NULL REFERENCES submission(id),
  base TEXT REFERENCES grading(id),
  -- NULL only in an undo, which takes a first score back.
  proposed TEXT REFERENCES grading(id),
  PRIMARY KEY (regradeSet, submission)
) STRICT, WITHOUT ROWID;

CREATE TABLE regradeMove (
  regradeSet TEXT NOT NULL REFERENCES regradeSet(id),
  person TEXT NOT NULL REFERENCES person(id),
  before TEXT REFERENCES score(grading),
  after TEXT REFERENCES score(grading),
  PRIMARY KEY (regradeSet, person)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE score (
  sequence INTEGER PRIMARY KEY,
  grading TEXT NOT NULL UNIQUE REFERENCES grading(id),
  submission TEXT NOT NULL REFERENCES submission(id),
  assignment TEXT NOT NULL REFERENCES assignment(id),
  outcome TEXT NOT NULL CHECK (outcome IN ('graded', 'not-graded')),
  refused INTEGER NOT NULL CHECK (refused IN (0, 1)),
  isolation TEXT NOT NULL CHECK (isolation IN ('two-room', 'shared')),
  points INTEGER CHECK (points BETWEEN 0 AND max),
  max INTEGER NOT NULL CHECK (max >= 0),
  reason TEXT,
  evidence TEXT,
  messages TEXT NOT NULL CHECK (json_valid(messages)),
  submissionDigest TEXT NOT NULL,
  labVersion TEXT NOT NULL REFERENCES labVersion(digest),
  graderVersion TEXT NOT NULL REFERENCES graderVersion(digest),
  image TEXT NOT NULL,
  limits TEXT NOT NULL CHECK (json_valid(limits)),
  log TEXT CHECK (length(log) = 64 AND log NOT GLOB '*[^0-9a-f]*'),
  run INTEGER NOT NULL CHECK (run >= 1),
  recordedAt INTEGER NOT NULL, totalHidden INTEGER NOT NULL DEFAULT 0 CHECK (totalHidden IN (0, 1)), leaderboard TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(leaderboard)),
  CHECK ((outcome = 'graded') = (points IS NOT NULL))
) STRICT;

CREATE TABLE share (
  id TEXT NOT NULL PRIMARY KEY,
  workspace TEXT NOT NULL REFERENCES workspace(id),
  person TEXT NOT NULL REFERENCES person(id),
  mode TEXT NOT NULL CHECK (mode IN ('watch', 'pair', 'copy')),
  createdAt INTEGER NOT NULL,
  until INTEGER NOT NULL,
  revokedAt INTEGER
) STRICT;

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

CREATE TABLE snapshot (
  id TEXT NOT NULL PRIMARY KEY,
  workspace TEXT NOT NULL REFERENCES workspace(id),
  cause TEXT NOT NULL CHECK (cause IN ('asked', 'reset', 'restore')),
  createdAt INTEGER NOT NULL,
  size INTEGER NOT NULL CHECK (size >= 0)
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

CREATE TABLE submission (
  sequence INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  cohort TEXT NOT NULL REFERENCES cohort(id),
  assignment TEXT NOT NULL REFERENCES assignment(id),
  person TEXT NOT NULL REFERENCES person(id),
  attempt INTEGER NOT NULL CHECK (attempt >= 1),
  digest TEXT NOT NULL CHECK (length(digest) = 64 AND digest NOT GLOB '*[^0-9a-f]*'),
  bytes INTEGER NOT NULL CHECK (bytes >= 0),
  fileName TEXT NOT NULL,
  receivedAt INTEGER NOT NULL,
  late INTEGER NOT NULL CHECK (late IN (0, 1)),
  key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
  receipt TEXT NOT NULL CHECK (json_valid(receipt)),
  UNIQUE (person, key),
  UNIQUE (assignment, person, attempt)
) STRICT;

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

CREATE TABLE token (
  id TEXT NOT NULL PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64 AND hash NOT GLOB '*[^0-9a-f]*'),
  person TEXT NOT NULL REFERENCES person(id),
  label TEXT,
  createdAt INTEGER NOT NULL,
  expiresAt INTEGER NOT NULL,
  revokedAt INTEGER
) STRICT;

CREATE TABLE visit (
  sequence INTEGER PRIMARY KEY,
  share TEXT NOT NULL REFERENCES share(id),
  beganAt INTEGER NOT NULL,
  endedAt INTEGER
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
  hold INTEGER UNIQUE REFERENCES ledger(sequence), copyOf TEXT REFERENCES workspace(id),
  CHECK (start > 0 OR state IN ('waiting', 'stopped', 'deleted')),
  CHECK ((state IN ('starting', 'running', 'frozen', 'stopping')) = (hold IS NOT NULL)),
  CHECK (state <> 'waiting' OR askedAt IS NOT NULL)
) STRICT;

CREATE TRIGGER allowanceKept BEFORE UPDATE ON allowance
  BEGIN SELECT RAISE(ABORT, 'a row of allowance never changes'); END;

CREATE TRIGGER allowanceStays BEFORE DELETE ON allowance
  BEGIN SELECT RAISE(ABORT, 'a row of allowance is never deleted'); END;

CREATE TRIGGER allowanceWithdrawalKept BEFORE UPDATE ON allowanceWithdrawal
  BEGIN SELECT RAISE(ABORT, 'a row of allowanceWithdrawal never changes'); END;

CREATE TRIGGER allowanceWithdrawalStays BEFORE DELETE ON allowanceWithdrawal
  BEGIN SELECT RAISE(ABORT, 'a row of allowanceWithdrawal is never deleted'); END;

CREATE TRIGGER appealFits BEFORE INSERT ON appeal
  WHEN NOT EXISTS (
    SELECT 1 FROM enrollment e LEFT JOIN assignment a ON a.id = NEW.assignment
      LEFT JOIN markedAssignment k ON k.id = NEW.markedAssignment
    WHERE e.id = NEW.enrollment AND e.cohort = coalesce(a.cohort, k.cohort))
  BEGIN SELECT RAISE(ABORT, 'the appeal''s assignment is not in the learner''s cohort'); END;

CREATE TRIGGER appealKept BEFORE UPDATE ON appeal
  WHEN NEW.text <> 'erased' OR NEW.sequence <> OLD.sequence OR NEW.id <> OLD.id OR NEW.enrollment <> OLD.enrollment
    OR NEW.assignment IS NOT OLD.assignment OR NEW.markedAssignment IS NOT OLD.markedAssignment OR NEW.at <> OLD.at
    OR NOT EXISTS (
      SELECT 1 FROM enrollment e JOIN personErasure x ON x.person = e.person WHERE e.id = OLD.enrollment)
  BEGIN SELECT RAISE(ABORT, 'a row of appeal never changes'); END;

CREATE TRIGGER appealReplyKept BEFORE UPDATE ON appealReply
  WHEN NEW.text <> 'erased' OR NEW.appeal <> OLD.appeal OR NEW.verdict <> OLD.verdict OR NEW.actor <> OLD.actor
    OR NEW.at <> OLD.at
    OR NOT EXISTS (
      SELECT 1 FROM appeal a JOIN enrollment e ON e.id = a.enrollment JOIN personErasure x ON x.person = e.person
      WHERE a.id = OLD.appeal)
  BEGIN SELECT RAISE(ABORT, 'a row of appealReply never changes'); END;

CREATE TRIGGER appealReplyStays BEFORE DELETE ON appealReply
  BEGIN SELECT RAISE(ABORT, 'a row of appealReply is never deleted'); END;

CREATE TRIGGER appealStays BEFORE DELETE ON appeal
  BEGIN SELECT RAISE(ABORT, 'a row of appeal is never deleted'); END;

CREATE TRIGGER assignmentName BEFORE INSERT ON assignment
  WHEN EXISTS (SELECT 1 FROM markedAssignment WHERE cohort = NEW.cohort AND slug = NEW.slug)
  BEGIN SELECT RAISE(ABORT, 'a marked assignment of the cohort has that name'); END;

CREATE TRIGGER attendanceKept BEFORE UPDATE ON attendance
  BEGIN SELECT RAISE(ABORT, 'a row of attendance never changes'); END;

CREATE TRIGGER attendanceStays BEFORE DELETE ON attendance
  BEGIN SELECT RAISE(ABORT, 'a row of attendance is never deleted'); END;

CREATE TRIGGER auditFollows BEFORE INSERT ON audit
  WHEN NEW.sequence <> 1 + coalesce((SELECT max(sequence) FROM audit), 0)
  BEGIN SELECT RAISE(ABORT, 'an audit entry follows the newest one'); END;

CREATE TRIGGER auditKept BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'an audit entry never changes'); END;

CREATE TRIGGER auditStays BEFORE DELETE ON audit
  BEGIN SELECT RAISE(ABORT, 'an audit entry is never deleted'); END;

CREATE TRIGGER budgetIsCharged AFTER INSERT ON ledger WHEN NEW.kind = 'charge'
  BEGIN
    UPDATE budget SET charged = charged + NEW.amount
    WHERE unit = NEW.unit AND cohort = (SELECT cohort FROM enrollment WHERE id = NEW.enrollment);
  END;

CREATE TRIGGER certificateKept BEFORE UPDATE ON certificate
  BEGIN SELECT RAISE(ABORT, 'a certificate never changes'); END;

CREATE TRIGGER certificateRevocationKept BEFORE UPDATE ON certificateRevocation
  BEGIN SELECT RAISE(ABORT, 'a revocation never changes'); END;

CREATE TRIGGER certificateRevocationStays BEFORE DELETE ON certificateRevocation
  BEGIN SELECT RAISE(ABORT, 'a revocation is never taken back: issue another certificate'); END;

CREATE TRIGGER certificateStays BEFORE DELETE ON certificate
  BEGIN SELECT RAISE(ABORT, 'a certificate is never deleted'); END;

CREATE TRIGGER certificateSubjectKept BEFORE UPDATE ON certificateSubject
  BEGIN SELECT RAISE(ABORT, 'a subject never changes'); END;

CREATE TRIGGER cohortClosingKept BEFORE UPDATE ON cohortClosing
  BEGIN SELECT RAISE(ABORT, 'a closing never changes'); END;

CREATE TRIGGER cohortClosingStays BEFORE DELETE ON cohortClosing
  BEGIN SELECT RAISE(ABORT, 'a closing is never deleted'); END;

CREATE TRIGGER cohortPlanKept BEFORE UPDATE ON cohortPlan
  BEGIN SELECT RAISE(ABORT, 'a plan never changes'); END;

CREATE TRIGGER cohortPlanStays BEFORE DELETE ON cohortPlan
  BEGIN SELECT RAISE(ABORT, 'a plan is never deleted'); END;

CREATE TRIGGER graderVersionKept BEFORE UPDATE ON graderVersion
  BEGIN SELECT RAISE(ABORT, 'a grader version never changes'); END;

CREATE TRIGGER graderVersionStays BEFORE DELETE ON graderVersion
  BEGIN SELECT RAISE(ABORT, 'a grader version is never deleted'); END;

CREATE TRIGGER gradingBegins BEFORE INSERT ON grading WHEN NEW.stage <> 'queued'
  BEGIN SELECT RAISE(ABORT, 'a grading begins in the queue'); END;

CREATE TRIGGER gradingEnds BEFORE UPDATE ON grading WHEN OLD.stage IN ('graded', 'failed')
  BEGIN SELECT RAISE(ABORT, 'a finished grading never changes'); END;

CREATE TRIGGER gradingFits BEFORE INSERT ON grading
  WHEN NOT EXISTS (
    SELECT 1 FROM submission
    WHERE id = NEW.submission AND assignment = NEW.assignment AND person = NEW.person)
  BEGIN SELECT RAISE(ABORT, 'the grading does not fit its submission'); END;

CREATE TRIGGER gradingIdentityKept
  BEFORE UPDATE OF sequence, id, submission, assignment, person, labVersion, graderVersion, queuedAt ON grading
  BEGIN SELECT RAISE(ABORT, 'what a grading grades never changes'); END;

CREATE TRIGGER gradingIsRecorded BEFORE UPDATE OF stage ON grading
  WHEN NEW.stage IN ('graded', 'failed') AND NOT EXISTS (
    SELECT 1 FROM score WHERE grading = NEW.id AND (outcome = 'graded') = (NEW.stage = 'graded'))
  BEGIN SELECT RAISE(ABORT, 'a grading ends with its score'); END;

CREATE TRIGGER gradingOfSetFits BEFORE INSERT ON grading
  WHEN NEW.regradeSet IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM regradeSet
    WHERE id = NEW.regradeSet AND assignment = NEW.assignment AND labVersion = NEW.labVersion AND state = 'open'
      AND undoes IS NULL)
  BEGIN SELECT RAISE(ABORT, 'the grading does not fit its regrade set'); END;

CREATE TRIGGER gradingRunGrows BEFORE UPDATE OF run ON grading WHEN NEW.run < OLD.run
  BEGIN SELECT RAISE(ABORT, 'runs are counted upwards'); END;

CREATE TRIGGER gradingSetKept BEFORE UPDATE OF regradeSet, class ON grading
  BEGIN SELECT RAISE(ABORT, 'a grading stays in its regrade set'); END;

CREATE TRIGGER gradingStays BEFORE DELETE ON grading
  BEGIN SELECT RAISE(ABORT, 'a grading is never deleted'); END;

CREATE TRIGGER integrityCaseKept BEFORE UPDATE ON integrityCase
  BEGIN SELECT RAISE(ABORT, 'a row of integrityCase never changes'); END;

CREATE TRIGGER integrityCaseStays BEFORE DELETE ON integrityCase
  BEGIN SELECT RAISE(ABORT, 'a row of integrityCase is never deleted'); END;

CREATE TRIGGER integrityDecisionKept BEFORE UPDATE ON integrityDecision
  BEGIN SELECT RAISE(ABORT, 'a row of integrityDecision never changes'); END;

CREATE TRIGGER integrityDecisionStays BEFORE DELETE ON integrityDecision
  BEGIN SELECT RAISE(ABORT, 'a row of integrityDecision is never deleted'); END;

CREATE TRIGGER issuerKeyKept BEFORE UPDATE ON issuerKey
  BEGIN SELECT RAISE(ABORT, 'a key never changes'); END;

CREATE TRIGGER issuerKeyStays BEFORE DELETE ON issuerKey
  BEGIN SELECT RAISE(ABORT, 'a key is never deleted: its certificates could not be checked any more'); END;

CREATE TRIGGER labVersionKept BEFORE UPDATE ON labVersion
  BEGIN SELECT RAISE(ABORT, 'a lab version never changes'); END;

CREATE TRIGGER labVersionStays BEFORE DELETE ON labVersion
  BEGIN SELECT RAISE(ABORT, 'a lab version is never deleted'); END;

CREATE TRIGGER ledgerEndsHold BEFORE INSERT ON ledger
  WHEN NEW.hold IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM ledger
    WHERE sequence = NEW.hold AND kind = 'hold' AND workspace = NEW.workspace AND start = NEW.start AND unit = NEW.unit)
  BEGIN SELECT RAISE(ABORT, 'a charge or a release ends a hold of the same start'); END;

CREATE TRIGGER ledgerFits BEFORE INSERT ON ledger
  WHEN NEW.workspace IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM workspace WHERE id = NEW.workspace AND enrollment = NEW.enrollment AND NEW.start <= start + 1)
  BEGIN SELECT RAISE(ABORT, 'the ledger entry does not fit its workspace'); END;

CREATE TRIGGER ledgerKept BEFORE UPDATE ON ledger
  BEGIN SELECT RAISE(ABORT, 'a ledger entry never changes'); END;

CREATE TRIGGER ledgerStays BEFORE DELETE ON ledger
  BEGIN SELECT RAISE(ABORT, 'a ledger entry is never deleted'); END;

CREATE TRIGGER markFits BEFORE INSERT ON mark
  WHEN NOT EXISTS (
    SELECT 1 FROM enrollment e LEFT JOIN assignment a ON a.id = NEW.assignment
      LEFT JOIN markedAssignment k ON k.id = NEW.markedAssignment
    WHERE e.id = NEW.enrollment AND e.cohort = coalesce(a.cohort, k.cohort))
  BEGIN SELECT RAISE(ABORT, 'the mark''s assignment is not in the learner''s cohort'); END;

CREATE TRIGGER markKept BEFORE UPDATE ON mark
  WHEN NEW.comment IS NOT NULL OR NEW.sequence <> OLD.sequence OR NEW.id <> OLD.id OR NEW.enrollment <> OLD.enrollment
    OR NEW.assignment IS NOT OLD.assignment OR NEW.markedAssignment IS NOT OLD.markedAssignment
    OR NEW.marker <> OLD.marker OR NEW.isModeration <> OLD.isModeration OR NEW.levels <> OLD.levels
    OR NEW.points IS NOT OLD.points OR NEW.max <> OLD.max OR NEW.at <> OLD.at
    OR NOT EXISTS (
      SELECT 1 FROM enrollment e JOIN personErasure x ON x.person = e.person WHERE e.id = OLD.enrollment)
  BEGIN SELECT RAISE(ABORT, 'a row of mark never changes'); END;

CREATE TRIGGER markReleaseKept BEFORE UPDATE ON markRelease
  BEGIN SELECT RAISE(ABORT, 'a row of markRelease never changes'); END;

CREATE TRIGGER markReleaseStays BEFORE DELETE ON markRelease
  BEGIN SELECT RAISE(ABORT, 'a row of markRelease is never deleted'); END;

CREATE TRIGGER markStays BEFORE DELETE ON mark
  BEGIN SELECT RAISE(ABORT, 'a row of mark is never deleted'); END;

CREATE TRIGGER markedAssignmentName BEFORE INSERT ON markedAssignment
  WHEN EXISTS (SELECT 1 FROM assignment WHERE cohort = NEW.cohort AND slug = NEW.slug)
  BEGIN SELECT RAISE(ABORT, 'a lab of the cohort has that name'); END;

CREATE TRIGGER personErasureKept BEFORE UPDATE ON personErasure
  BEGIN SELECT RAISE(ABORT, 'an erasure never changes'); END;

CREATE TRIGGER personErasureStays BEFORE DELETE ON personErasure
  BEGIN SELECT RAISE(ABORT, 'an erasure is never undone'); END;

CREATE TRIGGER programVersionKept BEFORE UPDATE ON programVersion
  BEGIN SELECT RAISE(ABORT, 'a program version never changes'); END;

CREATE TRIGGER programVersionStays BEFORE DELETE ON programVersion
  BEGIN SELECT RAISE(ABORT, 'a program version is never deleted'); END;

CREATE TRIGGER regradeDecisionFits BEFORE INSERT ON regradeDecision
  WHEN NOT EXISTS (SELECT 1 FROM regradeSet WHERE id = NEW.regradeSet AND state = 'applied')
    OR EXISTS (SELECT 1 FROM score WHERE grading IN (NEW.before, NEW.after) AND submission <> NEW.submission)
  BEGIN SELECT RAISE(ABORT, 'a decision belongs to an applied regrade set'); END;

CREATE TRIGGER regradeDecisionKept BEFORE UPDATE ON regradeDecision
  BEGIN SELECT RAISE(ABORT, 'a decision never changes'); END;

CREATE TRIGGER regradeDecisionStays BEFORE DELETE ON regradeDecision
  BEGIN SELECT RAISE(ABORT, 'a decision is never deleted'); END;

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

CREATE TRIGGER regradeMoveKept BEFORE UPDATE ON regradeMove
  BEGIN SELECT RAISE(ABORT, 'what a regrade set moved never changes'); END;

CREATE TRIGGER regradeMoveStays BEFORE DELETE ON regradeMove
  BEGIN SELECT RAISE(ABORT, 'what a regrade set moved is never deleted'); END;

CREATE TRIGGER regradeSetBegins BEFORE INSERT ON regradeSet WHEN NEW.state <> 'open'
  BEGIN SELECT RAISE(ABORT, 'a regrade set begins open'); END;

CREATE TRIGGER regradeSetEnds BEFORE UPDATE ON regradeSet WHEN OLD.state <> 'open'
  BEGIN SELECT RAISE(ABORT, 'a regrade set that is applied or cancelled never changes'); END;

CREATE TRIGGER regradeSetIdentityKept
  BEFORE UPDATE OF sequence, id, assignment, labVersion, pinned, scope, undoes, newest, leftOut, createdBy, createdAt
  ON regradeSet
  BEGIN SELECT RAISE(ABORT, 'what a regrade set regrades never changes'); END;

CREATE TRIGGER regradeSetIsFinished BEFORE UPDATE OF state ON regradeSet
  WHEN NEW.state = 'applied' AND EXISTS (
    SELECT 1 FROM grading WHERE regradeSet = NEW.id AND stage IN ('queued', 'unpacking', 'grading'))
  BEGIN SELECT RAISE(ABORT, 'a regrade set is applied when all of it is graded'); END;

CREATE TRIGGER regradeSetStays BEFORE DELETE ON regradeSet
  BEGIN SELECT RAISE(ABORT, 'a regrade set is never deleted'); END;

CREATE TRIGGER scoreFits BEFORE INSERT ON score
  WHEN NOT EXISTS (
    SELECT 1 FROM grading g JOIN submission s ON s.id = g.submission
    WHERE g.id = NEW.grading AND g.stage IN ('unpacking', 'grading') AND g.run = NEW.run
      AND g.submission = NEW.submission AND g.assignment = NEW.assignment
      AND g.labVersion = NEW.labVersion AND g.graderVersion = NEW.graderVersion
      AND s.digest = NEW.submissionDigest)
  BEGIN SELECT RAISE(ABORT, 'the score does not fit a running grading'); END;

CREATE TRIGGER scoreKept BEFORE UPDATE ON score
  BEGIN SELECT RAISE(ABORT, 'a score never changes'); END;

CREATE TRIGGER scoreStays BEFORE DELETE ON score
  BEGIN SELECT RAISE(ABORT, 'a score is never deleted'); END;

CREATE TRIGGER shareKept BEFORE UPDATE OF id, workspace, person, mode, createdAt, until ON share
  BEGIN SELECT RAISE(ABORT, 'what a share grants never changes'); END;

CREATE TRIGGER shareStays BEFORE DELETE ON share
  BEGIN SELECT RAISE(ABORT, 'a share is never deleted'); END;

CREATE TRIGGER studyExtensionFits BEFORE INSERT ON studyExtension
  WHEN NEW.enrollment IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM enrollment WHERE id = NEW.enrollment AND cohort = NEW.cohort)
  BEGIN SELECT RAISE(ABORT, 'the learner is not in the cohort'); END;

CREATE TRIGGER studyExtensionKept BEFORE UPDATE ON studyExtension
  BEGIN SELECT RAISE(ABORT, 'an extension never changes'); END;

CREATE TRIGGER studyExtensionStays BEFORE DELETE ON studyExtension
  BEGIN SELECT RAISE(ABORT, 'an extension is never deleted'); END;

CREATE TRIGGER submissionFits BEFORE INSERT ON submission
  WHEN NOT EXISTS (SELECT 1 FROM assignment WHERE id = NEW.assignment AND cohort = NEW.cohort)
  BEGIN SELECT RAISE(ABORT, 'the submission''s assignment is not in its cohort'); END;

CREATE TRIGGER submissionKept
  BEFORE UPDATE OF sequence, id, cohort, assignment, person, attempt, digest, bytes, receivedAt, late, key, receipt ON submission
  BEGIN SELECT RAISE(ABORT, 'a submission never changes'); END;

CREATE TRIGGER submissionNameKept BEFORE UPDATE OF fileName ON submission
  WHEN NEW.fileName <> 'erased' OR NOT EXISTS (SELECT 1 FROM personErasure WHERE person = OLD.person)
  BEGIN SELECT RAISE(ABORT, 'a submission never changes'); END;

CREATE TRIGGER submissionStays BEFORE DELETE ON submission
  BEGIN SELECT RAISE(ABORT, 'a submission is never deleted'); END;

CREATE TRIGGER testFits BEFORE INSERT ON test
  WHEN NOT EXISTS (SELECT 1 FROM grading WHERE id = NEW.grading AND stage IN ('unpacking', 'grading'))
  BEGIN SELECT RAISE(ABORT, 'a test belongs to a grading that is being recorded'); END;

CREATE TRIGGER testKept BEFORE UPDATE ON test
  BEGIN SELECT RAISE(ABORT, 'a test never changes'); END;

CREATE TRIGGER testStays BEFORE DELETE ON test
  BEGIN SELECT RAISE(ABORT, 'a test is never deleted'); END;

CREATE TRIGGER visitKept BEFORE UPDATE ON visit
  WHEN OLD.endedAt IS NOT NULL OR NEW.sequence <> OLD.sequence OR NEW.share <> OLD.share OR NEW.beganAt <> OLD.beganAt
  BEGIN SELECT RAISE(ABORT, 'a visit is only ended'); END;

CREATE TRIGGER visitStays BEFORE DELETE ON visit
  BEGIN SELECT RAISE(ABORT, 'a visit is never deleted'); END;

CREATE TRIGGER workspaceBegins BEFORE INSERT ON workspace WHEN NEW.state <> 'stopped' OR NEW.start <> 0
  BEGIN SELECT RAISE(ABORT, 'a workspace begins stopped'); END;

CREATE TRIGGER workspaceCopyFits BEFORE INSERT ON workspace
  WHEN NEW.copyOf IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM workspace
    WHERE id = NEW.copyOf AND assignment = NEW.assignment AND enrollment <> NEW.enrollment AND copyOf IS NULL)
  BEGIN SELECT RAISE(ABORT, 'a copy is of somebody else''s workspace for the same assignment'); END;

CREATE TRIGGER workspaceCopyKept BEFORE UPDATE OF copyOf ON workspace
  BEGIN SELECT RAISE(ABORT, 'whose files a workspace began with never changes'); END;

CREATE TRIGGER workspaceFits BEFORE INSERT ON workspace
  WHEN NOT EXISTS (
    SELECT 1 FROM enrollment e JOIN assignment a ON a.cohort = e.cohort
    WHERE e.id = NEW.enrollment AND a.id = NEW.assignment)
  BEGIN SELECT RAISE(ABORT, 'the workspace''s assignment is not in its cohort'); END;

CREATE TRIGGER workspaceGone BEFORE UPDATE ON workspace WHEN OLD.state = 'deleted'
  BEGIN SELECT RAISE(ABORT, 'a deleted workspace never changes'); END;

CREATE TRIGGER workspaceHoldEnds BEFORE UPDATE OF hold ON workspace
  WHEN OLD.hold IS NOT NULL AND NEW.hold IS NOT OLD.hold AND NOT EXISTS (SELECT 1 FROM ledger WHERE hold = OLD.hold)
  BEGIN SELECT RAISE(ABORT, 'a hold ends with a charge or a release'); END;

CREATE TRIGGER workspaceHoldIsOpen BEFORE UPDATE OF hold ON workspace
  WHEN NEW.hold IS NOT NULL AND NEW.hold IS NOT OLD.hold AND (
    EXISTS (SELECT 1 FROM ledger WHERE hold = NEW.hold) OR NOT EXISTS (
      SELECT 1 FROM ledger
      WHERE sequence = NEW.hold AND kind = 'hold' AND workspace = NEW.id AND start = NEW.start))
  BEGIN SELECT RAISE(ABORT, 'the hold is not one of this start'); END;

CREATE TRIGGER workspaceIdentityKept BEFORE UPDATE OF sequence, id, enrollment, assignment, createdAt ON workspace
  BEGIN SELECT RAISE(ABORT, 'whose workspace it is never changes'); END;

CREATE TRIGGER workspaceStartGrows BEFORE UPDATE OF start ON workspace
  WHEN NEW.start NOT IN (OLD.start, OLD.start + 1) OR (NEW.start > OLD.start AND NEW.state <> 'starting')
  BEGIN SELECT RAISE(ABORT, 'starts are counted upwards'); END;

CREATE TRIGGER workspaceStays BEFORE DELETE ON workspace
  BEGIN SELECT RAISE(ABORT, 'a workspace''s row is never deleted'); END;
