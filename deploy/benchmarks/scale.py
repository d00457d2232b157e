"""How what a national scheme waits for grows with its size: `make bench-scale`. Started by `run`, which says how.

For each size an instance of its own: one roster of so many learners is imported into one cohort. Beside it are a course of at most 10,000 learners and ten
labs, and a seminar of 500 learners and 30 labs, whose work is simulated (simulated.py). Everything is asked of the real daemon, by the command line where
the target is of a whole command, over its socket where it is of one answer. Writes the table, and a plot with gnuplot.
"""

import argparse
import contextlib
import datetime
import json
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from learners import percentile
from scheme import SOURCES, Failure, Scheme, table
from simulated import roster

PROGRAM = "iamthecode-alibaba-cloud"
COURSE, SEMINAR, SEMINAR_LABS = 10_000, 500, 30

# What is measured: key, heading, unit, target. The target of those that are of a number of learners holds at that number.
FIGURES = [
    ("import", "roster imported", "s", "300 at 1,000,000"),
    ("memory", "most memory while importing", "MiB", "bounded"),
    ("again", "the same roster again", "s", ""),
    ("progress", "progress of one learner, p95", "ms", "20"),
    ("change", "re-evaluated after one change, p95", "ms", "5"),
    ("gradebook", "gradebook 500 × 30", "s", "1"),
    ("evaluate", "course re-evaluated", "s", "10 for 10,000"),
    ("issue", "certificates signed", "s", "60 for 10,000"),
    ("certificates", "of how many", "", ""),
    ("report", "sponsor's report", "s", ""),
    ("database", "database", "MiB", ""),
]


def seminar_program(folder):
    """A program with 30 assignments, of the labs that there are."""
    labs = sorted(path.parent.name for path in (SOURCES / "labs").glob("*/lab.yaml"))
    rows = [
        f"  - {{name: work-{number + 1}, title: {{en: Work {number + 1}}}, lab: {labs[number % len(labs)]}, opens: day 1, due: day 80 18:00, closes: day 90 24:00}}"
        for number in range(SEMINAR_LABS)
    ]
    path = folder / "seminar.yaml"
    path.write_text(
        "name: seminar\ntitle: {en: A seminar}\nsummary: {en: As many assignments as a gradebook has.}\norganization: iamthecode\ntimezone: UTC\nlanguages: [en]\n"
        "phases:\n  - {name: all, title: {en: All}, place: online, begins: day 1, ends: day 90, hours: 100}\nassignments:\n" + "\n".join(rows) + "\n")
    return path


def timed(count, action):
    """How long each of some calls takes, in milliseconds."""
    times = []
    for number in range(count):
        begin = time.perf_counter()
        action(number)
        times.append((time.perf_counter() - begin) * 1000)
    return times


def people(scheme, cohort, seed=1):
    with scheme.database() as database:
        names = [row[0] for row in database.execute(
            "SELECT p.slug FROM person p JOIN enrollment e ON e.person = p.id JOIN cohort c ON c.id = e.cohort WHERE c.slug = ? ORDER BY p.slug", (cohort,))]
    return random.Random(seed).sample(names, min(200, len(names)))


def prepare(scheme, folder):
    scheme.publish_labs()
    scheme.call("org", "create", "iamthecode")
    scheme.call("program", "publish", SOURCES / f"deploy/programs/{PROGRAM}.yaml")
    scheme.call("program", "publish", seminar_program(folder))
    long_ago = datetime.date.today() - datetime.timedelta(days=210)
    scheme.call("cohort", "create", "national", "--program", PROGRAM, "--first-day", datetime.date.today())
    scheme.call("cohort", "create", "course", "--program", PROGRAM, "--first-day", long_ago)
    scheme.call("cohort", "create", "seminar", "--program", "seminar", "--first-day", long_ago)


def measure(scheme, folder, size):
    """All figures at one size."""
    found = {}
    prepare(scheme, folder)
    course = min(size, COURSE)
    for name, count in [("course", course), ("seminar", SEMINAR)]:
        roster(count, folder / "roster.csv", name=name)
        scheme.call("cohort", "import", name, folder / "roster.csv")
    # The import, in a daemon that holds nothing of what was done before.
    scheme.stop()
    scheme.start()
    roster(size, folder / "roster.csv", name="national")
    scheme.call("cohort", "list")
    _, found["import"] = scheme.call("cohort", "import", "national", folder / "roster.csv")
    found["memory"] = scheme.peak()
    _, found["again"] = scheme.call("cohort", "import", "national", folder / "roster.csv")
    with scheme.database() as database:
        enrolled = database.execute("SELECT count(*) FROM enrollment e JOIN cohort c ON c.id = e.cohort WHERE c.slug = 'national'").fetchone()[0]
    if enrolled != size:
        raise Failure(f"{enrolled} of {size} were enrolled")
    scheme.simulate(["course", "seminar"])

    with contextlib.closing(scheme.connection()) as connection:
        names = people(scheme, "course")
        found["progress"] = percentile(timed(len(names), lambda number: connection.ask("GET", f"/v1/progress?cohort=course&person={names[number]}")), 0.95)
        headers = {"Content-Type": "application/json"}
        times, seen = [], 0
        for name in names:
            order = {"person": name, "assignment": "cloud-costs", "kind": "bonus", "bonus": 100, "reason": "measured"}
            before = connection.ask("GET", f"/v1/cohorts/course/certificates/eligible?person={name}")
            connection.ask("POST", "/v1/cohorts/course/allowances", json.dumps(order), headers)
            begin = time.perf_counter()
            after = connection.ask("GET", f"/v1/cohorts/course/certificates/eligible?person={name}")
            times.append((time.perf_counter() - begin) * 1000)
            seen += before != after
        if not seen:
            raise Failure("no change of a learner was seen")
        found["change"] = percentile(times, 0.95)
    found["gradebook"] = statistics.median(
        scheme.call("grades", "export", "--for", "canvas", "--cohort", "seminar", "--to", folder / f"gradebook-{number}.csv")[1] for number in range(5))
    lines = (folder / "gradebook-0.csv").read_text().splitlines()
    if len(lines) < SEMINAR or lines[0].count(",") < SEMINAR_LABS:
        raise Failure(f"the gradebook has {len(lines)} lines of {lines[0].count(',') + 1} columns")
    found["evaluate"] = statistics.median(scheme.call("certificate", "eligible", "--cohort", "course", "-o", "csv")[1] for _ in range(3))
    _, found["issue"] = scheme.call("certificate", "issue", "--cohort", "course", "-o", "csv")
    with scheme.database() as database:
        found["certificates"] = database.execute("SELECT count(*) FROM certificate").fetchone()[0]
    found["report"] = scheme.call("report", "-o", "csv")[1]
    found["database"] = sum(path.stat().st_size for path in scheme.state.glob("provost.db*")) / 1048576
    return found


def plot(results, target):
    """Logarithmic both ways: what grows with the learners is a slanted line, what does not is a level one."""
    folder = pathlib.Path(target).parent
    data = folder / "scale.dat"
    curves = [figure for figure in FIGURES if figure[2] in ("s", "ms")]
    with open(data, "w", encoding="utf-8") as file:
        for size, found in results:
            file.write(" ".join([str(size), *(f"{found[key] * (1 if unit == 's' else 0.001):.6f}" for key, _, unit, _ in curves)]) + "\n")
    lines = ", ".join(
        f"'{data}' using 1:{number + 2} with linespoints lw 2 pt {number + 4} title \"{heading}\"" for number, (_, heading, _, _) in enumerate(curves))
    script = (
        f"set terminal svg size 1000,620 background rgb 'white'; set output '{target}'; set logscale xy; set format x '10^{{%L}}'; set grid; "
        f"set key outside right; set xlabel 'learners enrolled'; set ylabel 'seconds'; plot {lines}")
    subprocess.run(["gnuplot", "-e", script], check=True)
    data.unlink()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("programs", help="the folder of provost and provostd")
    parser.add_argument("--most", type=int, default=1_000_000, metavar="LEARNERS", help="leave out larger sizes")
    parser.add_argument("--least", type=int, default=1_000, metavar="LEARNERS", help="leave out smaller sizes")
    parser.add_argument("--plot", default=".build/scale.svg", metavar="FILE", help="where the plot is written")
    options = parser.parse_args()
    sizes = [size for size in (1_000, 10_000, 100_000, 1_000_000) if options.least <= size <= options.most]
    if not shutil.which("gnuplot"):
        raise Failure("gnuplot is missing; run: deploy/install-deps bench")
    results = []
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="provost-scale-") as name, Scheme(options.programs, pathlib.Path(name) / "instance") as scheme:
            results.append((size, measure(scheme, pathlib.Path(name), size)))
            print(f"measured at {size:,}", file=sys.stderr, flush=True)
    table("figure", *[f"{size:,} learners" for size in sizes], "target")
    table(*["---"] * (len(sizes) + 2))
    for key, heading, unit, target in FIGURES:
        cells = [f"{found[key]:,.0f}" if unit in ("MiB", "") else f"{found[key]:.{1 if unit == 'ms' else 2}f}" for _, found in results]
        table(f"{heading}, {unit}" if unit else heading, *cells, target)
    plot(results, options.plot)
    print(f"\nPlotted in {options.plot}.")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        sys.exit(f"Failed: {failure}")
