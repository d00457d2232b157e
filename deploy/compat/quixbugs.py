"""QuixBugs in Python: each program once as it should be and once with its bug, by the tests of the benchmark."""

from bench import Case, Family, Label, Unusable, nothing_failed, something_failed

# As their own workflow calls it: an endless loop is the bug of several programs. Address space is bounded, so that a program that
# allocates without end fails its own test.
RUN = """#!/bin/sh
cp -R /grade/lab/tests/. . && mkdir python_programs && cp -R /grade/submission/. python_programs/ || exit 70
ulimit -v 700000
export PYTHONPATH=/grade/grader/site
exec /usr/bin/python3 -m pytest -q -p no:cacheprovider --timeout=20 --junit-xml=report.xml "$(cat .testcase)"
"""
CORRECT = Label("no test fails", nothing_failed)
BUGGY = Label("a test fails", something_failed)


def cases(workshop, _, options):
    if options.packages is None:
        raise Unusable("Say --packages DIR, made by: pip install --target DIR --no-deps pytest-timeout")
    files = [(options.packages, "site")]
    workshop.grader("quixbugs", format="junit", isolation="shared", script=RUN, files=files)
    family = Family(workshop.graders)
    root = options.folder
    tests = sorted(root.glob("python_testcases/test_*.py"))
    if not tests:
        raise Unusable(f"{root}/python_testcases is missing; FOLDER must be a checkout of jkoppel/QuixBugs.")
    for test in tests:
        program = test.stem.removeprefix("test_")
        beside = [(root / "conftest.py", "tests/conftest.py")]
        data = root / "json_testcases" / f"{program}.json"
        if data.is_file():
            beside.append((data, f"tests/json_testcases/{data.name}"))
        beside += [
            (path, f"tests/python_testcases/{path.name}")
            for path in (root / "python_testcases").glob("*.py")
            if path == test or not path.name.startswith("test_")
        ]
        lab = workshop.lab(program.replace("_", "-"), "quixbugs", files=beside)
        (lab / "tests" / ".testcase").write_text(f"python_testcases/{test.name}")
        for kind, folder, label in (("correct", "correct_python_programs", CORRECT), ("buggy", "python_programs", BUGGY)):
            name = f"{program}/{kind}"
            content = [(root / folder / f"{program}.py", f"{program}.py")]
            if (root / folder / "node.py").is_file():
                content.append((root / folder / "node.py", "node.py"))
            family.cases.append(Case(name, lab, workshop.submission(name, content), label))
    return family
