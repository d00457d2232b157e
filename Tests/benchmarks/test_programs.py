"""The rehearsal of programs, small: python3 -m unittest discover -s Tests/benchmarks"""

import csv
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "deploy"), str(ROOT / "deploy/benchmarks")]

import simulated  # noqa: E402


class Learners(unittest.TestCase):
    def test_the_same_seed_makes_the_same_learners(self):
        people = [f"enr_{number}" for number in range(2000)]
        once = [(simulated.diligence(1, one), simulated.part(1, one, "asg_a"), simulated.hands_in(1, one, "asg_a")) for one in people]
        again = [(simulated.diligence(1, one), simulated.part(1, one, "asg_a"), simulated.hands_in(1, one, "asg_a")) for one in people]
        others = [(simulated.diligence(2, one), simulated.part(2, one, "asg_a"), simulated.hands_in(2, one, "asg_a")) for one in people]
        self.assertEqual(once, again)
        self.assertNotEqual(once, others)
        self.assertTrue(all(0 <= part <= 1 for _, part, _ in once))
        # One in ten does nothing, and nobody else does nothing by accident of the draw alone.
        idle = sum(diligence == 0 for diligence, _, _ in once)
        self.assertTrue(140 < idle < 260, idle)
        self.assertFalse(any(hands_in for diligence, _, hands_in in once if diligence == 0))

    def test_a_roster_names_everybody_once(self):
        with tempfile.TemporaryDirectory() as folder:
            simulated.roster(1000, folder + "/roster.csv")
            with open(folder + "/roster.csv", encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
        self.assertEqual(len({row["student_id"] for row in rows}), 1000)
        self.assertEqual(len({row["email"] for row in rows}), 1000)
        self.assertTrue(any(ord(row["name"][0]) > 0x1000 for row in rows))


class Rehearsal(unittest.TestCase):
    @unittest.skipIf(os.geteuid() != 0 and not os.environ.get("CI"), "the daemon's rooms need root")
    def test_programs_run_from_enrolment_to_certificates(self):
        ended = subprocess.run(
            [sys.executable, ROOT / "deploy/benchmarks/programs.py", "--only", "gwangju-chonnam-google-cloud nipa-kakao", ROOT / ".build/debug"],
            env=dict(os.environ, PYTHONPATH=str(ROOT / "deploy")), capture_output=True, text=True, timeout=1800)
        self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)
        rows = [line.split(" | ") for line in ended.stdout.splitlines() if " | 30 | " in line]
        self.assertEqual(len(rows), 2, ended.stdout)
        for row in rows:
            self.assertTrue(0 < int(row[6]) < 30, ended.stdout)


if __name__ == "__main__":
    unittest.main()
