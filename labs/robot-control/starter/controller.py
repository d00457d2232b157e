"""A controller: one line of sensors in, one command out. This one stays where it is."""

import sys

start = sys.stdin.readline().split()
width, height, steps = float(start[1]), float(start[2]), int(start[3])
numbers = list(map(float, start[5:]))
goals = list(zip(numbers[::2], numbers[1::2]))

for line in sys.stdin:
    words = line.split()
    x, y, heading = map(float, words[1:4])
    number = int(words[4])
    beams = list(map(float, words[5:]))
    print("drive 0 0", flush=True)
