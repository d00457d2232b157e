"""A problem package as Kattis, DOMjudge and the ICPC use it: read once, checked whole.

After https://www.kattis.com/problem-package-format/spec: legacy, legacy-icpc, 2023-07-draft and 2025-09. What is wrong with a
package, or not supported, is said before any program has run, and is nobody's verdict.
"""

import configparser
import math
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from provost_grader import our_fault

NAME = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,254}\Z")


def wrong(sentence):
    our_fault(f"the problem package: {sentence}")


def read_yaml(path):
    if not path.is_file():
        return {}
    try:
        found = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, ValueError, yaml.YAMLError) as error:
        wrong(f"{path.name}: {error}")
    if not isinstance(found or {}, dict):
        wrong(f"{path.name} is not a map")
    return found or {}


def words(value, what):
    """Arguments: a list of texts, or in older packages one line of them."""
    if isinstance(value, str):
        return shlex.split(value)
    if value is None or isinstance(value, list):
        return [str(one) for one in value or ()]
    wrong(f"{what} must be a list of texts")


def number(value, what):
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        wrong(f"{what} must be a number")
    return value


@dataclass
class Case:
    name: str  # like secret/1/03
    input: Path
    answer: Path
    arguments: list
    validator_arguments: list
    files: Path | None
    hint: str
    shown: bool  # its input and answer are known to learners


@dataclass
class Group:
    """A folder of cases or of groups, with what its score is."""

    name: str
    children: list = field(default_factory=list)
    aggregation: str = "sum"  # sum, min, max, avg, pass-fail
    most: float | None = None  # the largest score; None: what all its children make
    accept: float = 1  # of a case, in legacy packages
    reject: float = 0
    legacy: bool = True
    stops: bool = True  # the first rejected case ends it
    requires: list = field(default_factory=list)
    ignores_sample: bool = False

    def cases(self):
        for child in self.children:
            yield from child.cases() if isinstance(child, Group) else [child]


class Package:
    """`root` holds the groups sample and secret; `limits` as in problem.yaml; `seconds` is the time limit or None."""

    def __init__(self, folder):
        self.folder = folder
        if not (folder / "problem.yaml").is_file():
            wrong(f"there is no problem.yaml in {folder}")
        self.problem = read_yaml(folder / "problem.yaml")
        self.legacy = str(self.problem.get("problem_format_version", "legacy")).startswith("legacy")
        self.limits = self.problem.get("limits") or {}
        if not isinstance(self.limits, dict):
            wrong("limits is not a map")
        self.legacy_groups = self.legacy or self._has_legacy_groups()
        self._read_kind()
        self.seconds = self._time_limit()
        self.root = self._root()

    def _read_kind(self):
        kinds = self.problem.get("type", "pass-fail")
        kinds = set(kinds if isinstance(kinds, list) else [kinds])
        validation = str(self.problem.get("validation", "default")).split() if self.legacy else []
        self.is_scoring = "scoring" in kinds
        self.is_interactive = "interactive" in kinds or "interactive" in validation
        self.is_multi_pass = "multi-pass" in kinds or "multi-pass" in validation
        if unknown := kinds - {"pass-fail", "scoring", "interactive", "multi-pass"}:
            wrong(f"the type {sorted(map(str, unknown))[0]} is not supported")
        if (self.folder / "static_validator").exists():
            wrong("static validators are not supported")
        self.validator_arguments = words(self.problem.get("validator_flags"), "validator_flags")
        self.custom = "custom" in validation or not self.legacy and self._validator_folder() is not None
        if (self.is_interactive or self.is_multi_pass) and self._validator_folder() is None:
            wrong("an interactive or multi-pass problem needs an output validator")

    def _has_legacy_groups(self):
        """Drafts of the newer format had the groups of the legacy one at first."""
        older = list((self.folder / "data").rglob("testdata.yaml"))
        return (
            bool(older)
            and not any("scoring" in read_yaml(path) for path in older)
            and not any((self.folder / "data").rglob("test_group.yaml"))
        )

    def _validator_folder(self):
        for name in ("output_validator", "output_validators"):
            if (self.folder / name).is_dir():
                return self.folder / name
        return None

    def validators(self):
        """The programs, each a file or a folder; none when the default validator is meant."""
        folder = self._validator_folder()
        if not (self.custom or self.is_interactive):
            return []
        if folder is None:
            wrong("validation is custom, but there are no output validators")
        found = sorted(path for path in folder.iterdir() if NAME.match(path.name))
        if folder.name == "output_validator":
            # Some packages keep the program one folder deeper, as older ones did.
            return found if len(found) == 1 and found[0].is_dir() else [folder]
        # A folder with loose sources is one program.
        loose = [path for path in found if path.is_file()]
        return [folder] if len(loose) > 1 or any(path.name in ("build", "run") for path in loose) else found

    def _time_limit(self):
        if "time_limit" in self.limits:
            return number(self.limits["time_limit"], "limits.time_limit")
        file = self.folder / ".timelimit"
        try:
            if file.is_file():
                return float(file.read_text().strip())
            ini = self.folder / "domjudge-problem.ini"
            if ini.is_file():
                parser = configparser.ConfigParser()
                parser.read_string("[problem]\n" + ini.read_text(encoding="utf-8"))
                if "timelimit" in parser["problem"]:
                    return float(parser["problem"]["timelimit"].strip("'\""))
        except (ValueError, configparser.Error) as error:
            wrong(f"the time limit: {error}")
        return None

    def _root(self):
        data = self.folder / "data"
        root = self._configured(Group("data"), data)
        defaults = self._arguments(data, {"arguments": [], "validator": self.validator_arguments, "shown": False})
        for name in ("sample", "secret"):
            if (data / name).is_dir():
                root.children.append(self._group(data / name, name, root, defaults | {"shown": name == "sample"}))
        if not any(child.name == "secret" and any(child.cases()) for child in root.children):
            wrong("there is no case in data/secret")
        return root

    def _arguments(self, folder, inherited):
        return self._case_arguments(read_yaml(self._settings(folder)), inherited, str(folder.name))

    @staticmethod
    def _settings(folder):
        newer = folder / "test_group.yaml"
        return newer if newer.is_file() else folder / "testdata.yaml"

    @staticmethod
    def _case_arguments(found, inherited, what):
        result = dict(inherited)
        for key in ("output_validator_args", "output_validator_flags"):
            if key in found:
                result["validator"] = words(found[key], f"{what}: {key}")
        if "args" in found:
            result["arguments"] = words(found["args"], f"{what}: args")
        if "full_feedback" in found:
            result["shown"] = found["full_feedback"] is True
        return result

    def _group(self, folder, name, parent, inherited):
        group = self._configured(Group(name, accept=parent.accept, reject=parent.reject, stops=parent.stops), folder)
        inherited = self._arguments(folder, inherited)
        folders = [
            path for path in sorted(folder.iterdir()) if path.is_dir() and path.suffix != ".files" and NAME.match(path.name)
        ]
        for path in folders:
            child = self._group(path, f"{name}/{path.name}", group, inherited)
            if any(child.cases()):
                group.children.append(child)
        for path in sorted(folder.glob("*.in")):
            if NAME.match(path.name):
                group.children.append(self._case(path, f"{name}/{path.stem}", inherited))
        return group

    def _case(self, path, name, inherited):
        answer = path.with_suffix(".ans")
        if not answer.is_file():
            wrong(f"data/{name}.ans is missing")
        found = read_yaml(path.with_suffix(".yaml"))
        given = self._case_arguments(found, inherited, name)
        files = path.with_suffix(".files")
        hint = found.get("hint")
        hint_file = path.with_suffix(".hint")
        if hint is None and hint_file.is_file():
            hint = hint_file.read_text(encoding="utf-8")
        return Case(
            name,
            path,
            answer,
            given["arguments"],
            given["validator"],
            files if files.is_dir() else None,
            str(hint or ""),
            given["shown"],
        )

    def _configured(self, group, folder):
        group.legacy = self.legacy_groups
        found = read_yaml(self._settings(folder))
        if group.legacy:
            self._configure_legacy(group, found)
        else:
            self._configure(group, found)
        return group

    def _configure_legacy(self, group, found):
        what = f"{group.name}/testdata.yaml"
        if found.get("on_reject", "break") not in ("break", "continue"):
            wrong(f"{what}: on_reject is break or continue")
        if found.get("grading", "default") != "default":
            wrong(f"{what}: custom graders are not supported")
        grading = self.problem.get("grading") or {}
        stops = found.get("on_reject", grading.get("on_reject"))
        # In scoring problems every group counts; a rejected case ends its own group alone.
        group.stops = stops == "break" if stops else group.stops
        for key, name in (("accept_score", "accept"), ("reject_score", "reject")):
            if key in found:
                setattr(group, name, number(found[key], f"{what}: {key}"))
        for flag in words(found.get("grader_flags"), f"{what}: grader_flags"):
            if flag in ("sum", "min", "max", "avg"):
                group.aggregation = flag
            elif flag == "ignore_sample":
                group.ignores_sample = True
            elif flag not in ("always_accept", "first_error", "worst_error", "accept_if_any_accepted"):
                wrong(f"{what}: the flag {flag} is not known")
        bounds = found.get("range")
        if bounds is not None:
            try:
                group.most = float(str(bounds).split()[1])
            except (IndexError, ValueError):
                wrong(f"{what}: range is two numbers")

    @staticmethod
    def _configure(group, found):
        what = f"{group.name}/test_group.yaml"
        older = found.get("scoring") or {}
        is_secret = group.name == "secret"
        most = found.get("max_score", older.get("score", 100 if is_secret else None))
        group.most = None if most in (None, "unbounded") else number(most, f"{what}: max_score")
        group.aggregation = found.get(
            "score_aggregation", older.get("aggregation", "sum" if is_secret or group.name == "data" else "pass-fail")
        )
        if group.aggregation not in ("sum", "min", "pass-fail"):
            wrong(f"{what}: score_aggregation is sum, min or pass-fail")
        if "static_validation_score" in found:
            wrong(f"{what}: static validation is not supported")
        requires = found.get("require_pass", older.get("require_pass", []))
        group.requires = [requires] if isinstance(requires, str) else [str(one) for one in requires]
        group.stops = group.aggregation != "sum"
        group.ignores_sample = True
