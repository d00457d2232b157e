#!/usr/bin/python3
"""Makes what a day of reading meters has left behind: python3 make_readings.py SEED > readings.csv"""

import random
import sys
from datetime import datetime, timedelta


def readings(seed, meters=5, per_meter=40):
    """The text of the CSV file."""
    draw = random.Random(f"readings {seed}")
    rows = []
    for meter in draw.sample("ABCDEFGHJKLMNPQRSTUVWXYZ", meters):
        minute, value = draw.randrange(60), draw.randrange(100, 99_000)
        for _ in range(draw.randint(max(1, per_meter // 2), per_meter)):
            sure, shown = draw.uniform(0.6, 1), value
            if draw.random() < 0.12:  # a digit was read wrongly
                place = draw.randrange(5)
                text = f"{value:05}"
                shown = int(text[:place] + draw.choice("0123456789") + text[place + 1 :])
            if draw.random() < 0.1:
                sure = draw.uniform(0, 0.5999)
            time = datetime(2026, 3, 2) + timedelta(minutes=minute)
            rows.append(f"{time:%Y-%m-%dT%H:%M},{meter},{shown:05},{sure:.2f}")
            step = draw.randint(1, 60)
            minute += step
            value = min(99_999, value + draw.choice((0, draw.randint(0, step), step)))
    draw.shuffle(rows)
    return "time,meter,digits,sure\n" + "".join(f"{row}\n" for row in rows)


if __name__ == "__main__":
    sys.stdout.write(readings(sys.argv[1] if len(sys.argv) > 1 else "1"))
