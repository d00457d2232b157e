"""What the tests of the shipped graders share: loading a grader's modules, and running a grader against a supervisor that isolates nothing."""

import contextlib
import importlib
import importlib.machinery
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT / "graders" / "lib"), str(ROOT / "Tests" / "lib")]

from fake_supervisor import Supervisor  # noqa: E402


@contextlib.contextmanager
def folder_of(grader):
    """A grader's folder on the path. Other graders may have modules of the same names, so none is left in `sys.modules`."""
    folder = str(ROOT / "graders" / grader)
    sys.path.insert(0, folder)
    try:
        yield folder
    finally:
        sys.path.remove(folder)
        for name, module in list(sys.modules.items()):
            if str(getattr(module, "__file__", "") or "").startswith(folder + os.sep):
                del sys.modules[name]


def load(grader, *names):
    """Modules of a grader's folder."""
    with folder_of(grader):
        return [importlib.import_module(name) for name in names]


def program(grader):
    """The file `run` of a grader, as a module."""
    with folder_of(grader) as folder:
        loader = importlib.machinery.SourceFileLoader(f"{grader}-run", f"{folder}/run")
        found = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
        loader.exec_module(found)
        return found


def grade(grader, submission, *, lab, parameters, settings=None):
    """(exit status, reports, standard error) of one grading. `submission`, `lab`: a folder, or name → text or bytes."""
    with contextlib.ExitStack() as stack:
        supervisor = Supervisor(
            {}, parameters=parameters, settings={"lab": "x", "points": 100, "person": None, **(settings or {})}
        )
        for content, places in (
            (submission, (supervisor.work, supervisor.folder / "submission")),
            (lab, (supervisor.folder / "lab",)),
        ):
            for place in places:
                fill(place, content)
        stack.enter_context(supervisor)
        environment = {
            **os.environ,
            **supervisor.environment,
            "PYTHONPATH": str(ROOT / "graders" / "lib"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        work = supervisor.folder / "work"
        ended = subprocess.run(
            [str(ROOT / "graders" / grader / "run")], cwd=work, env=environment, capture_output=True, text=True, timeout=120
        )
        return ended.returncode, [words if isinstance(words, list) else list(words) for words in supervisor.reports], ended.stderr


def fill(folder, content):
    for name, data in content.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)


def tests(reports):
    """name → (status, score, max, message, hidden) of what was reported."""
    found = {}
    for words in reports:
        words = [word.decode() if isinstance(word, bytes) else word for word in words]
        if words[0] == "report":
            words = words[1:]
        if words[0] != "test":
            continue
        options, rest = {}, words[3:]
        while rest:
            if rest[0] == "--hidden":
                options["--hidden"], rest = True, rest[1:]
            else:
                options[rest[0]], rest = rest[1], rest[2:]
        score, most = (float(options[name]) for name in ("--score", "--max"))
        found[words[1]] = (words[2], score, most, options.get("--message", ""), options.get("--hidden", False))
    return found
