"""Comparing what a program printed with what was expected: both are bytes that may hold anything, of any size.

Each function gives None when the output is right, or a sentence about the first difference that shows neither of the two.
"""

import re
from itertools import zip_longest

_NUMBER = re.compile(rb"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,5})?\Z")
_LONGEST_NUMBER = 400
_SPLIT_AT_ONCE = 1 << 20


def exact(found, expected):
    """Byte for byte."""
    if found == expected:
        return None
    return _line(found.split(b"\n", 100_000), expected.split(b"\n", 100_000))


def lines(found, expected):
    """Line by line; spaces at the end of lines, empty lines at the end and the kind of line end do not matter."""
    if found == expected:
        return None
    left, right = ([line.rstrip() for line in text.rstrip().split(b"\n", 100_000)] for text in (found, expected))
    return None if left == right else _line(left, right)


def _line(left, right):
    for number, (one, other) in enumerate(zip(left, right), 1):
        if one != other:
            return f"line {number} of the output is wrong"
    return "the output ends too early" if len(left) < len(right) else "the output goes on after its end"


def _words(text):
    """Split by ASCII white space. Not all at once when it is large: a word takes fifty times its byte in memory."""
    if len(text) <= _SPLIT_AT_ONCE:
        return text.split()
    return (match.group() for match in re.finditer(rb"[^ \t\n\v\f\r]+", text))


def number(word):
    """The number that a word is, or None: plain decimals with an exponent at most, no NaN, no infinity."""
    if len(word) > _LONGEST_NUMBER or not _NUMBER.match(word):
        return None
    value = float(word)
    return value if -1e308 < value < 1e308 else None


def tokens(found, expected, *, case_sensitive=True, space_sensitive=False, absolute=None, relative=None):
    """Word by word. With `absolute` or `relative`, an expected number is met within either of the tolerances.

    These are the rules of the default validator of ICPC and Kattis problem packages, which leaves case out unless told.
    """
    if found == expected:
        return None
    if space_sensitive and re.sub(rb"[^ \t\n\v\f\r]+", b"x", found) != re.sub(rb"[^ \t\n\v\f\r]+", b"x", expected):
        return "the white space is wrong"
    tolerant = absolute is not None or relative is not None
    for count, (one, other) in enumerate(zip_longest(_words(found), _words(expected)), 1):
        if one == other:
            continue
        if one is None:
            return "the output ends too early"
        if other is None:
            return "the output goes on after its end"
        if not case_sensitive and len(one) == len(other) and one.lower() == other.lower():
            continue
        if tolerant and _is_near(one, other, absolute, relative):
            continue
        return f"word {count} of the output is wrong"
    return None


def _is_near(found, expected, absolute, relative):
    right = number(expected)
    if right is None:
        return False
    left = number(found)
    if left is None:
        return False
    distance = abs(left - right)
    return (absolute is not None and distance <= absolute) or (relative is not None and distance <= relative * abs(right))
