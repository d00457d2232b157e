"""Values on their way between a test and the learner's module, as JSON.

What comes from the learner's room is data and nothing else: it is rebuilt from a closed list of plain types, with bounds on
size, depth and on everything that would be dear to compare or to print. Whatever does not fit raises `Unreadable`; no other
exception leaves here.
"""

import base64
import json
import math
from collections import Counter
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

DEPTH = 50
NODES = 300_000
SAME_HASH = 100  # of one table: numbers can be made to share a hash, and tuples of them, and then each is compared with all
HEX_DIGITS = 25_000
SHORT_DIGITS = 2_000
RANGE = 1_000_000


class Unreadable(Exception):
    """What came is no value."""


class GraderMistake(TypeError):
    """A test hands something over that cannot leave the grader's room. Never the learner's doing."""


def parse(line):
    """One line of JSON as a dict, or `Unreadable`."""

    def refuse(_):
        raise Unreadable("NaN is no JSON")

    try:
        found = json.loads(line.decode("ascii"), parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise Unreadable("not JSON") from error
    if type(found) is not dict:
        raise Unreadable("not an object")
    return found


class Decoder:
    """Rebuilds one value. `handle(number, class name, whether it is a class)` makes the stand-in of an object that stays
    there."""

    def __init__(self, handle):
        self._handle = handle
        self._nodes = NODES

    def value(self, found, depth=DEPTH):
        try:
            return self._value(found, depth)
        except Unreadable:
            raise
        except (ValueError, TypeError, KeyError, IndexError, ArithmeticError, AttributeError, RecursionError) as error:
            raise Unreadable("a value that is none") from error

    def _value(self, found, depth):
        self._nodes -= 1
        if depth < 0 or self._nodes < 0:
            raise Unreadable("nested too deep or too large")
        if found is None or type(found) in (bool, str, int):
            return found
        if type(found) is float:
            return self._finite(found)
        if type(found) is list:
            return [self._value(one, depth - 1) for one in found]
        if found["t"] == "object":
            return self._handle(*self._object(found))
        return self._tagged(found["t"], found["v"], depth - 1)

    @staticmethod
    def _finite(number):
        if not math.isfinite(number):  # 1e999 is JSON
            raise Unreadable("a number out of range")
        return number

    @staticmethod
    def _object(found):
        number, name = found["v"], found.get("c")
        if type(number) is not int or not 0 < number < 2**53 or type(name) is not str:
            raise Unreadable("an object without a number")
        return number, name[:80], found.get("k") is True

    def _items(self, inner, depth):
        if type(inner) is not list:
            raise Unreadable("a container without items")
        return [self._value(one, depth) for one in inner]

    @staticmethod
    def _keys(items):
        """Keys that are fit for a table: not so many of one hash that making it takes minutes."""
        if items and max(Counter(map(hash, items)).values()) > SAME_HASH:
            raise Unreadable("too many entries of one hash")
        return items

    def _tagged(self, tag, inner, depth):
        if tag == "tuple":
            return tuple(self._items(inner, depth))
        if tag in ("set", "frozenset"):
            return {"set": set, "frozenset": frozenset}[tag](self._keys(self._items(inner, depth)))
        if tag == "dict":
            pairs = self._items(inner, depth)
            self._keys([key for key, _ in pairs])
            return {key: one for key, one in pairs}
        if tag in ("bytes", "bytearray"):
            return {"bytes": bytes, "bytearray": bytearray}[tag](base64.b64decode(inner, validate=True))
        if tag == "int":
            return self._hex(inner, HEX_DIGITS)
        if tag == "float" and inner in ("nan", "inf", "-inf"):
            return float(inner)
        if tag == "complex" and all(type(one) is str and len(one) < 40 for one in inner) and len(inner) == 2:
            return complex(float(inner[0]), float(inner[1]))
        if tag == "Fraction" and len(inner) == 2:
            return Fraction(self._hex(inner[0], SHORT_DIGITS), self._hex(inner[1], SHORT_DIGITS))
        if tag == "Decimal":
            return self._decimal(inner)
        if tag in ("datetime", "date", "time") and type(inner) is str and len(inner) < 40:
            return {"datetime": datetime, "date": date, "time": time}[tag].fromisoformat(inner)
        if tag in ("timedelta", "range") and all(type(one) is int and abs(one) < 2**62 for one in inner) and len(inner) == 3:
            return self._range(inner) if tag == "range" else timedelta(*inner)
        raise Unreadable("a value of unknown type")

    @staticmethod
    def _hex(text, longest):
        if type(text) is not str or len(text) > longest:
            raise Unreadable("a number with too many digits")
        return int(text, 16)

    @staticmethod
    def _range(inner):
        if len(range(*inner)) > RANGE:
            raise Unreadable("too long a range")
        return range(*inner)

    @staticmethod
    def _decimal(text):
        if type(text) is not str or len(text) > SHORT_DIGITS:
            raise Unreadable("a number with too many digits")
        number = Decimal(text)
        if number.is_snan() or number.is_finite() and abs(number.adjusted()) > 10_000:
            raise Unreadable("a number out of range")
        return number


def encode(value, reference, depth=DEPTH):
    """A test's value for the other room. `reference(value)`: what stands for an object that is there already, or None."""
    if depth < 0:
        raise GraderMistake("a value that is nested this deep cannot be given to the learner's module")
    known = reference(value)
    if known is not None:
        return known
    if value is None or type(value) in (bool, str):
        return value
    if isinstance(value, int):
        value = int(value)
        return value if -(2**62) < value < 2**62 else {"t": "int", "v": hex(value)}
    if isinstance(value, float):
        value = float(value)
        return value if math.isfinite(value) else {"t": "float", "v": repr(value)}
    if isinstance(value, str):
        return str(value)
    if isinstance(value, (bytes, bytearray)):
        tag = "bytes" if isinstance(value, bytes) else "bytearray"
        return {"t": tag, "v": base64.b64encode(bytes(value)).decode()}

    def more(items):
        return [encode(one, reference, depth - 1) for one in items]

    if isinstance(value, list):
        return more(value)
    for kind in (tuple, set, frozenset):
        if isinstance(value, kind):
            return {"t": kind.__name__, "v": more(value)}
    if isinstance(value, dict):
        return {"t": "dict", "v": [more(pair) for pair in value.items()]}
    if isinstance(value, complex):
        return {"t": "complex", "v": [repr(value.real), repr(value.imag)]}
    if isinstance(value, Decimal):
        return {"t": "Decimal", "v": str(value)}
    if isinstance(value, Fraction):
        return {"t": "Fraction", "v": [hex(value.numerator), hex(value.denominator)]}
    for kind in (datetime, date, time):
        if isinstance(value, kind):
            return {"t": kind.__name__, "v": value.isoformat()}
    if isinstance(value, timedelta):
        return {"t": "timedelta", "v": [value.days, value.seconds, value.microseconds]}
    if isinstance(value, (range, slice)):
        return {"t": type(value).__name__, "v": more([value.start, value.stop, value.step])}
    raise GraderMistake(
        f"{type(value).__name__} cannot be given to the learner's module: it takes plain values and its own objects. "
        "For a function, use evaluate(module, 'lambda …'), which makes it there."
    )
