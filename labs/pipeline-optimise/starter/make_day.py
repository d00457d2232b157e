"""Makes a day of a factory: python3 make_day.py KIND SEED > day.csv"""

import math
import random
import sys
from datetime import datetime, timedelta

SENSORS = ("current", "pressure", "temperature", "vibration")
DAY = datetime(2026, 3, 2)
# kind → machines, sensors, readings, share of readings that are sent again, share that is broken
KINDS = {
    "many-machines": (6, 3, 800, 0.05, 0.03),
    "sent-again": (2, 4, 1300, 0.7, 0.05),
}
BROKEN = ("", "NaN", "inf", "-Infinity", "error", "--")


def make_day(kind, seed):
    """The text of the CSV file."""
    machines, sensors, number, again, broken = KINDS[kind]
    draw = random.Random(seed)
    names = [f"M{value}" for value in draw.sample(range(10, 99), machines)]
    base = {(name, sensor): draw.uniform(5, 90) for name in names for sensor in SENSORS[:sensors]}
    lines = []
    for _ in range(number):
        time = DAY + timedelta(seconds=draw.randrange(86_400))
        name, sensor = draw.choice(sorted(base))
        swing = math.sin(time.hour / 24 * 2 * math.pi + len(sensor)) * 4
        value = base[name, sensor] + swing + draw.gauss(0, 0.4) + draw.choice((0, 0, 0, 0, 0, 0, 0, 0, 0, 15)) * draw.random()
        for _ in range(2 if draw.random() < again else 1):
            text = draw.choice(BROKEN) if draw.random() < broken else f"{value:.2f}"
            lines.append((draw.random(), f"{time.isoformat()},{name},{sensor},{text}"))
            value += draw.choice((0, 0, 0.5))
    return "time,machine,sensor,value\n" + "".join(line + "\n" for _, line in sorted(lines))


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in KINDS:
        sys.exit(f"python3 make_day.py {'|'.join(KINDS)} SEED")
    sys.stdout.write(make_day(sys.argv[1], sys.argv[2]))
