"""One case: run the learner's program on it and have the output judged."""

import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

import provost_compare
from packages import wrong
from provost_grader import WORK, clean, our_fault, pair, run, wall_time

ACCEPTED, REJECTED = 42, 43
NAMES = {
    "AC": "Accepted",
    "WA": "Wrong answer",
    "TLE": "Time limit exceeded",
    "RTE": "Run-time error",
    "OLE": "Output limit exceeded",
    "CE": "Compile error",
}
# A validator that ended first has decided; on a busy machine the program needs a while to see the end of its input.
GRACE_SECONDS = 25.0
_logging = threading.Lock()


@dataclass(frozen=True)
class Verdict:
    kind: str  # AC, WA, TLE, RTE, OLE
    detail: str = ""  # for the learner
    score: float | None = None  # score.txt
    multiplier: float | None = None  # score_multiplier.txt

    @property
    def accepted(self):
        return self.kind == "AC"

    @property
    def message(self):
        return f"{NAMES[self.kind]}{f': {self.detail}' if self.detail else ''}."


class DefaultValidator:
    """The comparison that the package format calls its default output validator."""

    def __init__(self, arguments):
        self._options = {"case_sensitive": False}
        rest = list(arguments)
        while rest:
            flag = rest.pop(0)
            if flag == "case_sensitive":
                self._options["case_sensitive"] = True
            elif flag == "space_change_sensitive":
                self._options["space_sensitive"] = True
            elif flag in ("float_tolerance", "float_relative_tolerance", "float_absolute_tolerance") and rest:
                try:
                    tolerance = float(rest.pop(0))
                except ValueError:
                    wrong(f"{flag} needs a number")
                for kind in ("relative", "absolute"):
                    if flag in ("float_tolerance", f"float_{kind}_tolerance"):
                        self._options[kind] = tolerance
            else:
                wrong(f"the default output validator does not know {flag}")

    def __call__(self, found, expected):
        return provost_compare.tokens(found, expected, **self._options)


class Judge:
    """Judges cases of one submission; may be used by several threads."""

    def __init__(self, package, program, validators, seconds):
        self._package, self._program, self._validators, self._seconds = package, program, validators, seconds
        limits = package.limits
        self._options = {
            "cpu_seconds": seconds,
            "seconds": wall_time(seconds),
            "memory": f"{limits['memory']}MiB" if "memory" in limits else None,
            "output": f"{limits['output']}MiB" if "output" in limits else None,
            "read_only": not package.problem.get("allow_file_writing", False),
        }
        self._defaults = {}
        if not validators:
            for case in package.root.cases():
                key = tuple(case.validator_arguments)
                self._defaults.setdefault(key, DefaultValidator(key))

    def judge(self, case):
        if not self._validators:
            ended = self._run(case, case.input.read_bytes())
            return self._ended_badly(ended) or self._compare(case, ended)
        with tempfile.TemporaryDirectory(dir=WORK) as folder:
            return self._passes(case, Path(folder))

    def _run(self, case, data):
        return run([*self._program.command, *case.arguments], stdin=data, put=self._files(case), **self._options)

    @staticmethod
    def _files(case):
        if case.files is None:
            return None
        return {str(path.relative_to(case.files)): path for path in sorted(case.files.rglob("*")) if path.is_file()}

    @staticmethod
    def _ended_badly(ended):
        """The verdict on a run that did not come to a good end, or None."""
        if ended.out_of_time:
            return Verdict("TLE", ended.summary)
        if ended.stopped_by == "output" or ended.dropped_output:
            return Verdict("OLE")
        if not ended.succeeded:
            return Verdict("RTE", ended.summary)
        return None

    def _compare(self, case, ended):
        expected = case.answer.read_bytes()
        mistake = self._defaults[tuple(case.validator_arguments)](ended.output, expected)
        if mistake is None:
            return Verdict("AC")
        if case.shown:
            mistake += f". Expected {clean(repr(expected[:300])[1:], 250)}, printed {clean(repr(ended.output[:300])[1:], 250)}"
        return Verdict("WA", mistake)

    def _passes(self, case, folder):
        feedback = folder / "feedback"
        feedback.mkdir()
        data, source = case.input.read_bytes(), case.input
        passes = self._package.limits.get("validation_passes", 2) if self._package.is_multi_pass else 1
        for _ in range(passes):
            verdict = (
                self._interact(case, source, feedback)
                if self._package.is_interactive
                else self._validate(case, data, source, feedback)
            )
            following = feedback / "nextpass.in"
            if not verdict.accepted or not following.is_file():
                return self._with_feedback(case, verdict, feedback)
            data = following.read_bytes()
            source = folder / "nextpass.in"
            following.replace(source)
        wrong(f"{case.name}: the validator asked for more than {passes} passes")

    def _command(self, validator, case, source, feedback):
        return [*validator, str(source), str(case.answer), f"{feedback}/", *case.validator_arguments]

    def _validate(self, case, data, source, feedback):
        ended = self._run(case, data)
        if bad := self._ended_badly(ended):
            return bad
        for validator in self._validators:
            command = self._command(validator, case, source, feedback)
            seconds = self._package.limits.get("validation_time", 60)
            try:
                done = subprocess.run(
                    command, input=ended.output, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=seconds
                )
            except subprocess.TimeoutExpired:
                our_fault(f"the validator did not end within {seconds} seconds on {case.name}")
            self._log(case, done.stderr)
            if not self._has_accepted(case, done.returncode, done.stderr):
                return Verdict("WA")
        return Verdict("AC")

    @staticmethod
    def _has_accepted(case, status, errors):
        """Exit status 42 or 43; everything else, 0 included, is the validator's failure and nobody's verdict."""
        if status not in (ACCEPTED, REJECTED):
            our_fault(f"the validator ended with {status} on {case.name}, not 42 or 43: {clean(errors[-500:], 400)}")
        return status == ACCEPTED

    def _interact(self, case, source, feedback):
        if len(self._validators) != 1:
            wrong("an interactive problem has one output validator")
        command = self._command(self._validators[0], case, source, feedback)
        options = self._options | {"put": self._files(case)}
        ended = pair([*self._program.command, *case.arguments], command, grace=GRACE_SECONDS, **options)
        self._log(case, ended.errors)
        accepted = self._has_accepted(case, ended.status, ended.errors)
        # A validator that turned the program down decides, if it did so before the program fell over.
        if not accepted and (ended.grader_first or ended.run is None):
            return Verdict("WA")
        if ended.run is None:
            return Verdict("TLE", "the program went on after the interaction was over")
        return self._ended_badly(ended.run) or Verdict("AC" if accepted else "WA")

    def _with_feedback(self, case, verdict, feedback):
        def text(name):
            path = feedback / name
            return path.read_bytes()[: 64 << 10] if path.is_file() else b""

        self._log(case, text("judgemessage.txt"))
        numbers = {}
        for key, name in (("score", "score.txt"), ("multiplier", "score_multiplier.txt")):
            if (feedback / name).is_file() and verdict.accepted:
                numbers[key] = provost_compare.number(text(name).strip())
                if numbers[key] is None or numbers[key] < 0 or key == "multiplier" and numbers[key] > 1:
                    wrong(f"{case.name}: {name} is not a score")
        said = clean(text("teammessage.txt"), 500)
        return Verdict(verdict.kind, verdict.detail or said, **numbers)

    @staticmethod
    def _log(case, message):
        """For instructors: the grader's own standard error."""
        if message.strip():
            with _logging:
                sys.stderr.write(f"{case.name}: {clean(message, 2000)}\n")
