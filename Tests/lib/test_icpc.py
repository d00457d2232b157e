"""The icpc grader on small packages of every kind: python3 -m unittest discover -s Tests/lib"""

import os
import subprocess
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT / "graders" / "lib"), str(Path(__file__).parent)]

import provost_compare  # noqa: E402
from fake_supervisor import Supervisor  # noqa: E402

DOUBLE = "print(2 * int(input()))\n"
WRONG_ABOVE_TEN = "n = int(input())\nprint(2 * n if n < 10 else 0)\n"
LEGACY = "validation: default\nlimits: {time_limit: 2}\n"
CASES = {"sample/1": ("1\n", "2\n"), "secret/a": ("4\n", "8\n"), "secret/b": ("50\n", "100\n"), "secret/c": ("6\n", "12\n")}


class PackageTests(unittest.TestCase):
    def judge(self, submission, *, problem=LEGACY, cases=CASES, files=None, parameters=None, name="main.py", wall=60):
        """Grades one source file by a package made of `cases` and further files; the supervisor afterwards, with `status` and
        `log`."""
        folder = self.enterContext(tempfile.TemporaryDirectory())
        package = Path(folder) / "tests"
        everything = {"problem.yaml": problem, **(files or {})}
        for case, (given, answer) in cases.items():
            everything |= {f"data/{case}.in": given, f"data/{case}.ans": answer}
        for path, text in everything.items():
            (package / path).parent.mkdir(parents=True, exist_ok=True)
            (package / path).write_text(textwrap.dedent(text))
        defaults = {"package": "tests", "language": "auto", "scoring": "package", "parallel": 2}
        supervisor = Supervisor({name: submission}, lab=folder, parameters=defaults | (parameters or {}), wall_seconds=wall)
        with supervisor:
            environment = {
                **os.environ,
                **supervisor.environment,
                "PYTHONPATH": str(ROOT / "graders" / "lib"),
                "PYTHONDONTWRITEBYTECODE": "1",
            }
            done = subprocess.run(
                [str(ROOT / "graders" / "icpc" / "run")],
                cwd=supervisor.folder / "work",
                env=environment,
                capture_output=True,
                text=True,
                timeout=120,
            )
        supervisor.status, supervisor.log = done.returncode, done.stdout + done.stderr
        return supervisor

    def assertScore(self, supervisor, score):
        self.assertEqual(supervisor.status, 0, supervisor.log)
        self.assertEqual((supervisor.score, supervisor.points), (score, 100), supervisor.reports)

    def assertNotGraded(self, supervisor, sentence):
        self.assertNotEqual(supervisor.status, 0)
        self.assertIn(sentence, supervisor.log)
        self.assertEqual(supervisor.tests, {})


class PassFailTests(PackageTests):
    def test_all_or_nothing(self):
        self.assertScore(self.judge(DOUBLE), 100)
        judged = self.judge(WRONG_ABOVE_TEN)
        self.assertScore(judged, 0)
        self.assertEqual(
            [judged.tests[name][0] for name in CASES] + [judged.tests["verdict"][0]], ["pass", "pass", "fail", "skip", "fail"]
        )
        self.assertNotIn("100", " ".join(judged.tests["secret/b"][3]))

    def test_share_gives_each_secret_case_its_part(self):
        self.assertScore(self.judge(WRONG_ABOVE_TEN, parameters={"scoring": "share"}), 66.667)

    def test_verdicts(self):
        for source, name in (
            ("while True: pass", "Time limit exceeded"),
            ("import time; time.sleep(60)", "Time limit exceeded"),
            ("import sys; print(2); sys.exit(3)", "Run-time error"),
            ("import os; print(2, flush=True); os.abort()", "Run-time error"),
            ("print('x' * 20_000_000)", "Output limit exceeded"),
            ("print(3)", "Wrong answer"),
        ):
            judged = self.judge(source, problem="limits: {time_limit: 0.2}", wall=5 if "sleep" in source else 60)
            self.assertScore(judged, 0)
            self.assertIn(name, " ".join(judged.tests["sample/1"][3]))
            self.assertIn(name, " ".join(judged.tests["verdict"][3]))

    def test_languages(self):
        c = '#include <stdio.h>\nint main(void) { int n; scanf("%d", &n); printf("%d\\n", 2 * n); }\n'
        cpp = "#include <iostream>\nint main() { int n; std::cin >> n; std::cout << 2 * n << '\\n'; }\n"
        for name, source in (("main.c", c), ("sum.cpp", cpp), ("-o.c", c)):
            self.assertScore(self.judge(source, name=name), 100)
        for name, source in (("main.c", "int main( {"), ("main.py", "print("), ("notes.txt", "hello")):
            judged = self.judge(source, name=name)
            self.assertScore(judged, 0)
            self.assertIn("Compile error", " ".join(judged.tests["verdict"][3]))

    def test_time_limits_are_found(self):
        for problem, files in (
            ("problem_format_version: 2025-09\nlimits: {time_limit: 0.3}", {}),
            ("", {".timelimit": "0.3\n"}),
            ("", {"domjudge-problem.ini": "timelimit='0.3'\n"}),
        ):
            judged = self.judge(DOUBLE, problem=problem or "name: x", files=files)
            self.assertScore(judged, 100)
            self.assertIn("300ms", judged.runs[-1])
        self.assertNotGraded(self.judge(DOUBLE, problem="name: x"), "time limit")
        self.assertScore(self.judge(DOUBLE, problem="name: x", parameters={"seconds": 1}), 100)

    def test_flags_of_the_default_validator(self):
        answers = {"secret/1": ("", "Yes 1.0\n")}
        for flags, printed, score in (
            ("", "yes   1.0", 100),
            ("case_sensitive", "yes 1.0", 0),
            ("float_tolerance 1e-3", "YES 1.0005", 100),
            ("float_tolerance 1e-3", "yes 1.002", 0),
            ("float_tolerance 1e-3", "yes nan", 0),
            ("space_change_sensitive", "yes  1.0\\n", 0),
            ("space_change_sensitive", "yes 1.0\\n", 100),
            ("float_absolute_tolerance 0.1 case_sensitive", "Yes .95", 100),
        ):
            problem = f"validator_flags: {flags}\nlimits: {{time_limit: 2}}"
            self.assertScore(self.judge(f"print('{printed}', end='')", problem=problem, cases=answers), score)
        self.assertNotGraded(self.judge(DOUBLE, problem="validator_flags: fuzzy\nlimits: {time_limit: 2}"), "fuzzy")

    def test_arguments_files_and_hints(self):
        files = {
            "data/secret/1.yaml": "args: [-x, 가]\nhint: Look at the second argument.\n",
            "data/secret/1.files/table.txt": "7\n",
            "data/secret/2.yaml": "hint: Look at the second argument.\n",
        }
        source = "import sys\nprint(open('table.txt').read().strip(), sys.argv[2] if len(sys.argv) > 2 else 'x')"
        judged = self.judge(
            source,
            problem="problem_format_version: 2025-09\nlimits: {time_limit: 2}",
            cases={"secret/1": ("", "7 가\n"), "secret/2": ("", "9\n")},
            files=files,
        )
        self.assertScore(judged, 0)
        self.assertEqual(judged.tests["secret/1"][0], "pass")
        self.assertIn("Look at the second", " ".join(judged.tests["secret/2"][3]))

    def test_broken_packages_are_nobodys_verdict(self):
        for problem, cases, sentence in (
            ("[", CASES, "problem.yaml"),
            ("limits: 5", CASES, "limits"),
            ("type: submit-answer", CASES, "submit-answer"),
            (LEGACY, {"sample/1": ("1", "2")}, "no case"),
            ("validation: custom\nlimits: {time_limit: 1}", CASES, "no output validators"),
        ):
            self.assertNotGraded(self.judge(DOUBLE, problem=problem, cases=cases), sentence)


ANY_ORDER = """
    import sys
    given, answer, feedback = open(sys.argv[1]).read(), open(sys.argv[2]).read(), sys.argv[3]
    open(feedback + "judgemessage.txt", "a").write("secret of the judges")
    said = sys.stdin.buffer.read()
    if sorted(said.split()) == sorted(answer.encode().split()):
        sys.exit(42)
    open(feedback + "teammessage.txt", "w").write("the numbers are not the same")
    sys.exit(43)
"""
CUSTOM = "validation: custom\nlimits: {time_limit: 2}\n"


class ValidatorTests(PackageTests):
    def test_custom_validator_in_python(self):
        cases = {"secret/1": ("", "1 2 3\n")}
        files = {"output_validators/check.py": ANY_ORDER}
        self.assertScore(self.judge("print(3, 1, 2)", problem=CUSTOM, cases=cases, files=files), 100)
        judged = self.judge("print(3, 1)", problem=CUSTOM, cases=cases, files=files)
        self.assertScore(judged, 0)
        self.assertIn("the numbers are not the same", " ".join(judged.tests["secret/1"][3]))
        self.assertNotIn("secret of the judges", str(judged.reports))
        self.assertIn("secret of the judges", judged.log)

    def test_validator_of_the_newer_format_in_c(self):
        source = '#include "rules.h"\n#include <stdio.h>\nint main(void) { int n; return scanf("%d", &n) == 1 && n == GOOD ? 42 : 43; }\n'
        files = {"output_validator/check.c": source, "output_validator/rules.h": "#define GOOD 7\n"}
        problem = "problem_format_version: 2025-09\nlimits: {time_limit: 2}"
        for said, score in ((7, 100), (8, 0)):
            self.assertScore(self.judge(f"print({said})", problem=problem, cases={"secret/1": ("", "")}, files=files), score)

    def test_any_other_status_is_our_fault(self):
        for status in ("sys.exit(0)", "sys.exit(1)", "sys.exit(44)", "os.abort()", "1 / 0"):
            files = {"output_validators/check.py": f"import os, sys\n{status}\n"}
            judged = self.judge("print(1)", problem=CUSTOM, cases={"secret/1": ("", "")}, files=files)
            self.assertNotEqual(judged.status, 0)
            self.assertNotIn("verdict", judged.tests)
        self.assertNotGraded(self.judge("print(1)", problem=CUSTOM, files={"output_validators/c.c": "int main( {"}), "c.c")

    GUESS = """
        import sys
        secret = int(open(sys.argv[1]).read())
        for _ in range(12):
            try:
                guess = int(sys.stdin.readline())
            except ValueError:
                sys.exit(43)
            print("right" if guess == secret else "low" if guess < secret else "high", flush=True)
            if guess == secret:
                sys.exit(42)
        sys.exit(43)
    """
    SEARCH = """
        low, high = 1, 1000
        while True:
            middle = (low + high) // 2
            print(middle, flush=True)
            answer = input()
            if answer == "right":
                break
            low, high = (middle + 1, high) if answer == "low" else (low, middle - 1)
    """

    def test_interactive(self):
        cases = {"secret/1": ("387\n", ""), "secret/2": ("1000\n", "")}
        files = {"output_validators/guess.py": self.GUESS}
        problem = "validation: custom interactive\nlimits: {time_limit: 1}"
        for source, score, word in (
            (textwrap.dedent(self.SEARCH), 100, ""),
            ("while True: print(1, flush=True)", 0, "Wrong answer"),
            ("import time; time.sleep(60)", 0, "Time limit"),
            ("print(5, flush=True); raise SystemExit(1)", 0, "Run-time error"),
            ("print('x')", 0, "Wrong answer"),
            ("print('x', flush=True)\nwhile True: pass", 0, "Wrong answer"),
        ):
            judged = self.judge(source, problem=problem, cases=cases, files=files, wall=5 if "sleep" in source else 60)
            self.assertScore(judged, score)
            self.assertIn(word, " ".join(judged.tests["secret/1"][3]))

    def test_multi_pass(self):
        check = """
            import os, sys
            number, said = int(open(sys.argv[1]).read()), sys.stdin.read().split()
            if said != [str(number + 1)]:
                sys.exit(43)
            if number < 3:
                open(sys.argv[3] + "nextpass.in", "w").write(str(number + 1))
            sys.exit(42)
        """
        problem = "problem_format_version: 2025-09\ntype: multi-pass\nlimits: {time_limit: 1, validation_passes: 3}"
        for source, score in (("print(int(input()) + 1)", 100), ("print(2)", 0)):
            judged = self.judge(
                source, problem=problem, cases={"secret/1": ("1", "")}, files={"output_validator/check.py": check}
            )
            self.assertScore(judged, score)
        self.assertEqual(len(judged.runs), 3)


GROUPS = {
    "sample/1": ("1\n", "2\n"),
    "secret/g1/a": ("3\n", "6\n"),
    "secret/g1/b": ("4\n", "8\n"),
    "secret/g2/a": ("5\n", "10\n"),
    "secret/g2/b": ("50\n", "100\n"),
    "secret/g3/a": ("60\n", "120\n"),
}


class ScoringTests(PackageTests):
    NEWER = "problem_format_version: 2025-09\ntype: scoring\nlimits: {time_limit: 2}"

    def test_groups_of_the_newer_format(self):
        files = {f"data/secret/g{n}/test_group.yaml": f"max_score: {most}\n" for n, most in ((1, 20), (2, 30), (3, 50))}
        judged = self.judge(WRONG_ABOVE_TEN, problem=self.NEWER, cases=GROUPS, files=files)
        self.assertScore(judged, 20)
        self.assertEqual(judged.tests["secret/g2"][:3], ("fail", 0, 30))
        files["data/secret/g2/test_group.yaml"] += "score_aggregation: sum\n"
        self.assertScore(self.judge(WRONG_ABOVE_TEN, problem=self.NEWER, cases=GROUPS, files=files), 35)
        files["data/secret/g2/test_group.yaml"] = "max_score: 30\nscore_aggregation: min\n"
        self.assertScore(self.judge(WRONG_ABOVE_TEN, problem=self.NEWER, cases=GROUPS, files=files), 20)
        files["data/secret/g3/test_group.yaml"] += "require_pass: secret/g2\n"
        judged = self.judge(WRONG_ABOVE_TEN, problem=self.NEWER, cases=GROUPS, files=files)
        self.assertIn("it needs secret/g2", " ".join(judged.tests["secret/g3/a"][3]))
        self.assertScore(self.judge(DOUBLE, problem=self.NEWER, cases=GROUPS, files=files), 100)
        files = {"data/secret/test_group.yaml": "score_aggregation: pass-fail\n"} | {
            f"data/secret/g{n}/test_group.yaml": "max_score: 10\n" for n in (1, 2, 3)
        }
        self.assertScore(self.judge(WRONG_ABOVE_TEN, problem=self.NEWER, cases=GROUPS, files=files), 0)

    def test_scores_of_a_validator(self):
        check = """
            import sys
            said = sys.stdin.read().split()
            if len(said) != 1:
                sys.exit(43)
            open(sys.argv[3] + "score_multiplier.txt", "w").write(said[0])
            sys.exit(42)
        """
        for said, score in (("0.25", 25), ("1", 100), ("0", 0)):
            judged = self.judge(
                f"print({said})", problem=self.NEWER, cases={"secret/1": ("", "")}, files={"output_validator/check.py": check}
            )
            self.assertScore(judged, score)
        judged = self.judge(
            "print('nan')", problem=self.NEWER, cases={"secret/1": ("", "")}, files={"output_validator/check.py": check}
        )
        self.assertNotEqual(judged.status, 0)

    def test_groups_of_legacy_packages(self):
        problem = "type: scoring\nlimits: {time_limit: 2}"
        files = {"data/testdata.yaml": "grader_flags: ignore_sample\non_reject: continue\n"}
        files |= {
            f"data/secret/g{n}/testdata.yaml": f"on_reject: break\naccept_score: {most}\ngrader_flags: min\nrange: 0 {most}\n"
            for n, most in ((1, 20), (2, 30), (3, 50))
        }
        self.assertScore(self.judge(WRONG_ABOVE_TEN, problem=problem, cases=GROUPS, files=files), 20)
        self.assertScore(self.judge(DOUBLE, problem=problem, cases=GROUPS, files=files), 100)
        files["data/secret/g2/testdata.yaml"] = "on_reject: continue\naccept_score: 15\ngrader_flags: sum\n"
        self.assertScore(self.judge(WRONG_ABOVE_TEN, problem=problem, cases=GROUPS, files=files), 35)
        self.assertScore(self.judge(DOUBLE, problem=problem, cases=GROUPS, files=files), 100)


class CompareTests(unittest.TestCase):
    def test_numbers_are_plain_and_finite(self):
        for word, value in (
            (b"1.5", 1.5),
            (b".5e-3", 0.0005),
            (b"-7.", -7.0),
            (b"nan", None),
            (b"inf", None),
            (b"1e999", None),
            (b"0x10", None),
            (b"1_0", None),
            (b"9" * 500, None),
            (b"", None),
            ("١".encode(), None),
        ):
            self.assertEqual(provost_compare.number(word), value)

    def test_lines(self):
        self.assertIsNone(provost_compare.lines(b"a  \r\nb\n\n\n", b"a\nb"))
        self.assertIn("line 2", provost_compare.lines(b"a\nc\n", b"a\nb\n"))
        self.assertIn("too early", provost_compare.lines(b"a\n", b"a\nb\n"))
        self.assertIn("line 1", provost_compare.lines(b" a\n", b"a\n"))

    def test_exact(self):
        self.assertIsNone(provost_compare.exact(b"a\0\xff", b"a\0\xff"))
        self.assertIn("goes on", provost_compare.exact(b"a\n\n", b"a\n"))

    def test_large_output_is_compared_in_little_memory(self):
        large = b"1 " * (4 << 20)
        self.assertIsNotNone(provost_compare.tokens(large, b"1 " * 10))
        self.assertIsNone(provost_compare.tokens(large, large.replace(b" ", b"\n")))


if __name__ == "__main__":
    unittest.main()
