"""What a grader written in Python needs: run the learner's programs in the other room, and report.

    from provost_grader import LAB, parameters, report_test, run

    ended = run(["./hello"], stdin=b"Minji\\n", seconds=2)
    right = ended.succeeded and ended.output == b"hello, Minji\\n"
    report_test("says hello", 10 if right else 0, 10, None if right else f"hello {ended.summary}")

Nothing that a learner's program prints or returns can end the grader: bytes stay bytes, text for a message is cleaned, and how
a run ended is the supervisor's word, never an exit status that the program could have chosen itself. What fails on our side (a
room that cannot be started, a lost supervisor, a report that is refused) ends the grader without a verdict. Everything here may
be called from several threads at a time. README.md beside this file lists it all.
"""

import json
import os
import subprocess
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from provost_channel import Call, our_fault
from provost_reports import (
    ROOT,
    Patience,
    clean,
    parameters,
    report_leaderboard,
    report_message,
    report_waiting,
    report_score,
    report_test,
    settings,
)

__all__ = [
    "GRADER",
    "LAB",
    "PIPE",
    "SUBMISSION",
    "WORK",
    "Pair",
    "Patience",
    "Process",
    "Run",
    "clean",
    "cpus",
    "our_fault",
    "pair",
    "parallel",
    "parameters",
    "report_leaderboard",
    "report_message",
    "report_waiting",
    "report_score",
    "report_test",
    "run",
    "settings",
    "wall_time",
]

SUBMISSION, LAB, GRADER, WORK = (ROOT / name for name in ("submission", "lab", "grader", "work"))

PIPE = object()
"""`stdin=PIPE`: input is sent later, by `Process.send`."""


@dataclass(frozen=True)
class Run:
    """How one run of a learner's program ended. All of it but `output`, `errors` and `files` is the supervisor's word."""

    output: bytes
    errors: bytes
    ending: str  # "exited", "signaled" or "stopped"
    status: int  # the exit status, or the signal; 0 when stopped
    stopped_by: str | None  # "wall-time", "cpu-time", "memory", "processes", "disk", "output", "files"
    summary: str  # one sentence with the evidence, without anything the program printed
    wall_seconds: float = 0.0
    cpu_seconds: float | None = None
    peak_memory: int | None = None  # bytes
    throttled_seconds: float | None = None
    dropped_output: int = 0  # bytes of standard output beyond the lab's limit
    limits_hit: tuple = ()
    missing: tuple = ()  # names in `get` that were not there
    files: dict = field(default_factory=dict)  # name in `get` → bytes

    @property
    def succeeded(self):
        """Ended by itself with status 0."""
        return self.ending == "exited" and self.status == 0

    @property
    def out_of_time(self):
        return self.stopped_by in ("wall-time", "cpu-time")


# A busy machine may keep a program waiting so long before it begins; that is nobody's fault but ours.
START_SECONDS = 25


def wall_time(cpu_seconds):
    """Real time for a run that may use so much CPU time: enough on a busy machine, and an end for what sleeps or waits for ever."""
    return START_SECONDS + 2 * cpu_seconds


def _milliseconds(seconds):
    return f"{max(1, round(seconds * 1000))}ms"


def _size(value):
    return f"{value}B" if isinstance(value, int) else value


class Process:
    """A learner's program that is still running; `stop` ends its room with everything in it.

    `stdin`: None for no input, bytes, or PIPE. `seconds`: wall time. `memory`, `output`, `disk`: bytes, or like "64MiB". `put`:
    name below /submission → bytes, or a Path of the grader's room. `get`: names below /submission, for `Run.files`.
    `read_only`: the program cannot change /submission, so nothing is carried over to the next run. `pty`: its streams are a
    terminal. What is not given is the lab's `limits.learner`, which no option can widen. `on_output(bytes)` takes standard
    output as it comes, `on_end()` the end: both are called on a thread of the process.
    """

    _report = "provost-report"

    def __init__(
        self,
        command,
        *,
        stdin=None,
        seconds=None,
        cpu_seconds=None,
        memory=None,
        processes=None,
        output=None,
        disk=None,
        put=None,
        get=(),
        read_only=False,
        pty=False,
        on_output=None,
        on_end=None,
        _in_background=True,
    ):
        offered = {f"put-{number}": self._file(content) for number, content in enumerate((put or {}).values())}
        self._get = {name: f"get-{number}" for number, name in enumerate(get)}
        arguments = ["run", *self._options(seconds, cpu_seconds, memory, processes, output, disk, read_only, pty)]
        for path, name in zip(offered, put or {}):
            arguments += ["--put", f"{path}={name}"]
        for name, path in self._get.items():
            arguments += ["--get", f"{name}={path}"]
        if stdin is not None:
            arguments += ["--stdin", "-"]
        arguments += ["--report", self._report, "--", *command]
        data = b"" if stdin is None or stdin is PIPE else bytes(stdin)
        self._call = Call("learner", arguments, data=data, stays_open=stdin is PIPE, on_output=on_output, offered=offered)
        self._run = None
        self._ended = False
        self._thread = None
        if _in_background:
            self._thread = threading.Thread(target=self._exchange, args=(on_end,), daemon=True)
            self._thread.start()

    def _exchange(self, on_end):
        self._call.exchange()
        self._ended = True
        if on_end is not None:
            on_end()

    @staticmethod
    def _options(seconds, cpu_seconds, memory, processes, output, disk, read_only, pty):
        given = {"--time": seconds and _milliseconds(seconds), "--cpu": cpu_seconds and _milliseconds(cpu_seconds)}
        given |= {"--memory": memory and _size(memory), "--processes": processes and str(processes)}
        given |= {"--output": output and _size(output), "--disk": disk and _size(disk)}
        options = [word for option, value in given.items() if value for word in (option, value)]
        return options + ["--read-only"] * bool(read_only) + ["--pty"] * bool(pty)

    @staticmethod
    def _file(content):
        """Mode and bytes of a file to put: 0755 for what is executable here."""
        if isinstance(content, (bytes, bytearray)):
            return 0o644, bytes(content)
        return 0o755 if os.access(content, os.X_OK) else 0o644, Path(content).read_bytes()

    @property
    def has_ended(self):
        return self._ended

    def send(self, data):
        """More input for a program with `stdin=PIPE`; never waits."""
        self._call.send(data)

    def end_input(self):
        """The end of the input of a program with `stdin=PIPE`."""
        self._call.end_input()

    def stop(self):
        """Ends the room at once; there is no report of a run that we ended ourselves."""
        self._call.hang_up()
        if self._thread is not None:
            self._thread.join()

    def wait(self, seconds=None):
        """Waits for the end: a `Run`. None when it has not come within `seconds`.

        If the program could not be run, that is not the learner's doing: the grader ends without a verdict.
        """
        if self._run is not None:
            return self._run
        if self._thread is None:
            self._call.exchange()
        else:
            self._thread.join(seconds)
            if self._thread.is_alive():
                return None
        if self._call.status is None:
            raise RuntimeError("this program was stopped by the grader itself; there is no report of it")
        self._run = self._read()
        return self._run

    def _read(self):
        written = self._call.files
        content = written.get(self._report)
        if content is None:
            our_fault(f"a learner's program could not be run: {clean(self._call.errors, 500)}")
        report = json.loads(content)
        if report["ending"] == "failed":
            our_fault(f"a learner's program could not be run: {report['summary']}")
        files = {name: written[path] for name, path in self._get.items() if path in written}
        return Run(
            output=self._call.output,
            errors=self._call.errors,
            ending=report["ending"],
            status=report.get("status") or 0,
            stopped_by=report.get("stoppedBy"),
            summary=report["summary"],
            wall_seconds=report.get("wallSeconds") or 0.0,
            cpu_seconds=report.get("cpuSeconds"),
            peak_memory=report.get("peakMemoryBytes"),
            throttled_seconds=report.get("throttledSeconds"),
            dropped_output=report.get("droppedOutput") or 0,
            limits_hit=tuple(report.get("limitsHit") or ()),
            missing=tuple(name for name in self._get if name not in files),
            files=files,
        )


def run(command, **options):
    """Runs `command` in the learner's room and waits for its end: a `Run`. Options as for `Process`."""
    return Process(command, **options, _in_background=False).wait()


@dataclass(frozen=True)
class Pair:
    """How a pair ended."""

    run: Run | None  # None when the learner's program ran on after the grader's had ended, and was stopped
    status: int  # of the grader's program; negative: a signal
    errors: bytes  # its standard error, at most 64 KiB
    grader_first: bool  # the grader's program ended, or closed its output, before the learner's had ended


def pair(learner, grader, *, cwd=None, largest=8 << 20, grace=None, **options):
    """Runs `learner` in its room and `grader` in ours with their standard streams crossed: a `Pair`.

    Options as for `Process`. The learner's program meets the end of its input when `grader` closes its output, and is stopped
    `grace` seconds later if given. `grader` meets the end of its input when the learner's program has ended. Of what `grader`
    says, `largest` bytes are passed on. The learner's time limit ends both.
    """
    judge = subprocess.Popen(grader, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cwd)

    def to_judge(data):
        try:
            judge.stdin.write(data)
            judge.stdin.flush()
        except (OSError, ValueError):
            pass  # it has heard enough

    process = Process(learner, stdin=PIPE, on_output=to_judge, **options)
    errors = bytearray()
    said_all = threading.Event()
    first = []

    def to_learner():
        left = largest
        while data := os.read(judge.stdout.fileno(), 1 << 16):
            left -= len(data)
            if left >= 0:
                process.send(data)
        first.append(not process.has_ended)
        process.end_input()
        said_all.set()

    def take_errors():
        while data := judge.stderr.read1(1 << 16):
            errors.extend(data[: max(0, (64 << 10) - len(errors))])

    threads = [threading.Thread(target=work, daemon=True) for work in (to_learner, take_errors)]
    for thread in threads:
        thread.start()
    ended = None
    while ended is None:
        # With a grace, in short steps: the end to be seen first may be either's.
        ended = process.wait(None if grace is None else 0.01)
        if ended is None and said_all.is_set():
            ended = process.wait(grace)
            if ended is None:
                process.stop()
                break
    try:
        judge.stdin.close()
    except OSError:
        pass
    try:
        judge.wait(timeout=60)
    except subprocess.TimeoutExpired:
        judge.kill()
        our_fault(f"{grader[0]} did not end within 60 seconds after the learner's program had")
    for thread in threads:
        thread.join(5)
    judge.stdout.close()
    judge.stderr.close()
    return Pair(ended, judge.returncode, bytes(errors), first == [True])


def cpus():
    """How many CPUs this grader may use, at least 1: the default number of `parallel`."""
    return max(1, len(os.sched_getaffinity(0)))


def parallel(function, items, workers=None):
    """`function` of each item, at most `workers` at a time; the results in the order of the items, each as soon as it is there.

    An exception is raised where its result would have been; what has not begun by then is not run.
    """
    workers = workers or min(2, cpus())
    items = iter(items)
    with ThreadPoolExecutor(workers) as pool:
        waiting = deque()
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                # A little ahead of the reader and no more, so that what a result changes is seen by the items after it.
                while len(waiting) > workers or waiting and waiting[0].done():
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
