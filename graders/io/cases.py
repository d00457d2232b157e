"""The cases of a lab: read once, checked whole. What is wrong with them is the author's to hear, before any program has run."""

import json
import math
import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from provost_grader import LAB, our_fault

KEYS = {
    "name",
    "points",
    "group",
    "arguments",
    "stdin",
    "stdin-file",
    "output",
    "output-file",
    "errors",
    "status",
    "put",
    "put-files",
    "get",
    "get-files",
    "compare",
    "tolerance",
    "seconds",
    "memory",
    "hint",
    "show",
    "hidden",
}
COMPARE = ("exact", "lines", "tokens", "float", "checker")


@dataclass
class Case:
    name: str
    points: float = 0
    group: str | None = None
    arguments: list = field(default_factory=list)
    stdin: bytes = b""
    output: bytes | None = None
    errors: str = "any"
    status: int | None = 0
    put: dict = field(default_factory=dict)
    get: dict = field(default_factory=dict)
    compare: str = "lines"
    tolerance: float = 1e-6
    seconds: float = 2
    memory: str | None = None
    hint: str = ""
    show: bool = False
    hidden: bool = False


@dataclass
class Group:
    """One test of the record: a case, or several under one name."""

    name: str
    points: float
    rule: str = "all"
    hint: str = ""
    hidden: bool = False
    cases: list = field(default_factory=list)


def _wrong(sentence):
    our_fault(f"the lab's cases: {sentence}")


def _number(value, what):
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value < 0:
        _wrong(f"{what} must be a number from 0 on")
    return value


def _text(value, what):
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        _wrong(f"{what} must be a text")
    return str(value)


def _file(folder, name, what):
    try:
        return (folder / _text(name, what)).read_bytes()
    except OSError as error:
        _wrong(f"{what}: {error}")


def _one_of(found, folder, key, what):
    """The bytes of `key` or of the file that `key-file` names; None without either."""
    if key in found and f"{key}-file" in found:
        _wrong(f"{what} has both {key} and {key}-file")
    if key in found:
        return _text(found[key], f"{what}: {key}").encode()
    return _file(folder, found[f"{key}-file"], f"{what}: {key}-file") if f"{key}-file" in found else None


def _files(found, folder, key, what):
    files = {}
    for name, text in (found.get(key) or {}).items():
        files[name] = _text(text, f"{what}: {key}").encode()
    for name, path in (found.get(f"{key}-files") or {}).items():
        files[name] = _file(folder, path, f"{what}: {key}-files")
    return files


def _case(found, folder, parameters):
    if not isinstance(found, dict) or not isinstance(found.get("name"), (str, int)):
        _wrong("every case needs a name")
    what = f"“{found['name']}”"
    if unknown := sorted(map(str, found.keys() - KEYS)):
        _wrong(f"{what}: unknown key {unknown[0]}")
    if found.get("compare", parameters["compare"]) not in COMPARE:
        _wrong(f"{what}: compare is one of {', '.join(COMPARE)}")
    if found.get("errors", "any") not in ("any", "some", "none"):
        _wrong(f"{what}: errors is any, some or none")
    status = found.get("status", 0)
    if status != "any" and (isinstance(status, bool) or not isinstance(status, int) or not 0 <= status <= 255):
        _wrong(f"{what}: status is a whole number from 0 to 255, or any")
    if ("group" in found) == ("points" in found):
        _wrong(f"{what} needs either points or a group")
    arguments = found.get("arguments", [])
    if not isinstance(arguments, list):
        _wrong(f"{what}: arguments is a list")
    case = Case(
        name=str(found["name"]),
        points=_number(found.get("points", 0), f"{what}: points"),
        group=found.get("group"),
        arguments=[_text(one, f"{what}: arguments") for one in arguments],
        stdin=_one_of(found, folder, "stdin", what) or b"",
        output=_one_of(found, folder, "output", what),
        errors=found.get("errors", "any"),
        status=None if status == "any" else status,
        put=_files(found, folder, "put", what),
        get=_files(found, folder, "get", what),
        compare=found.get("compare", parameters["compare"]),
        tolerance=_number(found.get("tolerance", parameters["tolerance"]), f"{what}: tolerance"),
        seconds=_number(found.get("seconds", parameters["seconds"]), f"{what}: seconds"),
        memory=found.get("memory", parameters["memory"]) or None,
        hint=_text(found.get("hint", ""), f"{what}: hint"),
        show=found.get("show", False) is True,
        hidden=found.get("hidden", False) is True,
    )
    if case.output is None and not case.get and case.errors == "any" and case.status in (0, None):
        _wrong(f"{what} expects nothing: give output, get, errors or a status other than 0")
    return case


def _from_folder(folder, parameters, points):
    """NAME.in with NAME.out; the points are shared exactly, in thousandths."""
    inputs = sorted(
        folder.glob("*.in"), key=lambda path: [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", path.stem)]
    )
    thousandths = round(points * 1000)
    for number, path in enumerate(inputs):
        share = thousandths // len(inputs) + (number < thousandths % len(inputs))
        found = {"name": path.stem, "points": share / 1000, "stdin-file": path.name, "output-file": f"{path.stem}.out"}
        if path.with_suffix(".args").exists():
            found["arguments"] = path.with_suffix(".args").read_text(encoding="utf-8").splitlines()
        yield _case(found | {"show": path.stem.startswith("sample")}, folder, parameters)


def _groups(found, cases):
    groups = {}
    for name, one in found.items():
        if (
            not isinstance(one, dict)
            or one.keys() - {"points", "rule", "hint", "hidden"}
            or one.get("rule", "all") not in ("all", "share")
        ):
            _wrong(f"group “{name}” takes points, rule (all or share), hint and hidden")
        hint = _text(one.get("hint", ""), f"group “{name}”: hint")
        groups[name] = Group(str(name), _number(one.get("points"), f"group “{name}”: points"), one.get("rule", "all"), hint)
        groups[name].hidden = one.get("hidden", False) is True
    tests = []
    for case in cases:
        if case.group is None:
            tests.append(Group(case.name, case.points, hint="", hidden=case.hidden, cases=[case]))
            continue
        if case.group not in groups:
            _wrong(f"“{case.name}”: there is no group {case.group}")
        group = groups[case.group]
        if not group.cases:
            tests.append(group)
        group.cases.append(case)
    if empty := [group.name for group in groups.values() if not group.cases]:
        _wrong(f"group “{empty[0]}” has no case")
    names = [test.name for test in tests]
    if repeated := [name for name in names if names.count(name) > 1]:
        _wrong(f"the name “{repeated[0]}” occurs twice")
    return tests


def read(parameters, points):
    """The tests in their order, each with its cases."""
    path = LAB / parameters["cases"]
    if path.is_dir():
        cases, groups = list(_from_folder(path, parameters, points)), {}
    else:
        try:
            text = path.read_text(encoding="utf-8")
            found = (
                json.loads(text)
                if path.suffix == ".json"
                else yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
            )
        except (OSError, ValueError, yaml.YAMLError) as error:
            _wrong(f"{path}: {error}")
        if isinstance(found, list):
            found = {"cases": found}
        if not isinstance(found, dict) or found.keys() - {"cases", "groups"} or not isinstance(found.get("cases"), list):
            _wrong(f"{path} is a list of cases, or has the keys cases and groups")
        cases = [_case(one, path.parent, parameters) for one in found["cases"]]
        groups = found.get("groups") or {}
    if not cases:
        _wrong(f"there is none in {path}")
    return _groups(groups, cases)


def checker(parameters):
    """The checker's command, or None."""
    words = parameters["checker"]
    return [str(LAB / Path(words[0])), *words[1:]] if words else None
