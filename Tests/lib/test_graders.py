"""The graders io, pytest and pytest-shared on small labs, and what c-make, bats and the Java graders are made of:
python3 -m unittest discover -s Tests/lib"""

import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest
import unittest.mock
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT / "graders" / "lib"), str(Path(__file__).parent), str(ROOT / "Tests" / "graders")]

import provost_http  # noqa: E402
import provost_java  # noqa: E402
from fake_supervisor import Supervisor  # noqa: E402
from loading import load  # noqa: E402
from provost_cases import first_difference  # noqa: E402
from provost_submission import files_below  # noqa: E402


class GraderTests(unittest.TestCase):
    grader = ""
    defaults = {}

    def grade(self, submission, tests, **parameters):
        """Grades `submission` (name → text) by `tests` (name → text); the supervisor afterwards, with `status` and `log`."""
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        for name, text in tests.items():
            path = folder / "tests" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text))
            path.chmod(0o755)
        files = {name: textwrap.dedent(text) for name, text in submission.items()}
        supervisor = Supervisor(files, lab=folder, parameters={**self.defaults, **parameters})
        with supervisor:
            environment = {
                **os.environ,
                **supervisor.environment,
                "PYTHONPATH": str(ROOT / "graders" / "lib"),
                "PYTHONDONTWRITEBYTECODE": "1",
            }
            program = ROOT / "graders" / self.grader / "run"
            done = subprocess.run(
                [str(program)],
                cwd=supervisor.folder / "work",
                env=environment,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=120,
            )
        supervisor.status, supervisor.log = done.returncode, done.stdout + done.stderr
        return supervisor

    def assertScore(self, supervisor, score):
        self.assertEqual(supervisor.status, 0, supervisor.log)
        self.assertEqual(supervisor.score, score, supervisor.reports)

    def assertNotGraded(self, supervisor, sentence):
        self.assertNotEqual(supervisor.status, 0, supervisor.reports)
        self.assertIn(sentence, supervisor.log)

    def told(self, supervisor):
        """All that the learner gets to see."""
        return "\n".join(" ".join(words) for words in supervisor.reports) + "\n" + b"".join(supervisor.inputs).decode()


class IoTests(GraderTests):
    grader = "io"
    defaults = {
        "command": ["python3", "main.py"],
        "build": [],
        "build-seconds": 10,
        "cases": "tests/cases.yaml",
        "compare": "lines",
        "tolerance": 1e-6,
        "checker": [],
        "seconds": 2,
        "memory": "",
        "parallel": 2,
    }
    ECHO = {"main.py": "import sys\nprint(sys.stdin.read(), end='')\nprint(*sys.argv[1:])\n"}

    def test_cases_of_every_kind(self):
        cases = """
            groups:
              all: {points: 20, rule: all}
              share: {points: 40, rule: share, hint: think}
            cases:
              - {name: text, points: 10, stdin: "a\\n", output: "a\\n\\n"}
              - {name: file, points: 10, stdin-file: in.txt, output-file: out.txt}
              - {name: arguments, points: 10, arguments: [1, x y], output: "1 x y"}
              - {name: wrong, points: 10, stdin: "SECRETINPUT", output: "SECRETOUTPUT", hint: a hint}
              - {name: one, group: all, output: ""}
              - {name: two, group: all, output: "SECRETOUTPUT"}
              - {name: three, group: share, output: "", errors: none, status: any}
              - {name: four, group: share, output: "x"}
        """
        graded = self.grade(self.ECHO, {"cases.yaml": cases, "in.txt": "7", "out.txt": "7\n"})
        self.assertScore(graded, 50)
        self.assertEqual(graded.points, 100)
        self.assertIn("a hint", self.told(graded))
        self.assertIn("1 of 2 cases are wrong; the first is “four”", self.told(graded))
        self.assertNotIn("SECRET", self.told(graded))

    def test_files_go_in_and_out(self):
        cases = """
            - {name: good, points: 50, put: {in.txt: "5\\n"}, get: {out.txt: "10\\n"}}
            - {name: bad, points: 50, put: {in.txt: "6\\n"}, get: {other.txt: "12\\n"}}
        """
        graded = self.grade(
            {"main.py": "open('out.txt', 'w').write(f\"{2 * int(open('in.txt').read())}\\n\")"}, {"cases.yaml": cases}
        )
        self.assertScore(graded, 50)
        self.assertIn("other.txt was not written", self.told(graded))

    def test_folder_of_cases(self):
        tests = {
            "cases/1.in": "a",
            "cases/1.out": "a",
            "cases/2.in": "b",
            "cases/2.out": "c",
            "cases/10.in": "",
            "cases/10.out": "x y",
            "cases/10.args": "x\ny\n",
        }
        graded = self.grade(self.ECHO, tests, cases="tests/cases")
        self.assertScore(graded, 66.667)
        self.assertEqual((list(graded.tests), graded.points), (["1", "2", "10"], 100))

    def test_checker(self):
        check = """
            #!/usr/bin/python3
            import sys
            given, printed, expected = (open(path, "rb").read() for path in sys.argv[1:])
            if b"break" in printed:
                sys.exit(2)
            print("not the reverse")
            sys.exit(printed.split() != [given[::-1]])
        """.strip()
        tests = {
            "check.py": textwrap.dedent(check.replace("\n            ", "\n")),
            "cases.yaml": "- {name: a, points: 100, stdin: abc, output: ''}\n",
        }
        for source, score in (("print(input()[::-1])", 100), ("print(input())", 0)):
            graded = self.grade({"main.py": source}, tests, compare="checker", checker=["tests/check.py"])
            self.assertScore(graded, score)
        self.assertIn("Not the reverse", self.told(graded))
        self.assertNotGraded(
            self.grade({"main.py": "print('break')"}, tests, compare="checker", checker=["tests/check.py"]), "status 2"
        )
        self.assertNotGraded(self.grade({"main.py": ""}, tests, compare="checker"), "the parameter checker is not set")

    def test_build_that_fails(self):
        graded = self.grade(
            self.ECHO, {"cases.yaml": "- {name: a, points: 100, output: x}\n"}, build=["sh", "-c", "echo broken >&2; exit 1"]
        )
        self.assertScore(graded, 0)
        self.assertIn("broken", self.told(graded))

    def test_mistakes_in_the_cases_are_the_authors(self):
        for cases, sentence in (
            ("- {name: a, points: 1, outptu: x}", "unknown key outptu"),
            ("- {name: a, points: 1}", "expects nothing"),
            ("[]", "none"),
            ("- {name: a, output: x}", "points or a group"),
            ("- {name: a, points: -1, output: x}", "from 0"),
            ("- 5", "name"),
            ("{", "cases.yaml"),
            ("- {name: a, group: b, output: x}", "no group b"),
            ("- {name: a, points: 1, output: x, status: 999}", "status"),
            ("- {name: a, points: 1, output: x}\n- {name: a, points: 1, output: x}", "twice"),
            ("- {name: a, points: 1, output-file: absent}", "absent"),
        ):
            graded = self.grade(self.ECHO, {"cases.yaml": cases})
            self.assertNotGraded(graded, sentence)
            self.assertEqual(graded.runs, [])


class PytestTests(GraderTests):
    grader = "pytest"
    defaults = {"tests": "tests", "fresh": "test", "plugins": []}
    IMPORTS = "import pytest\nfrom provost_learner import evaluate, load, raises\nm = load('m', seconds=2)\n"

    def in_file(self, text):
        return {"test_m.py": self.IMPORTS + textwrap.dedent(text)}

    def test_points_names_and_nothing_hidden_is_told(self):
        tests = self.in_file("""
            @pytest.mark.points(30)
            def test_one():
                assert m.f(4) == 4

            @pytest.mark.points(5)
            @pytest.mark.hint("a hint")
            @pytest.mark.parametrize("number", [9911, 9922])
            def test_many(number):
                assert m.f(number) == number

            def test_rest():
                assert m.loud(9933) == "SECRETVALUE"

            @pytest.mark.hidden
            @pytest.mark.title("the title")
            def test_more():
                assert m.f("SECRETVALUE") == "SECRETVALUE"
        """)
        source = {"m.py": "def f(x): return x if x != 9922 else 0\ndef loud(x): raise ValueError(f'heard {x}')\n"}
        graded = self.grade(source, tests)
        self.assertScore(graded, 65)
        self.assertEqual(list(graded.tests), ["one", "many (1)", "many (2)", "rest", "the title"])
        self.assertEqual([test[2] for test in graded.tests.values()], [30, 5, 5, 30, 30])
        self.assertIn("--hidden", graded.tests["the title"][3])
        self.assertIn("a hint", self.told(graded))
        self.assertIn("ValueError was raised", self.told(graded))
        for secret in ("9911", "9922", "9933", "SECRETVALUE", "assert", "heard"):
            self.assertNotIn(secret, self.told(graded))
        self.assertIn("SECRETVALUE", graded.log)

    def test_show_tells_the_whole_failure(self):
        graded = self.grade(
            {"m.py": "def f(): return 3"}, self.in_file("@pytest.mark.show\ndef test_a():\n    assert m.f() == 4\n")
        )
        self.assertScore(graded, 0)
        self.assertIn("assert 3 == 4", self.told(graded))

    def test_each_test_meets_a_fresh_module(self):
        tests = self.in_file("def test_a():\n    assert m.count() == 1\ndef test_b():\n    assert m.count() == 1\n")
        source = {"m.py": "n = 0\ndef count():\n    global n\n    n += 1\n    return n\n"}
        self.assertScore(self.grade(source, tests), 100)
        self.assertScore(self.grade(source, tests, fresh="never"), 50)

    def test_a_module_that_is_broken_costs_its_points_only(self):
        tests = self.in_file("def test_a():\n    assert m.f() == 1\n")
        for source in ({"m.py": "x = ("}, {}, {"m.py": "import os; os._exit(0)"}, {"m.py": "raise SystemExit(0)"}):
            graded = self.grade(source, tests)
            self.assertScore(graded, 0)
            self.assertEqual(graded.points, 100)
        eager = self.in_file("LIMIT = m.LIMIT\ndef test_a():\n    assert LIMIT == 1\n")
        self.assertScore(self.grade({"m.py": "LIMIT = 1"}, eager), 100)
        self.assertScore(self.grade({"m.py": "x = ("}, eager), 0)

    def test_time_outs_in_a_row_end_the_run(self):
        tests = self.in_file("@pytest.mark.parametrize('n', range(9))\ndef test_a(n):\n    assert m.f() == 1\n").copy()
        tests["test_m.py"] = tests["test_m.py"].replace("seconds=2", "seconds=0.3")
        graded = self.grade({"m.py": "def f():\n    while True: pass\n"}, tests)
        self.assertScore(graded, 0)
        self.assertEqual((len(graded.tests), len(graded.runs)), (9, 3))

    def test_mistakes_in_the_tests_are_nobodys_verdict(self):
        for text, sentence in (
            ("def test_a(:\n", "cannot be collected"),
            ("import absent_module\ndef test_a(): pass", "absent_module"),
            ("x = 1", "no test"),
            ("@pytest.fixture\ndef broken():\n    return 1 / 0\ndef test_a(broken):\n    pass", "setup"),
            ("def test_a(absent): pass", "absent"),
            ("@pytest.mark.points(30)\ndef test_a(): pass", "add up"),
            ("@pytest.mark.points(130)\ndef test_a(): pass\ndef test_b(): pass", "add up"),
            ("@pytest.mark.points('x')\ndef test_a(): pass", "points"),
            ("def test_a():\n    m.f(lambda: 1)", "cannot be given"),
        ):
            self.assertNotGraded(self.grade({"m.py": "def f(x): return x"}, self.in_file(text)), sentence)

    def test_a_learner_of_the_wrong_kind_is_no_fault_of_the_tests(self):
        fixture = """
            @pytest.fixture(scope="module")
            def account():
                return m.Account("0042")

            def test_a(account):
                assert account.balance == 0

            def test_b(account):
                assert account.balance == 0
        """
        for source in ("Account = 5", "Account = None", "def Account(_): return {}", "def Account(): pass"):
            graded = self.grade({"m.py": source}, self.in_file(fixture))
            self.assertScore(graded, 0)
            self.assertEqual(graded.points, 100)
        eager = self.in_file("LIMIT = m.LIMIT + 1\ndef test_a():\n    assert LIMIT == 2\n")
        self.assertScore(self.grade({"m.py": "LIMIT = 1"}, eager), 100)
        self.assertScore(self.grade({"m.py": "LIMIT = 'a'"}, eager), 0)
        mistake = "X = m.f(1)\n@pytest.fixture\ndef broken():\n    return m.f(lambda: 1)\ndef test_a({}): pass\n"
        for fixture, sentence in (("broken", "cannot be given"), ("absent", "absent")):
            graded = self.grade({"m.py": "def f(x): return x"}, self.in_file(mistake.format(fixture)))
            self.assertNotGraded(graded, sentence)
        for ours in ("open('/nowhere')", "raise MemoryError"):
            fixture = f"@pytest.fixture\ndef lacking():\n    m.f(1)\n    {ours}\ndef test_a(lacking): pass\n"
            self.assertNotGraded(self.grade({"m.py": "def f(x): return x"}, self.in_file(fixture)), "setup of")

    def test_texts_that_are_dear_to_compare_do_not_stop_the_grader(self):
        text = "def f(first):\n    return '\\n'.join('aa' + chr(first + n) for n in range(1000))\n"
        started = time.monotonic()
        graded = self.grade({"m.py": text}, self.in_file(text + "def test_a():\n    assert m.f(2000) == f(4000)\n"))
        self.assertScore(graded, 0)
        self.assertLess(time.monotonic() - started, 20)

    def test_our_fault_inside_a_test_is_no_failed_test(self):
        tests = self.in_file("import os\ndef test_a():\n    os.environ['PROVOST_CHANNEL'] = '/nowhere'\n    assert m.f() == 1\n")
        self.assertNotGraded(self.grade({"m.py": "def f(): return 1"}, tests), "cannot reach the supervisor")

    def test_the_submission_cannot_configure_pytest(self):
        source = {
            "m.py": "def f(): return 0",
            "conftest.py": "raise SystemExit(0)",
            "pytest.ini": "[pytest]\naddopts = --collect-only\n",
        }
        self.assertScore(self.grade(source, self.in_file("def test_a():\n    assert m.f() == 1\n")), 0)


class SharedTests(GraderTests):
    grader = "pytest-shared"
    defaults = {"tests": "tests", "seconds": 2, "memory": 256, "plugins": []}
    TESTS = {"test_m.py": "import m\n\ndef test_a():\n    assert m.f() == 1\n\ndef test_b():\n    assert m.g() == 2\n"}

    def test_scores(self):
        self.assertScore(self.grade({"m.py": "def f(): return 1\ndef g(): return 3\n"}, self.TESTS), 50)

    def test_a_test_that_does_not_end_well_costs_itself_only(self):
        for body in (
            "import os; os._exit(0)",
            "import os; os.abort()",
            "while True: pass",
            "exit(0)",
            "x = [bytearray(1 << 20) for _ in range(4000)]",
        ):
            graded = self.grade({"m.py": f"def f():\n    {body}\ndef g(): return 2\n"}, self.TESTS)
            self.assertScore(graded, 50)
            self.assertEqual(graded.points, 100)

    def test_memory_that_is_kept_costs_its_test_and_nothing_of_ours(self):
        for step in ("1 << 20", "1 << 10", "0"):
            source = f"kept = []\ndef f():\n    while True: kept.append(bytearray({step}))\ndef g(): return 2\n"
            graded = self.grade({"m.py": source}, self.TESTS)
            self.assertEqual(graded.status, 0, graded.log)
            self.assertEqual((graded.tests["a"][1], graded.points), (0, 100))

    def test_a_pytest_that_falls_over_beside_the_module_costs_its_test(self):
        source = "from _pytest.reports import TestReport\ndef full(*_): raise MemoryError\n"
        source += "def f(): TestReport.from_item_and_call = full\ndef g(): return 2\n"
        graded = self.grade({"m.py": source}, self.TESTS)
        self.assertScore(graded, 50)
        self.assertEqual(graded.points, 100)

    def test_real_time_alone_makes_nobody_late(self):
        source = "import time\ntime.sleep(1.5)\ndef f():\n    time.sleep(1.5)\n    return 1\ndef g(): return 2\n"
        self.assertScore(self.grade({"m.py": source}, self.TESTS, seconds=1), 100)

    def test_a_module_that_cannot_be_loaded_scores_nothing(self):
        for source in ("x = (", "import os; os._exit(0)", "raise SystemExit(0)", "while True: pass", "raise KeyboardInterrupt"):
            self.assertScore(self.grade({"m.py": source}, self.TESTS), 0)

    def test_what_else_comes_through_the_pipe_is_refused(self):
        attack = "import os\nfor fd in range(3, 30):\n    try: os.write(fd, b'{}\\n')\n    except OSError: pass\n"
        for line in (
            b'{"kind": "ended", "nodeid": "x", "outcome": {"status": "pass"}}',
            b'{"kind": "plan", "lines": 5}',
            b"[" * 5000,
            b"\xff",
        ):
            source = attack.replace("b'{}\\n'", repr(line + b"\n")) + "def f(): return 0\ndef g(): return 0\n"
            self.assertScore(self.grade({"m.py": source}, self.TESTS), 0)

    SAY = """
        import json, os, time
        def say(**line):
            for fd in range(3, 40):
                try: os.write(fd, json.dumps(line).encode() + b"\\n")
                except OSError: pass
        def own(): return os.environ["PYTEST_CURRENT_TEST"].split()[0]
        def g(): return 2
    """

    def test_nothing_that_the_module_says_before_the_plan_is_our_fault(self):
        line = {"name": "a", "points": 30, "hint": "", "hidden": False, "show": False}
        thirds = {str(number): {**line, "points": 100 / 3} for number in range(3)}
        for said in (
            "say(kind='unusable', text=[[1]])",
            f"say(kind='plan', lines={ {'x': line} })",
            f"say(kind='plan', lines={thirds})",
        ):
            source = textwrap.dedent(self.SAY) + said + "\ndef f(): return 1\n"
            self.assertScore(self.grade({"m.py": source}, self.TESTS), 0)

    def test_what_the_module_says_in_a_test_costs_that_test(self):
        for said in (
            "import pytest; pytest.exit('bye', 4)",
            "say(kind='ended', nodeid=own(), outcome={'status': []})",
        ):
            source = textwrap.dedent(self.SAY) + f"def f():\n    {said}\n    time.sleep(0.5)\n"
            graded = self.grade({"m.py": source}, self.TESTS)
            self.assertScore(graded, 50)
            self.assertEqual(graded.points, 100)

    def test_no_line_gives_new_time_again_and_again(self):
        lines = "{'test_m.py::test_a': {'name': 'a', 'points': 100, 'hint': '', 'hidden': False, 'show': False}}"
        for said in ("kind='began', nodeid=own()", f"kind='plan', lines={lines}", "kind='ended', outcome={'status': 'pass'}"):
            source = textwrap.dedent(self.SAY) + f"def f():\n    while True:\n        say({said})\n        time.sleep(0.1)\n"
            self.assertScore(self.grade({"m.py": source}, self.TESTS), 50)

    def test_a_mistake_in_the_tests_is_our_fault(self):
        tests = {"test_m.py": "import pytest, m\n@pytest.mark.points(30)\ndef test_a(): pass\n"}
        self.assertNotGraded(self.grade({"m.py": "def f(): return 1\n"}, tests), "add up to 30")


class SubmissionTests(unittest.TestCase):
    """Folders that a learner may hand in."""

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def test_links_to_names_that_are_too_long_are_no_error(self):
        for name in ("run", "A.java", "x.c"):
            os.symlink("x" * 300, self.folder / name)
        (self.folder / "inner").mkdir()
        (self.folder / "inner" / "B.java").write_text("class B {}\n")
        own = self.folder / "inner" / "B.java"
        self.assertEqual(files_below(self.folder), [own])
        self.assertEqual(provost_java.sources(self.folder), [own])
        self.assertEqual(provost_java.sources(self.folder / "run"), [])
        sanitizers, building = load("c-make", "sanitizers", "building")
        (service,) = load("http", "service")
        for module in (sanitizers, building, service, provost_http):
            self.enterContext(unittest.mock.patch.object(module, "SUBMISSION", self.folder))
        self.assertIn("There is no file run", provost_http.first_line_mistake("run"))
        self.assertIsNone(service.first_line_mistake(["./run"]))
        self.assertIsNone(sanitizers.evasion())
        self.assertEqual((sanitizers._place("x.c", "1"), sanitizers._place("B.java", "1")), ("", " in inner/B.java, line 1"))
        with unittest.mock.patch.object(building, "run") as run:
            building.clean_copy()
        names = subprocess.run(["tar", "-t"], input=run.call_args.kwargs["stdin"], capture_output=True, check=True).stdout.split()
        self.assertEqual(names, [b"A.java", b"inner/", b"run", b"x.c", b"inner/B.java"])

    def test_sources_that_are_dear_to_read_do_not_stop_the_grader(self):
        (sanitizers,) = load("c-make", "sanitizers")
        started = time.process_time()
        for text in ('\\"' * 1_000_000, '"' + "a" * 2_000_000, "'\\" * 1_000_000, "/*" * 1_000_000):
            sanitizers._code(text)
        self.assertLess(time.process_time() - started, 20)
        code = 'a "x // y" /* b\n */ c // d\n \'"\' e "\\"/*" f'
        self.assertEqual(sanitizers._code(code), 'a "x // y" \n c \n \'"\' e "\\"/*" f')

    def test_the_first_difference_of_large_files_is_found(self):
        self.assertEqual(first_difference(b"\n" * 5_000_000, b"\n" * 5_000_000 + b"x"), "line 100001 of the output is wrong")
        self.assertEqual(first_difference(b"a\nb\n", b"a\nc\n"), "line 2 of the output is wrong")
        self.assertEqual(first_difference(b"a", b"a\nc\n"), "the output ends too early")


class BatsTests(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def told(self, output, expected):
        """What expect_output tells, None when it is content."""
        script = '. "$0"; output=$(cat output; echo .); output=${output%.}; expected=$(cat expected; echo .); '
        script += 'expect_output "${expected%.}"'
        (self.folder / "output").write_text(output)
        (self.folder / "expected").write_text(expected)
        (self.folder / "0.told").unlink(missing_ok=True)
        command = ["bash", "-c", script, str(ROOT / "graders" / "bats" / "provost.bash")]
        environment = {**os.environ, "PROVOST_NOTES": str(self.folder)}
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, timeout=60)
        self.assertEqual(done.stderr, b"")
        if done.returncode == 0:
            return None
        return (self.folder / "0.told").read_text().rstrip("\n")

    def test_the_line_that_is_wrong_is_told(self):
        for output, expected, line in (
            ("a", "b", 1),
            ("", "b", 1),
            ("a\nb\nc", "a\nx\nc", 2),
            ("a", "a\nb", 2),
            ("a\nb", "a", 2),
            ("a" + "\n" * 60_000 + "x", "a" + "\n" * 60_000 + "y", 60_001),
        ):
            self.assertEqual(self.told(output, expected), f"line {line} of the output is wrong")
        self.assertIsNone(self.told("a\nb", "a\nb"))

    def test_the_output_that_is_kept_is_bounded(self):
        real = self.folder / "learner"
        real.write_text('#!/bin/sh\necho "$@"\n')
        real.chmod(0o755)
        environment = {**os.environ, "PROVOST_LEARNER": str(real), "PROVOST_NOTES": str(self.folder), "PROVOST_SECONDS": "25s"}
        for words, given in ((["--", "x"], ["64KiB"]), (["--output", "1MiB", "--", "x"], ["1MiB"])):
            command = [str(ROOT / "graders" / "bats" / "bin" / "learner"), "run", *words]
            said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()
            self.assertEqual([after for word, after in zip(said, said[1:]) if word == "--output"], given)


class JavaTests(unittest.TestCase):
    WIRE = """
        package provost;

        import java.io.IOException;
        import java.util.ArrayList;
        import java.util.LinkedHashMap;
        import java.util.LinkedHashSet;
        import java.util.List;
        import java.util.Map;
        import java.util.Set;

        class Try {
            public static void main(String[] arguments) throws IOException {
                Wire.Objects none = new Wire.Objects() {
                    public Wire.Handle handle(Object object) { return null; }
                    public Object object(Wire.Handle handle) { return null; }
                };
                Map<Object, Object> map = new LinkedHashMap<>();
                Set<Object> set = new LinkedHashSet<>();
                for (int number = 0; number < 5000; number++) {
                    map.put("key " + number, number);
                    set.add(List.of(number, number + 1));
                }
                map.put(null, set);
                System.out.println(new Wire.Reader(new Wire.Writer(none).value(map).message(), none).value().equals(map));
                for (char tag : new char[] {'U', 'M'}) {
                    Wire.Writer writer = new Wire.Writer(none).tag(tag).number(50000);
                    for (int number = 0; number < 50000; number++) {
                        writer.value(List.of(number, -31 * number));
                        if (tag == 'M') writer.value(null);
                    }
                    try {
                        new Wire.Reader(writer.message(), none).value();
                    } catch (IOException refused) {
                        System.out.println(refused.getMessage());
                    }
                }
            }
        }
    """

    @unittest.skipUnless(shutil.which("javac"), "needs a JDK")
    def test_tables_of_one_hash_are_refused(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (folder / "Try.java").write_text(textwrap.dedent(self.WIRE))
        wire = ROOT / "graders" / "junit-java" / "wire" / "provost" / "Wire.java"
        subprocess.run(["javac", "-d", folder, wire, folder / "Try.java"], check=True)
        done = subprocess.run(["java", "-cp", folder, "provost.Try"], capture_output=True, text=True, check=True, timeout=60)
        self.assertEqual(done.stdout.split("\n"), ["true", *["too many keys of one hash"] * 2, ""])

    def test_long_white_space_costs_no_time(self):
        started = time.process_time()
        self.assertEqual(provost_java.shown("assertion a" + " " * 19_000 + "x"), "a x")
        self.assertEqual(provost_java.shown("assertion balance expected:<[5]> but was:<[7]>"), "balance")
        self.assertLess(time.process_time() - started, 5)

    def run_tests(self, *machines):
        """What becomes of three tests in machines that tell these events, and then end."""
        left = [iter(events) for events in machines]

        class Machine:
            status = 3

            def __init__(self, *_):
                self.events = left.pop(0)

            def next(self, _):
                return next(self.events, None)

            def stop(self):
                pass

        with unittest.mock.patch.object(provost_java, "Machine", Machine):
            return [status for _, status, _ in provost_java.run_tests([], [], ["a", "b", "c"], 1)]

    def test_a_machine_that_ends_between_two_tests_is_replaced(self):
        began, passed = (lambda number: ("begin", str(number), "")), (lambda number: ("pass", str(number), ""))
        first = [began(0), passed(0)]
        rest = [began(1), passed(1), began(2), passed(2)]
        self.assertEqual(self.run_tests(first, rest), ["pass"] * 3)
        self.assertEqual(self.run_tests([*first, began(1)], rest[2:]), ["pass", "fail", "pass"])
        with unittest.mock.patch.object(provost_java, "our_fault", side_effect=SystemExit):
            with self.assertRaises(SystemExit):
                self.run_tests(first, [])


if __name__ == "__main__":
    unittest.main()
