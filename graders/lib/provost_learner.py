"""The learner's Python module, used from a test, living in the learner's room.

    from provost_learner import load

    bank = load("bank")

    def test_deposit():
        account = bank.Account("minji")
        account.deposit(5)
        assert account.balance == 5
        with pytest.raises(ValueError):
            account.deposit(-1)

Every use is a call to a process of the learner's room. What comes back is rebuilt from plain types, so nothing of the learner's
runs here, and no object of theirs meets an expected value; other objects stay there, and a `Handle` stands for them here.
README.md says what a handle trusts and what it refuses.
"""

import json
import threading
import time
import weakref
from pathlib import Path

from provost_errors import GONE, WROTE, LearnerDied, LearnerError, LearnerTimeout, UnexpectedObject, learner_error
from provost_grader import PIPE, Process
from provost_handles import Handle, call, get, kept, operate, own, refuse
from provost_values import Decoder, GraderMistake, Unreadable, encode, parse

__all__ = [
    "GraderMistake",
    "Handle",
    "LearnerDied",
    "LearnerError",
    "LearnerTimeout",
    "UnexpectedObject",
    "as_object",
    "evaluate",
    "hold",
    "keep",
    "load",
    "raises",
    "restart",
    "value",
]

LARGEST_REPLY = 1 << 20
# Until Python runs in the learner's room: nothing of the learner's has begun by then, so it costs them nothing.
START_SECONDS = 60


class _Session:
    """The process in the learner's room: started at first use, started anew after it ended, one call at a time."""

    _sessions = weakref.WeakSet()
    was_asked = False  # any of them, since this process began

    def __init__(self, name, seconds, python, limits):
        self._name, self._seconds, self._python, self._limits = name, seconds, python, limits
        self._lock = threading.RLock()
        self._arrived = threading.Condition()
        self._process = None
        self.generation = 0
        self._handles = weakref.WeakValueDictionary()
        _Session._sessions.add(self)

    def module(self):
        """A handle of the module itself, in the process that runs now."""
        with self._lock:
            if self._process is None:
                self._start()
            return self._module

    def stop(self):
        with self._lock:
            process, self._process = self._process, None
            if process is not None:
                process.stop()

    def _start(self):
        host = Path(__file__).with_name("provost_learner_host.py").read_text(encoding="utf-8")
        self.generation += 1
        self._buffer = bytearray()
        self._next = -1
        self._handles.clear()
        command = [*self._python, "-c", host]
        self._process = Process(command, stdin=PIPE, on_output=self._take, on_end=self._notify, **self._limits)
        try:
            self.request({"do": "start"}, seconds=START_SECONDS)
            self._module = kept(self.request({"do": "import", "name": self._name, "keep": True}))
        except LearnerError:
            self.stop()
            raise

    def _take(self, data):
        with self._arrived:
            if len(self._buffer) <= LARGEST_REPLY:
                self._buffer += data
            self._arrived.notify()

    def _notify(self):
        with self._arrived:
            self._arrived.notify()

    def request(self, request, seconds=None):
        """Sends one request and returns the value that came back."""
        _Session.was_asked = True
        with self._lock:
            if self._process is None:
                raise LearnerDied(GONE)
            if self._buffer:
                self._die(WROTE)
            self._next += 1
            line = json.dumps({**request, "id": self._next}).encode("ascii") + b"\n"
            self._process.send(line)
            return self._answer(self._line(seconds or self._seconds))

    def _line(self, seconds):
        end = time.monotonic() + seconds
        with self._arrived:
            while b"\n" not in self._buffer and len(self._buffer) <= LARGEST_REPLY:
                left = end - time.monotonic()
                if self._process.has_ended or left <= 0:
                    break
                self._arrived.wait(left)
            line, newline, rest = bytes(self._buffer).partition(b"\n")
            self._buffer = bytearray(rest)
        if newline and len(line) <= LARGEST_REPLY:
            return line
        if len(line) > LARGEST_REPLY:
            self._die("the learner's module returned more than 1 MiB")
        if not self._process.has_ended:
            self._die(f"no answer within {seconds:g} seconds", LearnerTimeout)
        ended, self._process = self._process.wait(), None
        lost = ", and its output was cut off" if ended.dropped_output else ""
        raise (LearnerTimeout if ended.out_of_time else LearnerDied)(f"the learner's process {ended.summary}{lost}")

    def _die(self, sentence, kind=LearnerDied):
        self.stop()
        raise kind(sentence)

    def _answer(self, line):
        try:
            found = parse(line)
            if type(found.get("id")) is not int or found["id"] != self._next:
                raise Unreadable("an answer to something else")
            decoder = Decoder(self._handle)
            if "value" in found:
                return decoder.value(found["value"])
            if "error" in found and type(found["error"]) is dict:
                error = learner_error(found["error"], decoder)
            elif found.get("much") is True:
                error = LearnerError("the learner's module returned something too large, or nested too deep")
            else:
                raise Unreadable("no answer")
        except Unreadable:
            self._die(WROTE)
        raise error

    def _handle(self, number, name, is_class):
        handle = self._handles.get(number)
        if handle is None:
            handle = self._handles[number] = Handle(self, number, name, is_class)
        return handle

    def encoded(self, value):
        return encode(value, self._reference)

    def _reference(self, value):
        if isinstance(value, _Module):
            value = get(value, "_provost_session").module()
        if not isinstance(value, Handle):
            return None
        if get(value, "_provost_session") is not self:
            raise GraderMistake("an object of another module was given to the learner's module")
        if get(value, "_provost_generation") != self.generation:
            raise LearnerDied(GONE)
        return {"t": "object", "v": get(value, "_provost_number")}


class _Module:
    """The learner's module; its process starts when something of it is used."""

    def __init__(self, session):
        object.__setattr__(self, "_provost_session", session)

    def __getattr__(self, name):
        own(name)
        return getattr(get(self, "_provost_session").module(), name)

    def __setattr__(self, name, new):
        setattr(get(self, "_provost_session").module(), name, new)

    def __delattr__(self, name):
        delattr(get(self, "_provost_session").module(), name)

    def __dir__(self):
        return dir(get(self, "_provost_session").module())

    def __repr__(self):
        return "<the learner's module>"


def load(name, *, seconds=25, python=("/usr/bin/python3", "-P", "-s"), **limits):
    """The learner's module `name`, as a file or package at the top of the submission. Nothing is started before its first use.

    `seconds`: real time for each call; an endless loop is ended before that by the CPU time of the process, and the start of Python
    does not count. `limits`: `seconds` is not among them; `cpu_seconds`, `memory`, `processes`, `disk`, `read_only`,
    `put` as for `provost_grader.run`, for the process as a whole. What fails while it is imported is raised, as `LearnerError`,
    at every use. `python`: how it is started, without the user's site-packages, since its home is the submission.
    """
    return _Module(_Session(name, seconds, list(python), limits))


def learner_was_asked():
    """Whether anything that a test holds may have come from the learner's code."""
    return _Session.was_asked


def restart():
    """Ends the processes of all modules: the next use of each starts a new one, and handles from before are void."""
    for session in list(_Session._sessions):
        session.stop()


def _handle_of(thing):
    return get(thing, "_provost_session").module() if isinstance(thing, _Module) else thing


def keep(function, *arguments, **keywords):
    """Calls a function of the learner's and keeps what it returns there, though it be a plain value: a `Handle`."""
    return kept(call(_handle_of(function), arguments, keywords, keep=True))


def hold(module, plain):
    """A plain value, such as a list, made in the learner's room: for functions that change what they are given. `value` brings
    it back."""
    return kept(operate(_handle_of(module), "hold", plain, keep=True))


def value(handle):
    """The plain value of a handle made by `hold` or `keep`."""
    found = operate(handle, "value")
    if isinstance(found, Handle):
        refuse(found)
    return found


def evaluate(module, expression):
    """A handle of a Python expression evaluated in the learner's room with the module's names, like `lambda x: x + 1`; they can
    see it."""
    return kept(operate(_handle_of(module), "evaluate", expression, keep=True))


def as_object(found):
    """Declares that an object is what is expected here, so that operators may be asked of it. Its answers are the learner's
    word."""
    if isinstance(found, Handle):
        object.__setattr__(found, "_provost_made", True)
    return found


class raises:
    """`with raises("InsufficientFunds"):`: like `pytest.raises`, for exceptions that the learner defines; also
    `raises(bank.InsufficientFunds)`.

    The exception is in `error` afterwards.
    """

    def __init__(self, *expected):
        self._names = [get(one, "_provost_name") if isinstance(one, Handle) else one for one in expected]
        self.error = None

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if error is None:
            raise AssertionError(f"{' or '.join(self._names)} was not raised")
        if not isinstance(error, LearnerError) or isinstance(error, LearnerDied):
            return False
        self.error = error
        return any(name in error.type_names for name in self._names)
