"""provost-gate in real rooms: python3 -m unittest discover -s Tests/gate

Each bad lab has one fault, and the check must find that one.
"""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree as xml

ROOT = pathlib.Path(__file__).resolve().parents[2]
GATE = pathlib.Path(os.environ.get("PROVOST_GATE", ROOT / ".build" / "debug" / "provost-gate"))
PROVOST = GATE.with_name("provost")

GRADER = """#!/usr/bin/python3
import json
from provost_grader import run, report_test
for number, (given, wanted) in enumerate(json.load(open("/grade/lab/tests/cases.json"))):
    said = run(["python3", "double.py"], stdin=given.encode(), seconds=60, cpu_seconds=5).output.decode(errors="replace").strip()
    right = said == wanted
    report_test(f"case {number}", 5 if right else 0, 5, None if right else MESSAGE)
"""
GOOD = {
    "graders/double/grader.yaml": "name: double\ntitle: {en: Double}\nrun: [./run]\n",
    "graders/double/run": GRADER.replace("MESSAGE", '"another number is right"'),
    "labs/double/lab.yaml": "name: double\ntitle: {en: Double}\ngrader: double\npoints: 10\ngate: {repeats: 3, mutants: 2}\n"
    # Far from what a run takes on a busy machine, so that the headroom is not what fails.
    "limits: {learner: {wall-time: 120s}, grader: {wall-time: 600s}}\n",
    "labs/double/README.md": "# Double\nRead a number, print its double.\n",
    "labs/double/README.ko.md": "# 두 배\n",
    "labs/double/tests/cases.json": '[["21", "42"], ["0", "0"]]',
    "labs/double/public/cases.json": '[["1", "2"], ["2", "4"]]',
    "labs/double/starter/double.py": "number = int(input())\n",
    "labs/double/samples/reference/expected.yaml": "{outcome: graded, score: 10}\n",
    "labs/double/samples/reference/submission/double.py": "number = int(input())\nprint(number * 2)\n",
    "labs/double/samples/wrong/expected.yaml": "{outcome: graded, score: 5}\n",
    "labs/double/samples/wrong/submission/double.py": "number = int(input())\nprint(number * 3)\n",
}
SHARED = """#!/usr/bin/python3 -P
import json, subprocess
for number, (given, wanted) in enumerate(json.load(open("/grade/lab/tests/cases.json"))):
    done = subprocess.run(["python3", "/grade/submission/double.py"], input=given, capture_output=True, text=True)
    status = "pass" if done.stdout.strip() == wanted else "fail"
    subprocess.run(["report", "test", f"case {number}", status, "--max", "5"], check=True)
"""


def rooms_are_missing():
    if os.environ.get("CI"):
        return None
    if os.geteuid() != 0:
        return "rooms need root"
    return None if GATE.exists() else f"{GATE} is not built"


@unittest.skipIf(rooms_are_missing(), rooms_are_missing() or "")
class GateTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="provost-gate-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, changes=None, without=()):
        for name, text in {**GOOD, **(changes or {})}.items():
            if name in without:
                continue
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            path.chmod(0o755 if text.startswith("#!") else 0o644)

    def gate(self, *words):
        return subprocess.run([GATE, *map(str, words)], capture_output=True, text=True, timeout=1200)

    def check(self, *options):
        ended = self.gate("check", self.folder / "labs/double", "-o", "json", *options)
        self.assertIn(ended.returncode, (0, 10), ended.stderr)
        found = json.loads(ended.stdout)
        self.assertEqual(found["passed"], ended.returncode == 0)
        return {(finding["check"], finding["subject"]): finding for finding in found["findings"]}

    def failed(self, findings):
        return sorted({check for (check, _), finding in findings.items() if finding["state"] == "failed"})

    def test_a_good_lab_passes_every_check(self):
        self.write()
        findings = self.check()
        self.assertEqual(self.failed(findings), [])
        made = {check for (check, _), finding in findings.items() if finding["state"] == "passed"}
        self.assertLessEqual(
            {"files", "reference", "starter", "sample", "repeats", "headroom", "forgery", "canary", "mutants"}, made, findings
        )

    def test_a_starter_that_is_half_done_is_found(self):
        self.write({"labs/double/starter/double.py": "print(0)\n"})
        self.assertEqual(self.failed(self.check("--mutants", 0)), ["starter"])

    def test_a_declared_floor_is_allowed(self):
        self.write({"labs/double/starter/double.py": "print(0)\n",
                    "labs/double/lab.yaml": GOOD["labs/double/lab.yaml"].replace("repeats", "floor: 5, repeats")})  # fmt: skip
        self.assertEqual(self.failed(self.check("--mutants", 0)), [])

    def test_a_sample_that_comes_to_something_else_is_found(self):
        self.write({"labs/double/samples/wrong/expected.yaml": "{outcome: graded, score: 0}\n"})
        self.assertEqual(self.failed(self.check("--mutants", 0)), ["sample"])

    def test_a_reference_that_misses_a_point_is_found(self):
        self.write({"labs/double/tests/cases.json": '[["21", "42"], ["0", "1"]]'})
        findings = self.check()
        self.assertIn("reference", self.failed(findings))
        self.assertEqual(findings["repeats", "reference"]["state"], "skipped")

    def test_a_grader_that_throws_dice_is_found(self):
        dice = GOOD["graders/double/run"].replace("right = said == wanted", "import os\n    right = said == wanted and os.urandom(1)[0] > 25")
        # The reference has to have luck once before it can be repeated, which nine of ten dice give; a fault of the dice, not of the check.
        self.write({"graders/double/run": dice})
        for _ in range(12):
            failed = self.failed(self.check("--repeats", 8, "--mutants", 0))
            if failed != ["reference"] and "repeats" in failed:
                return
        self.fail("in twelve checks of a grader that throws dice, none found it")

    def test_a_limit_that_is_too_near_is_found(self):
        self.write({"labs/double/lab.yaml": GOOD["labs/double/lab.yaml"].replace("learner: {", "learner: {processes: 1, ")})
        findings = self.check("--mutants", 0)
        self.assertEqual(self.failed(findings), ["headroom"], findings)

    def test_tests_that_notice_nothing_are_found(self):
        # Two and two is four as well as twice two.
        self.write({"labs/double/tests/cases.json": '[["2", "4"], ["2", "4"]]',
                    "labs/double/samples/wrong/expected.yaml": "{outcome: graded, score: 0}\n"})  # fmt: skip
        findings = self.check()
        self.assertEqual(self.failed(findings), ["mutants"], findings)
        self.assertTrue(any(check == "mutants" and ":" in subject for check, subject in findings), "the survivors are named")

    def test_a_grader_that_shows_the_tests_is_found(self):
        loud = GOOD["graders/double/run"].replace('"another number is right"', '" ".join(__import__("os").listdir("/grade/lab/tests"))')
        self.write({"graders/double/run": loud})
        self.assertEqual(self.failed(self.check("--mutants", 0)), ["canary"])

    def test_a_score_in_reach_of_the_learner_is_found(self):
        """Learner code in the grader's room that runs `report` itself: a known limit of shared rooms, which the gate must show."""
        self.write({"graders/double/grader.yaml": GOOD["graders/double/grader.yaml"] + "isolation: shared\n", "graders/double/run": SHARED,
                    "labs/double/lab.yaml": GOOD["labs/double/lab.yaml"].replace("points: 10", "points: 10")})  # fmt: skip
        findings = self.check("--mutants", 0)
        forged = findings["forgery", "calls report"]
        # Either it gained points, or it broke the grading: never a pass that nobody sees.
        self.assertTrue(forged["state"] == "failed" or "not graded" in forged["reason"], forged)

    def test_what_cannot_be_read_is_said_with_its_place(self):
        self.write({"labs/double/lab.yaml": GOOD["labs/double/lab.yaml"] + "parameters: {speed: 3}\n"})
        ended = self.gate("check", self.folder / "labs/double")
        self.assertEqual((ended.returncode, "lab.yaml:7:13" in ended.stderr), (1, True), ended.stderr)
        ended = self.gate("check", self.folder / "labs")
        self.assertEqual((ended.returncode, "lab.yaml" in ended.stderr), (3, True), ended.stderr)

    def test_junit_is_well_formed_and_counts(self):
        self.write({"labs/double/samples/wrong/expected.yaml": "{outcome: graded, score: 0}\n"})
        ended = self.gate("check", self.folder / "labs/double", "--mutants", 0, "-o", "junit")
        suite = xml.fromstring(ended.stdout)
        self.assertEqual(int(suite.get("failures")), len(suite.findall("testcase/failure")))
        self.assertEqual(int(suite.get("tests")), len(suite.findall("testcase")))
        self.assertEqual(int(suite.get("failures")), 1)

    def test_several_labs_are_checked_one_after_the_other(self):
        other = {name.replace("labs/double", "labs/other"): text.replace("name: double", "name: other") for name, text in GOOD.items() if name.startswith("labs/")}
        self.write({**other, "labs/README.md": "Labs.\n", "labs/torn/lab.yaml": "name: [\n", "labs/other/samples/wrong/expected.yaml": "{outcome: graded, score: 0}\n"})
        folders = sorted((self.folder / "labs").iterdir())
        ended = self.gate("check", "--mutants", 0, "--repeats", 1, *folders)
        self.assertEqual(ended.returncode, 1, ended.stderr)
        self.assertIn("README.md is no folder; left out.", ended.stderr)
        self.assertIn(f"== {self.folder}/labs/double\nCHECK", ended.stdout)
        self.assertTrue(ended.stdout.endswith(f"1 of 3 labs passed; not: {self.folder}/labs/other, {self.folder}/labs/torn\n"), ended.stdout)
        ended = self.gate("check", "--mutants", 0, "--repeats", 1, "-o", "json", self.folder / "labs/double", self.folder / "labs/other")
        self.assertEqual((ended.returncode, [one["passed"] for one in json.loads(ended.stdout)]), (10, [True, False]), ended.stderr)

    def test_one_folder_is_graded_and_the_public_part_too(self):
        self.write()
        words = ["grade", "--lab", self.folder / "labs/double", "--submission", self.folder / "labs/double/samples/wrong/submission", "-o", "json"]
        hidden = json.loads(self.gate(*words).stdout)["record"]
        self.assertEqual((hidden["outcome"], hidden["score"], hidden["isolation"]), ("graded", 5, "two-room"))
        public = json.loads(self.gate(*words, "--public-part").stdout)["record"]
        self.assertEqual((public["score"], public["max"]), (0, 10))

    def test_nothing_is_left_behind(self):
        self.write()
        self.check("--mutants", 0)
        mounts = pathlib.Path("/proc/self/mounts").read_text()
        self.assertNotIn("/var/tmp/provost-gate", mounts)

    def test_a_new_lab_is_a_copy_that_reads(self):
        ended = subprocess.run([PROVOST, "lab", "new", "sorting", "--grader", "io", "--in", self.folder / "labs"], capture_output=True, text=True)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        lab = self.folder / "labs/sorting"
        self.assertIn("name: sorting\n", (lab / "lab.yaml").read_text())
        ended = self.gate("grade", "--lab", lab, "--graders", ROOT / "graders", "--submission", lab / "samples/reference/submission")
        self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)
        again = subprocess.run([PROVOST, "lab", "new", "sorting", "--grader", "io", "--in", self.folder / "labs"], capture_output=True, text=True)
        self.assertEqual(again.returncode, 7, again.stderr)
        nobody = subprocess.run([PROVOST, "lab", "new", "x", "--grader", "nobody"], capture_output=True, text=True, cwd=self.folder)
        self.assertEqual((nobody.returncode, "io" in nobody.stderr), (3, True), nobody.stderr)

    def test_flags_of_the_samples_belong_to_nobody(self):
        lab = ROOT / "labs/treasure-hunt"
        for sample, score in {"reference": 100, "wrong": 45, "copied": 0, "swapped": 0, "other-lab": 0}.items():
            ended = self.gate("grade", "--lab", lab, "--submission", lab / "samples" / sample / "submission", "-o", "json")
            self.assertEqual(json.loads(ended.stdout)["record"]["score"], score, sample)

    def test_one_submission_by_every_adapter(self):
        ended = subprocess.run([ROOT / "deploy" / "demo-graders"], capture_output=True, text=True, timeout=1200)
        self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)


if __name__ == "__main__":
    unittest.main()
