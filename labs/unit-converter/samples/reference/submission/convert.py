"""Converts units: convert.py VALUE FROM TO, or lines of the same on standard input."""

import math
import sys

LENGTH = {"mm": 0.001, "cm": 0.01, "m": 1.0, "km": 1000.0, "in": 0.0254, "ft": 0.3048, "yd": 0.9144, "mi": 1609.344}
MASS = {"g": 1.0, "kg": 1000.0, "t": 1e6, "oz": 28.349523125, "lb": 453.59237}
TO_KELVIN = {"K": lambda v: v, "C": lambda v: v + 273.15, "F": lambda v: (v + 459.67) / 1.8}
FROM_KELVIN = {"K": lambda v: v, "C": lambda v: v - 273.15, "F": lambda v: v * 1.8 - 459.67}


class Impossible(Exception):
    """The text says why."""


def number(text):
    try:
        value = float(text)
    except ValueError:
        raise Impossible(f"{text} is not a number") from None
    if not math.isfinite(value):
        raise Impossible(f"{text} is not a number")
    return value


def convert(words):
    if len(words) != 3:
        raise Impossible("usage: convert.py VALUE FROM TO")
    value, old, new = number(words[0]), words[1], words[2]
    for table in (LENGTH, MASS):
        if old in table and new in table:
            if value < 0:
                raise Impossible(f"{value} {old} is negative")
            return value * table[old] / table[new]
    if old in TO_KELVIN and new in TO_KELVIN:
        kelvin = TO_KELVIN[old](value)
        if kelvin < -1e-9:
            raise Impossible(f"{value} {old} is below absolute zero")
        return FROM_KELVIN[new](kelvin)
    raise Impossible(f"{old} cannot be converted to {new}")


def main():
    if len(sys.argv) > 1:
        try:
            print(convert(sys.argv[1:]), sys.argv[3])
        except Impossible as error:
            print(error, file=sys.stderr)
            return 2
        return 0
    for line in sys.stdin:
        words = line.split()
        if not words:
            continue
        try:
            print(convert(words), words[2])
        except Impossible:
            print("?")
    return 0


if __name__ == "__main__":
    sys.exit(main())
