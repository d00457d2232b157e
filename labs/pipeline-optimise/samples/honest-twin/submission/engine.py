"""Another way to the same numbers: the windows in C, which make has built, and columns instead of rows."""

import ctypes
import sys
from json import dumps
from pathlib import Path

FAR = ctypes.CDLL(str(Path(__file__).with_name("order.so"))).far


def number(text):
    try:
        value = float(text)
    except ValueError:
        return None
    return value if value - value == 0 else None


def main():
    latest = {}
    for line in sys.stdin.read().splitlines()[1:]:
        key, _, text = line.rpartition(",")
        value = number(text)
        if value is not None:
            latest[key] = value
    series = {}
    for key in sorted(latest):
        time, machine, sensor = key.split(",")
        times, values = series.setdefault((machine, sensor), ([], []))
        times.append(time)
        values.append(latest[key])
    found, cells = [], {}
    for (machine, sensor), (times, values) in sorted(series.items()):
        marks = (ctypes.c_ubyte * len(values))()
        FAR((ctypes.c_double * len(values))(*values), len(values), marks)
        found += [[times[place], machine, sensor, values[place]] for place, mark in enumerate(marks) if mark]
        for time, value in zip(times, values):
            cells.setdefault((time[:13] + ":00:00", machine, sensor), []).append(value)
    table = [
        [*key, len(values), min(values), max(values), round(sum(values) / len(values), 4)]
        for key, values in sorted(cells.items())
    ]
    means = {tuple(line[:3]): line[6] for line in table}
    hours = sorted({line[0] for line in table})
    related = {}
    for machine, one in sorted(series):
        for other in sorted(sensor for name, sensor in series if name == machine and sensor > one):
            pairs = [(means.get((hour, machine, one)), means.get((hour, machine, other))) for hour in hours]
            pairs = [pair for pair in pairs if None not in pair]
            if len(pairs) < 3:
                continue
            xs, ys = zip(*pairs)
            x0, y0 = sum(xs) / len(xs), sum(ys) / len(ys)
            xx, yy = sum((x - x0) ** 2 for x in xs), sum((y - y0) ** 2 for y in ys)
            if min(xx, yy) >= 1e-9:
                related[f"{machine} {one} {other}"] = sum((x - x0) * (y - y0) for x, y in pairs) / (xx * yy) ** 0.5
    print(dumps({"correlations": related, "hours": table, "anomalies": found, "rows": len(latest)}, indent=1))


main()
