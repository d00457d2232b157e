#!/usr/bin/python3
"""Made the data of this lab: starter/train.csv, public/ and tests/. The same seed makes the same files."""

import csv
import random
from pathlib import Path

LAB = Path(__file__).resolve().parent.parent
COLUMNS = ["id", "watch", "steps", "swing", "tilt", "pulse", "noise"]
# Per minute; g; degrees; beats per minute: mean and spread of each activity.
KINDS = {
    "rest": ((10, 16), (0.15, 0.10), (60, 22), (74, 11)),
    "walk": ((84, 26), (0.45, 0.16), (28, 15), (96, 13)),
    "run": ((140, 26), (0.90, 0.24), (22, 13), (138, 16)),
    "cycle": ((30, 22), (0.40, 0.16), (40, 15), (120, 15)),
}
SHARES = [46, 26, 12, 16]


def record(draw, number, watches):
    kind = draw.choices(list(KINDS), SHARES)[0]
    watch = draw.choice(watches)
    steps, swing, tilt, pulse = (max(0, draw.gauss(*one)) for one in KINDS[kind])
    if watch == "B":
        swing *= 1000  # counts in thousandths of g
    if watch == "C":
        pulse /= 60  # beats per second
    values = [f"{steps:.0f}", f"{swing:.3f}", f"{tilt:.0f}", f"{pulse:.2f}", f"{draw.random() * 10000:.0f}"]
    # A sensor fails now and then.
    values[:4] = ["" if draw.random() < 0.05 else value for value in values[:4]]
    return [f"m{number}", watch, *values], kind


def write(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def main():
    draw = random.Random(20260312)
    train = [record(draw, number, "AABBC") for number in range(1, 701)]
    write(LAB / "starter" / "train.csv", [*COLUMNS, "activity"], [[*row, kind] for row, kind in train])
    for folder, first, count in (("public", 2001, 300), ("tests", 5001, 600)):
        draw = random.Random(first)
        made = [record(draw, number, "AABBC") for number in range(first, first + count)]
        draw.shuffle(made)
        write(LAB / folder / "inputs.csv", COLUMNS, [row for row, _ in made])
        write(LAB / folder / "truth.csv", ["id", "activity", "watch"], [[row[0], kind, row[1]] for row, kind in made])


if __name__ == "__main__":
    main()
