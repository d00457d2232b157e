"""UCL-INGI/INGInious-demo-tasks: the tasks of its tutorial whose run file tells right from wrong by itself.

What the tasks ask for is in their task.yaml; the answers below are short programs of our own.
"""

from bench import FAILS, NOT_GRADED, PASSES, Case, Family, Unusable

HELLO = 'print("Hello World!")\n'
OTHER = 'print("Hello")\n'
FORGED = (
    'import subprocess\nsubprocess.run(["feedback-result", "success"])\nsubprocess.run(["feedback-grade", "100"])\nprint("Hello")\n'
)
# Task, isolation, the problem's file, and answers with their label.
TASKS = (
    ("01_getting_started", "shared", "thecode.py", (("right", HELLO, PASSES), ("wrong", OTHER, FAILS), ("empty", "", FAILS))),
    (
        "04_run_student",
        "two-room",
        "thecode.py",
        (
            ("right", HELLO, PASSES),
            ("wrong", OTHER, FAILS),
            # “You will not be able to modify the feedback or result anymore!”
            ("forged", FORGED, FAILS),
        ),
    ),
    (
        "08_feedback",
        "shared",
        "thecode.sh",
        (
            ("right", "#!/bin/bash\nfeedback-result success\n", PASSES),
            ("graded", "#!/bin/bash\nfeedback-result failed\nfeedback-grade 75.4\nfeedback-msg --message 'so so'\n", FAILS),
            ("silent", "#!/bin/bash\n", FAILS),
            ("crash", "#!/bin/bash\nfeedback-result crash\n", NOT_GRADED),
        ),
    ),
)


def cases(workshop, _, options):
    root = options.folder / "tutorial"
    if not root.is_dir():
        raise Unusable(f"{root} is missing; FOLDER must be a checkout of UCL-INGI/INGInious-demo-tasks.")
    family = Family(workshop.graders)
    for task, isolation, file, answers in TASKS:
        slug = task.replace("_", "-")
        workshop.grader(slug, run=["./run"], format="inginious", isolation=isolation, files=[(root / task / "run", "run")])
        lab = workshop.lab(slug, slug)
        for kind, content, label in answers:
            name = f"{slug}/{kind}"
            family.cases.append(Case(name, lab, workshop.submission(name, [(content, file)]), label))
    family.left_out += [
        ("05, 06, 09", "they call rst-code, parsetemplate or rst helpers, which are refused here"),
        ("07, 10, 11", "they need IPython, the archive or an SSH session"),
        ("02, 03, 12", "they are quizzes without a run file"),
    ]
    return family
