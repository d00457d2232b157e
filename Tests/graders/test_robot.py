"""The robot grader, and the simulator of its lab: python3 -m unittest discover -s Tests/graders"""

import importlib.util
import json
import math
import unittest

from loading import ROOT, grade, tests

LAB = ROOT / "labs" / "robot-control"
spec = importlib.util.spec_from_file_location("lab_simulator", LAB / "tests" / "simulator.py")
simulator = importlib.util.module_from_spec(spec)
spec.loader.exec_module(simulator)

# A world of one dimension: the goal is reached after ten steps forward.
LINE = """
class BadCommand(Exception):
    pass
class World:
    goals, quickest = 1, 10
    def __init__(self, kind, seed):
        self.steps = self.reached = self.contacts = self.place = 0
    @property
    def is_over(self):
        return self.reached or self.steps >= 40
    def start_line(self):
        return "start"
    def see_line(self):
        return f"see {self.place}"
    def obey(self, line):
        if line not in ("forward", "wait", "touch"):
            raise BadCommand
        self.steps += 1
        self.place += line == "forward"
        self.contacts += line == "touch"
        self.reached = int(self.place == 10)
"""
FORWARD = "import sys\ninput()\nfor line in sys.stdin:\n    print({}, flush=True)\n"


class GraderTests(unittest.TestCase):
    PARAMETERS = {"simulator": "tests/simulator.py", "maps": "tests/maps.json", "command": ["python3", "c.py"], "build": [], "build-seconds": 9,
                  "seconds": 3, "wall-seconds": 20, "shares": {"goals": 0.5, "contacts": 0.25, "time": 0.25}, "most-contacts": 4,
                  "full-time": 2, "none-time": 3}  # fmt: skip
    MAPS = json.dumps([{"name": "line", "kind": "line", "seed": "s"}])

    def grade(self, program, maps=MAPS, **parameters):
        lab = {"tests/simulator.py": LINE, "tests/maps.json": maps}
        return grade(
            "robot", {"c.py": program}, lab=lab, parameters={**self.PARAMETERS, **parameters}, settings={"part": "hidden"}
        )

    def points(self, program):
        status, reports, errors = self.grade(program)
        self.assertEqual(status, 0, errors)
        return tests(reports)["line"][1]

    def test_straight_there(self):
        self.assertEqual(self.points(FORWARD.format("'forward'")), 100)

    def test_contacts_and_time_cost_points(self):
        program = "import sys\ninput()\nfor turn, line in enumerate(sys.stdin):\n    print({!r} if turn < {} else 'forward', flush=True)\n"
        self.assertAlmostEqual(self.points(program.format("touch", 1)), 100 - 25 / 4)
        self.assertAlmostEqual(self.points(program.format("wait", 15)), 100 - 25 / 2)
        self.assertAlmostEqual(self.points(program.format("touch", 20)), 50)

    def test_what_is_no_command_ends_the_run(self):
        for said in ("'report test line pass'", "'\\0'", "'x' * 500_000", "float('nan')", "''"):
            self.assertEqual(self.points(FORWARD.format(said)), 0, said)

    def test_a_controller_that_ends_floods_or_is_silent(self):
        for program in (
            "",
            "raise SystemExit(0)",
            "while True:\n    print('wait')\n",
            "while True: pass",
            "import os\nos.write(1, b'\\xff' * 5_000_000)\n",
        ):
            self.assertEqual(self.points(program), 0, program)

    def test_commands_may_be_said_ahead(self):
        self.assertEqual(self.points("print('forward\\n' * 10, flush=True)\nimport sys\nsys.stdin.read()\n"), 100)

    def test_a_lab_that_is_wrong_is_our_fault(self):
        for maps, parameters in (
            (self.MAPS, {"none-time": 1}),
            (self.MAPS, {"shares": {"goals": 1}}),
            ("[]", {}),
            ('[{"name": "a"}]', {}),
        ):
            status, reports, _ = self.grade(FORWARD.format("'forward'"), maps, **parameters)
            self.assertNotEqual(status, 0)
            self.assertEqual(tests(reports), {})


class SimulatorTests(unittest.TestCase):
    def world(self):
        world = simulator.World("pillars", "a test")
        world.course.pillars, world.course.boxes, world.course.goals = [], [], [(5.0, 2.0), (5.0, 4.0)]
        world.x, world.y, world.heading = 1.0, 2.0, 0.0
        return world

    def test_beams_by_hand(self):
        course = self.world().course
        course.boxes, course.pillars = [(2.0, 1.0, 3.0, 3.0)], [(1.0, 4.0, 0.5)]
        self.assertAlmostEqual(course.beam(1.0, 2.0, 0), 1.0)
        self.assertAlmostEqual(course.beam(1.0, 2.0, math.pi / 2), 1.5)
        self.assertAlmostEqual(course.beam(1.0, 2.0, math.pi), 1.0)
        self.assertAlmostEqual(course.beam(1.0, 2.0, -math.pi / 2), 2.0)
        self.assertAlmostEqual(course.beam(1.5, 0.4, math.pi / 4), min(2.5, 0.5 * math.sqrt(2) + 0.1 * math.sqrt(2)), 6)
        self.assertEqual(course.beam(4.0, 2.5, -math.pi / 3), simulator.REACH)

    def test_distances_by_hand(self):
        course = self.world().course
        course.boxes, course.pillars = [(2.0, 1.0, 3.0, 3.0)], [(4.5, 4.0, 0.5)]
        self.assertAlmostEqual(course.distance(1.5, 2.0), 0.5)
        self.assertAlmostEqual(course.distance(3.3, 3.4), 0.5)
        self.assertAlmostEqual(course.distance(4.5, 3.2), 0.3)
        self.assertLess(course.distance(2.5, 2.0), 0)
        self.assertAlmostEqual(course.distance(0.2, 4.0), 0.2)

    def test_wheels(self):
        world = self.world()
        for _ in range(5):
            world.obey("drive 0.5 0.5")
        self.assertAlmostEqual(world.x, 1.0 + (0.2 + 0.4 + 3 * 0.5) * simulator.STEP, delta=0.06)
        self.assertAlmostEqual(world.y, 2.0, delta=0.06)
        for _ in range(6):
            world.obey("drive -0.2 0.2")
        self.assertGreater(world.heading, 1.0)

    def test_walls_stop_and_count(self):
        world = self.world()
        world.x = 0.3
        for _ in range(60):
            if world.is_over:
                break
            world.obey("drive -0.5 -0.5")
        self.assertEqual(world.contacts, simulator.MOST_CONTACTS)
        self.assertGreaterEqual(world.x, simulator.RADIUS)
        self.assertTrue(world.is_over)

    def test_commands(self):
        for line in (
            "drive nan nan",
            "drive inf 1",
            "drive 1e3 1",
            "drive 1",
            "drive 1 1 1",
            "drive " + "9" * 400 + " 1",
            "Drive 1 1",
            "",
            "drive ١ 1",
        ):
            with self.assertRaises(simulator.BadCommand, msg=line):
                self.world().obey(line)
        for line in ("drive 0 0", " drive +1 -999.5 \r", "drive 0.123456789 0."):
            self.world().obey(line)

    def test_every_map_can_be_solved_and_is_the_same_again(self):
        for kind in simulator.KINDS:
            one, other = simulator.World(kind, "same"), simulator.World(kind, "same")
            self.assertEqual((one.see_line(), one.start_line()), (other.see_line(), other.start_line()))
            self.assertGreater(one.course.length, 2)
            self.assertNotEqual(one.start_line(), simulator.World(kind, "other").start_line())


if __name__ == "__main__":
    unittest.main()
