"""Reporting, settings and messages; graders use them by `provost_grader`."""

import json
import os
import threading
from pathlib import Path

from provost_channel import Call, our_fault

ROOT = Path(os.environ.get("PROVOST_GRADE") or "/grade")


def clean(text, limit=300):
    """Text that may hold anything, made fit for a message: one line, printable, at most `limit` characters."""
    if isinstance(text, (bytes, bytearray)):
        text = bytes(text[: limit * 4 + 4]).decode(errors="replace")
    text = "".join(character if character.isprintable() else " " for character in text).strip()
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _report(*words, data=b""):
    call = Call("report", words, data=data)
    if call.exchange() != 0:
        our_fault(f"report {words[0]} was refused: {clean(call.errors, 500)}")


def _name(text):
    """A name that the record takes: not empty, at most 256 bytes."""
    return clean(text, 200).encode()[:250].decode(errors="ignore") or "test"


def _points(value):
    """Exact to a thousandth, as the record is."""
    return f"{value:.3f}".rstrip("0").rstrip(".")


def report_test(
    name, score, points, message=None, *, status=None, hidden=False, visibility=None, output=None, format=None, label=None
):
    """Reports one test: `pass` with all `points`, `fail` with fewer, or `status` (say it when `points` is 0).

    `output`: text or bytes shown below the message, in `format`. `visibility`: visible, hidden, after-due or after-published.
    """
    score = min(max(score, 0), points)
    status = status or ("pass" if _points(score) == _points(points) else "fail")
    words = ["test", _name(name), status, "--score", _points(score), "--max", _points(points)]
    if message:
        words += ["--message", clean(message, 1000)]
    if hidden:
        words += ["--hidden"]
    for option, value in (("--visibility", visibility), ("--format", format), ("--label", label and clean(label, 80))):
        words += [option, value] if value else []
    data = b""
    if output:
        data = bytes(output) if isinstance(output, (bytes, bytearray)) else output.encode(errors="replace")
        words += ["--output", "-"]
    _report(*words, data=data)


def report_message(text):
    """Tells the learner something about the whole grading."""
    _report("message", clean(text, 1000))


def report_score(score):
    """The whole score, instead of the sum of the tests."""
    _report("score", _points(score))


def report_leaderboard(name, value, *, ascending=False):
    """One line of the lab's leaderboard. `ascending`: smaller is better."""
    _report("leaderboard", _name(name), f"{value:.12g}", *(["--ascending"] if ascending else []))


def _settings_file(name):
    try:
        return json.loads((ROOT / "settings" / name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        our_fault(f"cannot read /grade/settings/{name}: {error}")


def parameters():
    """The lab's `parameters`, checked against the grader's schema, with its defaults filled in."""
    return _settings_file("parameters.json")


def settings():
    """What is graded: lab, points, person, submission, attempt, seed, part. docs/grader.md lists the keys."""
    return _settings_file("grading.json")


class Patience:
    """Gives up on a program that keeps running out of time, so that a grading cannot last tests × time limit."""

    reason = "not run: the tests before this one kept running out of time"

    def __init__(self, limit=3):
        self._limit = limit
        self._in_a_row = 0
        self._lock = threading.Lock()

    def saw(self, out_of_time):
        """Once for each run or test: whether it ran out of time."""
        with self._lock:
            # What is given up stays given up, though a test that had begun before may still end well.
            if not self.is_over:
                self._in_a_row = self._in_a_row + 1 if out_of_time else 0

    @property
    def is_over(self):
        return self._in_a_row >= self._limit
