"""Turns to the goal and drives, whatever stands in the way: the beams are not looked at."""

import math
import sys

numbers = list(map(float, sys.stdin.readline().split()[5:]))
goals = list(zip(numbers[::2], numbers[1::2]))
for line in sys.stdin:
    words = line.split()
    x, y, heading = map(float, words[1:4])
    goal = goals[int(words[4])]
    error = math.remainder(math.atan2(goal[1] - y, goal[0] - x) - heading, 2 * math.pi)
    speed = 0.4 if abs(error) < 0.5 else 0.0
    print(f"drive {speed - 0.2 * error:.3f} {speed + 0.2 * error:.3f}", flush=True)
