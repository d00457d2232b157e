"""Case files for graders: read strictly, so that a slip of the instructor is a sentence with its place, never a wrong score.

A mistake in a case file ends the grader with that sentence: the grading is then *not graded*, and no learner pays for it.
"""

import json
from pathlib import PurePosixPath

from provost_grader import LAB, our_fault


def fail(text):
    """Ends the grader: something of the lab's, not of the learner's, is wrong."""
    our_fault(f"the lab's files: {text}")


def lab_file(name):
    """The path of a file of the lab, given relative to its folder; a path that leaves the folder is refused."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        fail(f"“{name}” has to be a path inside the lab's folder")
    found = LAB / path
    if not found.is_file():
        fail(f"there is no file {name}")
    return found


def _unique(pairs):
    names = [name for name, _ in pairs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"the key “{twice}” stands twice in one object")
    return dict(pairs)


def _no_constant(name):
    raise ValueError(f"{name} is not a number of JSON")


def _yaml(text):
    import yaml  # only where a lab uses YAML: Debian's python3-yaml

    class Strict(yaml.SafeLoader):
        """Refuses keys that stand twice."""

    def mapping(loader, node):
        loader.flatten_mapping(node)
        return _unique(
            [(loader.construct_object(key, deep=True), loader.construct_object(value, deep=True)) for key, value in node.value]
        )

    Strict.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)
    try:
        return yaml.load(text, Loader=Strict)
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from error


def read(name):
    """The content of a `.json`, `.yaml` or `.yml` file of the lab."""
    path = lab_file(name)
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix in (".yaml", ".yml"):
            return _yaml(text)
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        fail(f"{name}: {error}")


def check(value, where, required, optional=None):
    """`value` is an object with the keys of `required`, perhaps those of `optional`, and no other; both map a key to its type or
    types."""
    if not isinstance(value, dict):
        fail(f"{where} has to be an object")
    optional = optional or {}
    for key in required:
        if key not in value:
            fail(f"{where}: “{key}” is missing")
    for key, found in value.items():
        kind = required.get(key) or optional.get(key)
        if kind is None:
            fail(f"{where}: unknown key “{key}”; known are {', '.join([*required, *optional])}")
        kinds = kind if isinstance(kind, tuple) else (kind,)
        if object not in kinds and (not isinstance(found, kinds) or (isinstance(found, bool) and bool not in kinds)):
            fail(f"{where}: “{key}” has to be {' or '.join(one.__name__ for one in kinds)}")
    return value


def texts(value, where):
    """A list of texts."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        fail(f"{where} has to be a list of texts")
    return value


def share(total, parts):
    """`total` points shared over `parts` tests, exact to a thousandth: the first ones get what does not divide."""
    thousandths = round(total * 1000)
    each, left = divmod(thousandths, parts)
    return [(each + (number < left)) / 1000 for number in range(parts)]


def points(given, total, part="hidden"):
    """The points of each test. `given`: one number or None for each test.

    None everywhere: shared equally. A number everywhere: they add up to `total`; only in the public part, which may have fewer
    tests than the hidden one, they are scaled. Anything else ends the grader.
    """
    if not given:
        fail("there is no test")
    if all(one is None for one in given):
        return share(total, len(given))
    if any(one is None for one in given):
        fail("either every test has points, or none has")
    if any(one < 0 for one in given):
        fail("points cannot be negative")
    thousandths = [round(one * 1000) for one in given]
    if any(abs(one * 1000 - whole) > 1e-6 for one, whole in zip(given, thousandths)):
        fail("points have at most three decimals")
    wanted, found = round(total * 1000), sum(thousandths)
    if found == wanted:
        return [one / 1000 for one in thousandths]
    if part != "public" or not found:
        fail(f"the points of all tests add up to {found / 1000:g}, the lab has {total:g}")
    scaled = [one * wanted // found for one in thousandths]
    order = sorted(range(len(scaled)), key=lambda number: -(thousandths[number] * wanted % found))
    for number in order[: wanted - sum(scaled)]:
        scaled[number] += 1
    return [one / 1000 for one in scaled]


def first_difference(found, expected):
    """What is wrong with an output, without showing it or what was expected."""
    # Not all lines of a large file at once: an empty line takes thirty times its byte in memory.
    pairs = enumerate(zip(found.split(b"\n", 100_000), expected.split(b"\n", 100_000)), 1)
    number = next((number for number, (left, right) in pairs if left != right), None)
    if number is not None:
        return f"line {number} of the output is wrong"
    return "the output ends too early" if len(found) < len(expected) else "the output goes on after its end"
