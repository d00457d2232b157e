"""Counts in binary fractions and rounds every row, charges each row as if the month began with it, and lets nobody pay for what nobody owns."""

import csv
import json
import sys
from collections import defaultdict

prices = json.load(open(sys.argv[1]))
costs, seen = defaultdict(float), set()
for row in csv.DictReader(open(sys.argv[2])):
    if row["id"] in seen:
        continue
    seen.add(row["id"])
    left, amount, low = float(row["quantity"]), 0.0, 0.0
    for tier in prices["services"][row["service"]]["tiers"]:
        room = min(left, float(tier["upto"]) - low) if "upto" in tier else left
        amount += room * float(tier["price"])
        left -= room
        low = float(tier.get("upto", 0))
    costs[row["team"].strip() or "shared", row["service"]] += amount
totals = defaultdict(float)
for (team, service), amount in sorted(costs.items()):
    print(f"cost,{team},{service},{amount:.2f}")
    totals[team] += round(amount, 2)
for team, amount in sorted(totals.items()):
    print(f"total,{team},{amount:.2f}")
print(f"all,{sum(totals.values()):.2f}")
