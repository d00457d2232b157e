#!/usr/bin/python3
"""Trains the model that is given to learners, starter/model.json: python3 tests/make_model.py (some minutes)"""

import json
import math
import random
from operator import mul
from pathlib import Path

from make_frames import SIDE, frames

LAB = Path(__file__).resolve().parents[1]
HIDDEN, EPOCHS, NUMBER = 24, 22, 3500


def forward(layers, values):
    """The values after each layer: ReLU after the first, nothing after the last."""
    hidden = [max(0.0, sum(map(mul, row, values)) + bias) for row, bias in zip(*layers[0])]
    return hidden, [sum(map(mul, row, hidden)) + bias for row, bias in zip(*layers[1])]


def main():
    data, digits = frames("training", NUMBER)
    size = SIDE * SIDE
    examples = [([pixel / 255 for pixel in data[at * size : (at + 1) * size]], digit) for at, digit in enumerate(digits)]
    draw = random.Random(5)
    layers = [
        [[[draw.gauss(0, 0.09) for _ in range(size)] for _ in range(HIDDEN)], [0.0] * HIDDEN],
        [[[draw.gauss(0, 0.25) for _ in range(HIDDEN)] for _ in range(10)], [0.0] * 10],
    ]
    for epoch in range(EPOCHS):
        draw.shuffle(examples)
        rate = 0.05 * 0.88**epoch
        for values, digit in examples:
            hidden, out = forward(layers, values)
            most = max(out)
            powers = [math.exp(value - most) for value in out]
            wrong = [power / sum(powers) - (place == digit) for place, power in enumerate(powers)]
            back = [sum(map(mul, column, wrong)) if here else 0.0 for column, here in zip(zip(*layers[1][0]), hidden)]
            for layer, inputs, errors in ((layers[1], hidden, wrong), (layers[0], values, back)):
                for place, error in enumerate(errors):
                    if error:
                        step = rate * error
                        layer[0][place] = [weight - step * value for weight, value in zip(layer[0][place], inputs)]
                        layer[1][place] -= step
    model = {"layers": [
        {"weights": [[round(one, 4) for one in row] for row in weights], "bias": [round(one, 4) for one in bias]}
        for weights, bias in layers]}  # fmt: skip
    for place in ("starter", "tests", "public", "samples/reference/submission"):
        (LAB / place / "model.json").write_text(json.dumps(model, separators=(",", ":")) + "\n")
    check, truth = frames("checking", 1000)
    rounded = [(layer["weights"], layer["bias"]) for layer in model["layers"]]
    right = 0
    for at, digit in enumerate(truth):
        out = forward(rounded, [pixel / 255 for pixel in check[at * size : (at + 1) * size]])[1]
        right += out.index(max(out)) == digit
    print(f"{right / 10:.1f} of 100 digits are read rightly")


if __name__ == "__main__":
    main()
