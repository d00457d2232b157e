"""Two thresholds, and no thought for the watches that measure in other units or for what is missing."""

import csv
import sys

print("id,activity")
for row in csv.DictReader(sys.stdin):
    steps, pulse = float(row["steps"] or 0), float(row["pulse"] or 0)
    kind = "run" if steps > 130 else "walk" if steps > 60 else "cycle" if pulse > 100 else "rest"
    print(f"{row['id']},{kind}")
