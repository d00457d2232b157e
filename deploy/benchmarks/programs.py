"""Every shipped program at the size that is reported of it, from enrolment to certificates: `make rehearse-programs`. Started by `run`, which says how.

Organizations, programs, cohorts and rosters go in through the command line; the learners' work is simulated, all of it, while the daemon is stopped; then
certificates are issued, one of each program is checked without the server, and the sponsor's report has to count the same. Nothing is graded: a
simulated submission has no archive. It fails when a learner who did nothing holds a certificate, or when the numbers do not add up.
"""

import argparse
import datetime
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

from scheme import SOURCES, Failure, Scheme, table
from simulated import roster


class Run:
    """One program at one size. `campuses` are organizations besides the program's own, whose cohorts are then there alone."""

    def __init__(self, program, learners, cohorts=1, campuses=()):
        self.program, self.learners, self.count, self.campuses = program, learners, cohorts, list(campuses)
        self.name = f"{program}-{learners}"
        self.cohorts = {}  # Name: how many learners.
        self.enrolling = self.issuing = 0.0

    @property
    def file(self):
        return SOURCES / f"deploy/programs/{self.program}.yaml"


# One of five companies that run academies: its own two campuses, and one of each of the others.
ACADEMIES = ["nhn-academy-gyeongnam", "nhn-academy-gwangju", "academy-two", "academy-three", "academy-four", "academy-five"]
SMALL = [Run(f"nipa-{name}", 30) for name in ("google-ml-bootcamp", "aws-developer-bootcamp", "nvidia", "intel-openvino", "naver-cloud", "kakao")]
RUNS = [
    *SMALL, Run("gwangju-chonnam-google-cloud", 30), Run("google-ml-bootcamp", 200), Run("google-ml-bootcamp", 500), Run("google-digital-nonmajors", 500),
    Run("startup-school", 1000), Run("nhn-academy", 10_000, 24, ACADEMIES), Run("iamthecode-alibaba-cloud", 13_000, 13),
    Run("nhn-academy", 90_000, 48, ACADEMIES), Run("iamthecode-alibaba-cloud", 1_000_000, 100),
]


def prepare(scheme, folder, runs):
    """Organizations and programs, once each."""
    scheme.publish_labs()
    organizations, published = set(), set()
    for run in runs:
        text = run.file.read_text()
        organization = re.search(r"(?m)^organization: (\S+)$", text)[1]
        for name in [organization, *run.campuses]:
            if name not in organizations:
                scheme.call("org", "create", name)
                organizations.add(name)
        if run.program in published:
            continue
        published.add(run.program)
        if run.campuses:
            text = re.sub(r"(?m)^campuses: .*$", f"campuses: [{', '.join(run.campuses)}]", text)
        path = folder / f"{run.program}.yaml"
        path.write_text(text)
        scheme.call("program", "publish", path)


def enroll(scheme, folder, run):
    """Makes the cohorts, which are over by now, and imports a roster into each."""
    first = datetime.date.today() - datetime.timedelta(days=7 * 30)
    share, rest = divmod(run.learners, run.count)
    begin = time.perf_counter()
    for number in range(run.count):
        name = f"{run.name}-{number + 1}" if run.count > 1 else run.name
        where = ["--org", run.campuses[number % len(run.campuses)]] if run.campuses else []
        scheme.call("cohort", "create", name, "--program", run.program, "--first-day", first, *where)
        run.cohorts[name] = share + (number < rest)
        path = folder / "roster.csv"
        roster(run.cohorts[name], path, name=name)
        scheme.call("cohort", "import", name, path)
        path.unlink()
    run.enrolling = time.perf_counter() - begin


def certify(scheme, folder, run):
    """Issues, and counts again from three sides. Returns how many."""
    issued = 0
    for cohort in run.cohorts:
        _, taken = scheme.call("certificate", "issue", "--cohort", cohort, "-o", "json")
        run.issuing += taken
    with scheme.database() as database:
        marks = ",".join("?" * len(run.cohorts))
        joined = f"FROM certificate k JOIN enrollment e ON e.id = k.enrollment JOIN cohort c ON c.id = e.cohort WHERE c.slug IN ({marks})"
        issued = database.execute(f"SELECT count(*) {joined}", list(run.cohorts)).fetchone()[0]
        idle = database.execute(
            f"""SELECT count(*) {joined} AND NOT EXISTS (SELECT 1 FROM submission s WHERE s.person = e.person AND s.cohort = e.cohort)""",
            list(run.cohorts)).fetchone()[0]
        one = database.execute(f"SELECT k.id {joined} ORDER BY k.issuedAt DESC, k.id LIMIT 1", list(run.cohorts)).fetchone()
    if idle:
        raise Failure(f"{run.name}: {idle} learners who handed in nothing hold a certificate")
    if not 0 < issued < run.learners:
        raise Failure(f"{run.name}: {issued} certificates for {run.learners} learners")
    verify(scheme, folder, one[0])
    return issued


def verify(scheme, folder, certificate):
    """As an employer does it: the file and what the issuer publishes, nothing else."""
    saved = folder / "certificate.jwt"
    scheme.call("certificate", "show", certificate, "--to", saved)
    with scheme.database() as database:
        issuer, place = database.execute(
            "SELECT o.slug, k.statusList FROM certificate k JOIN organization o ON o.id = k.organization WHERE k.id = ?", (certificate,)).fetchone()
    words = []
    for option, path in [("--did", "did.json"), ("--status", f"status/{place}")]:
        file = folder / path.replace("/", "-")
        subprocess.run(
            ["curl", "-sSf", "--unix-socket", f"{scheme.state}/provost.sock", "-o", file, f"http://localhost/issuers/{issuer}/{path}"], check=True)
        words += [option, file]
    scheme.call("certificate", "verify", saved, *words)
    saved.unlink()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("programs", help="the folder of provost and provostd")
    parser.add_argument("--most", type=int, default=1_000_000, metavar="LEARNERS", help="leave out programs that are larger")
    parser.add_argument("--only", default="", help="names of programs, in quotes")
    options = parser.parse_args()
    runs = [run for run in RUNS if run.learners <= options.most and (not options.only or run.program in options.only.split())]
    with tempfile.TemporaryDirectory(prefix="provost-programs-") as name:
        folder = pathlib.Path(name)
        with Scheme(options.programs, folder / "instance") as scheme:
            prepare(scheme, folder, runs)
            for run in runs:
                enroll(scheme, folder, run)
            print("Enrolled everybody; their months of work are simulated now.", file=sys.stderr, flush=True)
            begin = time.perf_counter()
            made = scheme.simulate([cohort for run in runs for cohort in run.cohorts])
            print(f"{made} submissions were made in {time.perf_counter() - begin:.0f} s.", file=sys.stderr, flush=True)
            table("program", "organizations", "cohorts", "learners", "enrolled in s", "submissions", "certificates", "evaluated and signed in s")
            table(*["---"] * 8)
            done = {}
            for run in runs:
                certificates = certify(scheme, folder, run)
                with scheme.database() as database:
                    marks = ",".join("?" * len(run.cohorts))
                    submissions = database.execute(
                        f"SELECT count(*) FROM submission WHERE cohort IN (SELECT id FROM cohort WHERE slug IN ({marks}))", list(run.cohorts)).fetchone()[0]
                organizations = len({campus if not campus.startswith("nhn-academy-") else "nhn-academy" for campus in run.campuses}) or 1
                table(
                    run.program, organizations, len(run.cohorts), f"{run.learners:,}", f"{run.enrolling:.1f}", f"{submissions:,}", f"{certificates:,}",
                    f"{run.issuing:.1f}")
                enrolled, completed = done.get(run.program, (0, 0))
                done[run.program] = (enrolled + run.learners, completed + certificates)
            # What a sponsor reads has to be what was done.
            for program, expected in done.items():
                rows = scheme.data("report", "--program", program)
                counted = (sum(row["enrolled"] for row in rows), sum(row["completed"] for row in rows))
                if counted != expected:
                    raise Failure(f"the report of {program} says {counted} enrolled and completed, not {expected}")
            print(f"\nThe reports of all programs say the same. The daemon held at most {scheme.peak():.0f} MiB.")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        sys.exit(f"Failed: {failure}")
