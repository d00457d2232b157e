"""Runs the lab's test cells in the grader's room: names of the notebook are fetched from the learner's room as values."""

import ast
import builtins
import math
import signal
import types

from notebooks import hidden_lines
from provost_grader import clean
from provost_learner import GraderMistake, Handle, LearnerDied, LearnerError


class TooLong(BaseException):
    """The test's own code took too much CPU time."""


class Names(dict):
    """The names of test cells. What they do not define is the notebook's, except the built-in ones: these are always genuine."""

    def __init__(self, lookup):
        super().__init__(__name__="__test__", __builtins__=builtins)
        self.lookup = lookup
        self.asked = False

    def __missing__(self, name):
        if name.startswith("__") or hasattr(builtins, name):
            raise KeyError(name)
        self.asked = True
        try:
            return self.lookup(name)
        except AttributeError:
            raise KeyError(name) from None


class Bench:
    """Runs the lab's cells here. `lookup`: gives the value of a name of the notebook in the other room, or raises AttributeError."""

    def __init__(self, lookup, solution_names, seconds, partial=False, imports=()):
        self.names = Names(lookup)
        for statement in imports:
            # What the notebook imports is genuine in tests, and not the learner's module of that name in the other room.
            try:
                exec(statement, self.names)
            except ImportError:
                pass
        self.solution_names, self.seconds, self.partial = solution_names, seconds, partial

    def locked(self, cell):
        """Runs a locked cell here too, so that helpers of tests are genuine. None, or why that cannot be.

        Of what it defines, functions, classes, modules and names in capitals stay; data is the notebook's, which may work on it.
        """
        if cell.learner_only:
            return None
        self.names.asked = False
        before = dict(self.names)
        why = None
        try:
            self.limited(lambda: exec(compile(cell.source, f"<{cell.identifier}>", "exec", dont_inherit=True), self.names))
        except BaseException as error:
            # With a value of the learner's in it, the error may be the learner's; without, it is the lab's.
            why = None if self.names.asked else f"{type(error).__name__}: {error}"
        for name in list(self.names):
            value = dict.__getitem__(self.names, name)
            if name in before and before[name] is value:
                continue
            stays = name.isupper() or isinstance(value, (types.FunctionType, types.BuiltinFunctionType, types.ModuleType, type))
            if not stays or name in self.solution_names or isinstance(value, Handle):
                del self.names[name]
        return why

    def test(self, cell):
        """(points, None) or (points, message) of a test cell; LearnerDied, TooLong, GraderMistake as they come."""
        name = f"<test {cell.identifier}>"
        tree = ast.parse(cell.source, name)
        last = tree.body[-1] if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        if self.partial and last is not None:
            tree.body.pop()
        points = cell.points

        def work():
            nonlocal points
            exec(compile(tree, name, "exec", dont_inherit=True), self.names)
            if self.partial and last is not None:
                value = eval(compile(ast.Expression(last.value), name, "eval", dont_inherit=True), self.names)
                if type(value) in (int, float):
                    points = min(max(value, 0), cell.points) if math.isfinite(value) else 0

        try:
            self.limited(work)
        except (LearnerDied, GraderMistake, TooLong):
            raise
        except BaseException as error:
            return 0, explain(cell, name, tree, error)
        return points, None if points == cell.points else "partly right"

    def limited(self, work):
        def stop(_number, _frame):
            raise TooLong

        before = signal.signal(signal.SIGVTALRM, stop)
        signal.setitimer(signal.ITIMER_VIRTUAL, self.seconds)
        try:
            work()
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, before)


def explain(cell, name, tree, error):
    """Why a test failed, without a word of the learner's code, which may know hidden input by now, and nothing of a hidden test."""
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == name:
            line = trace.tb_lineno
        trace = trace.tb_next
    if isinstance(error, LearnerError):
        what = error.public
    elif isinstance(error, NameError):
        what = "a name that the notebook has to define is missing"
    elif isinstance(error, AssertionError):
        what = "a check failed"
    else:
        what = f"{type(error).__name__} in the test, from what the notebook returned"
    if line is None or line in hidden_lines(cell.source):
        return f"{what}, in a hidden test"
    said = next(
        (node.msg.value for node in ast.walk(tree) if isinstance(node, ast.Assert) and node.lineno <= line <= node.end_lineno
         and isinstance(node.msg, ast.Constant) and isinstance(node.msg.value, str)), None)  # fmt: skip
    if said and isinstance(error, AssertionError):
        return clean(said, 300)
    return f"{what}: {clean(cell.source.splitlines()[line - 1], 200)}"
