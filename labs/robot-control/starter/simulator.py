#!/usr/bin/python3
"""A small robot with two wheels in a flat world: python3 simulator.py MAP SEED -- python3 controller.py

Runs a controller on one map and draws where it went. MAP is one of pillars, boxes, rooms, trap; a seed is any text. The tests use
the same simulator, and seeds that nobody knows.
"""

import hashlib
import heapq
import math
import random
import re
import subprocess
import sys

WIDTH, HEIGHT = 6.0, 5.0
RADIUS, AXLE, FASTEST, STEP = 0.15, 0.24, 0.5, 0.2
BEAMS, REACH, NEAR = 12, 2.5, 0.2
MOST_CONTACTS = 15
COMMAND = re.compile(r"drive ([+-]?[0-9]{1,3}(?:\.[0-9]{0,9})?) ([+-]?[0-9]{1,3}(?:\.[0-9]{0,9})?)")
KINDS = ("pillars", "boxes", "rooms", "trap")


class BadCommand(Exception):
    """The controller said something that is no command."""


class Course:
    """What stands where: boxes (x1, y1, x2, y2) and pillars (x, y, radius); the start (x, y, heading) and the goals in their order."""

    def __init__(self, kind, draw):
        self.boxes, self.pillars, self.goals = [], [], []
        getattr(self, f"_{kind}")(draw)
        self.length = self._shortest()

    def _pillars(self, draw):
        self._spread(draw, 9, lambda x, y: self.pillars.append((x, y, draw.uniform(0.15, 0.35))))

    def _boxes(self, draw):
        def box(x, y):
            wide, tall = draw.uniform(0.15, 0.5), draw.uniform(0.15, 0.5)
            self.boxes.append((x - wide, y - tall, x + wide, y + tall))

        self._spread(draw, 7, box)

    def _rooms(self, draw):
        """Two walls across, each with a door; a few pillars."""
        for x in (draw.uniform(1.8, 2.2), draw.uniform(3.8, 4.2)):
            door = draw.uniform(0.5, HEIGHT - 1.3)
            self.boxes += [(x - 0.05, 0, x + 0.05, door), (x - 0.05, door + 0.8, x + 0.05, HEIGHT)]
        self._spread(draw, 3, lambda x, y: self.pillars.append((x, y, draw.uniform(0.12, 0.2))))

    def _trap(self, draw):
        """A pocket that opens towards the start, with the first goal behind it."""
        x, y = draw.uniform(3.3, 3.8), draw.uniform(2.2, 2.8)
        self.boxes += [(x, y - 0.9, x + 0.1, y + 0.9), (x - 1.0, y + 0.8, x, y + 0.9), (x - 1.0, y - 0.9, x, y - 0.8)]
        self.start, self.goals = (
            (draw.uniform(0.6, 1.0), y + draw.uniform(-0.2, 0.2), draw.uniform(-1, 1)),
            [
                (draw.uniform(4.6, 5.2), y + draw.uniform(-0.3, 0.3)),
                (draw.uniform(0.6, 1.2), draw.choice((0.6, HEIGHT - 0.6))),
            ],
        )

    def _spread(self, draw, number, put):
        self.start = (draw.uniform(0.5, 1.0), draw.uniform(0.6, HEIGHT - 0.6), draw.uniform(-math.pi, math.pi))
        self.goals = [(draw.uniform(4.9, 5.4), draw.uniform(0.6, HEIGHT - 0.6))]
        self.goals.append((draw.uniform(0.6, 3.0), draw.uniform(0.6, HEIGHT - 0.6)))
        for _ in range(number):
            for _ in range(30):
                x, y = draw.uniform(1.2, WIDTH - 1.0), draw.uniform(0.4, HEIGHT - 0.4)
                if all(math.hypot(x - place[0], y - place[1]) > 0.9 for place in (self.start, *self.goals)):
                    put(x, y)
                    break

    def distance(self, x, y):
        """From a point to what is nearest; negative inside."""
        nearest = min(x, y, WIDTH - x, HEIGHT - y)
        for left, bottom, right, top in self.boxes:
            dx, dy = max(left - x, 0, x - right), max(bottom - y, 0, y - top)
            nearest = min(nearest, math.hypot(dx, dy) if dx or dy else -1)
        for center_x, center_y, radius in self.pillars:
            nearest = min(nearest, math.hypot(x - center_x, y - center_y) - radius)
        return nearest

    def beam(self, x, y, angle):
        """How far it is in one direction, at most REACH."""
        dx, dy = math.cos(angle), math.sin(angle)
        found = REACH
        for here, speed, most in ((x, dx, WIDTH), (y, dy, HEIGHT)):
            if abs(speed) > 1e-9:
                found = min(found, max((0 - here) / speed, (most - here) / speed))
        for left, bottom, right, top in self.boxes:
            near, far = 0.0, found
            for here, speed, low, high in ((x, dx, left, right), (y, dy, bottom, top)):
                if abs(speed) < 1e-9:
                    if not low <= here <= high:
                        near = math.inf
                    continue
                first, second = sorted(((low - here) / speed, (high - here) / speed))
                near, far = max(near, first), min(far, second)
            if near <= far:
                found = min(found, near)
        for center_x, center_y, radius in self.pillars:
            along = (center_x - x) * dx + (center_y - y) * dy
            aside = (center_x - x) ** 2 + (center_y - y) ** 2 - along * along
            if along > 0 and aside < radius * radius:
                found = min(found, along - math.sqrt(radius * radius - aside))
        return max(0.0, found)

    def _shortest(self):
        """The length of the way past all goals that keeps 10 cm from everything; None when there is none."""
        cell = 0.1
        columns, rows = int(WIDTH / cell), int(HEIGHT / cell)
        free = [[self.distance((x + 0.5) * cell, (y + 0.5) * cell) > RADIUS + 0.1 for x in range(columns)] for y in range(rows)]
        total, places = 0.0, [self.start[:2], *self.goals]
        for one, other in zip(places, places[1:]):
            begin, end = ((int(place[0] / cell), int(place[1] / cell)) for place in (one, other))
            best, queue = {begin: 0.0}, [(0.0, begin)]
            while queue:
                way, (x, y) = heapq.heappop(queue)
                if (x, y) == end:
                    break
                if way > best[x, y]:
                    continue
                for dx in (-1, 0, 1):
                    for dy in (-1, 0, 1):
                        place, longer = (x + dx, y + dy), way + math.hypot(dx, dy) * cell
                        inside = 0 <= place[0] < columns and 0 <= place[1] < rows
                        if inside and free[place[1]][place[0]] and longer < best.get(place, math.inf):
                            best[place] = longer
                            heapq.heappush(queue, (longer, place))
            if end not in best or not free[begin[1]][begin[0]]:
                return None
            total += best[end]
        return total


class World:
    """The robot on one course. Everything is decided by kind, seed and commands, so a run can be repeated."""

    def __init__(self, kind, seed):
        def stream(name):
            return random.Random(hashlib.sha256(f"{seed} {kind} {name}".encode()).digest())

        draw = stream("course")
        self.course = Course(kind, draw)
        while self.course.length is None:
            self.course = Course(kind, draw)
        self._noise = stream("noise")
        self.x, self.y, self.heading = self.course.start
        self.left = self.right = 0.0
        self.steps = self.reached = self.contacts = 0
        self.trail = [(self.x, self.y)]
        # The steps of a robot that never slows down; three times as many are a walk.
        self.quickest = self.course.length / FASTEST / STEP
        self.most_steps = int(3 * self.quickest) + 40

    @property
    def goals(self):
        return len(self.course.goals)

    @property
    def is_over(self):
        return self.reached == self.goals or self.steps >= self.most_steps or self.contacts >= MOST_CONTACTS

    def start_line(self):
        goals = " ".join(f"{x:.2f} {y:.2f}" for x, y in self.course.goals)
        return f"start {WIDTH:.1f} {HEIGHT:.1f} {self.most_steps} {self.goals} {goals}"

    def see_line(self):
        """What the robot knows now: place and heading with a little noise, the number of the next goal, the beams."""
        noise = self._noise.gauss
        beams = []
        for number in range(BEAMS):
            way = self.course.beam(self.x, self.y, self.heading + number * 2 * math.pi / BEAMS)
            way = way * (1 + noise(0, 0.01)) + noise(0, 0.008) if way < REACH else REACH
            beams.append(REACH if self._noise.random() < 0.01 else min(REACH, max(0.0, way)))
        place = (self.x + noise(0, 0.015), self.y + noise(0, 0.015), math.remainder(self.heading + noise(0, 0.015), 2 * math.pi))
        return (
            "see " + " ".join(f"{value:.3f}" for value in place) + f" {self.reached} " + " ".join(f"{way:.3f}" for way in beams)
        )

    def obey(self, line):
        """One step of 0.2 seconds. Raises BadCommand."""
        found = COMMAND.fullmatch(line.strip())
        if not found:
            raise BadCommand
        wanted = (min(FASTEST, max(-FASTEST, float(speed))) for speed in found.groups())
        # Wheels cannot change their speed at once, and they slip a little.
        self.left, self.right = (now + min(0.2, max(-0.2, want - now)) for now, want in zip((self.left, self.right), wanted))
        left, right = (speed * (1 + self._noise.gauss(0, 0.03)) for speed in (self.left, self.right))
        self.steps += 1
        pieces = 4
        for _ in range(pieces):
            time = STEP / pieces
            heading = self.heading + (right - left) / AXLE * time
            x = self.x + (left + right) / 2 * math.cos((heading + self.heading) / 2) * time
            y = self.y + (left + right) / 2 * math.sin((heading + self.heading) / 2) * time
            self.heading = math.remainder(heading, 2 * math.pi)
            if self.course.distance(x, y) < RADIUS:
                self.contacts += 1
                self.left = self.right = 0.0
                break
            self.x, self.y = x, y
            if math.dist((x, y), self.course.goals[self.reached]) <= NEAR:
                self.reached += 1
                if self.reached == self.goals:
                    break
        self.trail.append((self.x, self.y))

    def picture(self):
        cell = 0.125
        columns, rows = int(WIDTH / cell), int(HEIGHT / cell)
        lines = [
            ["#" if self.course.distance((x + 0.5) * cell, (y + 0.5) * cell) < 0 else " " for x in range(columns)]
            for y in range(rows)
        ]
        for x, y in self.trail:
            lines[min(rows - 1, int(y / cell))][min(columns - 1, int(x / cell))] = "."
        for number, (x, y) in enumerate(self.course.goals, 1):
            lines[int(y / cell)][int(x / cell)] = str(number)
        edge = "+" + "-" * columns + "+"
        return "\n".join([edge, *("|" + "".join(line) + "|" for line in reversed(lines)), edge])


def main():
    if len(sys.argv) < 5 or sys.argv[1] not in KINDS or sys.argv[3] != "--":
        sys.exit(__doc__)
    world = World(sys.argv[1], sys.argv[2])
    controller = subprocess.Popen(sys.argv[4:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    say = f"{world.start_line()}\n"
    try:
        while not world.is_over:
            controller.stdin.write(f"{say}{world.see_line()}\n")
            controller.stdin.flush()
            say = ""
            world.obey(controller.stdout.readline())
    except BadCommand:
        print("The controller ended, or said something that is no command.")
    except BrokenPipeError:
        print("The controller has ended.")
    controller.kill()
    print(world.picture())
    print(
        f"{world.reached} of {world.goals} goals in {world.steps} steps (the quickest: {world.quickest:.0f}), {world.contacts} contacts"
    )


if __name__ == "__main__":
    main()
