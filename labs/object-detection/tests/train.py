"""Trains the classifier of the reference, detector.py: python3 tests/train.py train.pgm train.csv

The images: python3 starter/make_images.py train.pgm train.csv --count 400 --seed 1
"""

import csv
import json
import random
import sys
from pathlib import Path

REFERENCE = Path(__file__).resolve().parents[1] / "samples" / "reference" / "submission"
sys.path.insert(0, str(REFERENCE))

from detector import candidates, read_images, softmax  # noqa: E402


def overlap(one, other):
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return width * height / (areas - width * height)


def main(images, table):
    truth = {}
    for row in csv.DictReader(open(table, encoding="utf-8")):
        if row["label"]:
            truth.setdefault(row["id"], []).append((row["label"], [int(row[key]) for key in ("x1", "y1", "x2", "y2")]))
    examples = []
    for name, width, height, pixels in read_images(open(images, "rb").read()):
        for box, values, _ in candidates(width, height, pixels):
            label, best = max(truth.get(name, []), key=lambda one: overlap(one[1], box), default=("none", (0, 0, 0, 0)))
            examples.append((label if overlap(best, box) >= 0.5 else "none", values))
    labels = sorted({label for label, _ in examples})
    weights = [[0.0] * len(examples[0][1]) for _ in labels]
    draw = random.Random(3)
    for epoch in range(40):
        draw.shuffle(examples)
        rate = 0.2 / (1 + epoch / 5)
        for label, values in examples:
            chances = softmax([sum(map(float.__mul__, row, values)) for row in weights])
            for place, row in enumerate(weights):
                error = chances[place] - (labels[place] == label)
                if abs(error) > 1e-3:
                    weights[place] = [weight - rate * error * value for weight, value in zip(row, values)]
    json.dump(
        {"labels": labels, "weights": [[round(one, 4) for one in row] for row in weights]}, (REFERENCE / "model.json").open("w")
    )
    print(f"{len(examples)} examples of {', '.join(labels)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
