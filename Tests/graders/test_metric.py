"""The metric grader, against numbers worked out by hand: python3 -m unittest discover -s Tests/graders"""

import math
import random
import unittest

from loading import grade, load, tests

metrics, predictions, scales = load("metric", "metrics", "predictions", "scales")
Invalid, BadLab = predictions.Invalid, scales.BadLab

TRUTH = ["a", "a", "a", "b", "b", "c"]
FOUND = ["a", "a", "b", "b", "c", "c"]


class LabelTests(unittest.TestCase):
    def test_accuracy(self):
        self.assertEqual(metrics.accuracy(TRUTH, FOUND), 4 / 6)

    def test_f1_of_one_label(self):
        # a: TP 2, FP 0, FN 1 → 4/5; b: TP 1, FP 1, FN 1 → 2/4; c: TP 1, FP 1, FN 0 → 2/3
        self.assertAlmostEqual(metrics.f1_of("a", TRUTH, FOUND), 0.8)
        self.assertAlmostEqual(metrics.f1_of("b", TRUTH, FOUND), 0.5)
        self.assertAlmostEqual(metrics.f1_of("c", TRUTH, FOUND), 2 / 3)
        self.assertEqual(metrics.f1_of("d", TRUTH, FOUND), 0)

    def test_f1_macro_counts_every_label_of_either_side(self):
        self.assertAlmostEqual(metrics.f1_macro(TRUTH, FOUND), (0.8 + 0.5 + 2 / 3) / 3)
        self.assertAlmostEqual(metrics.f1_macro(["a", "a"], ["a", "x"]), (2 / 3 + 0) / 2)

    def test_f1_macro_of_as_many_labels_as_rows_takes_one_pass(self):
        rows = [str(number) for number in range(100_000)]
        self.assertEqual(metrics.f1_macro(rows, rows[:1] + ["x" + row for row in rows[1:]]), 1 / 199_999)

    def test_f1_micro_is_accuracy(self):
        self.assertAlmostEqual(metrics.f1_micro(TRUTH, FOUND), 4 / 6)


class NumberTests(unittest.TestCase):
    def test_rmse_and_mae(self):
        self.assertAlmostEqual(metrics.rmse([1.0, 2.0, 3.0], [2.0, 2.0, 5.0]), math.sqrt(5 / 3))
        self.assertAlmostEqual(metrics.mae([1.0, 2.0, 3.0], [2.0, 2.0, 5.0]), 1.0)

    def test_overflow_is_infinite_and_earns_the_least(self):
        value = metrics.rmse([1.0], [1e300])
        self.assertEqual(value, math.inf)
        self.assertEqual(metrics.points_for(value, [(1.0, 50.0), (5.0, 0.0)], steps=False), 0)


class BoxTests(unittest.TestCase):
    def test_overlap(self):
        self.assertAlmostEqual(metrics.overlap((0, 0, 2, 2), (1, 1, 3, 3)), 1 / 7)
        self.assertEqual(metrics.overlap((0, 0, 1, 1), (1, 0, 2, 1)), 0)
        self.assertEqual(metrics.overlap((0, 0, 2, 2), (0, 0, 2, 2)), 1)

    def test_average_precision_by_hand(self):
        # Three objects. By score: hit, miss, hit. Precision/recall: 1/1 at 1/3, 1/2 at 1/3, 2/3 at 2/3.
        # The area: 1/3·1 + 1/3·2/3 = 5/9.
        truth = {"one": [(0, 0, 10, 10), (20, 20, 30, 30)], "two": [(0, 0, 5, 5)]}
        found = [(0.7, "two", (0, 0, 5, 5)), (0.9, "one", (0, 0, 10, 10)), (0.8, "one", (50, 50, 60, 60))]
        self.assertAlmostEqual(metrics.average_precision(truth, found, 0.5), 5 / 9)

    def test_precision_is_made_non_increasing(self):
        # miss, hit, hit of two objects: precision 0, 1/2, 2/3 → 2/3 everywhere.
        truth = {"one": [(0, 0, 10, 10), (20, 20, 30, 30)]}
        found = [(0.9, "one", (50, 50, 60, 60)), (0.8, "one", (0, 0, 10, 10)), (0.7, "one", (20, 20, 30, 30))]
        self.assertAlmostEqual(metrics.average_precision(truth, found, 0.5), 2 / 3)

    def test_second_box_on_one_object_is_a_miss(self):
        truth = {"one": [(0, 0, 10, 10)]}
        twice = [(0.9, "one", (0, 0, 10, 10)), (0.8, "one", (0, 0, 10, 10))]
        self.assertAlmostEqual(metrics.average_precision(truth, twice, 0.5), 1.0)
        first_wrong = [(0.9, "one", (0, 0, 10, 3)), (0.8, "one", (0, 0, 10, 10))]
        self.assertAlmostEqual(metrics.average_precision(truth, first_wrong, 0.5), 0.5)

    def test_threshold_is_included(self):
        truth = {"one": [(0, 0, 10, 10)]}
        half = [(1.0, "one", (0, 0, 10, 5))]  # IoU exactly 0.5
        self.assertEqual(metrics.average_precision(truth, half, 0.5), 1)
        self.assertEqual(metrics.average_precision(truth, half, 0.55), 0)

    def test_mean_over_classes_and_thresholds(self):
        truth = [("one", "cat", (0, 0, 10, 10)), ("one", "dog", (20, 20, 30, 30))]
        found = [("one", "cat", 0.9, (0, 0, 10, 6)), ("one", "dog", 0.9, (20, 20, 30, 30)), ("one", "fox", 1.0, (0, 0, 1, 1))]
        # cat: IoU 0.6, so right at 0.5 and wrong at 0.75; dog right at both; foxes are in no truth.
        self.assertAlmostEqual(metrics.mean_average_precision(truth, found, [0.5, 0.75]), (1 + 1 + 0 + 1) / 4)

    def test_no_boxes_at_all(self):
        self.assertEqual(metrics.mean_average_precision([("one", "cat", (0, 0, 1, 1))], [], [0.5]), 0)

    def test_only_the_hundred_surest_boxes_of_an_image_count(self):
        truth = [("one", "cat", (0, 0, 10, 10))]
        noise = [("one", "dog", 0.9, (0, 0, 1, 1))] * 100
        self.assertEqual(metrics.mean_average_precision(truth, noise + [("one", "cat", 0.1, (0, 0, 10, 10))], [0.5]), 0)
        self.assertEqual(metrics.mean_average_precision(truth, noise + [("one", "cat", 0.95, (0, 0, 10, 10))], [0.5]), 1)

    def test_agrees_with_a_slow_definition(self):
        draw = random.Random(7)
        for _ in range(200):
            hits = [draw.random() < 0.5 for _ in range(draw.randrange(1, 12))]
            total = sum(hits) + draw.randrange(0, 4)
            if total == 0:
                continue
            boxes = [(20 * place, 0, 20 * place + 10, 10) for place in range(total)]
            free = iter(boxes)
            found = [(1 - number / 100, "i", next(free) if hit else (0, 500 + number * 20, 10, 510 + number * 20))
                     for number, hit in enumerate(hits)]  # fmt: skip
            points = [(sum(hits[:n]) / total, sum(hits[:n]) / n) for n in range(1, len(hits) + 1)]
            levels = sorted({recall for recall, _ in points if recall})
            area, before = 0.0, 0.0
            for level in levels:
                area += (level - before) * max(precision for recall, precision in points if recall >= level)
                before = level
            self.assertAlmostEqual(metrics.average_precision({"i": boxes}, found, 0.5), area)


class PointsTests(unittest.TestCase):
    RISING = [(0.5, 0.0), (0.8, 20.0), (0.9, 50.0)]

    def test_linear(self):
        expected = {0.0: 0, 0.5: 0, 0.65: 10, 0.8: 20, 0.85: 35, 0.9: 50, 1.0: 50}
        for value, points in expected.items():
            self.assertAlmostEqual(metrics.points_for(value, self.RISING, steps=False), points)

    def test_steps(self):
        for value, points in {0.49: 0, 0.5: 0, 0.79: 0, 0.8: 20, 0.89: 20, 0.9: 50}.items():
            self.assertEqual(metrics.points_for(value, self.RISING, steps=True), points)

    def test_falling(self):
        falling = [(1.0, 50.0), (2.0, 20.0), (4.0, 0.0)]
        for value, points in {0.5: 50, 1.5: 35, 3.0: 10, 9.0: 0}.items():
            self.assertAlmostEqual(metrics.points_for(value, falling, steps=False), points)
        for value, points in {0.5: 50, 1.0: 50, 1.01: 20, 2.0: 20, 2.01: 0, 9.0: 0}.items():
            self.assertEqual(metrics.points_for(value, falling, steps=True), points)

    def test_nan_earns_nothing(self):
        self.assertEqual(metrics.points_for(math.nan, self.RISING, steps=False), 0)
        self.assertEqual(metrics.points_for(math.nan, [(1.0, 50.0), (2.0, 0.0)], steps=True), 0)


class FileTests(unittest.TestCase):
    SETTINGS = {"task": "classification", "id": "id", "column": "label", "order": "any"}
    IDS = ["1", "2", "3"]

    def read(self, text, **settings):
        data = text if isinstance(text, bytes) else text.encode()
        return predictions.predicted(data, {**self.SETTINGS, **settings}, self.IDS)

    def test_good_files(self):
        for text in (
            "id,label\n1,a\n2,b\n3,c\n",
            "\ufeffid,label\r\n3,c\r\n2,b\r\n1,a",
            'label , sure, id\n"a",0.5,1\nb,,2\n\nc,x, 3 \n',
        ):
            self.assertEqual(self.read(text), ["a", "b", "c"])

    def test_bad_files_are_named_and_never_quoted(self):
        for text, why in (
            ("", "there are no predictions"),
            ("id,label\n1,a\n2,b\n", "2 predictions instead of 3"),
            ("id,label\n1,a\n1,a\n2,b\n3,c\n", "line 3: a second"),
            ("id,label\n1,a\n2,b\nSECRET,c\n", "line 4: there is no id"),
            ("id,label\n1,a\n2,\n3,c\n", "line 3: the label is empty"),
            ("id,score\n1,a\n", "label is missing"),
            ("id,label,label\n1,a,b\n", "named twice"),
            ("id,label\n1,a,SECRET\n", "line 2: 3 fields instead of 2"),
            ('id,label\n1,"a\n', "is not CSV"),
            (b"id,label\n1,\xff\n", "not UTF-8"),
            ("id,label\n1,\0\n", "NUL"),
            ("id,label\n1," + "SECRET" * 1000 + "\n", "longer than"),
            ("id,label\n1," + "S" * 200_000 + "\n", "is not CSV"),
        ):
            with self.assertRaisesRegex(Invalid, why) as caught:
                self.read(text)
            self.assertNotIn("SECRET", str(caught.exception))

    def test_numbers(self):
        self.assertEqual(self.read("id,label\n1,1\n2,-2.5e1\n3,+.5\n", task="regression"), [1, -25, 0.5])
        for bad in ("NaN", "inf", "1e999", "0x10", "1_000", "1,5", "٣", "9" * 4000, "--1", "1e5000", ""):
            with self.assertRaises(Invalid):
                self.read(f'id,label\n1,"{bad}"\n2,2\n3,3\n', task="regression")

    def test_line_of_very_many_fields_is_refused_before_it_is_split(self):
        commas = "," * (2 << 20)
        for text in ("id,label" + commas, f"id,label\n1,a{commas}\n", 'id,label\n1,"\n"' + ',"\n"' * (1 << 20)):
            with self.assertRaisesRegex(Invalid, "too long"):
                self.read(text)

    def test_order(self):
        self.read("id,label\n1,a\n2,b\n3,c\n", order="same")
        with self.assertRaisesRegex(Invalid, "order"):
            self.read("id,label\n2,b\n1,a\n3,c\n", order="same")

    def test_boxes(self):
        settings = {**self.SETTINGS, "task": "detection"}
        header = "id,label,score,x1,y1,x2,y2\n"
        self.assertEqual(predictions.detected(header.encode(), settings, self.IDS), [])
        good = predictions.detected((header + "1,cat,0.5,0,0,1,1\n1,cat,0.4,0,0,2,2\n").encode(), settings, self.IDS)
        self.assertEqual(good, [("1", "cat", 0.5, (0, 0, 1, 1)), ("1", "cat", 0.4, (0, 0, 2, 2))])
        for bad in (
            "1,cat,nan,0,0,1,1",
            "1,cat,1,1,0,0,1",
            "1,cat,1,0,0,0,1",
            "9,cat,1,0,0,1,1",
            "1,,1,0,0,1,1",
            "1,cat,1,0,0,1e300,1",
        ):
            with self.assertRaises(Invalid):
                predictions.detected((header + bad).encode(), settings, self.IDS)


class ScaleTests(unittest.TestCase):
    CURVE = [{"value": 0.5, "points": 0}, {"value": 1, "points": 10}]

    def test_wrong_parameters_are_refused(self):
        for given in (
            {"metric": "accuracy"}, {"metric": "rmse", "curve": self.CURVE}, {"metric": "accuracy", "curve": self.CURVE[:1]},
            {"metric": "accuracy", "curve": self.CURVE, "typo": 1}, {"metric": "f1-binary", "curve": self.CURVE},
            {"metric": "accuracy", "curve": [*self.CURVE, {"value": 2, "points": 5}]}, {"metric": "accuracy", "curve": "0.5"},
            {"metric": "accuracy", "curve": self.CURVE, "scale": "cubic"}, {"metric": "accuracy", "curve": self.CURVE, "iou": [0]},
        ):  # fmt: skip
            with self.assertRaises(BadLab):
                scales.Scale(given, "classification")

    def test_naive_baseline_above_the_floor_is_refused(self):
        truth = ["a"] * 8 + ["b"] * 2
        scale = scales.Scale({"metric": "accuracy", "curve": self.CURVE}, "classification")  # all a: 0.8 → 6 points
        with self.assertRaisesRegex(BadLab, "naive baseline earns 6"):
            scales.prove([scale], "classification", truth, [{}] * 10, 5)
        scales.prove([scale], "classification", truth, [{}] * 10, 6)

    def test_curve_that_nobody_can_climb_is_refused(self):
        scale = scales.Scale(
            {"metric": "accuracy", "curve": [{"value": 0.6, "points": 0}, {"value": 1.1, "points": 10}]}, "classification"
        )
        with self.assertRaisesRegex(BadLab, "perfect predictions earn"):
            scales.prove([scale], "classification", ["a", "b"], [{}] * 2, 0)


class GradingTests(unittest.TestCase):
    """Whole gradings of what the shipped lab does not use."""

    BASE = {"source": "file", "inputs": "tests/inputs.csv", "file": "predictions.csv", "truth": "tests/truth.csv", "id": "id",
            "column": "value", "order": "any", "seconds": 5, "prepare-seconds": 5, "memory": "", "floor": 0, "leaderboard": "best",
            "command": ["python3", "predict.py"], "prepare": [], "inputs-as": "", "predictions-as": "", "generate": []}  # fmt: skip
    NUMBERS = {
        **BASE,
        "task": "regression",
        "metrics": [{"metric": "rmse", "curve": [{"value": 0, "points": 100}, {"value": 2, "points": 0}]}],
    }
    TRUTH = "id,value\n1,0\n2,4\n3,8\n"

    def test_regression_by_file(self):
        lab = {"tests/truth.csv": self.TRUTH}
        status, reports, errors = grade(
            "metric", {"predictions.csv": "id,value\n3,7\n1,1\n2,5\n"}, lab=lab, parameters=self.NUMBERS
        )
        self.assertEqual(status, 0, errors)
        self.assertEqual(tests(reports), {"RMSE": ("fail", 50, 100, "1.000 on 3 rows", False)})
        self.assertIn(["leaderboard", "best", "1", "--ascending"], [[*map(str, words)][-4:] for words in reports])

    def test_missing_file_and_link_earn_nothing(self):
        status, reports, _ = grade("metric", {}, lab={"tests/truth.csv": self.TRUTH}, parameters=self.NUMBERS)
        self.assertEqual((status, tests(reports)["RMSE"][1]), (0, 0))

    def test_truth_that_is_wrong_is_our_fault(self):
        for truth in ("id,value\n1,0\n1,4\n", "id,value\n1,x\n", "id\n1\n", ""):
            status, reports, _ = grade(
                "metric", {"predictions.csv": "id,value\n"}, lab={"tests/truth.csv": truth}, parameters=self.NUMBERS
            )
            self.assertNotEqual(status, 0, truth)
            self.assertEqual(tests(reports), {})

    def test_inputs_and_truth_that_the_lab_makes(self):
        """The lab's command runs in its folder and gets two paths; what it cannot make is our fault, before anything is run."""
        maker = (
            "import sys\nseed = open(sys.argv[1]).read()\nopen(sys.argv[2], 'w').write(f'id\\n{seed}\\n')\n"
            "open(sys.argv[3], 'w').write(f'id,value\\n{seed},0\\nb,8\\n')\n"
        )
        program = "import sys\nseed = sys.stdin.read().split()[1]\nprint(f'id,value\\nb,9\\n{seed},1')\n"
        parameters = {**self.NUMBERS, "source": "program", "generate": ["python3", "tests/make.py", "tests/seed"]}
        lab = {"tests/make.py": maker, "tests/seed": "77"}
        status, reports, errors = grade("metric", {"predict.py": program}, lab=lab, parameters=parameters)
        self.assertEqual(status, 0, errors)
        self.assertEqual(tests(reports)["RMSE"][1], 50)
        for broken in (
            {"tests/make.py": "raise SystemExit(1)", "tests/seed": ""},
            {"tests/make.py": "pass", "tests/seed": ""},
            {},
        ):
            status, reports, errors = grade("metric", {"predict.py": program}, lab=broken, parameters=parameters)
            self.assertNotEqual(status, 0)
            self.assertEqual(tests(reports), {})
            self.assertIn("generate", errors)

    def test_detection_by_program_with_files(self):
        parameters = {**self.BASE, "task": "detection", "source": "program", "column": "label", "predictions-as": "out.csv",
                      "metrics": [{"metric": "map", "iou": [0.5], "curve": [{"value": 0, "points": 0}, {"value": 1, "points": 100}]}]}  # fmt: skip
        lab = {"tests/inputs.csv": "a\nb\n", "tests/truth.csv": "id,label,x1,y1,x2,y2\na,cat,0,0,10,10\nb,,0,0,0,0\n"}
        program = "import sys\nprint('noise')\nnames = sys.stdin.read().split()\nwith open('out.csv', 'w') as file:\n" \
            "    file.write('id,label,score,x1,y1,x2,y2\\n' + f'{names[0]},cat,0.9,0,0,10,9\\n')\n"  # fmt: skip
        status, reports, errors = grade("metric", {"predict.py": program}, lab=lab, parameters=parameters)
        self.assertEqual(status, 0, errors)
        self.assertEqual(tests(reports)["mAP at IoU 0.5"][:2], ("pass", 100))


if __name__ == "__main__":
    unittest.main()
