"""Problem packages of Kattis: every submission gets the verdict after which its folder is named, from graders/icpc."""

import shutil

import bench
from bench import Case, Family, Label, Unusable

# Where the package says no time limit, problemtools derives one from the accepted submissions; here it is declared. One of hello
# fills the memory limit of 512 MiB, for which a machine with other work takes more than a second.
SECONDS = {"different": 2, "guess": 2, "hello": 5, "oddecho": 1}
LANGUAGES = {".c", ".cc", ".cpp", ".java", ".py"}
WORDS = {
    "accepted": "Accepted",
    "wrong_answer": "Wrong answer",
    "run_time_error": "Run-time error",
    "time_limit_exceeded": "Time limit exceeded",
}
PARTIAL = "partially_accepted"


def cases(workshop, _, options):
    packages = [folder for folder in sorted(options.folder.glob("examples/*")) if (folder / "problem.yaml").is_file()]
    if not packages:
        raise Unusable(f"{options.folder}/examples holds no problem package; FOLDER must be a checkout of Kattis/problemtools.")
    shutil.copytree(bench.REPOSITORY / "graders" / "icpc", workshop.graders / "icpc", ignore=shutil.ignore_patterns("__pycache__"))
    family = Family(workshop.graders)
    for package in packages:
        lab = workshop.lab(
            package.name,
            "icpc",
            files=[(path, f"tests/{path.name}") for path in sorted(package.iterdir()) if path.name != "submissions"],
            learner={"memory": "2GiB", "cpu-time": "60s", "wall-time": "120s", "output": "8MiB"},
            parameters={"seconds": SECONDS.get(package.name, 2)},
        )
        for source in sorted(package.glob("submissions/*/*")):
            name = f"{package.name}/{source.parent.name}/{source.name}"
            reason = unusable(source)
            if reason:
                family.left_out.append((name, reason))
            else:
                family.cases.append(Case(name, lab, workshop.submission(name, [(source, source.name)]), label(source.parent.name)))
    return family


def unusable(source):
    if source.parent.name not in {*WORDS, PARTIAL}:
        return "problemtools gives that folder no verdict"
    if source.is_dir() or source.suffix not in LANGUAGES:
        return f"graders/icpc judges {', '.join(sorted(LANGUAGES))}"
    if source.suffix == ".py" and "python2" in source.read_text(errors="replace").partition("\n")[0]:
        return "Python 2"
    return None


def label(folder):
    if folder == PARTIAL:
        return Label("partially accepted", lambda record: 0 < record["score"] < record["max"])
    words = WORDS[folder]
    return Label(words.lower(), lambda record: verdict(record) == words)


def verdict(record):
    """That of the first case that was rejected, as problemtools says it."""
    if record["score"] == record["max"]:
        return "Accepted"
    for test in record["tests"]:
        if test["status"] == "fail":
            return (test.get("message") or "").partition(":")[0].partition(" (on ")[0].rstrip(".")
    return ""
