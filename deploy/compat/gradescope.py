"""gradescope/autograder_samples: each autograder runs unmodified, with the submissions that lie beside it."""

import zipfile

from bench import FAILS, NOT_GRADED, PASSES, Case, Family, Unusable, points

BROKEN = "int main(void) { return }\n"
# The packages of their setup.sh come from `--packages`, which goes into the grader's folder.
RUN = ["/usr/bin/env", "PYTHONPATH=/autograder/source/site", "/autograder/run_autograder"]


def cases(workshop, _, options):
    if options.packages is None:
        raise Unusable("Say --packages DIR, made by: pip install --target DIR gradescope-utils subprocess32 pyyaml")
    family = Family(workshop.graders)
    for sample in (python, diff, diff_general, java):
        sample(workshop, options, family)
    family.left_out += [
        ("c#", "its setup.sh installs Mono and NUnit"),
        ("java-mvn", "it fetches from Maven's repository while it grades"),
        ("mysql", "it needs a MySQL server"),
        ("deploy_keys, manual_docker, java_template", "they hold no submission"),
    ]
    return family


def grader(workshop, options, name, files):
    site = [(options.packages, "site")]
    workshop.grader(name, format="gradescope", run=RUN, files=[*files, *site])
    return workshop.lab(name, name)


def python(workshop, options, family):
    """The zip that they publish, unpacked as Gradescope does."""
    folder = options.folder / "python" / "src"
    unpacked = workshop.folder / "python-autograder"
    try:
        with zipfile.ZipFile(folder / "autograder.zip") as archive:
            archive.extractall(unpacked)
    except OSError as error:
        raise Unusable(f"{error}; FOLDER must be a checkout of gradescope/autograder_samples.") from None
    lab = grader(workshop, options, "gradescope-python", [(path, path.name) for path in sorted(unpacked.iterdir())])
    for kind in ("solution", "incorrect_1", "incorrect_2", "incorrect_3", "incomplete_1"):
        name = f"python/{kind}"
        submission = workshop.submission(name, [(folder / kind, ".")])
        family.cases.append(Case(name, lab, submission, PASSES if kind == "solution" else FAILS))


def whole(workshop, options, name):
    folder = options.folder / name.partition("-")[2].replace("-", "_")
    files = [(path, path.name) for path in sorted(folder.iterdir()) if path.name not in ("fib.c", "solution")]
    return folder, grader(workshop, options, name, files)


def diff(workshop, options, family):
    """Their fib.c lacks the message for 0 that one of the seven tests of one point wants."""
    folder, lab = whole(workshop, options, "gradescope-diff")
    for name, content, label in (
        ("fib.c", folder / "fib.c", points(round(600 / 7, 3))),
        ("does-not-compile", BROKEN, points(0)),
    ):
        name = f"diff/{name}"
        family.cases.append(Case(name, lab, workshop.submission(name, [(content, "fib.c")]), label))


def diff_general(workshop, options, family):
    folder, lab = whole(workshop, options, "gradescope-diff-general")
    for name, content, label in (("fib.c", folder / "fib.c", PASSES), ("does-not-compile", BROKEN, points(0))):
        name = f"diff_general/{name}"
        family.cases.append(Case(name, lab, workshop.submission(name, [(content, "fib.c")]), label))


def java(workshop, options, family):
    folder, lab = whole(workshop, options, "gradescope-java")
    handout = folder / "src" / "main" / "java" / "com" / "gradescope" / "intlist" / "IntList.java"
    # The handout does not compile, and then this autograder leaves an empty results.json: on Gradescope it “failed to execute”.
    for name, content, label in (("solution", folder / "solution" / "IntList.java", PASSES), ("handout", handout, NOT_GRADED)):
        name = f"java/{name}"
        family.cases.append(Case(name, lab, workshop.submission(name, [(content, "IntList.java")]), label))
