"""Compares what a service answered with what a case file expects: values, objects by subset, and matchers like {"$regex": …}."""

import re
import signal

from provost_cases import fail

LONGEST_TEXT = 16 << 10

_TYPES = {
    "string": lambda value: isinstance(value, str),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "whole": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


class _Missing:
    """Stands for a key or a header that is not there."""


MISSING = _Missing()


class _TooLong(Exception):
    pass


_patience = [3]


def full_match(pattern, text, *, search=False, seconds=1.0):
    """A match of a regular expression, or None. A text that makes the expression take longer than `seconds` does not match, and
    after three of them nothing does: a service must not be able to stop the grader. Only in the main thread."""
    if not _patience[0]:
        return None

    def stop(*_):
        raise _TooLong

    before = signal.signal(signal.SIGALRM, stop)
    try:
        try:
            signal.setitimer(signal.ITIMER_REAL, seconds)
            return (re.search if search else re.fullmatch)(pattern, text[:LONGEST_TEXT], re.S)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except _TooLong:  # perhaps only while the timer was being stopped
        _patience[0] -= 1
        return None
    finally:
        signal.signal(signal.SIGALRM, before)


def is_matcher(value):
    return isinstance(value, dict) and any(isinstance(key, str) and key.startswith("$") for key in value)


def check_expected(value, where):
    """Ends the grader when a case file expects something that no answer could be compared with."""
    if is_matcher(value):
        for key, argument in value.items():
            if key not in _MATCHERS:
                fail(f"{where}: unknown matcher “{key}”; known are {', '.join(_MATCHERS)}")
            _check_argument(key, argument, f"{where}.{key}")
    elif isinstance(value, dict):
        for key, one in value.items():
            check_expected(one, f"{where}.{key}")
    elif isinstance(value, list):
        for number, one in enumerate(value):
            check_expected(one, f"{where}[{number}]")


def _check_argument(key, argument, where):
    numbers = _TYPES["number"]
    if key == "$regex":
        try:
            re.compile(argument)
        except (re.error, TypeError) as error:
            fail(f"{where}: not a regular expression: {error}")
    elif key == "$type" and argument not in _TYPES:
        fail(f"{where}: one of {', '.join(_TYPES)}")
    elif key in ("$any", "$absent") and argument is not True:
        fail(f"{where}: true is the only value")
    elif key in ("$min", "$max") and not numbers(argument):
        fail(f"{where}: a number")
    elif key == "$near" and not (isinstance(argument, list) and len(argument) == 2 and all(map(numbers, argument))):
        fail(f"{where}: [value, tolerance]")
    elif key == "$length":
        bounds = argument.values() if isinstance(argument, dict) and argument and set(argument) <= {"min", "max"} else [argument]
        if not all(_TYPES["whole"](one) for one in bounds):
            fail(f"{where}: a whole number, or min and max")
    elif key in ("$in", "$contains", "$unordered", "$exact", "$each", "$not"):
        if key in ("$in", "$contains", "$unordered") and not isinstance(argument, list):
            fail(f"{where}: a list")
        if key == "$exact" and not isinstance(argument, dict):
            fail(f"{where}: an object")
        check_expected(argument, where)


def difference(found, expected, where="the body"):
    """None when `found` is what is expected, or where the first difference is. Neither value is in the sentence."""
    if is_matcher(expected):
        for key, argument in expected.items():
            wrong = _MATCHERS[key](found, argument, where)
            if wrong:
                return wrong
        return None
    if found is MISSING:
        return f"{where} is missing"
    if isinstance(expected, dict):
        if not isinstance(found, dict):
            return f"{where} is not an object"
        for key, one in expected.items():
            wrong = difference(found.get(key, MISSING), one, f"{where}.{key}")
            if wrong:
                return wrong
        return None
    if isinstance(expected, list):
        if not isinstance(found, list):
            return f"{where} is not an array"
        if len(found) != len(expected):
            return f"{where} has the wrong number of elements"
        pairs = enumerate(zip(found, expected))
        return next((wrong for number, (left, right) in pairs if (wrong := difference(left, right, f"{where}[{number}]"))), None)
    return None if _same(found, expected) else f"{where} is wrong"


def _same(found, expected):
    """Equal values of one kind: true is not 1, but 1 is 1.0."""
    if isinstance(found, bool) or isinstance(expected, bool) or found is None or expected is None:
        return found is expected
    return isinstance(found, (int, float)) == isinstance(expected, (int, float)) and found == expected


def _unless(good, where, what="is wrong"):
    return None if good else f"{where} {what}"


def _size(found, bounds, where):
    if not isinstance(found, (str, list, dict)):
        return f"{where} has no length"
    if not isinstance(bounds, dict):
        bounds = {"min": bounds, "max": bounds}
    return _unless(bounds.get("min", 0) <= len(found) <= bounds.get("max", len(found)), where, "has the wrong length")


def _contains(found, parts, where):
    if isinstance(found, str):
        return _unless(all(isinstance(part, str) and part in found for part in parts), where, "lacks something")
    if not isinstance(found, list):
        return f"{where} is neither an array nor text"
    return _unless(all(any(difference(one, part) is None for one in found) for part in parts), where, "lacks an element")


def _unordered(found, expected, where):
    """Each element expected has one found of its own, in any order."""
    if not isinstance(found, list) or len(found) != len(expected):
        return f"{where} is not an array with the right number of elements"
    fits = [[number for number, one in enumerate(found) if difference(one, part) is None] for part in expected]
    owner = {}

    def place(part, seen):
        for number in fits[part]:
            if number not in seen:
                seen.add(number)
                if number not in owner or place(owner[number], seen):
                    owner[number] = part
                    return True
        return False

    return _unless(all(place(part, set()) for part in range(len(expected))), where, "has a wrong element")


def _each(found, expected, where):
    if not isinstance(found, list):
        return f"{where} is not an array"
    return next((wrong for number, one in enumerate(found) if (wrong := difference(one, expected, f"{where}[{number}]"))), None)


def _exact(found, expected, where):
    wrong = difference(found, expected, where)
    return wrong or _unless(set(found) <= set(expected), where, "has a key too many")


_NUMBER = _TYPES["number"]

_MATCHERS = {
    "$any": lambda found, _, where: _unless(found is not MISSING, where, "is missing"),
    "$absent": lambda found, _, where: _unless(found is MISSING, where, "should not be there"),
    "$type": lambda found, kind, where: _unless(_TYPES[kind](found), where, f"is not of the type {kind}"),
    "$regex": lambda found, form, where: _unless(isinstance(found, str) and full_match(form, found), where, "has the wrong form"),
    "$not": lambda found, other, where: _unless(difference(found, other) is not None, where),
    "$in": lambda found, others, where: _unless(any(difference(found, one) is None for one in others), where),
    "$min": lambda found, least, where: _unless(_NUMBER(found) and found >= least, where, "is too small"),
    "$max": lambda found, most, where: _unless(_NUMBER(found) and found <= most, where, "is too large"),
    "$near": lambda found, pair, where: _unless(_NUMBER(found) and abs(found - pair[0]) <= pair[1], where),
    "$length": _size,
    "$contains": _contains,
    "$unordered": _unordered,
    "$each": _each,
    "$exact": _exact,
}  # fmt: skip
