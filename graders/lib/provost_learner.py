"""The learner's Python module, used from a test, living in the learner's room.

    from provost_learner import load

    bank = load("bank")

    def test_deposit():
        account = bank.Account("minji")
        account.deposit(5)
        assert account.balance == 5
        with pytest.raises(ValueError):
            account.deposit(-1)

Every use is a call to a process of the learner's room. What comes back is rebuilt from plain types, so nothing of the learner's runs here, and
no object of theirs meets an expected value; other objects stay there, and a `Handle` stands for them here. README.md says what a handle
trusts and what it refuses.
"""

import builtins
import json
import threading
import time
import weakref
from pathlib import Path

from provost_grader import PIPE, Process
from provost_values import Decoder, GraderMistake, Unreadable, encode, parse

__all__ = [
    "GraderMistake", "Handle", "LearnerDied", "LearnerError", "LearnerTimeout", "as_object", "evaluate", "hold", "keep", "load", "raises",
    "restart", "value",
]  # fmt: skip

LARGEST_REPLY = 1 << 20
MOST_ITEMS = 100_000
_WROTE = "the learner's program wrote into the answers of its module"


class LearnerError(Exception):
    """The learner's code raised. It is also an instance of the built-in exception that theirs derives from, as `ValueError`.

    `type_names`: the names of its class and bases. `message`, `place`: in the learner's words, never to be shown where input is hidden.
    `object`: a `Handle` for the exception itself.
    """

    type_names = ()
    message = place = ""
    object = None

    def __init__(self, text=""):
        self.message = text

    def __str__(self):
        return f"{self.type_names[0]}: {self.message}" if self.type_names else self.message

    @property
    def public(self):
        """What happened, without a word that the learner's code could choose."""
        known = next((name for name in self.type_names if _builtin_exception(name)), "Exception")
        return f"{known} was raised" if self.type_names and self.type_names[0] == known else f"a kind of {known} was raised"


class LearnerDied(LearnerError):
    """The process with the learner's module ended, or said what nobody could understand."""

    public = property(lambda self: self.message)


class LearnerTimeout(LearnerDied):
    """A call took longer than it may."""


class UnexpectedObject(LearnerError, TypeError):
    """An object came back where a test needs a plain value."""

    public = property(lambda self: "an object was returned where a plain value was expected")


def _builtin_exception(name):
    kind = getattr(builtins, name, None)
    bad = ("StopIteration", "StopAsyncIteration", "Exception")
    return kind if isinstance(kind, type) and issubclass(kind, Exception) and name not in bad else None


_kinds = {}


def _learner_error(found, decoder):
    """The exception that stands for one of the learner's."""
    names = found.get("names")
    if type(names) is not list or not names or len(names) > 20 or any(type(name) is not str for name in names):
        raise Unreadable("an error without a name")
    texts = [found.get(key) for key in ("message", "place")]
    if any(type(text) is not str for text in texts):
        raise Unreadable("an error without a message")
    base = next((kind for kind in map(_builtin_exception, names) if kind), None)
    if base not in _kinds:
        bases = (LearnerError,) if base is None else (LearnerError, base)
        _kinds[base] = type(f"Learner{base.__name__ if base else 'Exception'}", bases, {"__module__": __name__})
    error = _kinds[base]()
    error.type_names = tuple(name[:80] for name in names)
    error.message, error.place = texts[0][:2000], texts[1][:200]
    error.object = decoder.value(found.get("object"))
    return error


class _Session:
    """The process in the learner's room: started at first use, started anew after it ended, one call at a time."""

    _sessions = weakref.WeakSet()

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
        self._next = 0
        self._handles.clear()
        command = [*self._python, "-c", host]
        self._process = Process(command, stdin=PIPE, on_output=self._take, on_end=self._notify, **self._limits)
        try:
            self._module = _kept(self.request({"do": "import", "name": self._name, "keep": True}))
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

    def request(self, request):
        """Sends one request and returns the value that came back."""
        with self._lock:
            if self._process is None:
                raise LearnerDied("the learner's process has ended; what belonged to it is gone")
            if self._buffer:
                self._die(_WROTE)
            self._next += 1
            line = json.dumps({**request, "id": self._next}).encode("ascii") + b"\n"
            self._process.send(line)
            return self._answer(self._line())

    def _line(self):
        end = time.monotonic() + self._seconds
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
            self._die(f"no answer within {self._seconds:g} seconds", LearnerTimeout)
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
                error = _learner_error(found["error"], decoder)
            elif found.get("much") is True:
                error = LearnerError("the learner's module returned something too large, or nested too deep")
            else:
                raise Unreadable("no answer")
        except Unreadable:
            self._die(_WROTE)
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
            value = _get(value, "_provost_session").module()
        if not isinstance(value, Handle):
            return None
        if _get(value, "_provost_session") is not self or _get(value, "_provost_generation") != self.generation:
            raise GraderMistake("an object of another process was given to the learner's module")
        return {"t": "object", "v": _get(value, "_provost_number")}


_get = object.__getattribute__
# Names that test runners and inspectors ask of everything they meet; they are no business of the learner's.
_FOREIGN = ("__", "_pytest", "_mock", "_is_coroutine", "_spec", "_hypothesis", "_ipython", "_repr_")


def _own(name):
    if name.startswith(_FOREIGN) or name in ("pytestmark", "pytest_plugins"):
        raise AttributeError(name)
    return name


class Handle:
    """Stands for an object of the learner's that stays in the other room."""

    __slots__ = ("_provost_session", "_provost_generation", "_provost_number", "_provost_class", "_provost_is_class", "_provost_name",
                 "_provost_made", "__weakref__")  # fmt: skip

    def __init__(self, session, number, class_name, is_class):
        put = object.__setattr__
        put(self, "_provost_session", session)
        put(self, "_provost_generation", session.generation)
        put(self, "_provost_number", number)
        put(self, "_provost_class", class_name)
        put(self, "_provost_is_class", is_class)
        put(self, "_provost_name", "")  # under which the test asked for it
        put(self, "_provost_made", False)  # the test asked for an object, by calling a class

    def __getattr__(self, name):
        found = _request(self, do="get", name=_own(name))
        if isinstance(found, Handle):
            object.__setattr__(found, "_provost_name", name)
        return found

    def __setattr__(self, name, new):
        _request(self, do="set", name=_own(name), value=_get(self, "_provost_session").encoded(new))

    def __delattr__(self, name):
        _request(self, do="delete", name=_own(name))

    def __dir__(self):
        return [name for name in _request(self, do="names") if isinstance(name, str)]

    def __call__(self, *arguments, **keywords):
        made = _call(self, arguments, keywords)
        name = _get(self, "_provost_name")
        if isinstance(made, Handle) and name[:1].isupper() and any(letter.islower() for letter in name):
            object.__setattr__(made, "_provost_made", True)
        return made

    def __hash__(self):
        return hash((id(_get(self, "_provost_session")), _get(self, "_provost_generation"), _get(self, "_provost_number")))

    def __bool__(self):
        return _plain(self, "bool", bool)

    def __repr__(self):
        return _plain(self, "repr", str)

    def __str__(self):
        return _plain(self, "str", str)

    def __format__(self, layout):
        return _plain(self, "format", str, layout)

    def __int__(self):
        return _plain(self, "int", int)

    def __float__(self):
        return _plain(self, "float", float)

    def __len__(self):
        return _plain(self, "len", int)

    def __iter__(self):
        source = _kept(_operate(self, "iter", keep=True))
        for _ in range(MOST_ITEMS):
            more, item = _step(source)
            if not more:
                return
            yield item
        raise LearnerError(f"more than {MOST_ITEMS} items were returned")

    def __next__(self):
        more, item = _step(self)
        if not more:
            raise StopIteration
        return item

    def __contains__(self, item):
        if _get(self, "_provost_made"):
            return _plain(self, "contains", bool, item)
        # Not asked of the learner's code, which would hear what is expected and say yes.
        return any(one == item for one in self)

    def __getitem__(self, key):
        return _operate(self, "getitem", key)

    def __setitem__(self, key, new):
        _operate(self, "setitem", key, new)

    def __delitem__(self, key):
        _operate(self, "delitem", key)

    def __enter__(self):
        return _operate(self, "enter")

    def __exit__(self, kind, error, trace):
        return bool(_operate(self, "exit", kind is not None))

    def __instancecheck__(self, value):
        return isinstance(value, Handle) and _plain(self, "isinstance", bool, value)

    def __eq__(self, other):
        if self is other:
            return True
        if isinstance(other, Handle) and (_get(self, "_provost_made") or _get(other, "_provost_made")):
            return _plain(self, "eq", bool, other)
        # An object is never equal to a plain value: its own __eq__ is not asked, it would say what it likes.
        return False

    def __ne__(self, other):
        return not self == other


def _request(handle, **request):
    session = _get(handle, "_provost_session")
    if _get(handle, "_provost_generation") != session.generation:
        raise LearnerDied("the learner's process has ended; what belonged to it is gone")
    return session.request({**request, "on": _get(handle, "_provost_number")})


def _call(handle, arguments, keywords, **options):
    session = _get(handle, "_provost_session")
    encoded = {name: session.encoded(one) for name, one in keywords.items()}
    return _request(handle, do="call", arguments=[session.encoded(one) for one in arguments], keywords=encoded, **options)


def _operate(handle, name, *arguments, **options):
    session = _get(handle, "_provost_session")
    return _request(handle, do="operator", name=name, arguments=[session.encoded(one) for one in arguments], **options)


def _plain(handle, name, kind, *arguments):
    """An operation whose result has to be of one plain type."""
    found = _operate(handle, name, *arguments)
    if type(found) is not kind:
        raise LearnerDied(_WROTE)
    return found


def _kept(found):
    """What was asked to stay there has to be a handle."""
    if not isinstance(found, Handle):
        raise LearnerDied(_WROTE)
    return found


def _step(source):
    found = _operate(source, "next")
    if type(found) is not tuple or len(found) != 2 or type(found[0]) is not bool:
        raise LearnerDied(_WROTE)
    return found


def _may_operate(handle, other, *, plain):
    """Whether an operator may be asked of the learner's code.

    An object that a test did not make may be an impostor for a number, and would see the expected value in `f(2) - 4`.
    """
    if isinstance(other, Handle):
        return _get(handle, "_provost_made") or _get(other, "_provost_made")
    return plain and _get(handle, "_provost_made")


def _refuse(handle):
    raise UnexpectedObject(
        f"an object of the class {_get(handle, '_provost_class')} came back where the test needs a plain value "
        "(if it should be an object, say as_object(…))"
    )


def _add_operators():
    def binary(name, *, reflected, plain):
        def operate(self, other):
            if not _may_operate(self, other, plain=plain):
                _refuse(self)
            return _operate(self, f"r-{name}" if reflected else name, other)

        return operate

    def unary(name):
        def operate(self):
            if not _get(self, "_provost_made"):
                _refuse(self)
            return _operate(self, name)

        return operate

    arithmetic = {"add": "add", "sub": "sub", "mul": "mul", "matmul": "matmul", "truediv": "truediv", "floordiv": "floordiv"}
    arithmetic |= {"mod": "mod", "pow": "pow", "lshift": "lshift", "rshift": "rshift", "and": "and_", "or": "or_", "xor": "xor"}
    for name, function in arithmetic.items():
        setattr(Handle, f"__{name}__", binary(function, reflected=False, plain=True))
        setattr(Handle, f"__r{name}__", binary(function, reflected=True, plain=True))
    for name in ("lt", "le", "gt", "ge"):
        setattr(Handle, f"__{name}__", binary(name, reflected=False, plain=False))
    for name, function in {"neg": "neg", "pos": "pos", "invert": "invert", "abs": "abs"}.items():
        setattr(Handle, f"__{name}__", unary(function))


_add_operators()


class _Module:
    """The learner's module; its process starts when something of it is used."""

    def __init__(self, session):
        object.__setattr__(self, "_provost_session", session)

    def __getattr__(self, name):
        _own(name)
        return getattr(_get(self, "_provost_session").module(), name)

    def __setattr__(self, name, new):
        setattr(_get(self, "_provost_session").module(), name, new)

    def __delattr__(self, name):
        delattr(_get(self, "_provost_session").module(), name)

    def __dir__(self):
        return dir(_get(self, "_provost_session").module())

    def __repr__(self):
        return "<the learner's module>"


def load(name, *, seconds=5, python=("/usr/bin/python3", "-P"), **limits):
    """The learner's module `name`, as a file or package at the top of the submission. Nothing is started before its first use.

    `seconds`: for each call. `limits`: `seconds` is not among them; `cpu_seconds`, `memory`, `processes`, `disk`, `read_only`, `put` as for
    `provost_grader.run`, for the process as a whole. What fails while it is imported is raised, as `LearnerError`, at every use.
    """
    return _Module(_Session(name, seconds, list(python), limits))


def restart():
    """Ends the processes of all modules: the next use of each starts a new one, and handles from before are void."""
    for session in list(_Session._sessions):
        session.stop()


def _handle_of(thing):
    return _get(thing, "_provost_session").module() if isinstance(thing, _Module) else thing


def keep(function, *arguments, **keywords):
    """Calls a function of the learner's and keeps what it returns there, though it be a plain value: a `Handle`."""
    return _kept(_call(_handle_of(function), arguments, keywords, keep=True))


def hold(module, plain):
    """A plain value, such as a list, made in the learner's room: for functions that change what they are given. `value` brings it back."""
    return _kept(_operate(_handle_of(module), "hold", plain, keep=True))


def value(handle):
    """The plain value of a handle made by `hold` or `keep`."""
    found = _operate(handle, "value")
    if isinstance(found, Handle):
        _refuse(found)
    return found


def evaluate(module, expression):
    """A handle of a Python expression evaluated in the learner's room with the module's names, like `lambda x: x + 1`; they can see it."""
    return _kept(_operate(_handle_of(module), "evaluate", expression, keep=True))


def as_object(found):
    """Declares that an object is what is expected here, so that operators may be asked of it. Its answers are the learner's word."""
    if isinstance(found, Handle):
        object.__setattr__(found, "_provost_made", True)
    return found


class raises:
    """`with raises("InsufficientFunds"):`: like `pytest.raises`, for exceptions that the learner defines; also `raises(bank.InsufficientFunds)`.

    The exception is in `error` afterwards.
    """

    def __init__(self, *expected):
        self._names = [_get(one, "_provost_name") if isinstance(one, Handle) else one for one in expected]
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
