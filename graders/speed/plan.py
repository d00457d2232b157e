"""What a lab says about its tests, checked; and its module that makes data and judges output."""

import hashlib
import hmac
import importlib.util

from provost_cases import check, fail, lab_file
from provost_grader import settings

ASPECTS = ("quality", "speed-up", "memory")


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


class Curve:
    """Points for a value: straight between those given, level beyond them."""

    def __init__(self, given, where, *, rises):
        good = isinstance(given, list) and len(given) >= 2
        good = good and all(
            isinstance(one, dict) and set(one) == {"value", "points"} and all(map(_is_number, one.values())) for one in given
        )
        if not good:
            fail(f"{where}: a curve is a list of two or more of {{value: …, points: …}}")
        self._pairs = sorted((float(one["value"]), float(one["points"])) for one in given)
        points = [one for _, one in self._pairs]
        if len({value for value, _ in self._pairs}) < len(points) or min(points) != 0 or max(points) <= 0:
            fail(f"{where}: each value stands there once, the least points are 0 and the most are more")
        if points != sorted(points, reverse=not rises):
            fail(f"{where}: its points only {'rise' if rises else 'fall'} with the value")
        self.most = max(points)

    def points_for(self, value):
        first, last = self._pairs[0], self._pairs[-1]
        if value <= first[0]:
            return first[1]
        for (left, low), (right, high) in zip(self._pairs, self._pairs[1:]):
            if value <= right:
                return low + (high - low) * (value - left) / (right - left)
        return last[1]


class Test:
    """One kind of data, and what is measured on it."""

    def __init__(self, given, number, has_baseline, seen):
        where = f"lab.yaml, tests, {number}"
        optional = {"needs": (int, float), "hint": str, "command": list, **dict.fromkeys(ASPECTS, list)}
        check(given, where, {"name": str, "kind": str}, optional)
        self.name, self.kind, self.hint, self.command = given["name"], given["kind"], given.get("hint"), given.get("command")
        self.needs = given.get("needs", 1)
        self.curves = {
            aspect: Curve(given[aspect], f"{where}: {aspect}", rises=aspect != "memory") for aspect in ASPECTS if aspect in given
        }
        if not self.curves:
            fail(f"{where}: one of {', '.join(ASPECTS)} is needed")
        if self.name in seen:
            fail(f"{where}: the name {self.name} stands there twice")
        if "speed-up" in self.curves and not has_baseline:
            fail(f"{where}: a speed-up needs the parameter “baseline”")
        if not 0 < self.needs <= 1:
            fail(f"{where}: needs is more than 0 and at most 1")
        if self.command is not None and not (self.command and all(isinstance(word, str) for word in self.command)):
            fail(f"{where}: command is a list of texts")

    def title(self, aspect):
        """The name that learners see: the aspect belongs to it when there are several."""
        return self.name if len(self.curves) == 1 else f"{self.name}: {aspect}"


def checked(given, has_baseline):
    tests, seen = [], set()
    for number, one in enumerate(given, 1):
        tests.append(Test(one, number, has_baseline, seen))
        seen.add(tests[-1].name)
    if not tests:
        fail("lab.yaml: there are no tests")
    return tests


class Cases:
    """The lab's module: `make(kind, seed) -> (bytes, expected or None)` and `judge(kind, output, expected) -> (quality, why or None)`."""

    def __init__(self, given):
        spec = importlib.util.spec_from_file_location("lab_cases", lab_file(given["cases"]))
        self._module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self._module)
        for name in ("make", "judge"):
            if not callable(getattr(self._module, name, None)):
                fail(f"{given['cases']} has no function {name}")
        self._secret = lab_file(given["seed"]).read_bytes().strip()
        if not self._secret:
            fail(f"{given['seed']} is empty")

    def make(self, kind, turn):
        """Data of this kind, other data at each turn and for each submission; the same again when it is graded again."""
        seed = hmac.new(self._secret, f"{settings().get('seed')} {kind} {turn}".encode(), hashlib.sha256).hexdigest()
        return self._module.make(kind, seed)

    def judge(self, kind, output, expected):
        """(quality from 0 to 1, None or a sentence that quotes nothing)."""
        try:
            quality, why = self._module.judge(kind, output, expected)
        except (ValueError, RecursionError):  # what json, int and decode say to bytes that are none
            return 0.0, "The output has another form than the handout asks for"
        if not 0 <= quality <= 1:
            fail(f"judge of {kind} found a quality of {quality}")
        return float(quality), why
