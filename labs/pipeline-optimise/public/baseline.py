"""What a factory's sensors say in a day, cleaned and summed up. Every number is right; it only takes far too long."""

import csv
import io
import json
import sys
from datetime import datetime, timedelta

WINDOW = 15


def parse(text):
    """The rows with a value: [time, machine, sensor, value]."""
    rows = []
    for record in csv.DictReader(io.StringIO(text)):
        try:
            value = float(record["value"])
        except ValueError:
            continue
        if value != value or value in (float("inf"), float("-inf")):
            continue
        rows.append([datetime.strptime(record["time"], "%Y-%m-%dT%H:%M:%S"), record["machine"], record["sensor"], value])
    return rows


def deduplicate(rows):
    """Of rows with the same time, machine and sensor the last one stays."""
    kept = []
    for row in rows:
        for other in kept:
            if other[:3] == row[:3]:
                kept.remove(other)
                break
        kept = kept + [row]
    return kept


def series(rows, machine, sensor):
    """The (time, value) of one sensor of one machine, by time."""
    found = []
    for row in rows:
        if row[1] == machine and row[2] == sensor:
            place = 0
            while place < len(found) and found[place][0] < row[0]:
                place += 1
            found = found[:place] + [(row[0], row[3])] + found[place:]
    return found


def median(values):
    values = sorted(values)
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2


def anomalies(rows):
    """Values far from the median of the 15 up to and including theirs: more than 4 median deviations and 0.017."""
    found = []
    for machine in sorted({row[1] for row in rows}):
        for sensor in sorted({row[2] for row in rows}):
            points = series(rows, machine, sensor)
            for place in range(len(points)):
                window = [value for _, value in points[max(0, place - WINDOW + 1) : place + 1]]
                middle = median(window)
                spread = median([abs(value - middle) for value in window])
                if abs(points[place][1] - middle) > 4 * spread + 0.017:
                    found.append([points[place][0].isoformat(), machine, sensor, points[place][1]])
    return found


def hours(rows):
    """For each hour and each sensor of each machine in it: how many values, least, most, mean."""
    table = []
    hour = min((row[0] for row in rows), default=None)
    if hour is None:
        return table
    hour = hour.replace(minute=0, second=0)
    while hour <= max(row[0] for row in rows):
        for machine in sorted({row[1] for row in rows}):
            for sensor in sorted({row[2] for row in rows}):
                values = []
                for time, value in series(rows, machine, sensor):
                    if hour <= time < hour + timedelta(hours=1):
                        values.append(value)
                if values:
                    mean = sum(sorted(values)) / len(values)
                    table.append([hour.isoformat(), machine, sensor, len(values), min(values), max(values), round(mean, 4)])
        hour += timedelta(hours=1)
    return table


def correlations(table):
    """For each machine and each two of its sensors with 3 or more hours in common: Pearson's r of their means, where both vary."""
    found = {}
    for machine in sorted({line[1] for line in table}):
        for one in sorted({line[2] for line in table}):
            for other in sorted({line[2] for line in table}):
                if one >= other:
                    continue
                pairs = []
                for line in table:
                    for partner in table:
                        if line[:3] == [partner[0], machine, one] and partner[1:3] == [machine, other]:
                            pairs.append((line[6], partner[6]))
                r = pearson(pairs)
                if r is not None:
                    found[f"{machine} {one} {other}"] = round(r, 4)
    return found


def pearson(pairs):
    if len(pairs) < 3:
        return None
    means = [sum(pair[side] for pair in pairs) / len(pairs) for side in (0, 1)]
    both = sum((x - means[0]) * (y - means[1]) for x, y in pairs)
    squares = [sum((pair[side] - means[side]) ** 2 for pair in pairs) for side in (0, 1)]
    if min(squares) < 1e-9:
        return None
    return both / (squares[0] * squares[1]) ** 0.5


def main():
    rows = deduplicate(parse(sys.stdin.read()))
    table = hours(rows)
    result = {"rows": len(rows), "anomalies": anomalies(rows), "hours": table, "correlations": correlations(table)}
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
