"""The part of the pytest graders that lives inside pytest: points, names, and what a learner may be told of each test.

A test's source, its parameters and the values in a failed assertion are hidden; what is told is the kind of the failure, the
author's hint, and what the author said by `pytest.fail`.
"""

import difflib
import os

import pytest
from provost_grader import Patience, clean, report_test
from provost_learner import GraderMistake, LearnerError, LearnerTimeout, learner_was_asked, restart

MARKERS = (
    "points(n): what the test is worth; tests without it share what is left of the lab's points",
    "title(text): the name that people see, instead of one made of the function's name",
    "hint(text): told when the test fails",
    "hidden: only instructors see the test",
    "show: the learner may see the whole failure, with the test's source and values",
)


LARGEST_DIFF, LONGEST_DIFF = 2000, 40  # characters and lines, both sides together


class GraderFault(Exception):
    """Something is wrong with the tests themselves; the text is for the instructor."""


class Plan:
    """One line for each test, in order: nodeid, name, points, hint, hidden, show."""

    def __init__(self, items, points):
        self.lines = {}
        marked = [self._argument(item, "points") for item in items]
        for item, worth in zip(items, marked):
            if worth is not None and (isinstance(worth, bool) or not isinstance(worth, (int, float)) or not 0 <= worth <= 1e9):
                raise GraderFault(f"{item.nodeid}: points takes a number from 0 on")
        thousandths = [None if worth is None else round(worth * 1000) for worth in marked]
        left, without = round(points * 1000) - sum(worth or 0 for worth in thousandths), thousandths.count(None)
        if left < 0 or (left > 0 and without == 0):
            given = sum(worth or 0 for worth in thousandths) / 1000
            raise GraderFault(f"the points of the tests add up to {given:g}, those of the lab are {points:g}")
        shares = iter(left // without + (number < left % without) for number in range(without)) if without else iter(())
        names = self._names(items)
        for item, name, worth in zip(items, names, thousandths):
            self.lines[item.nodeid] = {
                "name": name,
                "points": (next(shares) if worth is None else worth) / 1000,
                "hint": str(self._argument(item, "hint") or ""),
                "hidden": item.get_closest_marker("hidden") is not None,
                "show": item.get_closest_marker("show") is not None,
            }

    @staticmethod
    def _argument(item, name):
        marker = item.get_closest_marker(name)
        if marker is None:
            return None
        if len(marker.args) != 1:
            raise GraderFault(f"{item.nodeid}: the marker {name} takes one argument")
        return marker.args[0]

    def _names(self, items):
        """Names without the parameters of a test, which may hold its input and the expected output: they are counted instead."""
        bases = []
        for item in items:
            plain = getattr(item, "originalname", None) or item.name
            bases.append(str(self._argument(item, "title") or plain.removeprefix("test_").replace("_", " ")))
        seen = {}
        for base in bases:
            seen[base] = seen.get(base, 0) + 1
            yield f"{base} ({seen[base]})" if bases.count(base) > 1 else base


def told(error):
    """What a failure may tell the learner: nothing that a test's source or the learner's own code could put into it."""
    if isinstance(error, LearnerError):
        return f"{error.public[:1].upper()}{error.public[1:]}."
    if isinstance(error, pytest.fail.Exception):
        if str(error.msg).startswith("DID NOT RAISE"):
            return "An exception was expected and none was raised."
        return clean(str(error.msg), 600)
    if isinstance(error, AssertionError):
        return "A result is not the expected one."
    name = type(error).__name__ if type(error).__module__ == "builtins" else "an error"
    return f"{name} was raised where the test uses the result."


_OURS = (GraderMistake, pytest.FixtureLookupError, OSError, MemoryError)


def _bounded(compare):
    """`difflib.ndiff` for short texts only. pytest shows by it how two texts differ, and for a few hundred lines that the learner's
    code has chosen it takes minutes."""

    def compared(left, right, *options):
        lines = [*left, *right]
        is_short = len(lines) <= LONGEST_DIFF and sum(map(len, lines)) <= LARGEST_DIFF
        return compare(left, right, *options) if is_short else iter(["the texts differ"])

    return compared


class Plugin:
    """`planned(lines)` is called once, `began(nodeid)` before each test and `ended(nodeid, outcome)` after it.

    An outcome is a dict: `status` (pass, fail, skip), `message`, `output`, `late`. `skip(nodeid)`: whether a test is not to be
    run at all. `fault`, after the end, says what is wrong with the tests themselves.
    """

    def __init__(self, points, *, planned, began, ended, skip=lambda _: False, fresh="test", is_learners=LearnerError):
        self._points, self._planned, self._began, self._ended, self._skip = points, planned, began, ended, skip
        self._fresh, self._is_learners = fresh, is_learners
        self._phases = []
        self._texts = []
        self.fault = None
        self.collection_failure = None
        self._show = {}

    def pytest_configure(self, config):
        # No hook of pytest's can keep it from comparing by itself.
        difflib.ndiff = _bounded(difflib.ndiff)
        for marker in MARKERS:
            config.addinivalue_line("markers", marker)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_make_collect_report(self, collector):
        result = yield
        call = getattr(result.get_result(), "call", None)
        if call is not None and call.excinfo is not None:
            error = call.excinfo.value
            # pytest wraps what goes wrong in an import, and keeps only its text.
            cause = error.__cause__ or error.__context__ or error
            if self._is_theirs(error) or isinstance(cause, self._is_learners):
                self.collection_failure = cause
            else:
                self._say_fault(f"{collector.nodeid} cannot be collected: {error}")

    def _is_theirs(self, error):
        """Whether what goes wrong outside of a test may be the learner's doing.

        Once their module was asked for anything, a test may hold a number where it expects a function, also long after: pytest keeps
        what fixtures return or raise. A fixture that does not exist is the test's mistake all the same, and what this room lacks
        (a file, memory) is ours.
        """
        if isinstance(error, self._is_learners):
            return True
        return learner_was_asked() and not isinstance(error, _OURS)

    def _say_fault(self, sentence):
        self.fault = self.fault or sentence

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, session, items):
        if self.fault or self.collection_failure:
            return
        if not items:
            self._say_fault("there is no test")
            return
        try:
            plan = Plan(items, self._points)
        except GraderFault as fault:
            self._say_fault(str(fault))
            items.clear()
            return
        self._show = {nodeid: line["show"] for nodeid, line in plan.lines.items()}
        self._planned(plan.lines)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item, call):
        result = yield
        report = result.get_result()
        error = call.excinfo.value if call.excinfo is not None else None
        self._phases.append((call.when, report.outcome, error))
        if report.failed and self._show.get(item.nodeid):
            self._texts.append(report.longreprtext)
        if isinstance(error, GraderMistake):
            self._say_fault(f"{item.nodeid}: {error}")
        elif (
            report.failed
            and call.when != "call"
            and not isinstance(error, (pytest.fail.Exception, AssertionError))
            and not self._is_theirs(error)
        ):
            self._say_fault(f"{call.when} of {item.nodeid}: {type(error).__name__}: {error}")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item, nextitem):
        if self.fault is not None or self._skip(item.nodeid):
            return True
        return None

    def pytest_runtest_logstart(self, nodeid, location):
        self._phases, self._texts = [], []
        self._began(nodeid)

    def pytest_runtest_logfinish(self, nodeid, location):
        if self.fault is None:
            self._ended(nodeid, self._outcome())
        if self._fresh == "test":
            restart()

    def _outcome(self):
        failed = [error for _, outcome, error in self._phases if outcome == "failed"]
        if failed:
            late = any(isinstance(error, LearnerTimeout) for error in failed)
            text = "\n\n".join(self._texts)
            return {"status": "fail", "message": told(failed[0]), "output": text, "late": late}
        passed = [when for when, outcome, _ in self._phases if outcome == "passed"]
        if "call" in passed:
            return {"status": "pass", "message": None, "output": "", "late": False}
        reason = next((str(error.msg) for _, _, error in self._phases if isinstance(error, pytest.skip.Exception)), "")
        return {"status": "skip", "message": clean(reason, 300) or "not run", "output": "", "late": False}


class Sheet:
    """Reports each test as it ends, and those that were not run at the end."""

    def __init__(self):
        self.lines, self._left = {}, []
        self.patience = Patience()

    @property
    def left(self):
        """The nodeids of the tests that have not been reported."""
        return list(self._left)

    def planned(self, lines):
        self.lines, self._left = lines, list(lines)

    def ended(self, nodeid, outcome):
        if nodeid not in self._left:
            return
        self._left.remove(nodeid)
        self.patience.saw(outcome["late"])
        line = self.lines[nodeid]
        message = (
            " ".join(filter(None, [outcome["message"], line["hint"]])) if outcome["status"] == "fail" else outcome["message"]
        )
        if outcome["message"] == Patience.reason:
            message = Patience.reason
        score = line["points"] if outcome["status"] == "pass" else 0
        shown = outcome["output"] if line["show"] else None
        report_test(line["name"], score, line["points"], message, status=outcome["status"], hidden=line["hidden"], output=shown)

    def finish(self, reason=Patience.reason):
        for nodeid in self.left:
            self.ended(nodeid, {"status": "fail", "message": reason, "output": "", "late": False})


def arguments(tests, plugins=()):
    """What pytest is called with: the lab's tests with their pytest.ini and conftest.py alone, nothing from the folders above."""
    folder = tests if tests.is_dir() else tests.parent
    settings = folder / "pytest.ini"
    named = [word for name in plugins for word in ("-p", name)]
    fixed = ["-c", str(settings) if settings.is_file() else os.devnull, f"--rootdir={folder}", f"--confcutdir={folder}"]
    return [str(tests), *fixed, "-p", "no:cacheprovider", "--tb=short", "-q", *named]
