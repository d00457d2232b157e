"""deploy/compat: how it compares records with labels, and published shapes of folders that the layouts have to take."""

import contextlib
import io
import json
import os
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "deploy" / "compat"))

import bench  # noqa: E402
import exercism  # noqa: E402
import families  # noqa: E402
import kattis  # noqa: E402


def record(score, statuses=(), outcome="graded", **more):
    tests = [{"name": f"t{number}", "status": status, "message": "why"} for number, status in enumerate(statuses)]
    return {"outcome": outcome, "score": score, "max": 100, "tests": tests, "messages": [], **more}


class Folder(unittest.TestCase):
    def setUp(self):
        self._temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self._temporary.cleanup)
        self.folder = Path(self._temporary.name)

    def gate(self, answers):
        """A stand-in for provost-gate: the submission's name chooses what it prints."""
        program = self.folder / "gate"
        (self.folder / "answers.json").write_text(json.dumps(answers))
        program.write_text(
            f"#!{sys.executable}\nimport json, os, sys\n"
            f"answers = json.load(open({str(self.folder / 'answers.json')!r}))\n"
            "answer = answers[os.path.basename(sys.argv[sys.argv.index('--submission') + 1])]\n"
            "if isinstance(answer, str): sys.exit(answer)\n"
            "print(json.dumps({'record': answer, 'log': 'the log'}))\n"
        )
        program.chmod(0o755)
        return program


class Agreement(Folder):
    def run_all(self, *cases):
        family = bench.Family(self.folder, [bench.Case(name, self.folder, self.folder / name, label) for name, label, _ in cases])
        os.environ["PROVOST_GATE"] = str(self.gate({name: answer for name, _, answer in cases}))
        self.addCleanup(os.environ.pop, "PROVOST_GATE", None)
        output = io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(io.StringIO()):
            status = bench.run_all(family, 2)
        return status, output.getvalue().splitlines()

    def test_all_agree(self):
        status, lines = self.run_all(
            ("a", bench.PASSES, record(100, ["pass"])),
            ("b", bench.FAILS, record(50, ["pass", "fail"])),
            ("c", bench.points(50), record(50)),
            ("d", bench.NOT_GRADED, record(None, outcome="notGraded", reason="", evidence="")),
        )
        self.assertEqual((status, lines[-1]), (0, "agreement: 4 of 4"))

    def test_disagreement_is_told_with_its_reason(self):
        status, lines = self.run_all(
            ("a", bench.PASSES, record(99.999, ["pass", "fail"])),
            ("b", bench.FAILS, record(100, ["pass"])),
            ("c", bench.FAILS, record(None, outcome="notGraded", reason="Our side.", evidence="no room")),
            ("d", bench.NOT_GRADED, record(0, ["fail"])),
            ("e", bench.FAILS, "provost: lab.yaml:2:11: no"),
            ("f", bench.points(50), record(50.001)),
        )
        self.assertEqual((status, lines[-1]), (1, "agreement: 0 of 6"))
        text = "\n".join(lines)
        for part in ("t1: fail why", "Our side. no room the log", "lab.yaml:2:11"):
            self.assertIn(part, text)

    def test_skipped_tests_are_no_failures_and_no_proof(self):
        self.assertTrue(bench.nothing_failed(record(50, ["pass", "skip"])))
        self.assertFalse(bench.nothing_failed(record(0, ["skip"])))
        self.assertFalse(bench.nothing_failed(record(50, ["pass", "error"])))
        self.assertTrue(bench.something_failed(record(0, ["skip", "error"])))

    def test_verdict_is_that_of_the_first_rejected_case(self):
        found = record(0, ["pass", "fail", "skip", "fail"])
        found["tests"][1]["message"] = "Time limit exceeded: stopped: time limit 5 s."
        self.assertEqual(kattis.verdict(found), "Time limit exceeded")
        found["tests"][1]["message"] = "Wrong answer (on secret/1)."
        self.assertTrue(kattis.label("wrong_answer").agrees(found))
        self.assertFalse(kattis.label("run_time_error").agrees(found))
        self.assertFalse(kattis.label("partially_accepted").agrees(record(100)))


class Building(Folder):
    def test_learners_files_are_not_among_the_tests(self):
        for name in ("leap.c", "leap.h", "test_leap.c", ".meta/example.c", "test-framework/unity.c"):
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_text("")
        found = exercism.tests(self.folder, {"solution": ["leap.c", "leap.h"]})
        self.assertEqual([target for _, target in found], ["tests/test-framework", "tests/test_leap.c"])

    def test_a_folder_that_holds_something_else_is_said(self):
        options = type("Options", (), {"folder": self.folder, "packages": self.folder, "runner": None})()
        for name, cases in families.ALL.items():
            with self.subTest(name), tempfile.TemporaryDirectory() as place, self.assertRaises(bench.Unusable):
                cases(bench.Workshop(place), name, options)

    def test_links_are_copied_as_files(self):
        (self.folder / "from").mkdir()
        (self.folder / "README.md").write_text("text")
        (self.folder / "from" / "index.md").symlink_to("../README.md")
        bench.copy(self.folder / "from", self.folder / "to")
        self.assertFalse((self.folder / "to" / "index.md").is_symlink())


def has_rooms():
    try:
        bench.gate_program()
    except bench.Unusable:
        return False
    return os.geteuid() == 0


@unittest.skipUnless(has_rooms(), "needs root and provost-gate")
class Layouts(Folder):
    def grade(self, files, submission, **keys):
        (self.folder / "shop").mkdir(exist_ok=True)
        workshop = bench.Workshop(self.folder / "shop")
        place = workshop.grader("grader", **keys)
        for name, text in files.items():
            (place / name).write_text(text)
        lab = workshop.lab("lab", "grader")
        given = workshop.submission("given", [(text, name) for name, text in submission.items()])
        return bench.grade(bench.gate_program(), workshop.graders, bench.Case("case", lab, given, bench.PASSES))

    def test_inginious_run_needs_no_execute_permission(self):
        run = '#!/bin/bash\n[ "$(getinput word)" = yes ] && feedback-result success || feedback-result failed\n'
        outcome = self.grade({"run": run}, {"word.txt": "yes"}, format="inginious", run=["./run"])
        self.assertTrue(outcome.agrees, outcome)

    def test_inginious_run_student_starts_where_it_is_called(self):
        run = (
            "#!/bin/bash\nmkdir student/deep; echo 'pwd; ls /task' > student/show; feedback-result failed\n"
            '[ "$(run_student sh student/show)" = "/task"$\'\\nstudent\' ] || exit\n'
            'cd student; [ "$(run_student sh show)" = "/task/student"$\'\\nstudent\' ] || exit\n'
            'echo x > deep/file; cd deep; [ "$(run_student sh ../show)" = "/task/student/deep"$\'\\nstudent\' ] || exit\n'
            'cd /tmp; [ "$(run_student sh student/show)" = "/task"$\'\\nstudent\' ] || exit\n'
            "feedback-result success\n"
        )
        outcome = self.grade({"run": run}, {"word.txt": "yes"}, format="inginious", run=["./run"])
        self.assertTrue(outcome.agrees, outcome)

    def test_inginious_command_that_is_not_offered_fails_nobody(self):
        run = "#!/bin/bash\nparsetemplate --output code.py template.py\nfeedback-result failed\n"
        outcome = self.grade({"run": run}, {"word.txt": "yes"}, format="inginious", run=["./run"])
        self.assertEqual(outcome.came, "not graded", outcome)
        self.assertIn("parsetemplate", outcome.reason)

    def test_check50_with_a_missing_file_is_graded(self):
        error = {"error": {"type": "MissingFilesError", "value": "in /grade/work", "data": {"files": ["hello.py"]}}}
        run = f"#!/bin/sh\ncat <<'END'\n{json.dumps(error)}\nEND\nexit 1\n"
        outcome = self.grade({}, {"notes.txt": "x"}, format="check50", script=run)
        self.assertEqual(outcome.came, "0 of 100, 1 fail", outcome)
        self.assertIn("The submission lacks hello.py.", outcome.reason)


if __name__ == "__main__":
    unittest.main()
