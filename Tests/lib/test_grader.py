"""provost_grader against a fake supervisor: python3 -m unittest discover -s Tests/lib"""

import os
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT / "graders" / "lib"), str(Path(__file__).parent)]

from fake_supervisor import Supervisor  # noqa: E402
from provost_grader import (  # noqa: E402
    PIPE,
    Patience,
    Process,
    clean,
    pair,
    parallel,
    report_leaderboard,
    report_message,
    report_score,
    report_test,
    run,
)


def grade(program, environment):
    """Runs a grader of a few lines as a process of its own."""
    environment = {**os.environ, **environment, "PYTHONPATH": str(ROOT / "graders" / "lib"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60)


class RunTests(unittest.TestCase):
    def setUp(self):
        self.supervisor = Supervisor({"hello.txt": "hello\n"})
        self.enterContext(self.supervisor)

    def test_output_errors_and_status_are_what_the_program_did(self):
        ended = run(["sh", "-c", "cat hello.txt; echo oh >&2; exit 3"], seconds=5)
        self.assertEqual((ended.output, ended.errors, ended.ending, ended.status), (b"hello\n", b"oh\n", "exited", 3))
        self.assertFalse(ended.succeeded)

    def test_signal_is_told_from_status(self):
        ended = run(["sh", "-c", "kill -SEGV $$"], seconds=5)
        self.assertEqual((ended.ending, ended.status), ("signaled", 11))

    def test_large_input_and_output_do_not_lock_up(self):
        data = os.urandom(3 << 20)
        self.assertEqual(run(["cat"], stdin=data, seconds=20).output, data)

    def test_program_that_ignores_its_input_is_no_trouble(self):
        ended = run(["sh", "-c", "exec 0<&-; echo done"], stdin=b"x" * (4 << 20), seconds=10)
        self.assertEqual(ended.output, b"done\n")

    def test_time_limit(self):
        ended = run(["sleep", "30"], seconds=0.3)
        self.assertTrue(ended.out_of_time)
        self.assertFalse(ended.succeeded)

    def test_options_are_passed_on(self):
        run(["true"], seconds=1, cpu_seconds=0.5, memory=1 << 20, processes=3, output="1KiB", disk="1MiB", read_only=True)
        words = self.supervisor.runs[-1]
        self.assertEqual(
            words[: words.index("--report")],
            ["run", "--time", "1000ms", "--cpu", "500ms", "--memory", "1048576B", "--processes", "3"]
            + ["--output", "1KiB", "--disk", "1MiB", "--read-only"],
        )

    def test_files_go_in_and_come_out(self):
        data = os.urandom(300_001)
        program = Path(__file__).parent / "fake_supervisor.py"
        ended = run(
            ["sh", "-c", "cat in.bin in.bin > out.bin; cat; : > empty; test -x fake || echo plain"],
            stdin=b"input",
            seconds=5,
            put={"in.bin": data, "fake": program},
            get=["out.bin", "empty", "absent"],
        )
        self.assertEqual(ended.output, b"inputplain\n")
        self.assertEqual(ended.files, {"out.bin": data * 2, "empty": b""})
        self.assertEqual(ended.missing, ("absent",))

    def test_process_is_talked_to_while_it_runs(self):
        lines = []
        arrived = threading.Event()

        def take(data):
            lines.append(data)
            arrived.set()

        process = Process(["sh", "-c", 'read x; echo "got $x"; cat'], stdin=PIPE, seconds=10, on_output=take)
        process.send(b"one\n")
        self.assertTrue(arrived.wait(5))
        self.assertFalse(process.has_ended)
        process.send(b"two")
        process.end_input()
        self.assertTrue(process.wait().succeeded)
        self.assertEqual(b"".join(lines), b"got one\ntwo")

    def test_stop_ends_a_service(self):
        process = Process(["sh", "-c", "echo $$ > pid; exec sleep 100"], seconds=100)
        file = self.supervisor.work / "pid"
        while not file.exists() or not file.read_text().strip():
            time.sleep(0.01)
        number = int(file.read_text())
        process.stop()
        end = time.monotonic() + 5
        while Path(f"/proc/{number}").exists() and time.monotonic() < end:
            time.sleep(0.01)
        self.assertFalse(Path(f"/proc/{number}").exists())

    def test_cases_run_in_parallel_and_come_in_order(self):
        started = time.monotonic()
        found = list(parallel(lambda n: run(["sh", "-c", f"sleep 0.2; echo {n}"], seconds=5).output, range(8), 4))
        self.assertEqual(found, [f"{n}\n".encode() for n in range(8)])
        self.assertLess(time.monotonic() - started, 1.4)
        self.assertLessEqual(self.supervisor.most_at_once, 5)

    def test_parallel_raises_where_the_result_would_have_been(self):
        def work(number):
            if number == 2:
                raise KeyError(number)
            return number

        found = []
        with self.assertRaises(KeyError):
            for one in parallel(work, range(10), 2):
                found.append(one)
        self.assertEqual(found, [0, 1])

    def test_pair_crosses_the_streams(self):
        guess = "import sys\nlow, high = 1, 1000\nwhile True:\n m = (low + high) // 2\n print(m, flush=True)\n a = input()\n"
        guess += " if a == 'right': break\n if a == 'low': low = m + 1\n else: high = m - 1\n"
        judge = "import sys\nfor _ in range(12):\n g = int(input())\n print('right' if g == 387 else 'low' if g < 387 else 'high', flush=True)\n"
        judge += " if g == 387: sys.exit(42)\nsys.exit(43)\n"
        ended = pair([sys.executable, "-c", guess], [sys.executable, "-c", judge], seconds=10)
        self.assertEqual((ended.status, ended.run.succeeded), (42, True))

    def test_pair_with_a_program_that_never_ends(self):
        ended = pair(["sleep", "60"], [sys.executable, "-c", "raise SystemExit(43)"], seconds=30, grace=0.2)
        self.assertEqual((ended.status, ended.run, ended.grader_first), (43, None, True))
        ended = pair(["sleep", "60"], [sys.executable, "-c", "input()"], seconds=0.3, grace=5)
        self.assertTrue(ended.run.out_of_time)
        self.assertFalse(ended.grader_first)

    def test_pair_with_a_flood_in_both_directions(self):
        ended = pair(
            ["sh", "-c", "yes | head -c 5000000; cat > /dev/null"], ["sh", "-c", "yes | head -c 3000000; exit 42"], seconds=20
        )
        self.assertEqual(ended.status, 42)
        self.assertTrue(ended.run.succeeded)


class ReportTests(unittest.TestCase):
    def setUp(self):
        self.supervisor = Supervisor()
        self.enterContext(self.supervisor)

    def test_words_of_each_report(self):
        report_test("a", 3, 3)
        report_test("b", 1 / 3, 2, "no\nhint \x1b[31m", hidden=True, label="1.1")
        report_test("c", 0, 0, status="fail", output="log\n", format="markdown", visibility="after-due")
        report_message("hello")
        report_score(12.5)
        report_leaderboard("f1", 0.25, ascending=True)
        self.assertEqual(
            self.supervisor.reports,
            [
                ["test", "a", "pass", "--score", "3", "--max", "3"],
                [
                    "test",
                    "b",
                    "fail",
                    "--score",
                    "0.333",
                    "--max",
                    "2",
                    "--message",
                    "no hint  [31m",
                    "--hidden",
                    "--label",
                    "1.1",
                ],
                [
                    "test",
                    "c",
                    "fail",
                    "--score",
                    "0",
                    "--max",
                    "0",
                    "--visibility",
                    "after-due",
                    "--format",
                    "markdown",
                    "--output",
                    "-",
                ],
                ["message", "hello"],
                ["score", "12.5"],
                ["leaderboard", "f1", "0.25", "--ascending"],
            ],
        )
        self.assertEqual(self.supervisor.inputs[2], b"log\n")

    def test_names_and_messages_always_fit(self):
        report_test("😀" * 500, 5, 1, "\ud800\0" + "x" * 100_000)
        words = self.supervisor.reports[0]
        self.assertLessEqual(len(words[1].encode()), 256)
        self.assertLessEqual(len(words[-1]), 1000)
        self.assertEqual(words[4], "1")

    def test_clean_takes_anything(self):
        for text in (b"\xff\0\x1b", "\u202e\ud800", "", b"a" * 10_000_000):
            self.assertLessEqual(len(clean(text)), 300)
            clean(text).encode()


class FaultTests(unittest.TestCase):
    """Whatever fails on our side ends the grader with a status other than 0, though it be caught or in a thread."""

    def assertNotGraded(self, program, supervisor, sentence):
        done = grade(program, supervisor.environment)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(sentence, done.stderr)

    def test_room_that_cannot_be_started(self):
        with Supervisor() as supervisor:
            supervisor.faults = 1
            self.assertNotGraded("from provost_grader import run\nrun(['true'], seconds=1)", supervisor, "no room")

    def test_in_a_thread_and_inside_try(self):
        program = """
from provost_grader import parallel, report_test, run
def work(n):
    try:
        run(["true"], seconds=1)
    except BaseException:
        pass
list(parallel(work, range(4)))
report_test("a", 1, 1)
"""
        with Supervisor() as supervisor:
            supervisor.faults = 1
            self.assertNotGraded(program, supervisor, "could not be run")
            self.assertEqual(supervisor.reports, [])

    def test_lost_connection(self):
        with Supervisor() as supervisor:
            supervisor.loses_connections = True
            self.assertNotGraded("from provost_grader import run\nrun(['true'], seconds=1)", supervisor, "lost")
            self.assertNotGraded("from provost_grader import report_score as s\ns(1)", supervisor, "lost")

    def test_no_supervisor(self):
        with Supervisor() as supervisor:
            supervisor.environment = {"PROVOST_CHANNEL": "/nowhere"}
            self.assertNotGraded("from provost_grader import report_score as s\ns(1)", supervisor, "cannot reach")

    def test_refused_report(self):
        with Supervisor() as supervisor:
            self.assertNotGraded("from provost_grader import report_message as m\nm('refuse-me')", supervisor, "refused")

    def test_settings_that_are_no_json(self):
        with Supervisor() as supervisor:
            (supervisor.folder / "settings" / "parameters.json").write_text("{")
            self.assertNotGraded("from provost_grader import parameters as p\np()", supervisor, "parameters.json")


class PatienceTests(unittest.TestCase):
    def test_three_in_a_row(self):
        patience = Patience()
        for late in (True, True, False, True, True):
            patience.saw(late)
        self.assertFalse(patience.is_over)
        patience.saw(True)
        patience.saw(False)
        self.assertTrue(patience.is_over)


if __name__ == "__main__":
    unittest.main()
