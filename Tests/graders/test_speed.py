"""The speed grader: python3 -m unittest discover -s Tests/graders"""

import unittest

from loading import grade, load, tests

(plan,) = load("speed", "plan")

CASES = """
def make(kind, seed):
    if kind == "own":
        return f"{len(seed)} 5".encode(), str(len(seed) + 5).encode()
    return f"{int(seed[:8], 16)} 5".encode(), None
def judge(kind, output, expected):
    return (1, None) if int(output) == int(expected) else (0.5 if output.endswith(b"7") else 0, "The sum is wrong")
"""
SLOW = "import sys\nspent = sum(range(20_000_000))\nprint(sum(map(int, sys.stdin.read().split())))\n"
FAST = "import sys\nprint(sum(map(int, sys.stdin.read().split())))\n"
CURVE = [{"value": 2, "points": 0}, {"value": 2.5, "points": 100}]


class CurveTests(unittest.TestCase):
    def test_points(self):
        rising = plan.Curve(
            [{"value": 4, "points": 10}, {"value": 1, "points": 0}, {"value": 12, "points": 30}], "here", rises=True
        )
        for value, points in {0: 0, 1: 0, 2.5: 5, 4: 10, 8: 20, 12: 30, 1e9: 30}.items():
            self.assertAlmostEqual(rising.points_for(value), points)
        falling = plan.Curve([{"value": 3, "points": 15}, {"value": 9, "points": 0}], "here", rises=False)
        for value, points in {0: 15, 3: 15, 6: 7.5, 9: 0, 40: 0}.items():
            self.assertAlmostEqual(falling.points_for(value), points)
        self.assertEqual((rising.most, falling.most), (30, 15))


class GradingTests(unittest.TestCase):
    LAB = {"tests/cases.py": CASES, "tests/seed": "abc\n", "tests/baseline.py": SLOW}
    PARAMETERS = {"cases": "tests/cases.py", "seed": "tests/seed", "command": ["python3", "fast.py"], "build": [], "build-seconds": 9,
                  "baseline": "tests/baseline.py", "baseline-files": [], "seconds": 5, "memory": "", "rounds": 2,
                  "tests": [{"name": "sums", "kind": "sums", "speed-up": CURVE}]}  # fmt: skip

    def grade(self, program, *, lab=None, **parameters):
        return grade("speed", {"fast.py": program}, lab={**self.LAB, **(lab or {})}, parameters={**self.PARAMETERS, **parameters},
                     settings={"seed": "9"})  # fmt: skip

    def test_equal_and_fast_earns_everything(self):
        status, reports, errors = self.grade(FAST)
        self.assertEqual(status, 0, errors)
        self.assertEqual(tests(reports)["sums"][:3], ("pass", 100, 100))

    def test_the_baseline_itself_earns_nothing(self):
        status, reports, errors = self.grade(SLOW)
        self.assertEqual((status, tests(reports)["sums"][1]), (0, 0), errors)

    def test_fast_and_wrong_earns_nothing(self):
        for program in ("print(12)", "print(float('nan'))", "import os; os.write(1, b'\\xff' * 9000)", "print('9' * 5000)",
                        FAST + "raise SystemExit(3)", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "print('[' * 99999)"):  # fmt: skip
            status, reports, errors = self.grade(program)
            self.assertEqual((status, tests(reports)["sums"][1]), (0, 0), (program, errors))

    def test_quality_is_told_apart_from_speed(self):
        given = {"name": "sums", "kind": "own", "needs": 0.4, "speed-up": [{"value": 2, "points": 0}, {"value": 2.5, "points": 40}],
                 "quality": [{"value": 0, "points": 0}, {"value": 1, "points": 60}]}  # fmt: skip
        status, reports, errors = self.grade("print(67, end='')", tests=[given])
        self.assertEqual(status, 0, errors)
        self.assertEqual({name: found[1] for name, found in tests(reports).items()}, {"sums: quality": 30, "sums: speed-up": 40})

    def test_data_is_other_for_another_submission_and_the_same_for_the_same(self):
        seen = []
        for seed in ("9", "9", "10"):
            program = "print(5)"
            _, reports, _ = grade("speed", {"fast.py": program}, lab={**self.LAB, "tests/cases.py": CASES.replace(
                '"The sum is wrong"', 'f"The sum is wrong: {expected}"').replace("int(output) == int(expected)", "False")},
                parameters=self.PARAMETERS, settings={"seed": seed})  # fmt: skip
            seen.append(tests(reports)["sums"][3])
        self.assertEqual(seen[0], seen[1])
        self.assertNotEqual(seen[0], seen[2])

    def test_a_lab_that_contradicts_itself_is_our_fault(self):
        own = [{"name": "sums", "kind": "own", "speed-up": CURVE}]
        for lab, parameters in (
            ({"tests/baseline.py": "print(1)"}, {"tests": own}),
            ({"tests/baseline.py": "raise SystemExit(1)"}, {}),
            ({"tests/cases.py": "def make(kind, seed): return b'', None"}, {}),
            ({"tests/seed": "\n"}, {}),
            ({}, {"baseline": ""}),
            ({}, {"tests": []}),
            ({}, {"tests": [{"name": "sums", "kind": "own"}]}),
            (
                {},
                {"tests": [{"name": "sums", "kind": "own", "speed-up": [{"value": 1, "points": 5}, {"value": 2, "points": 0}]}]},
            ),
        ):
            status, reports, errors = self.grade(FAST, lab=lab, **parameters)
            self.assertNotEqual(status, 0, (lab, parameters))
            self.assertEqual(tests(reports), {}, errors)

    def test_the_baseline_finds_its_files_and_nothing_of_the_submission(self):
        slow = "import json, sys\nassert json.load(open('model.json')) == [1]\n" + SLOW
        status, reports, errors = grade(
            "speed", {"fast.py": FAST, "json.py": "raise SystemExit(9)"}, lab={**self.LAB, "tests/baseline.py": slow, "tests/model.json": "[1]"},
            parameters={**self.PARAMETERS, "baseline-files": ["tests/model.json"]}, settings={"seed": "9"},
        )  # fmt: skip
        self.assertEqual((status, tests(reports)["sums"][1]), (0, 100), errors)


if __name__ == "__main__":
    unittest.main()
