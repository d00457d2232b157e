"""What every family needs: cases with a label, a workshop that builds labs and graders around unmodified files, and the gate."""

import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
# The tools of the other families' graders run slowly beside each other; no case of these needs a tenth of it.
GRADER_LIMITS = {
    "wall-time": "400s",
    "cpu-time": "300s",
    "memory": "1GiB",
    "processes": 128,
    "disk": "256MiB",
    "open-files": 512,
}
LEARNER_LIMITS = {"wall-time": "60s", "cpu-time": "30s", "memory": "1GiB", "processes": 64, "disk": "64MiB"}
UNPACK = {"bytes": "64MiB", "entries": 5000}


class Unusable(Exception):
    """The folder that was given does not hold what the family needs; the text says what is missing."""


def full(record):
    """All points."""
    return record["score"] == record["max"]


def fewer(record):
    """Not all points."""
    return record["score"] < record["max"]


def nothing_failed(record):
    """For tests that skip some of themselves, and a skipped test earns nothing: one passes, none fails."""
    kinds = {test["status"] for test in record["tests"]}
    return "pass" in kinds and not kinds & {"fail", "error"}


def something_failed(record):
    """One test at least fails."""
    return any(test["status"] in ("fail", "error") for test in record["tests"])


@dataclass(frozen=True)
class Label:
    """What the source says about a submission: its words, and whether a record of a finished grading agrees. Without `agrees` the
    grading itself has to end as not graded."""

    words: str
    agrees: object


PASSES = Label("passes", full)
FAILS = Label("fails", fewer)
NOT_GRADED = Label("not graded", None)


def points(wanted):
    return Label(f"{wanted:g} points", lambda record: abs(record["score"] - wanted) < 0.0005)


@dataclass(frozen=True)
class Case:
    name: str
    lab: Path
    submission: Path
    label: Label


@dataclass
class Family:
    """The cases of one source, and what of it is left out, each with its reason."""

    graders: Path
    cases: list = field(default_factory=list)
    left_out: list = field(default_factory=list)


class Workshop:
    """A temporary folder with `graders/`, `labs/` and `submissions/`. Symbolic links are followed and copied as files."""

    def __init__(self, folder):
        self.folder = Path(folder)
        if any(self.folder.iterdir()):
            raise Unusable(f"{folder} is not empty.")
        self.graders = self.folder / "graders"
        self.graders.mkdir()

    def grader(self, name, run=None, script=None, files=(), **keys):
        """`graders/NAME`: `files` are (source, name in the folder), `script` becomes its `run`."""
        place = self.graders / name
        place.mkdir()
        for source, target in files:
            copy(source, place / target)
        if script is not None:
            (place / "run").write_text(script)
            (place / "run").chmod(0o755)
        manifest = {"name": name, "title": {"en": name}, **keys}
        if run or script:
            manifest["run"] = run or ["./run"]
        # JSON is YAML.
        (place / "grader.yaml").write_text(json.dumps(manifest, indent=2))
        return place

    def lab(self, name, grader, files=(), points=100, learner=(), **keys):
        """`labs/NAME` for a grader, with `files` as in `grader`."""
        place = self.folder / "labs" / name
        place.mkdir(parents=True)
        for source, target in files:
            copy(source, place / target)
        manifest = {
            "name": name,
            "title": {"en": name},
            "grader": grader,
            "points": points,
            "unpack": UNPACK,
            "limits": {"learner": {**LEARNER_LIMITS, **dict(learner)}, "grader": GRADER_LIMITS},
            **keys,
        }
        (place / "lab.yaml").write_text(json.dumps(manifest, indent=2))
        (place / "README.md").write_text(f"# {name}\n")
        return place

    def submission(self, name, files):
        """`submissions/NAME`: `files` are (source, name in the folder); a source may be a text."""
        place = self.folder / "submissions" / name
        place.mkdir(parents=True)
        for source, target in files:
            if isinstance(source, str):
                (place / target).parent.mkdir(parents=True, exist_ok=True)
                (place / target).write_text(source)
            else:
                copy(source, place / target)
        return place


def copy(source, target):
    if not source.exists():
        raise Unusable(f"{source} is missing.")
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", ".git"))
    else:
        shutil.copy(source, target)


def gate_program():
    """provost-gate: PROVOST_GATE, or what was built in this repository, the newest first."""
    given = os.environ.get("PROVOST_GATE")
    found = [Path(given)] if given else [REPOSITORY / ".build" / kind / "provost-gate" for kind in ("release", "debug")]
    found = sorted((path for path in found if path.is_file()), key=lambda path: path.stat().st_mtime)
    if not found:
        raise Unusable("There is no provost-gate: swift build --product provost-gate, or set PROVOST_GATE to its path.")
    return str(found[-1])


@dataclass(frozen=True)
class Outcome:
    case: Case
    agrees: bool
    came: str
    reason: str
    seconds: float


def grade(gate, graders, case):
    began = time.monotonic()
    done = subprocess.run(
        [gate, "grade", "--lab", case.lab, "--submission", case.submission, "--graders", graders, "-o", "json"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
    )
    seconds = time.monotonic() - began
    try:
        whole = json.loads(done.stdout)
        record = whole["record"]
    except (ValueError, KeyError, TypeError):
        return Outcome(case, False, "no record", one_line(done.stderr or done.stdout), seconds)
    if record["outcome"] != "graded":
        reason = f"{record.get('reason', '')} {record.get('evidence', '')} {tail(whole.get('log') or '')}"
        agrees = case.label.agrees is None
        return Outcome(case, agrees, "not graded", "" if agrees else one_line(reason), seconds)
    agrees = case.label.agrees is not None and bool(case.label.agrees(record))
    return Outcome(case, agrees, describe(record), "" if agrees else one_line(failures(record)), seconds)


def describe(record):
    score = f"{record['score']:g} of {record['max']:g}"
    counts = {}
    for test in record["tests"]:
        counts[test["status"]] = counts.get(test["status"], 0) + 1
    return score + "".join(f", {count} {status}" for status, count in sorted(counts.items(), reverse=True))


def failures(record):
    others = [test for test in record["tests"] if test["status"] != "pass"]
    lines = [f"{test['name']}: {test['status']} {test.get('message') or ''}" for test in others]
    return "; ".join(lines[:4] + record.get("messages", [])[:1])


def tail(log):
    return log[-400:]


def one_line(text, most=400):
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"


def run_all(family, jobs):
    """Grades every case, `jobs` at a time; a line for each as it ends, the whole at the end. Returns the exit status."""
    gate = gate_program()
    began = time.monotonic()
    width = max(len(case.name) for case in family.cases)
    outcomes = []
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for outcome in pool.map(lambda case: grade(gate, family.graders, case), family.cases):
            outcomes.append(outcome)
            mark = "✓" if outcome.agrees else "✗"
            print(f"{mark} {outcome.case.name:{width}}  label: {outcome.case.label.words:22}  {outcome.came}", flush=True)
            if outcome.reason:
                print(f"    {outcome.reason}", flush=True)
    for name, reason in family.left_out:
        print(f"– {name:{width}}  left out: {reason}")
    agreeing = sum(outcome.agrees for outcome in outcomes)
    left = f", {len(family.left_out)} left out" if family.left_out else ""
    print(f"{time.monotonic() - began:.0f} s{left}", file=sys.stderr)
    print(f"agreement: {agreeing} of {len(outcomes)}")
    return 0 if agreeing == len(outcomes) else 1
