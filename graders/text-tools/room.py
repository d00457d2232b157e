"""`learner run` and `report` for graders written in Python. Copy this file into your own grader.

Nothing that a learner's program prints or returns can end the grader: bytes are kept as bytes, text for a message is cleaned,
and how a run ended is read from the supervisor's report, never from an exit status that the program could have chosen itself.
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """How one run of a learner's program ended."""

    output: bytes
    errors: bytes
    ending: str  # "exited", "signaled" or "stopped"
    status: int  # the exit status, or the signal
    stopped_by: str | None  # "wall-time", "memory", …
    summary: str  # one sentence with the evidence, without anything the program printed

    @property
    def succeeded(self):
        return self.ending == "exited" and self.status == 0

    @property
    def out_of_time(self):
        return self.stopped_by in ("wall-time", "cpu-time")


class Process:
    """A learner's program that is still running; `stop` ends its room with everything in it."""

    _number = 0

    def __init__(self, command, *, stdin=None, seconds, cpu_seconds=None, memory=None):
        """Starts `command` in the learner's room. `stdin`: bytes. `seconds`: wall time. `memory`: like "64MiB".

        What is not given is the lab's `limits.learner`.
        """
        Process._number += 1
        self._report = os.path.abspath(f"run-{Process._number}.json")
        self._input = stdin
        options = ["--time", f"{round(seconds * 1000)}ms", "--report", self._report]
        if cpu_seconds is not None:
            options += ["--cpu", f"{round(cpu_seconds * 1000)}ms"]
        if memory is not None:
            options += ["--memory", memory]
        if stdin is not None:
            options += ["--stdin", "-"]
        # Files, not pipes: a service that prints must not wait for a grader that is busy with it.
        self._output, self._errors = tempfile.TemporaryFile(dir="."), tempfile.TemporaryFile(dir=".")
        self._process = subprocess.Popen(
            ["learner", "run", *options, "--", *command],
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=self._output,
            stderr=self._errors,
        )

    @property
    def has_ended(self):
        return self._process.poll() is not None

    def stop(self):
        """Ends the room at once; there is no report of a run that we ended ourselves."""
        self._process.kill()
        self._process.communicate()
        self._output.close()
        self._errors.close()

    def wait(self):
        """Waits for the end. If the program could not be run, that is not the learner's doing: the grader ends."""
        self._process.communicate(self._input)
        output, errors = (self._take(file) for file in (self._output, self._errors))
        try:
            with open(self._report, encoding="utf-8") as file:
                report = json.load(file)
            os.unlink(self._report)
        except FileNotFoundError:
            report = {"ending": "failed", "summary": errors.decode(errors="replace")}
        if report["ending"] == "failed":
            sys.exit(f"a learner's program could not be run: {report['summary']}")
        return Run(output, errors, report["ending"], report["status"], report["stoppedBy"], report["summary"])

    @staticmethod
    def _take(file):
        file.seek(0)
        with file:
            return file.read()


def run(command, **options):
    """Runs `command` in the learner's room and waits for its end; options as for `Process`."""
    return Process(command, **options).wait()


def clean(text, limit=300):
    """Text that may hold anything, made fit for a message: one line, printable, at most `limit` characters."""
    if isinstance(text, bytes):
        text = text.decode(errors="replace")
    text = "".join(character if character.isprintable() else " " for character in text).strip()
    return text if len(text) <= limit else text[: limit - 1] + "…"


def report_test(name, score, points, message=None):
    """Reports one test: a pass with all `points`, a fail with fewer."""
    score = round(min(max(score, 0), points), 2)
    command = ["report", "test", name, "pass" if score == points else "fail"]
    command += ["--score", f"{score:.2f}", "--max", f"{points:.2f}"]
    if message:
        command += ["--message", clean(message, 1000)]
    subprocess.run(command, check=True)


def report_message(text):
    """Tells the learner something about the whole grading."""
    subprocess.run(["report", "message", clean(text, 1000)], check=True)


class Patience:
    """Gives up on a program that keeps running out of time, so that a grading cannot last tests × time limit."""

    def __init__(self, limit=3):
        self._limit = limit
        self._in_a_row = 0

    def saw(self, out_of_time):
        """Once for each run or test: whether it ran out of time."""
        self._in_a_row = self._in_a_row + 1 if out_of_time else 0

    @property
    def is_over(self):
        return self._in_a_row >= self._limit

    reason = "not run: the tests before this one kept running out of time"
