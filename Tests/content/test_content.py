"""The shipped labs and graders, without rooms: python3 -m unittest discover -s Tests/content

What a grading comes to is tested from end to end elsewhere; here, that the folders are whole and that the graders' own
arithmetic agrees with solutions that share no code with them.
"""

import importlib.util
import json
import os
import random
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LABS = sorted(path.parent for path in ROOT.glob("labs/*/lab.yaml"))
GRADERS = sorted(path.parent for path in ROOT.glob("graders/*/grader.yaml"))
SAMPLES = {"reference", "wrong", "crash", "endless-loop", "memory-hog", "forge"}

sys.dont_write_bytecode = True  # a published folder must not carry what a test run left in it


def load(path):
    """A Python file as a module of its own."""
    spec = importlib.util.spec_from_file_location(path.parent.name.replace("-", "_") + "_" + path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class FolderTests(unittest.TestCase):
    def test_every_lab_has_handouts_starter_tests_and_samples(self):
        self.assertGreaterEqual(len(LABS), 24)
        for lab in LABS:
            for name in ("README.md", "README.ko.md", "starter", "tests"):
                self.assertTrue((lab / name).exists(), lab / name)
            self.assertEqual(SAMPLES - {path.name for path in (lab / "samples").iterdir()}, set(), lab)
            for sample in (lab / "samples").iterdir():
                self.assertRegex((sample / "expected.yaml").read_text(), "outcome: (graded|not-graded|refused)")
                self.assertTrue(any((sample / "submission").iterdir()), sample)

    def test_names_are_the_folders_names(self):
        for folder, file in [(lab, "lab.yaml") for lab in LABS] + [(grader, "grader.yaml") for grader in GRADERS]:
            self.assertEqual((folder / file).read_text().splitlines()[0], f"name: {folder.name}")

    def test_programs_can_be_executed(self):
        programs = [grader / "run" for grader in GRADERS] + list(ROOT.glob("labs/web-service/**/run"))
        self.assertGreaterEqual(len(programs), 20)
        for program in programs:
            self.assertTrue(program.stat().st_mode & stat.S_IXOTH, program)
            self.assertTrue(program.read_bytes().startswith(b"#!"), program)

    def test_graders_in_python_use_the_library_and_carry_no_copy_of_it(self):
        for grader in GRADERS:
            if b"python3" in (grader / "run").read_bytes().splitlines()[0]:
                text = "".join(path.read_text() for path in [grader / "run", *grader.glob("*.py")])
                self.assertIn("from provost_grader import", text, grader)
            self.assertEqual(
                [path.name for path in grader.rglob("*.py") if path.name.startswith("provost_") or path.name == "room.py"], []
            )

    def test_every_lab_has_its_grader(self):
        for lab in LABS:
            name = re.search(r"^grader: (.*)$", (lab / "lab.yaml").read_text(), re.M)[1]
            self.assertTrue((ROOT / "graders" / name / "grader.yaml").is_file(), lab)

    def test_points_of_the_hidden_cases_are_the_labs(self):
        for name in ("data-summary", "text-tools"):
            cases = json.loads((ROOT / "labs" / name / "tests" / "cases.json").read_text(encoding="utf-8"))
            self.assertEqual(sum(case["points"] for case in cases), 100)
            self.assertIn("points: 100\n", (ROOT / "labs" / name / "lab.yaml").read_text())


class DataSummaryTests(unittest.TestCase):
    LAB = ROOT / "labs" / "data-summary"

    @classmethod
    def setUpClass(cls):
        cls.make = staticmethod(load(ROOT / "graders" / "data-summary" / "generate.py").make)
        cls.reference = load(cls.LAB / "samples" / "reference" / "submission" / "summary.py")
        cls.cities = json.loads((cls.LAB / "starter" / "cities.json").read_text(encoding="utf-8"))

    def assertAgrees(self, data, truth, why):
        with tempfile.NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            found = self.reference.summarise(file.name)
        for key in ("rows", "kept", "duplicates", "rejected", "first", "last"):
            self.assertEqual(found[key], truth[key], (why, key))
        self.assertAlmostEqual(found["total"], truth["total"], delta=0.01, msg=why)
        self.assertEqual(found["months"].keys(), truth["months"].keys(), why)
        self.assertEqual(found["cities"].keys(), truth["cities"].keys(), why)
        for city, expected in truth["cities"].items():
            self.assertEqual(found["cities"][city]["count"], expected["count"], why)
            for key in ("total", "median"):
                self.assertAlmostEqual(found["cities"][city][key], expected[key], delta=0.01, msg=why)

    def test_generator_and_reference_agree_for_any_seed_and_mess(self):
        for seed in range(1, 151):
            draw = random.Random(seed)
            mess = {
                "encoding": draw.choice(["utf-8", "utf-8-sig", "cp949"]),
                "separator": draw.choice([",", ";"]),
                "dates": ["iso", "slash", "dots", "korean-dots", "compact", "korean"][: draw.randrange(1, 7)],
                "amounts": draw.sample(["plain", "comma", "english", "german", "french", "won"], draw.randrange(1, 7)),
                "messy_cities": draw.random() < 0.5,
                "odd_header": draw.random() < 0.5,
                "notes": draw.random() < 0.5,
                "accounting": draw.random() < 0.5,
                "missing": 0.1,
                "invalid": 0.1,
                "duplicates": 0.1,
                "blank": 0.1,
                "negative": 0.2,
            }
            mess["decomposed"] = mess["encoding"] != "cp949" and draw.random() < 0.5
            self.assertAgrees(*self.make(self.cities, seed=seed, rows=60, **mess), (seed, mess))

    def test_hidden_cases_agree_and_are_not_empty(self):
        for case in json.loads((self.LAB / "tests" / "cases.json").read_text(encoding="utf-8")):
            if "make" in case:
                data, truth = self.make(self.cities, **case["make"])
                self.assertGreater(truth["kept"], 30)
                self.assertAgrees(data, truth, case["name"])

    def test_example_of_the_handout_is_right(self):
        expected = json.loads((self.LAB / "starter" / "example.json").read_text(encoding="utf-8"))
        self.assertEqual(self.reference.summarise(self.LAB / "starter" / "example.csv"), expected)


class TextToolsTests(unittest.TestCase):
    LAB = ROOT / "labs" / "text-tools"

    def test_reference_gives_the_expected_output_of_every_case(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(self.LAB / "samples" / "reference" / "submission", folder, dirs_exist_ok=True)
            made = subprocess.run(["make", "-s", "-C", folder, "CFLAGS=-std=c17 -O1 -Wall -Wextra -Werror"], capture_output=True)
            self.assertEqual((made.returncode, made.stderr), (0, b""))
            for case in json.loads((self.LAB / "tests" / "cases.json").read_text(encoding="utf-8")):
                for one in case.get("runs", []):
                    command = [os.path.join(folder, case["tool"]), *one["arguments"]]
                    done = subprocess.run(command, input=one["input"].encode(), capture_output=True, timeout=10)
                    self.assertEqual(done.returncode, one.get("status", 0), one)
                    self.assertEqual(done.stdout, one.get("output", "").encode(), one)

    def test_examples_of_both_handouts_are_right(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(self.LAB / "samples" / "reference" / "submission", folder, dirs_exist_ok=True)
            subprocess.run(["make", "-s", "-C", folder], check=True)
            for handout in ("README.md", "README.ko.md"):
                lines = (self.LAB / handout).read_text(encoding="utf-8").splitlines()
                examples = [number for number, line in enumerate(lines) if line.startswith("    $ ")]
                self.assertEqual(len(examples), 3)
                for number in examples:
                    shown = []
                    while lines[number + 1 + len(shown)].startswith("    "):
                        shown.append(lines[number + 1 + len(shown)][4:])
                    done = subprocess.run(["sh", "-c", lines[number][6:]], cwd=folder, capture_output=True, check=True)
                    self.assertEqual(done.stdout.decode().splitlines(), shown, lines[number])


if __name__ == "__main__":
    unittest.main()
