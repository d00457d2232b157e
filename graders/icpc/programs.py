"""Programs: the learner's, built and run in the learner's room, and the package's validators, built and run in ours."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from packages import NAME, wrong
from provost_grader import SUBMISSION, clean, run

SUFFIXES = {
    ".c": "c",
    ".cc": "cpp",
    ".cpp": "cpp",
    ".cxx": "cpp",
    ".c++": "cpp",
    ".C": "cpp",
    ".java": "java",
    ".py": "python3",
    ".py3": "python3",
}
BINARY = ".provost-program"
MOST_SOURCES = 200


class CompileError(Exception):
    """The text is for the learner."""


@dataclass(frozen=True)
class Program:
    language: str
    command: list


def _sources():
    """The source files of the submission, as paths below it, by language."""
    found = {}
    for folder, folders, names in os.walk(SUBMISSION):
        folders[:] = [name for name in folders if not name.startswith(".") and name != "__pycache__"]
        for name in names:
            language = SUFFIXES.get(os.path.splitext(name)[1])
            path = os.path.relpath(os.path.join(folder, name), SUBMISSION)
            if language and not os.path.islink(os.path.join(folder, name)):
                found.setdefault(language, []).append(path)
                if len(found[language]) > MOST_SOURCES:
                    raise CompileError(f"there are more than {MOST_SOURCES} source files")
    return {language: sorted(paths) for language, paths in found.items()}


def _choose(wanted):
    sources = _sources()
    if wanted != "auto":
        if wanted not in sources:
            raise CompileError(f"there is no source file in {wanted}")
        return wanted, sources[wanted]
    if set(sources) == {"c", "cpp"}:
        return "cpp", sorted(sources["c"] + sources["cpp"])
    if len(sources) != 1:
        raise CompileError(
            "there is no source file" if not sources else f"the language is not clear: {', '.join(sorted(sources))}"
        )
    return next(iter(sources.items()))


def _entry(paths, names, what):
    """The file that the program begins in: the only one, or the one with a usual name."""
    if len(paths) == 1:
        return paths[0]
    for path in paths:
        if os.path.basename(path) in names:
            return path
    raise CompileError(f"of several {what} files one has to be called {names[0]}")


def included(package, language):
    """Files that the package adds to each submission: name → Path."""
    files = {}
    for name in ("default", language):
        folder = package.folder / "include" / name
        if folder.is_dir():
            files |= {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return files


def build(package, wanted):
    """Builds the learner's program in the learner's room; raises CompileError."""
    language, paths = _choose(wanted)
    added = included(package, language)
    paths = sorted({*paths, *(name for name in added if SUFFIXES.get(os.path.splitext(name)[1]) == language)})
    code = sum(os.path.getsize(SUBMISSION / path) for path in paths if os.path.exists(SUBMISSION / path))
    if code > package.limits.get("code", 128) << 10:
        raise CompileError(f"the source files are larger than {package.limits.get('code', 128)} KiB")
    # A name that begins with “-” would be an option.
    paths = [f"./{path}" for path in paths]
    if language in ("c", "cpp"):
        compiler = ["gcc", "-std=gnu17"] if language == "c" else ["g++", "-std=gnu++20"]
        command, start = [*compiler, "-O2", "-pipe", "-static", "-o", BINARY, *paths, "-lm"], [f"./{BINARY}"]
    elif language == "java":
        main = _entry(paths, ["Main.java"], "Java")
        command = ["javac", "-encoding", "UTF-8", "-d", BINARY, *paths]
        start = ["java", "-Xss64m", "-XX:+UseSerialGC", "-cp", BINARY, Path(main).stem]
    else:
        main = _entry(paths, ["main.py", "__main__.py"], "Python")
        command, start = (
            ["/usr/bin/python3", "-c", "import sys; [compile(open(p, 'rb').read(), p, 'exec') for p in sys.argv[1:]]", *paths],
            None,
        )
        start = ["/usr/bin/python3", main]
    made = run(command, seconds=package.limits.get("compilation_time", 60), put=added or None)
    if not made.succeeded:
        # Nothing hidden has been in that room yet, so what the compiler said may be shown.
        said = clean(made.errors[-3000:], 800) or clean(made.output[-1000:], 300)
        raise CompileError(f"{command[0].rpartition('/')[2]} {made.summary}." + (f" It said: {said}" if said else ""))
    return Program(language, start)


def validator(path, place):
    """Builds one of the package's validators in `place`, an absent folder: its command."""
    if path.is_dir():
        shutil.copytree(path, place)
    else:
        place.mkdir(parents=True)
        shutil.copy(path, place)
    if (place / "build").is_file():
        _make(["./build"], place)
    if (place / "run").is_file():
        return [str(place / "run")]
    names = sorted(name for name in os.listdir(place) if NAME.match(name))
    python = [name for name in names if name.endswith((".py", ".py3"))]
    native = [name for name in names if SUFFIXES.get(os.path.splitext(name)[1]) in ("c", "cpp")]
    if python and not native:
        main = "__main__.py" if "__main__.py" in python else python[0]
        if len(python) > 1 and main != "__main__.py":
            wrong(f"of the Python files of the validator {path.name} one has to be __main__.py")
        return ["/usr/bin/python3", str(place / main)]
    if not native:
        wrong(f"the validator {path.name} is neither C, C++, Python, nor has it a program “run”")
    compiler = ["gcc", "-std=gnu17"] if all(name.endswith(".c") for name in native) else ["g++", "-std=gnu++20"]
    _make([*compiler, "-O2", "-pipe", "-I.", "-o", BINARY, *native, "-lm"], place)
    return [str(place / BINARY)]


def _make(command, place):
    done = subprocess.run(command, cwd=place, stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode != 0:
        wrong(f"{place.name}: {command[0]} ended with status {done.returncode}: {clean(done.stderr[-1500:], 1000)}")
