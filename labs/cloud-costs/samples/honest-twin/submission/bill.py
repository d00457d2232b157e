"""The same bill in exact fractions and whole cents; the lines end in CR LF, with empty lines after them, which is allowed."""

import csv
import json
import sys
from fractions import Fraction


def cents(value):
    """A fraction of money in whole cents, halves upwards."""
    return (value * 200 + 1) // 2 if value >= 0 else None


def bill(prices, rows):
    first = {}
    for row in rows:
        first.setdefault(row[0], row)
    used, hours, costs, days = {}, {}, {}, {}
    alerts = {}
    for _, time, team, service, quantity in sorted(first.values(), key=lambda row: (row[1], row[0])):
        given, amount = prices["services"][service], Fraction(0)
        left, team = Fraction(quantity), team.strip() or "shared"
        key = (service, time[:13])
        paid = min(left, Fraction(given.get("reserved", "0")) - hours.get(key, 0))
        hours[key] = hours.get(key, 0) + paid
        left -= paid
        begin = used.get(service, Fraction(0))
        end, low = begin + left, Fraction(0)
        for tier in given["tiers"]:
            high = Fraction(tier["upto"]) if "upto" in tier else max(end, low)
            amount += max(Fraction(0), min(end, high) - max(begin, low)) * Fraction(tier["price"])
            low = high
        used[service] = end
        costs[team, service] = costs.get((team, service), 0) + amount
        days[team] = days.get(team, 0) + amount
        budget = prices.get("budgets", {}).get(team)
        if budget is not None and days[team] > Fraction(budget):
            alerts.setdefault(team, time[:10])
    money = {key: cents(value) for key, value in costs.items()}
    lines = [f"cost,{team},{service},{value // 100}.{value % 100:02}" for (team, service), value in sorted(money.items())]
    totals = {}
    for (team, _), value in money.items():
        totals[team] = totals.get(team, 0) + value
    everything = sum(totals.values())
    if len(totals) > 1:
        common, weight = totals.pop("shared", 0), sum(totals.values())
        exact = {
            team: Fraction(common * value, weight) if weight else Fraction(common, len(totals)) for team, value in totals.items()
        }
        parts = {team: value.__floor__() for team, value in exact.items()}
        for team in sorted(parts, key=lambda team: (parts[team] - exact[team], team))[: common - sum(parts.values())]:
            parts[team] += 1
        totals = {team: value + parts[team] for team, value in totals.items()}
    lines += [f"total,{team},{value // 100}.{value % 100:02}" for team, value in sorted(totals.items())]
    lines.append(f"all,{everything // 100}.{everything % 100:02}")
    return "".join(f"{line}\n" for line in [*lines, *(f"alert,{team},{day}" for team, day in sorted(alerts.items()))])


with open(sys.argv[1], "rb") as file:
    given = json.load(file)
with open(sys.argv[2], encoding="utf-8-sig", newline="") as file:
    records = [tuple(row[key] for key in ("id", "time", "team", "service", "quantity")) for row in csv.DictReader(file)]
sys.stdout.write(bill(given, records).replace("\n", "  \r\n") + "\r\n\r\n")
