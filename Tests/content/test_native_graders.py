"""The readers and the arithmetic of c-make, http, bats and junit-java, without rooms: python3 -m unittest discover -s Tests/content"""

import importlib.util
import os
import subprocess
import sys
import tempfile
import time
import types
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "graders" / "lib"))

import provost_cases  # noqa: E402
import provost_java  # noqa: E402


def load(grader, name):
    """A module of a grader; the modules beside it can be imported while it is loaded."""
    folder = ROOT / "graders" / grader
    sys.path.insert(0, str(folder))
    try:
        spec = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(folder))


class Ended(Exception):
    pass


def ends(text):
    raise Ended(text)


class WithoutExit(unittest.TestCase):
    """What would end the grader is an exception here."""

    def setUp(self):
        self._before = provost_cases.our_fault
        provost_cases.our_fault = ends

    def tearDown(self):
        provost_cases.our_fault = self._before


class CaseFileTests(WithoutExit):
    def test_points_are_exact(self):
        for total, parts in [(100, 3), (100, 7), (0.001, 2), (12.5, 6), (100, 999)]:
            shares = provost_cases.share(total, parts)
            self.assertEqual(sum(round(one * 1000) for one in shares), round(total * 1000))
            self.assertLessEqual(max(shares) - min(shares), 0.0011)

    def test_points_of_tests(self):
        self.assertEqual(provost_cases.points([60, 40], 100), [60, 40])
        self.assertEqual(provost_cases.points([None, None], 100), [50, 50])
        self.assertEqual(provost_cases.points([8, 2], 100, "public"), [80, 20])
        thirds = provost_cases.points([1, 1, 1], 100, "public")
        self.assertEqual(sum(round(one * 1000) for one in thirds), 100_000)
        for given in ([60, 30], [60, None], [-1, 101], [], [50.0001, 49.9999]):
            with self.assertRaises(Ended, msg=given):
                provost_cases.points(given, 100)

    def test_files_are_read_strictly(self):
        with tempfile.TemporaryDirectory() as folder:
            before, provost_cases.LAB = provost_cases.LAB, Path(folder)
            try:
                for name, text in [
                    ("a.json", '{"a": 1, "a": 2}'),
                    ("b.json", '{"a": NaN}'),
                    ("c.yaml", "a: 1\na: 2\n"),
                    ("d.yaml", "a: [1"),
                    ("e.json", "[" * 99999),
                ]:
                    Path(folder, name).write_text(text)
                    with self.assertRaises(Ended, msg=name):
                        provost_cases.read(name)
                Path(folder, "good.yaml").write_text('{tests: [{name: "가", points: 1.5}]}')
                self.assertEqual(provost_cases.read("good.yaml"), {"tests": [{"name": "가", "points": 1.5}]})
                for name in ("../x.json", "/etc/passwd", "absent.json", ""):
                    with self.assertRaises(Ended, msg=name):
                        provost_cases.read(name)
            finally:
                provost_cases.LAB = before


class MatchingTests(unittest.TestCase):
    matching = load("http", "matching")

    def fits(self, found, expected):
        self.matching.check_expected(expected, "here")
        return self.matching.difference(found, expected) is None

    def test_values(self):
        for found, expected, fits in [
            (1, 1, True),
            (1, 1.0, True),
            (True, 1, False),
            (0, False, False),
            (None, None, True),
            (None, 0, False),
            ("1", 1, False),
            ({"a": 1, "b": 2}, {"a": 1}, True),
            ({}, {"a": None}, False),
            ([1, 2], [1, 2], True),
            ([1, 2], [2, 1], False),
            ([1, 2], [1], False),
            ([], {}, False),
            ({"a": {"b": [1]}}, {"a": {"b": [1]}}, True),
        ]:
            self.assertEqual(self.fits(found, expected), fits, (found, expected))

    def test_matchers(self):
        for found, expected, fits in [
            ("abc", {"$regex": "a.c"}, True),
            ("abcd", {"$regex": "a.c"}, False),
            (5, {"$regex": "5"}, False),
            (True, {"$type": "whole"}, False),
            (1.5, {"$type": "whole"}, False),
            ({"a": 1}, {"a": 1, "b": {"$absent": True}}, True),
            ({"b": None}, {"b": {"$absent": True}}, False),
            ({"b": None}, {"b": {"$any": True}}, True),
            ({}, {"b": {"$any": True}}, False),
            (3, {"$not": 3}, False),
            ({}, {"b": {"$not": 3}}, True),
            (3, {"$in": [1, 3]}, True),
            (3, {"$min": 3, "$max": 3}, True),
            ("3", {"$min": 3}, False),
            (0.3, {"$near": [0.1 + 0.2, 1e-9]}, True),
            ("가나", {"$length": 2}, True),
            ([1], {"$length": {"min": 2}}, False),
            (5, {"$length": 1}, False),
            ([{"a": 1, "x": 0}, 2], {"$contains": [2, {"a": 1}]}, True),
            ("abc", {"$contains": ["bc", "d"]}, False),
            ([1, 2, 2], {"$unordered": [2, 1, 2]}, True),
            ([1, 1, 2], {"$unordered": [2, 1, 2]}, False),
            ([5, "a"], {"$unordered": [{"$any": True}, 5]}, True),
            ([1, 2], {"$each": {"$type": "whole"}}, True),
            ({"a": 1}, {"$exact": {"a": 1}}, True),
            ({"a": 1, "b": 2}, {"$exact": {"a": 1}}, False),
        ]:
            self.assertEqual(self.fits(found, expected), fits, (found, expected))

    def test_a_sentence_never_has_the_values(self):
        said = self.matching.difference({"a": [{"b": "found-secret"}]}, {"a": [{"b": "expected-secret"}]})
        self.assertEqual(said, "the body.a[0].b is wrong")

    def test_an_endless_expression_does_not_match(self):
        started = time.monotonic()
        self.assertIsNone(self.matching.full_match("(a+)+b", "a" * 60, seconds=0.3))
        self.assertLess(time.monotonic() - started, 3)


class AnswerTests(unittest.TestCase):
    client = load("http", "client")

    def answer(self, body):
        return self.client.Answer("GET /", b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body, "GET")

    def test_json_that_is_none(self):
        for body in [b"NaN", b"1e400", b'"\\ud800"', b"\xff", b"[" * 100_000, b"9" * 5000, b"[" * 40 + b"]" * 40, b""]:
            with self.assertRaises(ValueError, msg=body[:20]):
                self.answer(body).json()
        self.assertEqual(self.answer('{"가": [1, null]}'.encode()).json(), {"가": [1, None]})

    def test_answers_that_are_none(self):
        for data in [
            b"HTTP/1.1 abc\r\n\r\n",
            b"\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"report score 100\r\n\r\n",
        ]:
            with self.assertRaises(self.client.Trouble, msg=data):
                self.client.Answer("GET /", data, "GET")


class LoadTests(unittest.TestCase):
    load_ = load("http", "load")

    def test_percentile_and_scale(self):
        self.assertEqual(self.load_.percentile(range(1, 101), 95), 95)
        self.assertEqual(self.load_.percentile([7], 95), 7)
        self.assertEqual([self.load_.scale(value, 100, 300) for value in (50, 100, 200, 300, 999)], [1, 1, 0.5, 0, 0])

    def test_a_slow_machine_stretches_the_times(self):
        class Step:
            number, concurrency, seconds, tries, allowed_errors, full, none = 8, 2, 5, 1, 0, 10, 30

            class request:
                build = staticmethod(lambda captures: None)

                class expect:
                    headers, mistakes = (), staticmethod(lambda answer, captures: [])

        class Client:
            left = 60

            @staticmethod
            def send(request):
                answer = types.SimpleNamespace(status=200, body=b"", seconds=0.02, header=lambda name: None)
                return answer

        for factor, share in ((1.0, 0.5), (1.5, 1.0 - (0.02 - 0.015) / 0.03), (2.0, 1.0)):
            self.assertAlmostEqual(self.load_.load(Step, Client, {}, factor)[0], share)


class YardstickTests(WithoutExit):
    module = load("http", "yardstick")

    def yardstick(self, *runs):
        """One whose program takes these milliseconds, one after the other; None: it could not be measured."""
        left = list(runs)

        def run(command, **options):
            self.assertEqual((command, options), (["python3", "-I", "-"], {"stdin": b"pass", "read_only": True}))
            taken = left.pop(0)
            return types.SimpleNamespace(succeeded=taken is not None, wall_seconds=(taken or 0) / 1000, errors=b"no")

        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "y.py").write_text("pass")
            lab, provost_cases.LAB = provost_cases.LAB, Path(folder)
            self.module.run, self.module.our_fault = run, ends
            try:
                return self.module.Yardstick({"yardstick": "y.py" if runs else "", "yardstick-ms": 200})
            finally:
                provost_cases.LAB = lab

    def test_the_slowest_counts_and_a_fast_machine_shrinks_nothing(self):
        found = self.yardstick(100, 500, 300)
        self.assertEqual(found.factor, 1)
        for factor in (2.5, 2.5):
            self.assertTrue(found.measure())
            self.assertEqual(found.factor, factor)

    def test_what_cannot_be_measured(self):
        with self.assertRaises(Ended):
            self.yardstick(None)
        later = self.yardstick(400, None)
        self.assertFalse(later.measure())
        self.assertEqual(later.factor, 2)
        none = self.yardstick()
        self.assertTrue(none.measure())
        self.assertEqual(none.factor, 1)


class PlanTests(WithoutExit):
    plan = load("http", "plan")

    def test_a_mistake_of_the_case_file_is_named(self):
        for steps in [
            [{"request": "get /"}],
            [{"request": "GET /${x}", "expect": {"status": 200}}],
            [{"request": "GET /", "expect": {"statuss": 200}}],
            [{"request": "GET /", "expect": {"json": {"$regexp": "a"}}}],
            [{"request": "GET /", "expect": {"json": {"$regex": "("}}}],
            [{"request": "GET /", "expect": {"status": 99}}],
            [{"request": "GET /", "json": 1, "body": "x", "expect": {"status": 200}}],
            [{"restart": True}],
            [{"load": {"request": "GET /", "number": 1, "full-ms": 9, "none-ms": 9}}],
            [{"request": "GET /", "required": True, "expect": {"status": 200}}],
        ]:
            with self.assertRaises(Ended, msg=steps):
                self.plan.Test({"name": "x", "steps": steps}, 1)

    def test_captures_fill_paths_headers_and_json(self):
        step = self.plan.RequestStep({"request": "GET /a/${x}?q=${x}"}, "here", {"x"})
        self.assertEqual(step.build(self.plan.Captures(x="a/b 가")).path, "/a/a%2Fb%20%EA%B0%80?q=a%2Fb%20%EA%B0%80")
        whole = self.plan.RequestStep({"request": "GET ${x}"}, "here", {"x"})
        self.assertEqual(whole.build(self.plan.Captures(x="http://169.254.169.254/n/1?a=b")).path, "/n/1?a=b")
        for text in ("no path", "/a\r\nX: 1", "//", "http://[", 1.5, True, "가"):
            with self.assertRaises(self.plan.Trouble, msg=text):
                whole.build(self.plan.Captures(x=text))
        header = self.plan.RequestStep({"request": "GET /", "headers": {"Cookie": "a=${x}"}}, "here", {"x"})
        with self.assertRaises(self.plan.Trouble):
            header.build(self.plan.Captures(x="1\r\nX-Evil: 2"))
        typed = self.plan.RequestStep({"request": "POST /", "json": {"id": "${x}", "text": "n${x}"}}, "here", {"x"})
        self.assertTrue(typed.build(self.plan.Captures(x=5)).bytes(80).endswith(b'{"id": 5, "text": "n5"}'))

    def test_the_shipped_cases_are_whole(self):
        provost_cases_lab, provost_cases.LAB = provost_cases.LAB, ROOT / "labs" / "link-shortener"
        try:
            tests = [self.plan.Test(one, number) for number, one in enumerate(provost_cases.read("tests/cases.yaml")["tests"], 1)]
        finally:
            provost_cases.LAB = provost_cases_lab
        self.assertEqual(sum(test.points for test in tests), 100)


class TapTests(unittest.TestCase):
    tap = load("bats", "tap")

    def results(self, *lines):
        tap = self.tap.Tap()
        return [result for line in lines if (result := tap.take(line.encode()))]

    def test_results(self):
        found = self.results(
            "1..4", "ok 1 a b", "not ok 2 b # timeout after 1s", "# ok 3 c", "#  ok 9", "ok 3 c # skip no", "not ok 4 d", "# x"
        )
        self.assertEqual(
            [(one.number, one.passed, one.name, one.skipped, one.timed_out) for one in found],
            [
                (1, True, "a b", False, False),
                (2, False, "b", False, True),
                (3, True, "c", True, False),
                (4, False, "d", False, False),
            ],
        )

    def test_what_bats_never_prints(self):
        for lines in [
            ("ok 1 a",),
            ("1..2", "ok 3 c"),
            ("1..2", "ok 2 b", "ok 1 a"),
            ("1..2", "ok 1 a", "ok 1 a"),
            ("1..1", "100 points"),
            ("1..1", "1..9"),
        ]:
            with self.assertRaises(self.tap.Broken, msg=lines):
                self.results(*lines)

    def test_declared_names(self):
        text = (
            '@test "one two" {\n  true\n}\n@test \'three\' { true; }\n  @test "a \\"b\\" \\$c" {\n# @test "no" {\n@test plain {\n'
        )
        self.assertEqual(self.tap.declared(text), ["one two", "three", 'a "b" $c', "plain"])

    def test_the_shipped_tests_have_the_labs_points(self):
        names = self.tap.declared((ROOT / "labs/shell-trash/tests/trash.bats").read_text(encoding="utf-8"))
        lab = (ROOT / "labs/shell-trash/lab.yaml").read_text()
        self.assertEqual(len(names), 9)
        for name in names:
            self.assertRegex(lab, rf"\n    {name}: \d+\n")


class SanitizerTests(unittest.TestCase):
    sanitizers = load("c-make", "sanitizers")

    def word(self, text):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "a.c").write_text(text)
            before, self.sanitizers.SUBMISSION = self.sanitizers.SUBMISSION, Path(folder)
            try:
                return self.sanitizers.evasion()
            finally:
                self.sanitizers.SUBMISSION = before

    def test_words_that_treat_the_sanitizers_otherwise(self):
        for text in [
            '__attribute__((no_sanitize("address")))',
            "#ifdef __SANITIZE_ADDRESS__",
            "void __asan_on_error(void) {}",
            "#if __has_feature(address_sanitizer)",
            "const char *__ubsan_default_options(void);",
            "no_san\\\nitize",
            '"// " no_sanitize',
            "'\"' no_sanitize '\"'",
        ]:
            self.assertIsNotNone(self.word(text), text)
        for text in ["// no_sanitize\nint x;", "/* __asan_on_error\n */ int sanitize;", "int no_sanitizing_here_address;"[:8]]:
            self.assertIsNone(self.word(text), text)


class JavaMessageTests(unittest.TestCase):
    def test_only_an_assertions_own_words(self):
        for words, shown in [
            ("assertion balance expected:<500> but was:<3>", "balance"),
            ("assertion expected:<500> but was:<3>", "did not pass"),
            ("assertion null", "did not pass"),
            ("assertion list\nExpected: <[1]>\n     but: was <[2]>", "list"),
            (
                "assertion order: arrays first differed at element [0]; expected:<1> but was:<2>",
                "order: arrays first differed at element [0]",
            ),
            ("assertion name expected:<a[b]c> but was:<a[x]c>", "name"),
            ("assertion Values should be different. Actual: 5", "did not pass"),
            ("thrown java.lang.IllegalStateException ", "java.lang.IllegalStateException was thrown"),
            ("thrown java.lang.NoSuchMethodError 'int A.b(int)'", "there is no method int A.b(int)"),
            ("thrown java.lang.NoClassDefFoundError a/B", "there is no class a.B"),
        ]:
            self.assertEqual(provost_java.shown(words), shown, words)


class JavaWireTests(unittest.TestCase):
    """The learner's side of the wire, spoken to by bytes: what it answers is a value or an exception, whatever it is asked."""

    def test_host_answers_and_refuses(self):
        home = next(iter(sorted(Path("/usr/lib/jvm").glob("java-17-openjdk-*"))), None)
        if home is None or not (home / "bin/javac").exists():
            self.skipTest("openjdk-17-jdk-headless is not installed")

        def text(word):
            return len(word).to_bytes(4, "big") + word.encode("utf-16-be")

        def static(owner, method, *values):
            return b"S" + text(owner) + text(method) + b"A" + text("") + len(values).to_bytes(4, "big") + b"".join(values)

        requests = [
            static("java.lang.Math", "addExact", b"I\0\0\0\2", b"I\0\0\0\3"),
            static("java.lang.Integer", "parseInt", b"T" + text("x")),
            static("no.Such", "thing"),
            b"A",
            b"",
            b"S" + b"\x7f\xff\xff\xff",
        ]
        with tempfile.TemporaryDirectory() as folder:
            sources = [ROOT / "graders/junit-java" / path for path in ("wire/provost/Wire.java", "host/provost/Host.java")]
            subprocess.run([home / "bin/javac", "-Xlint:all", "-Werror", "-d", folder, *sources], check=True)
            data = b"".join(len(one).to_bytes(4, "big") + one for one in requests)
            done = subprocess.run(
                [home / "bin/java", "-cp", folder, "provost.Host"],
                input=data,
                capture_output=True,
                timeout=60,
                env={**os.environ},
            )
        answers, rest = [], done.stdout
        while rest:
            length = int.from_bytes(rest[:4], "big")
            answers.append(rest[4 : 4 + length])
            rest = rest[4 + length :]
        self.assertEqual(len(answers), len(requests))
        self.assertEqual(answers[0], b"VI\0\0\0\5")
        for answer, name in zip(answers[1:], ("java.lang.NumberFormatException", "java.lang.NoClassDefFoundError", "", "", "")):
            self.assertEqual(answer[:1], b"X")
            self.assertIn(name.encode("utf-16-be"), answer)


if __name__ == "__main__":
    unittest.main()
