"""Knows metric units and temperatures, but takes a pound for half a kilogram and never says no."""

import sys

FACTORS = {
    "mm": 0.001,
    "cm": 0.01,
    "m": 1,
    "km": 1000,
    "g": 0.001,
    "kg": 1,
    "t": 1000,
    "lb": 0.5,
    "oz": 0.5 / 16,
    "in": 0.0254,
    "ft": 0.3,
}


def convert(value, old, new):
    value = float(value)
    if old in "CFK" and new in "CFK":
        celsius = {"C": value, "F": (value - 32) / 1.8, "K": value - 273.15}[old]
        return {"C": celsius, "F": celsius * 1.8 + 32, "K": celsius + 273.15}[new]
    return value * FACTORS.get(old, 1) / FACTORS.get(new, 1)


if len(sys.argv) == 4:
    print(round(convert(*sys.argv[1:]), 8), sys.argv[3])
else:
    for line in sys.stdin:
        if line.strip():
            print(round(convert(*line.split()), 8), line.split()[2])
