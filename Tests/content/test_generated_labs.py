"""Labs whose data a program makes: the shipped files are what it makes, and solutions that share no code agree on other data.

python3 -m unittest discover -s Tests/content
"""

import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

LABS = Path(__file__).resolve().parents[2] / "labs"
COPIES = {
    "object-detection": [
        "starter/make_images.py",
        "tests/make_images.py",
        "public/make_images.py",
        "samples/forge/submission/make_images.py",
    ],
    "object-detection-service": ["tests/yardstick.py", "public/yardstick.py"],
    "pipeline-optimise": ["starter/pipeline.py", "tests/baseline.py", "public/baseline.py"],
    "robot-control": ["starter/simulator.py", "tests/simulator.py", "public/simulator.py"],
    "edge-inference": ["starter/model.json", "tests/model.json", "public/model.json", "samples/reference/submission/model.json"],
}
MORE_COPIES = {
    "object-detection-service": ["starter/detector.py", "samples/reference/submission/detector.py"],
    "pipeline-optimise": ["starter/make_day.py", "tests/make_day.py", "public/make_day.py"],
    "edge-inference": ["starter/make_frames.py", "tests/make_frames.py", "public/make_frames.py"],
}


def load(path):
    """A Python file as a module; the modules beside it can be imported by it, and are forgotten afterwards."""
    before, folder = set(sys.modules), str(path.parent)
    sys.path.insert(0, folder)
    try:
        spec = importlib.util.spec_from_file_location(f"lab_{path.parent.parent.name.replace('-', '_')}_{path.stem}", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        for name in set(sys.modules) - before:
            if str(getattr(sys.modules[name], "__file__", "")).startswith(folder):
                del sys.modules[name]
        while folder in sys.path:
            sys.path.remove(folder)


class CopyTests(unittest.TestCase):
    """A trial sees public/ alone and a grading tests/: what both and the learners need is there several times."""

    def test_copies_are_equal(self):
        for listing in (COPIES, MORE_COPIES):
            for lab, names in listing.items():
                first, *others = (LABS / lab / name for name in names)
                for other in others:
                    self.assertEqual(other.read_bytes(), first.read_bytes(), other)


class GeneratorTests(unittest.TestCase):
    def test_shipped_files_are_what_the_generator_makes(self):
        for lab, commands in (("cloud-costs", [[]]), ("log-forensics", [[]]), ("object-detection-service", [[], ["--public"]])):
            with tempfile.TemporaryDirectory() as folder:
                copy = Path(folder, lab)
                shutil.copytree(LABS / lab, copy, ignore=shutil.ignore_patterns("samples", "__pycache__"))
                for options in commands:
                    subprocess.run([sys.executable, "-B", "tests/generate.py", *options], cwd=copy, check=True)
                made = {path.relative_to(copy): path.read_bytes() for path in copy.rglob("*") if path.is_file()}
                for name, data in made.items():
                    self.assertEqual(data, (LABS / lab / name).read_bytes(), f"{lab}/{name}")

    def test_nothing_shipped_is_large(self):
        for lab in (*COPIES, "cloud-costs", "log-forensics"):
            for path in (LABS / lab).rglob("*"):
                self.assertLess(path.stat().st_size, 200_000, path)


class AgreementTests(unittest.TestCase):
    """The references, on data that they have not been shipped with."""

    def agree(self, lab, program, prepare):
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder, lab)
            shutil.copytree(LABS / lab, copy, ignore=shutil.ignore_patterns("__pycache__"))
            prepare(load(copy / "tests" / "generate.py"))
            cases = json.loads((copy / "public" / "cases.yaml").read_text(encoding="utf-8"))["cases"]
            for case in cases:
                files = [copy / "public" / case["put-files"][name] for name in case["arguments"]]
                expected = (copy / "public" / case["output-file"]).read_bytes()
                for sample in ("reference", "honest-twin"):
                    found = subprocess.run([sys.executable, "-B", copy / "samples" / sample / "submission" / program, *files],
                                           capture_output=True, check=True).stdout  # fmt: skip
                    lines = [line.rstrip() for line in found.rstrip().split(b"\n")]
                    self.assertEqual(lines, expected.rstrip().split(b"\n"), (sample, case["name"]))

    def test_bills(self):
        for seed in ("one", "two", "three"):
            self.agree("cloud-costs", "bill.py", lambda generate, seed=seed: generate.cases(seed, "public"))

    def test_nights(self):
        for seed in ("one", "two", "three"):
            self.agree("log-forensics", "investigate.py", lambda generate, seed=seed: generate.write(seed, "public"))

    def test_reports_of_meters(self):
        cases = load(LABS / "edge-inference" / "tests" / "cases.py")
        for seed in ("one", "two", "three"):
            for kind in ("readings", "odd-readings"):
                data, expected = cases.make(kind, seed)
                found = subprocess.run([LABS / "edge-inference" / "samples" / "reference" / "submission" / "report"], input=data,
                                       capture_output=True, check=True).stdout  # fmt: skip
                self.assertEqual(cases.judge(kind, found, expected), (1, None))
                self.assertLess(cases.judge(kind, found.replace(b'"good": ', b'"good": 1'), expected)[0], 0.5)

    def test_pipelines(self):
        for kind in ("many-machines", "sent-again"):
            cases = load(LABS / "pipeline-optimise" / "tests" / "cases.py")
            data, _ = cases.make(kind, "other")
            slow, fast, wrong = (
                subprocess.run(
                    [sys.executable, "-B", LABS / "pipeline-optimise" / path / "pipeline.py"],
                    input=data,
                    capture_output=True,
                    check=True,
                ).stdout  # fmt: skip
                for path in ("starter", "samples/reference/submission", "samples/wrong/submission")
            )
            self.assertEqual(cases.judge(kind, fast, slow), (1, None))
            self.assertEqual(cases.judge(kind, wrong, slow)[0], 1 if kind == "many-machines" else 0)

    def test_hostile_output_is_judged(self):
        pipelines = load(LABS / "pipeline-optimise" / "tests" / "cases.py")
        meters = load(LABS / "edge-inference" / "tests" / "cases.py")
        _, digits = meters.make("frames", "x")
        _, report = meters.make("readings", "x")
        right = b'{"rows": 1, "anomalies": [], "hours": [], "correlations": {}}'
        for output in (b"NaN", b"[]", b"{}", b"true", b'{"rows": NaN, "anomalies": {}, "hours": 1e999, "correlations": []}', b'{"meters": []}',
                       b'{"meters": {}, "rows": 1, "total": true}', b"9" * 4000, b"\xff\0", b"[" * 100_000, b""):  # fmt: skip
            for judge in (lambda: pipelines.judge("sent-again", output, right), lambda: meters.judge("readings", output, report),
                          lambda: meters.judge("frames", output, digits)):  # fmt: skip
                try:
                    self.assertEqual(judge()[0], 0, output[:40])
                except (ValueError, RecursionError):
                    pass  # which the grader takes for another form


if __name__ == "__main__":
    unittest.main()
