"""Prints a summary of a messy CSV file as JSON: python3 summary.py INPUT.csv"""

import csv
import io
import json
import re
import sys
import unicodedata
from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

COLUMNS = ("id", "date", "city", "amount")
MISSING = {"", "-", "na", "n/a", "null", "없음"}
DATE = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{4})/(\d{1,2})/(\d{1,2})|(\d{4})\.(\d{1,2})\.(\d{1,2})\.?"
    r"|(\d{4})(\d{2})(\d{2})|(\d{4})년(\d{1,2})월(\d{1,2})일",
    re.ASCII,
)


class Unusable(Exception):
    """The file cannot be summarised at all."""


def read_text(path):
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise Unusable(f"cannot read {path}: {error.strerror}") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            return data.decode("cp949")
        except UnicodeDecodeError as error:
            raise Unusable(f"{path} is neither UTF-8 nor CP949") from error


def read_rows(path):
    text = read_text(path)
    separator = ";" if ";" in text.split("\n", 1)[0] else ","
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    header = [name.strip().lower() for name in next(lines, [])]
    absent = [name for name in COLUMNS if name not in header]
    if absent:
        raise Unusable(f"{path} has no column {', '.join(absent)}")
    places = [header.index(name) for name in COLUMNS]
    for line in lines:
        if any(field.strip() for field in line):
            yield [line[place].strip() if place < len(line) else "" for place in places]


def parse_date(text):
    match = DATE.fullmatch("".join(text.split()))
    if not match:
        raise ValueError("not a date")
    return date(*(int(part) for part in match.groups() if part))


def parse_amount(text):
    text = "".join(text.split())
    negative = False
    if text.startswith("(") and text.endswith(")"):
        text, negative = text[1:-1], True
    elif text.startswith("-"):
        text, negative = text[1:], True
    text = text.removeprefix("₩").removesuffix("원")
    marks = [mark for mark in text if mark in ".,"]
    decimal_mark = None
    if len(set(marks)) == 2:
        decimal_mark = marks[-1]
    elif len(marks) == 1 and len(text) - text.index(marks[0]) - 1 != 3:
        decimal_mark = marks[0]
    for mark in ".,":
        text = text.replace(mark, "." if mark == decimal_mark else "")
    if not re.fullmatch(r"\d+(\.\d+)?", text, re.ASCII):
        raise ValueError("not an amount")
    return -Decimal(text) if negative else Decimal(text)


def squeeze(name):
    return "".join(unicodedata.normalize("NFC", name).split()).casefold()


def read_cities():
    cities = json.loads((Path(__file__).parent / "cities.json").read_text(encoding="utf-8"))
    return {squeeze(alias): city for city, aliases in cities.items() for alias in [city, *aliases]}


def rounded(amount):
    return float(Decimal(amount).quantize(Decimal("0.01"), ROUND_HALF_UP))


def median(amounts):
    ordered = sorted(amounts)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def summarise(path):
    cities = read_cities()
    rows = duplicates = rejected = 0
    kept = {}
    for fields in read_rows(path):
        rows += 1
        try:
            if any(field.casefold() in MISSING for field in fields):
                raise ValueError("missing value")
            identifier, day, city, amount = fields
            record = (parse_date(day), cities[squeeze(city)], parse_amount(amount))
        except (ValueError, KeyError):
            rejected += 1
            continue
        if identifier in kept:
            duplicates += 1
        else:
            kept[identifier] = record
    by_city, by_month = defaultdict(list), defaultdict(list)
    for day, city, amount in kept.values():
        by_city[city].append(amount)
        by_month[f"{day:%Y-%m}"].append(amount)
    days = [day for day, _, _ in kept.values()]
    return {
        "rows": rows,
        "kept": len(kept),
        "duplicates": duplicates,
        "rejected": rejected,
        "total": rounded(sum(amount for _, _, amount in kept.values())),
        "first": min(days).isoformat() if days else None,
        "last": max(days).isoformat() if days else None,
        "cities": {
            city: {"count": len(amounts), "total": rounded(sum(amounts)), "median": rounded(median(amounts))}
            for city, amounts in sorted(by_city.items())
        },
        "months": {month: rounded(sum(amounts)) for month, amounts in sorted(by_month.items())},
    }


def main(arguments):
    if len(arguments) != 1:
        raise Unusable("usage: python3 summary.py INPUT.csv")
    print(json.dumps(summarise(arguments[0]), ensure_ascii=False, indent=2))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Unusable as error:
        sys.exit(print(f"summary.py: {error}", file=sys.stderr) or 2)
