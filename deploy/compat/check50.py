"""check50 of CS50, as it comes from PyPI, on problems of cs50/problems: offline, with the programs below as submissions."""

from bench import FAILS, PASSES, Case, Family, Label, Unusable, points

# --dev takes the checks from the folder that is named, and nothing from the network. check50 needs a home and a terminal's width.
RUN = """#!/bin/sh
export PYTHONPATH=/grade/grader/site COLUMNS=80 TERM=dumb
/usr/bin/python3 -m check50 --dev --output json --output-file report.json -- "/grade/grader/checks/$(cat /grade/lab/tests/.slug)"
[ -s report.json ]
"""

HELLO = 'print("hello, " + input("What is your name? "))\n'
CASH = """
while True:
    try:
        cents = round(float(input("Change: ")) * 100)
    except ValueError:
        continue
    if cents >= 0:
        break
coins = 0
for coin in (25, 10, 5, 1):
    coins, cents = coins + cents // coin, cents % coin
print(coins)
"""
MARIO = """
height = 0
while not 1 <= height <= 8:
    try:
        height = int(input("Height: "))
    except ValueError:
        pass
for row in range(1, height + 1):
    print(" " * (height - row) + "#" * row)
"""
CREDIT = """
number = input("Number: ")
doubled = "".join(str(int(digit) * 2) for digit in number[-2::-2])
valid = sum(map(int, doubled)) + sum(map(int, number[-1::-2]))
if valid % 10:
    print("INVALID")
elif len(number) == 15 and number[:2] in ("34", "37"):
    print("AMEX")
elif len(number) == 16 and "51" <= number[:2] <= "55":
    print("MASTERCARD")
elif len(number) in (13, 16) and number[0] == "4":
    print("VISA")
else:
    print("INVALID")
"""
# Problem, file, a right program, and a change that breaks it.
PROBLEMS = (
    ("hello", "hello.py", HELLO, ('+ input("What is your name? ")', '+ "you"')),
    ("cash", "cash.py", CASH, ("25, 10, 5", "25, 5")),
    ("mario/less", "mario.py", MARIO, ("<= 8", "<= 9")),
    ("credit", "credit.py", CREDIT, ("valid % 10", "False")),
)
LOST = Label("some checks fail", lambda record: 0 < record["score"] < record["max"])


def cases(workshop, _, options):
    if options.packages is None:
        raise Unusable("Say --packages DIR, made by: pip install --target DIR check50")
    folder = options.folder / "sentimental"
    if not folder.is_dir():
        raise Unusable(f"{folder} is missing; FOLDER must be a checkout of cs50/problems.")
    files = [(options.packages, "site"), (folder, "checks")]
    workshop.grader("check50", format="check50", script=RUN, files=files, result="report.json")
    family = Family(workshop.graders)
    for problem, file, right, (before, after) in PROBLEMS:
        slug = problem.replace("/", "-")
        lab = workshop.lab(slug, "check50")
        (lab / "tests").mkdir()
        (lab / "tests" / ".slug").write_text(problem)
        for kind, content, label in (
            ("right", right, PASSES),
            ("wrong", right.replace(before, after), LOST),
            ("empty", "", FAILS),
        ):
            name = f"{slug}/{kind}"
            family.cases.append(Case(name, lab, workshop.submission(name, [(content, file)]), label))
        # check50 runs no check then, and says which file is missing.
        name = f"{slug}/missing"
        family.cases.append(Case(name, lab, workshop.submission(name, [("nothing\n", "notes.txt")]), points(0)))
    return family
