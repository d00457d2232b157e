"""The reference, and its commands look otherwise, as is allowed: signs, CRLF, many digits; and words on standard error."""

import heapq
import math
import sys

CELL = 0.125
RADIUS, AXLE, FASTEST = 0.15, 0.24, 0.5
REACH = 2.5
# How near something is, and what a cell costs then.
PRICES = ((RADIUS + 0.03, 200.0), (RADIUS + 0.11, 12.0), (RADIUS + 0.2, 3.0))
NEIGHBOURS = [(dx, dy, math.hypot(dx, dy)) for dx in (-1, 0, 1) for dy in (-1, 0, 1) if dx or dy]


class Map:
    """How near each cell is to something that was seen."""

    def __init__(self, width, height):
        self.columns, self.rows = round(width / CELL), round(height / CELL)
        self.cost = [[1.0] * self.columns for _ in range(self.rows)]

    def cell(self, x, y):
        return min(self.columns - 1, max(0, int(x / CELL))), min(self.rows - 1, max(0, int(y / CELL)))

    def hit(self, x, y):
        """Something was seen at this place: what is near it costs, and what is too near costs much."""
        column, row = self.cell(x, y)
        for other_y in range(max(0, row - 4), min(self.rows, row + 5)):
            for other_x in range(max(0, column - 4), min(self.columns, column + 5)):
                distance = math.hypot((other_x + 0.5) * CELL - x, (other_y + 0.5) * CELL - y)
                price = next((price for reach, price in PRICES if distance < reach), 0)
                self.cost[other_y][other_x] = max(self.cost[other_y][other_x], price)

    def way(self, start, goal):
        """The cells of the cheapest way, the first beside the start."""
        begin, end = self.cell(*start), self.cell(*goal)
        best, before, queue = {begin: 0.0}, {}, [(0.0, begin)]
        while queue:
            price, here = heapq.heappop(queue)
            if here == end:
                break
            if price > best[here]:
                continue
            for dx, dy, length in NEIGHBOURS:
                x, y = here[0] + dx, here[1] + dy
                if 0 <= x < self.columns and 0 <= y < self.rows:
                    more = price + length * self.cost[y][x]
                    if more < best.get((x, y), math.inf):
                        best[x, y] = more
                        before[x, y] = here
                        heapq.heappush(queue, (more, (x, y)))
        cells = [end]
        while cells[-1] in before:
            cells.append(before[cells[-1]])
        return cells[-2::-1]


def target(way, goal, place):
    """A point some way ahead on the planned way."""
    points = [((x + 0.5) * CELL, (y + 0.5) * CELL) for x, y in way[:-1]] + [goal]
    for point in points:
        if math.dist(point, place) >= 0.35:
            return point
    return goal


def drive(beams, error, distance):
    """Speeds of the wheels: turn towards the target, and go where it is ahead and nothing stands there."""
    ahead = min(beams[0], beams[1] + 0.1, beams[-1] + 0.1)
    speed = FASTEST * max(0.0, math.cos(error)) ** 2 if abs(error) < 1.2 else 0.0
    speed = min(speed, max(0.0, (ahead - 0.2) * 1.2), distance + 0.15)
    turn = max(-2.2, min(2.2, 2.4 * error))
    left, right = speed - turn * AXLE / 2, speed + turn * AXLE / 2
    over = max(abs(left), abs(right)) / FASTEST
    return (left / over, right / over) if over > 1 else (left, right)


def main():
    start = sys.stdin.readline().split()
    grid = Map(float(start[1]), float(start[2]))
    numbers = list(map(float, start[5:]))
    goals = list(zip(numbers[::2], numbers[1::2]))
    for line in sys.stdin:
        words = line.split()
        if words[0] != "see":
            break
        x, y, heading = map(float, words[1:4])
        beams = list(map(float, words[5:]))
        for place, length in enumerate(beams):
            if length < REACH - 0.1:
                angle = heading + place * 2 * math.pi / len(beams)
                grid.hit(x + length * math.cos(angle), y + length * math.sin(angle))
        goal = goals[int(words[4])]
        aim = target(grid.way((x, y), goal), goal, (x, y))
        error = math.remainder(math.atan2(aim[1] - y, aim[0] - x) - heading, 2 * math.pi)
        left, right = drive(beams, error, math.dist(goal, (x, y)))
        print(f"at {x} {y}", file=sys.stderr)
        sys.stdout.write(f"  drive {left:+.7f} {right:+08.5f}\r\n")
        sys.stdout.flush()


main()
