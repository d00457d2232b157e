#!/usr/bin/python3
"""Makes frames of a meter's digits: python3 make_frames.py frames.bin digits.txt --count 500 --seed 1

The frames of the tests are made here too, of a seed that nobody can guess.
"""

import argparse
import hashlib
import random
from pathlib import Path

SIDE = 14
# Which of the seven segments are lit: top, upper left, upper right, middle, lower left, lower right, bottom.
LIT = ("1110111", "0010010", "1011101", "1011011", "0111010", "1101011", "1101111", "1010010", "1111111", "1111011")


def segments(digit, left, top, width, half):
    """The places (x, y) that are lit."""
    right, middle, bottom = left + width, top + half, top + 2 * half
    lines = (
        ((left, top), (right, top)),
        ((left, top), (left, middle)),
        ((right, top), (right, middle)),
        ((left, middle), (right, middle)),
        ((left, middle), (left, bottom)),
        ((right, middle), (right, bottom)),
        ((left, bottom), (right, bottom)),
    )
    for ((x1, y1), (x2, y2)), lit in zip(lines, LIT[digit]):
        if lit == "1":
            yield from ((x, y) for y in range(y1, y2 + 1) for x in range(x1, x2 + 1))


def frame(draw, digit):
    """196 bytes, row by row."""
    width, half = draw.randint(4, 6), draw.randint(4, 5)
    left, top = draw.randint(2, SIDE - 3 - width), draw.randint(1, SIDE - 2 - 2 * half)
    floor, light = draw.uniform(10, 70), draw.uniform(110, 190)
    canvas = [[floor] * SIDE for _ in range(SIDE)]
    for x, y in set(segments(digit, left, top, width, half)):
        canvas[y][x] += light
    blur, noise = draw.uniform(0, 0.5), draw.uniform(6, 18)
    rows = []
    for y in range(SIDE):
        for x in range(SIDE):
            around = [
                canvas[v][u] for u, v in ((x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)) if 0 <= u < SIDE and 0 <= v < SIDE
            ]
            value = (1 - blur) * canvas[y][x] + blur * sum(around) / len(around)
            rows.append(min(255, max(0, round(value + draw.gauss(0, noise)))))
    return bytes(rows)


def frames(seed, count):
    """(the bytes of all frames, their digits)."""
    draw = random.Random(hashlib.sha256(f"frames {seed}".encode()).digest())
    # The digits from a stream of their own: the noise of the frames says nothing about them.
    digits = random.Random(hashlib.sha256(f"digits {seed}".encode()).digest()).choices(range(10), k=count)
    return b"".join(frame(draw, digit) for digit in digits), digits


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("frames", type=Path)
    options.add_argument("digits", type=Path)
    options.add_argument("--count", type=int, default=500)
    options.add_argument("--seed", default="1")
    given = options.parse_args()
    data, digits = frames(given.seed, given.count)
    given.frames.write_bytes(data)
    given.digits.write_text("".join(f"{digit}\n" for digit in digits))


if __name__ == "__main__":
    main()
