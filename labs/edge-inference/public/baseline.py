"""The model as it is written down, one multiplication after the other: what speed-ups are measured against."""

import json
import sys

SIZE = 196


def infer(layers, pixels):
    values = [pixel / 255 for pixel in pixels]
    for number, layer in enumerate(layers):
        result = []
        for row in range(len(layer["weights"])):
            total = layer["bias"][row]
            for column in range(len(values)):
                total += layer["weights"][row][column] * values[column]
            if number + 1 < len(layers) and total < 0:
                total = 0.0
            result.append(total)
        values = result
    best = 0
    for place in range(len(values)):
        if values[place] > values[best]:
            best = place
    return best


def main():
    with open("model.json") as file:
        layers = json.load(file)["layers"]
    while True:
        pixels = sys.stdin.buffer.read(SIZE)
        if len(pixels) < SIZE:
            return
        print(infer(layers, pixels))


main()
