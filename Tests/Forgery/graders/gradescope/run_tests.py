import json
import unittest

CASES = json.load(open("cases.json"))["cases"]
results = []


class AddTests(unittest.TestCase):
    def test_sums(self):
        from solution import add

        for case in CASES:
            with self.subTest(case["name"]):
                results.append({"name": case["name"], "score": 0, "max_score": case["points"]})
                self.assertEqual(add(*case["numbers"]), case["sum"])
                results[-1]["score"] = case["points"]


unittest.main(argv=["run_tests.py"], exit=False)
tests = results or [{"name": "solution.py", "score": 0, "max_score": 100, "output": "It could not be loaded."}]
json.dump({"tests": tests}, open("/autograder/results/results.json", "w"))
