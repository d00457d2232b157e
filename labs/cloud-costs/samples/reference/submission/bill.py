"""Who has cost what: python3 bill.py prices.json usage.csv"""

import csv
import json
import sys
from collections import defaultdict
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def cents(amount):
    return amount.quantize(CENT, ROUND_HALF_UP)


def rows_of(path):
    """The rows that count, in order of time and id: of several with one id the first in the file."""
    seen = {}
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            seen.setdefault(row["id"], row)
    return sorted(seen.values(), key=lambda row: (row["time"], row["id"]))


class Prices:
    def __init__(self, given):
        self.tiers = {
            name: [(Decimal(tier["upto"]) if "upto" in tier else None, Decimal(tier["price"])) for tier in service["tiers"]]
            for name, service in given["services"].items()
        }
        self.reserved = {name: Decimal(service.get("reserved", "0")) for name, service in given["services"].items()}
        self.budgets = {team: Decimal(budget) for team, budget in given.get("budgets", {}).items()}
        self._used = defaultdict(Decimal)
        self._reserved_used = defaultdict(Decimal)

    def charge(self, service, hour, quantity):
        """What a row costs: first the hour's reserved units, which are paid for already, then the month's tiers."""
        left = self.reserved[service] - self._reserved_used[service, hour]
        free = min(quantity, left)
        self._reserved_used[service, hour] += free
        quantity -= free
        amount = Decimal(0)
        for upto, price in self.tiers[service]:
            room = quantity if upto is None else min(quantity, max(Decimal(0), upto - self._used[service]))
            amount += room * price
            self._used[service] += room
            quantity -= room
        return amount


def share(total, weights):
    """`total` in whole cents, divided by weights; what is left over goes to the largest remainders, by name where they are equal."""
    if not total:
        return {name: Decimal(0) for name in weights}
    whole = sum(weights.values())
    exact = {name: total * weight / whole for name, weight in weights.items()} if whole else dict.fromkeys(
        weights, total / len(weights))  # fmt: skip
    parts = {name: amount.quantize(CENT, ROUND_DOWN) for name, amount in exact.items()}
    left = int((total - sum(parts.values())) / CENT)
    for name in sorted(exact, key=lambda name: (parts[name] - exact[name], name))[:left]:
        parts[name] += CENT
    return parts


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        prices = Prices(json.load(file))
    costs, direct, alerts = defaultdict(Decimal), defaultdict(Decimal), {}
    for row in rows_of(sys.argv[2]):
        team = row["team"].strip() or "shared"
        amount = prices.charge(row["service"], row["time"][:13], Decimal(row["quantity"]))
        costs[team, row["service"]] += amount
        direct[team] += amount
        if team in prices.budgets and direct[team] > prices.budgets[team]:
            alerts.setdefault(team, row["time"][:10])
    for (team, service), amount in sorted(costs.items()):
        print(f"cost,{team},{service},{cents(amount)}")
    totals = defaultdict(Decimal)
    for (team, _), amount in costs.items():
        totals[team] += cents(amount)
    common = totals.pop("shared", Decimal(0))
    parts = share(common, totals) if totals else {"shared": common}
    for team in sorted({*totals, *parts}):
        print(f"total,{team},{cents(totals[team] + parts.get(team, 0))}")
    print(f"all,{cents(sum(totals.values()) + common)}")
    for team, day in sorted(alerts.items()):
        print(f"alert,{team},{day}")


main()
