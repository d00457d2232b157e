"""What a test sees of failures in the learner's room; graders use them by `provost_learner`."""

import builtins

from provost_values import Unreadable

WROTE = "the learner's program wrote into the answers of its module"
GONE = "the learner's process has ended; what belonged to it is gone"


class LearnerError(Exception):
    """The learner's code raised. It is also an instance of the built-in exception that theirs derives from, as `ValueError`.

    `type_names`: the names of its class and bases. `message`, `place`: in the learner's words, never to be shown where input is
    hidden. `object`: a `Handle` for the exception itself.
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
    # The first two would end loops of ours; a group cannot be made without the exceptions in it.
    bad = ("StopIteration", "StopAsyncIteration", "ExceptionGroup", "Exception")
    return kind if isinstance(kind, type) and issubclass(kind, Exception) and name not in bad else None


_kinds = {}


def learner_error(found, decoder):
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
        _kinds[base] = type(f"Learner{base.__name__ if base else 'Exception'}", bases, {"__module__": "provost_learner"})
    error = _kinds[base]()
    error.type_names = tuple(name[:80] for name in names)
    error.message, error.place = texts[0][:2000], texts[1][:200]
    error.object = decoder.value(found.get("object"))
    return error
