"""The parts of the benchmark of workspaces that decide what a figure means: python3 -m unittest discover -s Tests/benchmarks"""

import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
sys.path[:0] = [str(DEPLOY), str(DEPLOY / "benchmarks")]

import leftovers  # noqa: E402
import workspaces  # noqa: E402
from learners import Deadline, NotMeasured, percentile, run  # noqa: E402
from neighbours import ATTACKS, Limit  # noqa: E402
from terminals import LINE, Terminal  # noqa: E402


class Figures(unittest.TestCase):
    def test_a_percentile_is_a_value_that_was_measured(self):
        values = list(range(100, 0, -1))
        self.assertEqual([percentile(values, share) for share in (0.5, 0.95, 1)], [50, 95, 100])
        self.assertEqual([percentile([1, 2, 3], share) for share in (0.5, 0.95)], [2, 3])
        self.assertEqual([percentile([7], share) for share in (0, 0.5, 0.95, 1)], [7] * 4)

    def test_a_line_of_the_output_is_64_bytes(self):
        # The number of bytes that come on a terminal is computed from it.
        self.assertEqual(len(LINE), 63)

    def test_a_missed_target_is_counted_and_one_without_is_not(self):
        table = workspaces.Table()
        with mock.patch("builtins.print") as printed:
            table.row("a", "1 ms", "", "", "< 2 ms", True)
            table.row("b", "3 ms", "", "", "< 2 ms", False)
            table.row("c", "3 ms", "", "", "", None)
        self.assertEqual(table.missed, 1)
        self.assertEqual(printed.call_args_list[1].args[0], "| b | 3 ms |  |  | < 2 ms | NO |")


class Waiting(unittest.TestCase):
    def test_a_command_that_fails_or_hangs_is_one_sentence(self):
        with self.assertRaisesRegex(NotMeasured, "^“sh -c echo no luck >&2; exit 3” ended with 3 and said: no luck$"):
            run(["sh", "-c", "echo no luck >&2; exit 3"])
        with self.assertRaisesRegex(NotMeasured, "did not end within 0.2 s"):
            run(["sleep", "30"], seconds=0.2)
        with self.assertRaisesRegex(NotMeasured, "/nowhere/program is missing"):
            run(["/nowhere/program"])

    def test_a_deadline_says_what_did_not_happen(self):
        with self.assertRaisesRegex(NotMeasured, "^sshd did not listen within 0.05 s$"):
            deadline = Deadline(0.05, "sshd did not listen")
            while True:
                time.sleep(min(0.02, deadline.left()))

    def test_a_start_that_waits_for_good_is_told(self):
        class Full:
            """Two places."""
            def __init__(self):
                self.running = set()

            def start(self, number):
                if len(self.running) < 2:
                    self.running.add(number)
                return "running" if number in self.running else "waiting"

            def ask(self, *_):
                return {"workspace": {"state": "waiting"}}

        took, refused, waiting, _ = workspaces.start_all(Full(), range(5), 0.1, 0.5)
        self.assertEqual((len(took), len(refused), len(waiting)), (2, 0, 3))

    def test_a_refused_start_is_not_lost(self):
        class Refusing:
            def start(self, number):
                raise RuntimeError(f"POST /v1/workspaces: 503 {number}")

        took, refused, waiting, _ = workspaces.start_all(Refusing(), range(3), 0, 1)
        self.assertEqual((len(took), len(refused), len(waiting)), (0, 3, 0))


class Terminals(unittest.TestCase):
    def test_output_is_counted_to_the_last_byte(self):
        terminal = Terminal(["sh"], {"PATH": os.environ["PATH"], "PS1": "$ "})
        try:
            terminal.plain_shell()
            terminal.send(f"yes {LINE} | head -c 65536; echo do''ne\n".encode())
            # Each of the 1024 lines ends with two bytes on a terminal.
            terminal.take(65536 + 1024, 20)
            self.assertEqual(terminal.until(b"done\r\n", 5), b"done\r\n")
        finally:
            terminal.close()

    def test_output_that_does_not_come_is_told(self):
        terminal = Terminal(["sh", "-c", "printf few; sleep 30"], {"PATH": os.environ["PATH"]})
        try:
            with self.assertRaisesRegex(NotMeasured, "fewer than 100 bytes"):
                terminal.take(100, 0.5)
        finally:
            terminal.close()

    def test_a_terminal_that_ends_is_told(self):
        terminal = Terminal(["sh", "-c", "echo broken; exit 1"], {"PATH": os.environ["PATH"]})
        try:
            with self.assertRaisesRegex(NotMeasured, "ended after .*broken"):
                terminal.until(b"$ ", 5)
        finally:
            terminal.close()


class Leftovers(unittest.TestCase):
    def test_the_instance_is_named_as_the_daemon_names_it(self):
        # FNV-1a of nothing and of “a”, to base 36; the first by hand from the function's own definition.
        self.assertEqual({int(name, 36) for name in leftovers.instance_names("") if not name.startswith("w-")}, {0xCBF29CE484222325})
        self.assertEqual({int(name, 36) for name in leftovers.instance_names("a") if not name.startswith("w-")}, {0xAF63DC4C8601EC8C})

    def test_the_instance_of_a_process_is_read_from_either_version(self):
        self.assertEqual(leftovers.instance_of("8:pids:/provost/w-abc/run-1\n0::/\n"), "w-abc")
        self.assertEqual(leftovers.instance_of("0::/system.slice/provost/w-abc/run-1\n"), "w-abc")
        self.assertIsNone(leftovers.instance_of("8:pids:/\n0::/user.slice/provost\n"))

    def test_ranges_of_users(self):
        self.assertEqual(leftovers.users("340000-340999"), range(340000, 341000))
        with self.assertRaises(ValueError):
            leftovers.users("340000")

    def test_a_process_that_has_a_file_open_is_found_and_ended(self):
        with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
            with open(folder + "/volume", "w") as file:
                # Nothing of the folder is in its command line.
                process = subprocess.Popen(["sleep", "60"], stdout=file)
            try:
                left = leftovers.check(folder, folder + "/state", patience=0)
                self.assertEqual(left.pids, [process.pid])
                self.assertIn("1 processes", str(left))
                left.end()
                self.assertEqual(process.wait(5), -signal.SIGKILL)
                self.assertFalse(leftovers.check(folder, folder + "/state", patience=2))
            finally:
                process.kill()
                process.wait()

    @unittest.skipUnless(os.geteuid() == 0, "cgroups of our own need root")
    def test_a_cgroup_is_found_in_its_hierarchy(self):
        state = f"/nowhere/{os.getpid()}"
        name = max(leftovers.instance_names(state), key=len)
        roots = [root for root in leftovers.hierarchies() if os.access(root + "/cgroup.procs", os.W_OK)]
        if not roots:
            self.skipTest("no cgroups are mounted here")
        for root in roots:
            slot = f"{root}/provost-benchmark-test/{name}/slot"
            try:
                os.makedirs(slot)
            except OSError:
                continue
            try:
                left = leftovers.check("/nowhere", state, patience=0)
                self.assertEqual(left.cgroups, [slot, os.path.dirname(slot)])
                left.end()
                self.assertFalse(os.path.exists(os.path.dirname(slot)))
            finally:
                for folder in (slot, os.path.dirname(slot), f"{root}/provost-benchmark-test"):
                    if os.path.isdir(folder):
                        os.rmdir(folder)

    @unittest.skipUnless(os.geteuid() == 0, "a mount needs root")
    def test_a_mount_in_another_namespace_is_found(self):
        with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
            os.mkdir(folder + "/home")
            script = f"mount -t tmpfs none {folder}/home && echo mounted && exec sleep 60"
            command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            try:
                if process.stdout.readline() != "mounted\n":
                    self.skipTest("mount namespaces are not to be had here")
                self.assertNotIn(folder, Path("/proc/self/mountinfo").read_text())
                self.assertEqual(len(leftovers.check(folder, folder + "/state", patience=0).mounts), 1)
            finally:
                process.kill()
                process.wait()
                process.stdout.close()


class Attacks(unittest.TestCase):
    def test_each_attack_is_a_program(self):
        for name, code in ATTACKS.items():
            with self.subTest(name):
                subprocess.run(["perl", "-c", "-e", code], check=True, capture_output=True)

    def test_an_attack_below_its_limit_is_not_at_it(self):
        limit = Limit(os.getpid())
        for attack in ATTACKS:
            with self.subTest(attack):
                limit.most, limit.began = 0, time.monotonic()
                self.assertFalse(limit.evidence(attack)[1])
        limit.most = 0.99
        self.assertEqual(limit.evidence("disk filler"), ("99% of its disk", True))


if __name__ == "__main__":
    unittest.main()
