"""What output is worth."""

import json


def judge(kind, output, expected):
    if isinstance(expected, list):
        words = output.decode("ascii").split()
        if len(words) != len(expected):
            return 0, "There has to be a line with one digit for each frame"
        return sum(word == str(digit) for word, digit in zip(words, expected)) / len(expected), None
    found = json.loads(output)
    if not isinstance(found, dict) or found.keys() != expected.keys() or not isinstance(found["meters"], dict):
        return 0, "The output is not an object with meters, rows and total"
    if found["meters"].keys() != expected["meters"].keys():
        return 0, "Each meter that occurs has to stand under meters, and no other"
    right = [same(found["meters"][name], want) for name, want in expected["meters"].items()]
    right += [same({"sums": [found[key] for key in ("rows", "total")]}, {"sums": [expected[key] for key in ("rows", "total")]})]
    return sum(right) / len(right), None if all(right) else f"{right.count(False)} of {len(right)} parts of the report are wrong"


def same(found, expected):
    """Equal, and true is not 1, nor 1.0."""
    if isinstance(expected, dict):
        keys = isinstance(found, dict) and found.keys() == expected.keys()
        return keys and all(same(found[key], expected[key]) for key in expected)
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    return type(found) is type(expected) and found == expected
