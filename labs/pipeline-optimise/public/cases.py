"""Data of a factory's day, other data for each seed. Right is what the baseline prints for it."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from make_day import make_day  # noqa: E402


def make(kind, seed):
    return make_day(kind, seed).encode(), None


def same(found, expected):
    """Equal, numbers within a millionth; true is no number."""
    if isinstance(expected, dict):
        return (
            isinstance(found, dict)
            and found.keys() == expected.keys()
            and all(same(found[key], expected[key]) for key in expected)
        )
    if isinstance(expected, list):
        return isinstance(found, list) and len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(expected, (int, float)):
        if isinstance(found, bool) or not isinstance(found, (int, float)) or not -1e9 < found < 1e9:
            return False
        return abs(found - expected) <= 1.5e-4 if isinstance(expected, float) else found == expected
    return found == expected


def judge(kind, output, expected):
    expected, found = json.loads(expected), json.loads(output)
    if not isinstance(found, dict):
        return 0, "The output is not one JSON object"
    wrong = [key for key in expected if not same(found.get(key), expected[key])]
    if not wrong and found.keys() != expected.keys():
        return 0, "The output has a key that the pipeline does not have"
    return (0, f"Not what the pipeline prints: {', '.join(wrong)}") if wrong else (1, None)
