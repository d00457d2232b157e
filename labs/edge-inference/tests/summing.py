"""The report of a day's readings: what learners write, for the tests."""

from collections import defaultdict
from datetime import datetime

LEAST_SURE = 0.60


def report(text):
    lines = [line.split(",") for line in text.splitlines()[1:]]
    by_meter = defaultdict(list)
    for time, meter, digits, sure in lines:
        by_meter[meter].append((datetime.fromisoformat(time), int(digits), float(sure)))
    meters = {}
    for meter, rows in by_meter.items():
        good, misread, unsure = [], 0, 0
        for time, value, sure in sorted(rows):
            if sure < LEAST_SURE:
                unsure += 1
            elif good and not 0 <= value - good[-1][1] <= (time - good[-1][0]).total_seconds() // 60:
                misread += 1
            else:
                good.append((time, value))
        by_hour = defaultdict(int)
        for (_, before), (time, value) in zip(good, good[1:]):
            by_hour[f"{time:%Y-%m-%dT%H}"] += value - before
        most = max(by_hour.values(), default=0)
        meters[meter] = {
            "good": len(good),
            "misread": misread,
            "unsure": unsure,
            "used": good[-1][1] - good[0][1] if good else 0,
            "busiest": min(hour for hour, used in by_hour.items() if used == most) if most else None,
        }
    return {"meters": meters, "rows": len(lines), "total": sum(one["used"] for one in meters.values())}
