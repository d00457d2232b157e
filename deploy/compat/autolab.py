"""autolab/Autolab's examples hello and hellocat, with the handins that lie beside them."""

from bench import Case, Family, Unusable, points

def cases(workshop, _, options):
    root = options.folder / "examples"
    if not root.is_dir():
        raise Unusable(f"{root} is missing; FOLDER must be a checkout of autolab/Autolab.")
    family = Family(workshop.graders)
    hello = add(workshop, root / "hello", "hello.c", {"Correctness": 100}, 100)
    # The handout does not compile, which their driver.sh tells with a score of 0.
    contents = (
        ("solution", root / "hello" / "src" / "hello.c", 100),
        ("handout", root / "hello" / "hello-handout" / "hello.c", 0),
        ("status-1", "int main(void) { return 1; }\n", 0),
    )
    for kind, content, wanted in contents:
        name = f"hello/{kind}"
        family.cases.append(Case(name, hello, workshop.submission(name, [(content, "hello.c")]), points(wanted)))
    # Each handin says its own scores: 20 and 40, all that hellocat.yml gives.
    hellocat = add(workshop, root / "hellocat", "hello", {"Correctness": 20, "TA/Design/Readability": 40}, 60)
    for handin in sorted((root / "hellocat" / "testcases").glob("*/hello")):
        name = f"hellocat/{handin.parent.name}"
        family.cases.append(Case(name, hellocat, workshop.submission(name, [(handin, "hello")]), points(60)))
    return family


def add(workshop, folder, handin, problems, most):
    files = [(folder / name, name) for name in ("autograde-Makefile", "autograde.tar")]
    workshop.grader(folder.name, format="autolab", files=files, handin=handin, problems=problems)
    return workshop.lab(folder.name, folder.name, points=most)
