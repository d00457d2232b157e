#!/usr/bin/python3
"""Makes the cases: python3 tests/generate.py. What is expected is reckoned here in whole ten-thousandths, another way than the reference does."""

import json
import random
from fractions import Fraction
from pathlib import Path

LAB = Path(__file__).resolve().parents[1]
SERVICES = ("compute", "storage", "traffic", "functions", "queue")
TEAMS = ("billing", "data", "mobile", "search", "web")


def usage(draw, rows, services, teams, *, untagged=0.0, repeated=0.0, days=28):
    """Rows of text and number: (id, time, team, service, quantity)."""
    made = []
    for number in range(rows):
        time = f"2026-02-{draw.randint(1, days):02}T{draw.randrange(24):02}:{draw.randrange(60):02}"
        team = "" if draw.random() < untagged else draw.choice(teams)
        quantity = draw.choice((f"{draw.randint(1, 400)}", f"{draw.randint(1, 90)}.{draw.randint(0, 99):02}"))
        made.append((f"u{number:05}", time, team, draw.choice(services), quantity))
    for row in [row for row in made if draw.random() < repeated]:
        # Sent again, and sometimes changed on the way: the first one in the file counts.
        other = row[:4] + (draw.choice((row[4], "999")),)
        made.append(other)
    draw.shuffle(made)
    return made


def table(rows, draw, blanks=False):
    lines = [f"{one},{time},{' ' * draw.randrange(3) if blanks and not team else team},{service},{quantity}"
             for one, time, team, service, quantity in rows]  # fmt: skip
    return "id,time,team,service,quantity\n" + "".join(f"{line}\n" for line in lines)


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


def flat(draw, services):
    return {"services": {name: {"tiers": [{"price": f"0.{draw.randint(1, 999):03}"}]} for name in services}}


def tiered(draw, services):
    return {"services": {name: {"tiers": [
        {"upto": str(draw.randint(2, 9) * 100), "price": "0"},
        {"upto": str(draw.randint(15, 40) * 100), "price": f"0.{draw.randint(50, 99):03}"},
        {"price": f"0.{draw.randint(5, 49):04}"}]} for name in services}}  # fmt: skip


def cases(seed, place):
    draw = random.Random(seed)
    plans = []

    def add(name, points, prices, rows, blanks=False, **more):
        plans.append((name, points, prices, rows, table(rows, draw, blanks), more))

    example = random.Random("example")
    prices = tiered(example, SERVICES[:2])
    prices["services"]["compute"]["reserved"] = "40"
    prices["budgets"] = {"data": "60"}
    add(
        "the example of the handout",
        8,
        prices,
        usage(example, 40, SERVICES[:2], TEAMS[:2], untagged=0.2, repeated=0.1),
        show=True,
    )
    add("one price for each service", 12, flat(draw, SERVICES), usage(draw, 60, SERVICES, TEAMS))
    add("rows that were sent twice", 10, flat(draw, SERVICES[:3]), usage(draw, 80, SERVICES[:3], TEAMS, repeated=0.4),
        hint="Of rows with the same id the first in the file counts.")  # fmt: skip
    add("prices that fall with use", 15, tiered(draw, SERVICES), usage(draw, 250, SERVICES, TEAMS),
        hint="The tiers of a service are filled in order of time by all teams together.")  # fmt: skip
    prices = tiered(draw, SERVICES[:2])
    for name in prices["services"]:
        prices["services"][name]["reserved"] = f"{draw.randint(100, 300)}.5"
    add("reserved units", 15, prices, usage(draw, 220, SERVICES[:2], TEAMS, days=2),
        hint="In each hour the first units are paid for; they do not fill the tiers.")  # fmt: skip
    add("what nobody owns", 15, flat(draw, SERVICES), usage(draw, 150, SERVICES, TEAMS, untagged=0.3), True,
        hint="Cents that are left over go to the largest remainders.")  # fmt: skip
    prices = flat(draw, SERVICES[:3])
    prices["budgets"] = {"web": "800", "data": "150.55", "mobile": "99999", "search": "0", "nobody": "1"}
    add("budgets", 10, prices, usage(draw, 160, SERVICES[:3], TEAMS, untagged=0.1))
    rows = usage(draw, 60, SERVICES[:1], ("",))
    add("only what nobody owns", 5, flat(draw, SERVICES[:1]), rows)
    prices = tiered(draw, SERVICES)
    for name in SERVICES[:2]:
        prices["services"][name]["reserved"] = "120"
    prices["budgets"] = {team: str(draw.randint(500, 4000)) for team in TEAMS}
    add("a whole month", 10, prices, usage(draw, 1500, SERVICES, TEAMS, untagged=0.1, repeated=0.05))
    made = []
    for number, (name, points, prices, rows, text, more) in enumerate(plans, 1):
        files = {
            f"prices-{number}.json": json.dumps(prices, indent=1) + "\n",
            f"usage-{number}.csv": text,
            f"bill-{number}.csv": bill(prices, rows),
        }
        for file, content in files.items():
            (LAB / place / file).write_text(content, encoding="utf-8")
        made.append({"name": name, "points": points, "arguments": ["prices.json", "usage.csv"], "output-file": f"bill-{number}.csv",
                     "put-files": {"prices.json": f"prices-{number}.json", "usage.csv": f"usage-{number}.csv"}, **more})  # fmt: skip
        if number == 1:
            for file, target in zip(files, ("prices.json", "usage.csv", "bill.csv")):
                (LAB / "starter" / target).write_text(files[file], encoding="utf-8")
    (LAB / place / "cases.yaml").write_text(json.dumps({"cases": made}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert sum(one["points"] for one in made) == 100


if __name__ == "__main__":
    cases("3e1b77c0a954", "tests")
    cases("public", "public")
