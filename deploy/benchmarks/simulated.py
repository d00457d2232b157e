"""Learners who do not exist, for measuring at the size of a national scheme: their submissions, gradings and scores are written into the database of
a daemon that is stopped. No room runs and no archive is kept, so nothing of theirs can be graded again or proved; the rules, the reading and the writing
of results are the real ones. The same seed gives the same learners."""

import datetime
import hashlib
import json
import random
import sqlite3
import zoneinfo


def draw(*parts):
    """A number from 0 to 1 that follows from the words alone."""
    digest = hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=7).digest()
    return int.from_bytes(digest, "big") / (1 << 56)


def diligence(seed, enrollment):
    """How much of the work somebody does: three quarters of them nearly all, one in ten nothing."""
    where = draw(seed, enrollment, "diligence")
    return 0.0 if where < 0.10 else 0.55 if where < 0.25 else 0.97


def hands_in(seed, enrollment, assignment):
    return int(draw(seed, enrollment, assignment, "hands in") < diligence(seed, enrollment))


def part(seed, enrollment, assignment):
    """The part of the points that somebody reaches: most of them a good one."""
    able = 0.45 + 0.6 * draw(seed, enrollment, "able") ** 0.6
    return min(1.0, max(0.0, able + 0.25 * (draw(seed, enrollment, assignment, "form") - 0.5)))


def instant(civil, zone):
    """Milliseconds since 1970 of a wall-clock time."""
    return int(datetime.datetime.fromisoformat(civil).replace(tzinfo=zoneinfo.ZoneInfo(zone)).timestamp() * 1000)


def digest(*parts):
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()


class Simulation:
    """One cohort's learners at work, up to an instant."""

    def __init__(self, database, seed=1):
        self.db = sqlite3.connect(database, isolation_level=None)
        self.seed = seed
        for name, count, function in [
            ("drawn", -1, lambda *parts: draw(seed, *parts)), ("handsIn", 2, lambda e, a: hands_in(seed, e, a)),
            ("part", 2, lambda e, a: part(seed, e, a)), ("digestOf", -1, digest),
        ]:
            self.db.create_function(name, count, function, deterministic=True)
        self.db.execute("PRAGMA foreign_keys = ON")
        # What is made here can be made again; the daemon's own settings are not touched.
        self.db.execute("PRAGMA synchronous = OFF")
        self.db.execute("PRAGMA cache_size = -400000")

    def close(self):
        self.db.close()

    def live(self, cohort):
        """All of a cohort's work: labs, marks, attendance. Returns how many submissions were made."""
        made = self.labs(cohort)
        self.marks(cohort)
        self.attendance(cohort)
        return made

    def labs(self, cohort):
        """Every lab of the cohort is handed in once by those who do it, some of them late, and graded. Returns how many were."""
        rows = self.db.execute(
            """SELECT a.id, c.id, c.timezone, a.opens, coalesce(a.due, a.closes), a.closes, v.points, v.digest, v.grader
               FROM assignment a JOIN cohort c ON c.id = a.cohort JOIN labVersion v ON v.digest = a.labVersion WHERE c.slug = ?""", (cohort,)).fetchall()
        made = 0
        self.db.execute("BEGIN IMMEDIATE")
        for assignment, key, zone, opens, due, closes, points, lab, grader in rows:
            begin, end, last = instant(opens, zone), instant(due, zone), instant(closes, zone)
            values = dict(
                assignment=assignment, cohort=key, begin=begin, time=max(1, end - begin), late=min(3_600_000, max(0, last - end - 1)), points=points, lab=lab,
                grader=grader, due=due)
            # Numbers, so that the rows of a million learners lie behind each other in the indexes.
            values["first"] = self.db.execute("SELECT coalesce(max(sequence), 0) FROM submission").fetchone()[0]
            made += self.db.execute(
                """INSERT INTO submission (id, cohort, assignment, person, attempt, digest, bytes, fileName, receivedAt, late, key, receipt)
                   SELECT printf('sub_%016x', :first + row_number() OVER (ORDER BY e.person)), :cohort, :assignment, e.person, 1,
                     digestOf(e.id, :assignment, 'archive'), 1000, 'work.tar.gz',
                     CASE WHEN :late > 0 AND drawn(e.id, :assignment, 'late') < 0.05 THEN :begin + :time + :late
                          ELSE :begin + CAST(:time * drawn(e.id, :assignment, 'when') AS INTEGER) END,
                     :late > 0 AND drawn(e.id, :assignment, 'late') < 0.05, 'simulated-' || :assignment, '{}'
                   FROM enrollment e WHERE e.cohort = :cohort AND e.role = 'learner' AND e.suspended = 0 AND handsIn(e.id, :assignment)
                     AND NOT EXISTS (SELECT 1 FROM submission s WHERE s.assignment = :assignment AND s.person = e.person)""", values).rowcount
            self.db.execute(
                """INSERT INTO grading (id, submission, assignment, person, labVersion, graderVersion, stage, run, turn, dueOrder, queuedAt)
                   SELECT 'grd_' || substr(s.id, 5), s.id, s.assignment, s.person, :lab, :grader, 'queued', 0, 0, :due, s.receivedAt FROM submission s
                   WHERE s.assignment = :assignment AND NOT EXISTS (SELECT 1 FROM grading g WHERE g.submission = s.id)""", values)
            self.db.execute(
                "UPDATE grading SET stage = 'grading', startedAt = queuedAt + 1000, run = 1 WHERE assignment = :assignment AND stage = 'queued'", values)
            self.db.execute(
                """INSERT INTO score (grading, submission, assignment, outcome, refused, isolation, points, max, messages, submissionDigest, labVersion,
                     graderVersion, image, limits, run, recordedAt)
                   SELECT g.id, g.submission, g.assignment, 'graded', 0, 'two-room', CAST(:points * part(e.id, g.assignment) AS INTEGER), :points, '[]', s.digest,
                     g.labVersion, g.graderVersion, 'host', '{}', 1, g.startedAt + 5000
                   FROM grading g JOIN submission s ON s.id = g.submission JOIN enrollment e ON e.person = s.person AND e.cohort = s.cohort
                   WHERE g.assignment = :assignment AND g.stage = 'grading'""", values)
            self.db.execute(
                "UPDATE grading SET stage = 'graded', finishedAt = startedAt + 5000 WHERE assignment = :assignment AND stage = 'grading'", values)
        self.db.execute("COMMIT")
        return made

    def marks(self, cohort):
        """What people mark gets a mark of each of its markers, who agree, and is released. A team is told apart by its learners' marks alone."""
        rows = self.db.execute(
            """SELECT m.id, m.cohort, m.work, m.closes, c.timezone FROM markedAssignment m JOIN cohort c ON c.id = m.cohort
               WHERE c.slug = ? AND json_extract(m.work, '$.rubric') IS NOT NULL""", (cohort,)).fetchall()
        for assignment, key, work, closes, zone in rows:
            rubric = json.loads(work)["rubric"]["_0"]
            criteria = rubric["criteria"]
            at = instant(closes, zone) - 3_600_000
            chosen = []
            for number in range(4):  # From the best level of each criterion to the worst.
                levels = {one["name"]: one["levels"][min(number, len(one["levels"]) - 1)] for one in criteria}
                chosen.append((json.dumps({name: level["name"] for name, level in levels.items()}), sum(level["points"] for level in levels.values())))
            most = chosen[0][1]
            self.db.execute("CREATE TEMP TABLE chosen (number INTEGER PRIMARY KEY, levels TEXT, points INTEGER)")
            self.db.executemany("INSERT INTO chosen VALUES (?, ?, ?)", [(number, *one) for number, one in enumerate(chosen)])
            self.db.execute("BEGIN IMMEDIATE")
            for marker in range(rubric.get("markers", 1)):
                self.db.execute(
                    """INSERT INTO mark (id, enrollment, markedAssignment, marker, isModeration, levels, points, max, at)
                       SELECT 'mrk_' || substr(digestOf(e.id, :assignment, :marker), 1, 16), e.id, :assignment, :marker, 0, n.levels, n.points, :most, :at
                       FROM enrollment e JOIN chosen n ON n.number = CASE WHEN handsIn(e.id, :assignment) = 0 THEN 3
                         ELSE CAST(3.99 * (1 - part(e.id, :assignment)) AS INTEGER) END
                       WHERE e.cohort = :cohort AND e.role = 'learner'""",
                    dict(assignment=assignment, marker=f"marker-{marker + 1}", most=most, at=at, cohort=key))
            self.db.execute(
                """INSERT INTO markRelease (markedAssignment, through, actor, at) SELECT ?, max(sequence), 'simulated', ? FROM mark""", (assignment, at))
            self.db.execute("COMMIT")
            self.db.execute("DROP TABLE chosen")

    def attendance(self, cohort):
        """On every date on which attendance is kept each learner is there, or not."""
        found = self.db.execute(
            """SELECT c.id, c.timezone, p.plan FROM cohort c JOIN cohortPlan p ON p.cohort = c.id WHERE c.slug = ? ORDER BY p.sequence DESC LIMIT 1""",
            (cohort,)).fetchone()
        dates = [(date, instant(date + "T20:00", found[1])) for date in json.loads(found[2])["attendance"]] if found else []
        learners = self.db.execute(
            """SELECT e.id FROM enrollment e JOIN cohort c ON c.id = e.cohort WHERE c.slug = ? AND e.role = 'learner' AND e.suspended = 0""",
            (cohort,)).fetchall()

        def days():
            for (enrollment,) in learners:
                there = 0.3 + 0.68 * diligence(self.seed, enrollment)
                chance = random.Random(f"{self.seed} {enrollment} attendance").random
                for date, at in dates:
                    yield enrollment, date, "absent" if chance() > there else "late" if chance() < 0.04 else "present", at

        # A learner's days one after the other, as the index has them: thirteen million of them day by day took a quarter of an hour.
        self.db.execute("BEGIN IMMEDIATE")
        self.db.executemany("INSERT INTO attendance (enrollment, date, state, actor, at) VALUES (?, ?, ?, 'simulated', ?)", days())
        self.db.execute("COMMIT")


def roster(learners, path, seed=1, name="learner"):
    """A roster of that many learners as CSV, written as it is made; Korean and African names in turn."""
    family = ["김", "이", "박", "최", "정", "Otieno", "Mwangi", "Okafor", "Diallo", "Nkosi"]
    given = ["민지", "서준", "지우", "하은", "도윤", "Amina", "Wanjiru", "Chidi", "Fatou", "Thandi"]
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write("student_id,name,email,section\r\n")
        for number in range(1, learners + 1):
            one, other = family[int(draw(seed, number, "family") * 10)], given[int(draw(seed, number, "given") * 10)]
            written = f"{one}{other}" if ord(one[0]) > 0x1000 else f"{other} {one}"
            file.write(f"{name}-{number:07d},{written},{name}-{number}@example.org,{'ABCDEFGH'[number % 8]}\r\n")
