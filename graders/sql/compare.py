"""Compares two result sets, each a list of column names and a list of rows. Pure: no SQLite, no rooms."""

import math
from collections import defaultdict

# Up to so many rows with numbers alike, rows are matched one by one; beyond, in sorted order.
MOST_MATCHED = 400


def unpack(value):
    """A value as it came from the other room, or ValueError: what comes from there may be anything."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool)) or isinstance(value, str):
        return value
    if isinstance(value, dict) and len(value) == 1:
        if isinstance(value.get("real"), str) and len(value["real"]) <= 40:
            return float(value["real"])
        if isinstance(value.get("blob"), str):
            return bytes.fromhex(value["blob"])
    raise ValueError("not a value of SQLite")


def is_number(value):
    return isinstance(value, (int, float))


def same_value(found, expected, tolerance):
    """Numbers are compared by value: 3 and 3.0 are the same. NULL equals NULL, and nothing else; '3' is not 3."""
    if is_number(found) and is_number(expected):
        if found == expected:
            return True
        try:
            return math.isfinite(found) and math.isfinite(expected) and abs(found - expected) <= tolerance * max(1, abs(expected))
        except OverflowError:
            return False
    return type(found) is type(expected) and found == expected


def same_row(found, expected, tolerance):
    return len(found) == len(expected) and all(same_value(*pair, tolerance) for pair in zip(found, expected))


def shape(row):
    """What two rows must share exactly: everything but their numbers."""
    return tuple(("number",) if is_number(value) else (type(value).__name__, value) for value in row)


def numbers(row):
    return tuple(value for value in row if is_number(value))


def same_multiset(found, expected, tolerance):
    """The same rows, each as often, in any order."""
    if len(found) != len(expected):
        return False
    groups = defaultdict(lambda: ([], []))
    for side, rows in enumerate((found, expected)):
        for row in rows:
            groups[shape(row)][side].append(row)
    return all(same_group(*sides, tolerance) for sides in groups.values())


def same_group(found, expected, tolerance):
    if len(found) != len(expected):
        return False
    pairs = zip(sorted(found, key=numbers), sorted(expected, key=numbers))
    if all(same_row(*pair, tolerance) for pair in pairs):
        return True
    if len(found) > MOST_MATCHED:
        return False
    left = list(expected)
    for row in found:
        match = next((index for index, other in enumerate(left) if same_row(row, other, tolerance)), None)
        if match is None:
            return False
        del left[match]
    return True


def difference(found, expected, *, ordered, columns="names", tolerance=1e-9):
    """None when `found` is right, or one sentence. Both: {"columns": […], "rows": [[…]]}. No value of a row is in the sentence.

    `columns`: "names" compares names without regard to case, "count" only how many there are.
    """
    if len(found["columns"]) != len(expected["columns"]):
        return f"{len(found['columns'])} columns instead of {len(expected['columns'])}"
    if columns == "names":
        for number, (one, other) in enumerate(zip(found["columns"], expected["columns"]), 1):
            if one.casefold() != other.casefold():
                return f"column {number} is not called {other}"
    if len(found["rows"]) != len(expected["rows"]):
        return f"{len(found['rows'])} rows instead of {len(expected['rows'])}"
    if ordered:
        pairs = enumerate(zip(found["rows"], expected["rows"]), 1)
        wrong = next((number for number, pair in pairs if not same_row(*pair, tolerance)), None)
        if wrong is None:
            return None
        if same_multiset(found["rows"], expected["rows"], tolerance):
            return f"the rows are right, but not their order (row {wrong})"
        return f"row {wrong} is wrong"
    if same_multiset(found["rows"], expected["rows"], tolerance):
        return None
    return "the number of rows is right, but not what is in them"


def result(answer):
    """The result set in an answer of the engine, checked; ValueError when it is none."""
    columns, rows = answer.get("columns"), answer.get("rows")
    if not isinstance(columns, list) or not all(isinstance(name, str) for name in columns):
        raise ValueError("no columns")
    if not isinstance(rows, list) or not all(isinstance(row, list) and len(row) == len(columns) for row in rows):
        raise ValueError("no rows")
    return {"columns": columns, "rows": [[unpack(value) for value in row] for row in rows]}
