"""What a factory's sensors say in a day: each row is looked at once, times stay text, windows stay sorted."""

import sys
from bisect import bisect_left, insort
from json import dumps

WINDOW = 15
INFINITY = float("inf")


def parse(text):
    """(machine, sensor) → time → value; a later row with the same key replaces the earlier."""
    head, *lines = text.split("\n")
    places = [head.strip().split(",").index(name) for name in ("time", "machine", "sensor", "value")]
    in_order = places == [0, 1, 2, 3]
    groups = {}
    for line in lines:
        fields = line.rstrip("\r").split(",")
        if len(fields) < 4:
            continue
        time, machine, sensor, value = fields if in_order else [fields[place] for place in places]
        try:
            value = float(value)
        except ValueError:
            continue
        if -INFINITY < value < INFINITY:
            groups.setdefault((machine, sensor), {})[time] = value
    return groups


def middle(values):
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2


def anomalies(machine, sensor, points):
    window, found = [], []
    for place, (time, value) in enumerate(points):
        if place >= WINDOW:
            del window[bisect_left(window, points[place - WINDOW][1])]
        insort(window, value)
        center = middle(window)
        if abs(value - center) > 0.017:
            spread = middle(sorted([abs(other - center) for other in window]))
            if abs(value - center) > 4 * spread + 0.017:
                found.append([time, machine, sensor, value])
    return found


def pearson(pairs):
    if len(pairs) < 3:
        return None
    first, second = sum(x for x, _ in pairs) / len(pairs), sum(y for _, y in pairs) / len(pairs)
    both = sum((x - first) * (y - second) for x, y in pairs)
    left, right = sum((x - first) ** 2 for x, _ in pairs), sum((y - second) ** 2 for _, y in pairs)
    return None if min(left, right) < 1e-9 else both / (left * right) ** 0.5


def main():
    groups = parse(sys.stdin.read())
    found, hours, means = [], {}, {}
    for (machine, sensor), values in sorted(groups.items()):
        points = sorted(values.items())
        found += anomalies(machine, sensor, points)
        for time, value in points:
            hours.setdefault((time[:13], machine, sensor), []).append(value)
    table = []
    for (hour, machine, sensor), values in sorted(hours.items()):
        mean = round(sum(values) / len(values), 4)
        table.append([f"{hour}:00:00", machine, sensor, len(values), min(values), max(values), mean])
        means.setdefault(machine, {}).setdefault(sensor, {})[hour] = mean
    related = {}
    for machine, sensors in means.items():
        names = sorted(sensors)
        for place, one in enumerate(names):
            for other in names[place + 1 :]:
                mine, theirs = sensors[one], sensors[other]
                r = pearson([(mean, theirs[hour]) for hour, mean in mine.items() if hour in theirs])
                if r is not None:
                    related[f"{machine} {one} {other}"] = round(r, 4)
    rows = sum(map(len, groups.values()))
    sys.stdout.write(dumps({"rows": rows, "anomalies": found, "hours": table, "correlations": related}))


main()
