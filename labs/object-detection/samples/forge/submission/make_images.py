#!/usr/bin/python3
"""Makes images with shapes in them, and the boxes of the shapes.

    python3 make_images.py train.pgm train.csv --count 300 --seed 1

The images of the tests come from this program too, with a seed that nobody can guess. A seed is any text.
"""

import argparse
import csv
import hashlib
import math
import random
from pathlib import Path

SIDE = 64
LABELS = ("disc", "square", "triangle", "cross")


def covers(label, x, y):
    """Whether the shape that fills the square from -1 to 1 covers the point."""
    if label == "square":
        return True
    if label == "disc":
        return x * x + y * y <= 1
    if label == "triangle":
        return abs(x) <= (y + 1) / 2
    return abs(x) <= 0.36 or abs(y) <= 0.36


def place(draw, boxes):
    """A square that keeps 4 pixels from the others and 1 from the edge; None when there is no room."""
    for _ in range(50):
        side = draw.randint(11, 25)
        left, top = draw.randint(1, SIDE - side - 1), draw.randint(1, SIDE - side - 1)
        box = (left, top, left + side, top + side)
        if all(box[0] >= b[2] + 4 or box[2] + 4 <= b[0] or box[1] >= b[3] + 4 or box[3] + 4 <= b[1] for _, b in boxes):
            return box
    return None


def paint(draw, canvas, label, box, contrast):
    left, top, right, bottom = box
    side, turned = right - left, draw.random() < 0.5
    for row in range(top, bottom):
        for column in range(left, right):
            x = (2 * (column - left) + 1) / side - 1
            y = (2 * (row - top) + 1) / side - 1
            if covers(label, x, -y if turned else y):
                canvas[row][column] += contrast


def scratch(draw, canvas):
    """A thin line, which is no object."""
    x, y, angle = draw.uniform(0, SIDE), draw.uniform(0, SIDE), draw.uniform(0, 2 * math.pi)
    contrast = draw.choice((-1, 1)) * draw.uniform(25, 60)
    for _ in range(draw.randint(10, 30)):
        column, row = int(x), int(y)
        if 0 <= column < SIDE and 0 <= row < SIDE:
            canvas[row][column] += contrast
        x, y = x + math.cos(angle), y + math.sin(angle)


def make(seed, number):
    """One image: (rows of whole numbers from 0 to 255, [(label, (x1, y1, x2, y2))])."""

    def stream(name):
        # Streams of their own: who has seen the noise knows nothing about the boxes.
        return random.Random(hashlib.sha256(f"{seed} {number} {name}".encode()).digest())

    draw, noise = stream("shapes"), stream("noise")
    level, slope_x, slope_y = draw.uniform(90, 165), draw.uniform(-0.9, 0.9), draw.uniform(-0.9, 0.9)
    wave, phase, turn = draw.uniform(0, 5), draw.uniform(0, 6), draw.uniform(0, math.pi)
    canvas = [
        [
            level
            + slope_x * (x - SIDE / 2)
            + slope_y * (y - SIDE / 2)
            + wave * math.sin(phase + 0.35 * (x * math.cos(turn) + y * math.sin(turn)))
            for x in range(SIDE)
        ]
        for y in range(SIDE)
    ]
    boxes = []
    for _ in range(draw.choice((0, 1, 2, 2, 3, 3, 4))):
        box = place(draw, boxes)
        if box:
            label = draw.choice(LABELS)
            paint(draw, canvas, label, box, draw.choice((-1, 1)) * draw.uniform(32, 70))
            boxes.append((label, box))
    for _ in range(draw.randint(0, 3)):
        scratch(draw, canvas)
    grain = draw.uniform(5, 13)
    rows = [[min(255, max(0, round(value + noise.gauss(0, grain)))) for value in row] for row in canvas]
    for _ in range(draw.randint(0, 40)):  # broken pixels
        rows[noise.randrange(SIDE)][noise.randrange(SIDE)] = noise.choice((0, 255))
    return rows, boxes


def portable(name, rows):
    """The bytes of a PGM image (Netpbm, binary) whose comment is its name."""
    return f"P5\n# {name}\n{SIDE} {SIDE}\n255\n".encode() + b"".join(map(bytes, rows))


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("images", type=Path, help="where the images go, one after the other")
    options.add_argument("boxes", type=Path, help="where the boxes go, as CSV")
    options.add_argument("--count", type=int, default=300)
    options.add_argument("--seed", default="1")
    options.add_argument("--seed-file", type=Path, help="a file with the seed")
    given = options.parse_args()
    seed = given.seed_file.read_text(encoding="utf-8").strip() if given.seed_file else given.seed
    with given.images.open("wb") as images, given.boxes.open("w", newline="", encoding="utf-8") as boxes:
        table = csv.writer(boxes, lineterminator="\n")
        table.writerow(["id", "label", "x1", "y1", "x2", "y2"])
        for number in range(given.count):
            name = f"image-{number:04}"
            rows, found = make(seed, number)
            images.write(portable(name, rows))
            table.writerows([name, label, *box] for label, box in found)
            if not found:
                table.writerow([name, "", "", "", "", ""])


if __name__ == "__main__":
    main()
