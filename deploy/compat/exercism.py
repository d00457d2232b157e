"""Exercism's tracks: for a fixed list of exercises the example solution passes, the stub that learners begin with fails.

With a checkout of the track's own test runner (`--runner`) that program runs unmodified and its results.json is read; without one
the track's tests run by pytest, make or Bats.
"""

import json

from bench import FAILS, PASSES, Case, Family, Unusable

# Exercises whose stub already passes (those about refactoring), that need the network, or that take chances are not among them.
PYTHON = """
acronym affine-cipher all-your-base allergies anagram armstrong-numbers atbash-cipher bank-account binary-search bob bowling change
circular-buffer clock collatz-conjecture complex-numbers crypto-square custom-set diamond etl forth grains hamming isogram leap luhn
matching-brackets pangram roman-numerals word-count
""".split()
C = """
acronym all-your-base anagram armstrong-numbers binary-search bob circular-buffer clock difference-of-squares grains hamming isogram
leap matching-brackets word-count
""".split()
BASH = """
acronym all-your-base allergies anagram armstrong-numbers atbash-cipher binary-search bob clock diamond grains hamming isogram leap
matching-brackets
""".split()

# The tests come after the submission: no file of the learner takes the place of one.
COPY = "mkdir solution && cp -R /grade/submission/. solution/ && cp -R /grade/lab/tests/. solution/ || exit 70\n"
SLUG = "slug=$(cat solution/.slug) || exit 70\n"

PYTEST = (
    f"#!/bin/sh\n{COPY}cd solution || exit 70\n"
    "exec /usr/bin/python3 -m pytest -q -p no:cacheprovider --junit-xml=../report.xml ./*_test.py\n"
)
# The exercises tell learners to take these lines away one by one.
MAKE = f"#!/bin/sh\n{COPY}cd solution && sed -i 's/TEST_IGNORE();//' test_*.c && make test && exit 0\nexit 1\n"
TAP = f"#!/bin/sh\n{COPY}cd solution && BATS_RUN_SKIPPED=true exec bats --tap ./*.bats\n"


def runner(shell, before=""):
    """Starts a track's test runner as its image does. They are not executable everywhere, so the shell is said."""
    return (
        f"#!/bin/sh\n{COPY}{SLUG}rm solution/.slug; mkdir output && cp -R /grade/grader/runner runner && cd runner || exit 70\n"
        f'{before}exec {shell} bin/run.sh "$slug" /grade/work/solution /grade/work/output\n'
    )


TRACKS = {
    "exercism-python": (PYTHON, "junit", {"script": PYTEST}, {"script": runner("sh")}),
    "exercism-c": (C, "exit-code", {"script": MAKE}, {"script": runner("bash")}),
    "exercism-bash": (BASH, "tap", {"script": TAP}, {"script": runner("bash", "export BATS_RUN_SKIPPED=true\n")}),
}


def cases(workshop, name, options):
    exercises, form, by_hand, by_runner = TRACKS[name]
    if options.runner:
        form, grader, files = "exercism", by_runner, [(options.runner, "runner")]
    else:
        grader, files = by_hand, []
    result = {"result": "output/results.json"} if options.runner else {}
    workshop.grader(name, format=form, isolation="shared", files=files, **grader, **result)
    family = Family(workshop.graders)
    for exercise in exercises:
        folder = options.folder / "exercises" / "practice" / exercise
        try:
            files = json.loads((folder / ".meta" / "config.json").read_text())["files"]
        except (OSError, ValueError, KeyError) as error:
            raise Unusable(f"{folder}: {error}; FOLDER must be a checkout of the track.") from None
        lab = workshop.lab(exercise, name, tests(folder, files))
        (lab / "tests" / ".slug").write_text(exercise)
        # A header is listed with the solution, and is part of the example only where that has one of its own.
        examples = dict(zip(files["solution"], files["example"]))
        solution = [(folder / examples.get(target, target), target) for target in files["solution"]]
        stub = [(folder / target, target) for target in files["solution"]]
        for kind, content, label in (("example", solution, PASSES), ("stub", stub, FAILS)):
            name_ = f"{exercise}/{kind}"
            family.cases.append(Case(name_, lab, workshop.submission(name_, content), label))
    return family


def tests(folder, files):
    """All that is not the learner's: the tests, and what they need beside them."""
    learners = set(files["solution"])
    found = [path for path in sorted(folder.iterdir()) if path.name not in learners and not path.name.startswith(".")]
    return [(path, f"tests/{path.name}") for path in found]
