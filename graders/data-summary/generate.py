"""Makes messy CSV files together with their true summaries.

The truth comes first: clean records are drawn, added up in whole hundredths, and only then written down messily. So nothing
here reads a CSV, and the grader cannot share a mistake with a program that does.
"""

import csv
import io
import random
import unicodedata
from collections import defaultdict
from datetime import date, timedelta
from statistics import median

MISSING = ["", "  ", "-", "NA", "n/a", "NULL", "없음"]
BAD_DATES = ["2026-02-30", "2026-13-01", "어제", "2026-04-31", "soon"]
BAD_AMOUNTS = ["많음", "?", "about 20", "12x"]
BAD_CITIES = ["Atlantis", "평택항구", "??"]
NOTES = ["", "재고", "반품 확인", 'said "ok"', "red, blue; green", "첫 줄\n둘째 줄", "a\r\n\r\nb", "서울,부산"]


def write_date(draw, day, styles):
    return {
        "iso": day.isoformat(),
        "slash": f"{day.year}/{day.month}/{day.day}",
        "dots": f"{day.year}.{day.month:02}.{day.day:02}",
        "korean-dots": f"{day.year}. {day.month}. {day.day}.",
        "compact": f"{day:%Y%m%d}",
        "korean": f"{day.year}년 {day.month}월 {day.day}일",
    }[draw.choice(styles)]


def write_amount(draw, hundredths, styles, accounting):
    style = draw.choice(styles)
    size = abs(hundredths)
    whole, rest = divmod(size, 100)
    grouped = f"{whole:,}"
    tail = f"{rest:02}" if rest % 10 or draw.random() < 0.5 else str(rest // 10)
    text = {
        "plain": f"{whole}.{tail}",
        "comma": f"{whole},{tail}",
        "english": f"{grouped}.{tail}",
        "german": f"{grouped.replace(',', '.')},{tail}",
        "french": f"{grouped.replace(',', ' ')},{tail}",
        "won": draw.choice([f"₩{grouped}", f"{grouped}원", grouped]) if rest == 0 else f"₩{grouped}.{tail}",
    }[style]
    if hundredths >= 0:
        return text
    return f"({text})" if accounting and draw.random() < 0.5 else f"-{text}"


def write_city(draw, city, cities, messy, decomposed):
    if not messy:
        return city
    name = draw.choice([city, *cities[city]])
    if name.isascii():
        name = draw.choice([name, name.upper(), name.lower()])
    if draw.random() < 0.3:
        name = draw.choice([f" {name} ", f"{name[:1]} {name[1:]}", f"{name}\u00a0"])
    return unicodedata.normalize("NFD", name) if decomposed and draw.random() < 0.5 else name


def summary(rows, kept, duplicates, rejected):
    by_city, by_month = defaultdict(list), defaultdict(list)
    for _, day, city, amount in kept:
        by_city[city].append(amount)
        by_month[day.isoformat()[:7]].append(amount)
    days = [day.isoformat() for _, day, _, _ in kept]
    return {
        "rows": rows,
        "kept": len(kept),
        "duplicates": duplicates,
        "rejected": rejected,
        "total": sum(amount for *_, amount in kept) / 100,
        "first": min(days, default=None),
        "last": max(days, default=None),
        "cities": {
            city: {"count": len(amounts), "total": sum(amounts) / 100, "median": median(amounts) / 100}
            for city, amounts in by_city.items()
        },
        "months": {month: sum(amounts) / 100 for month, amounts in by_month.items()},
    }


def make(
    cities,
    *,
    seed,
    rows,
    encoding="utf-8",
    separator=",",
    dates=("iso",),
    amounts=("plain",),
    messy_cities=False,
    decomposed=False,
    odd_header=False,
    missing=0,
    invalid=0,
    duplicates=0,
    blank=0,
    notes=False,
    negative=0,
    accounting=False,
):
    """One file's bytes and its true summary. `missing`, `invalid`, `duplicates`, `blank`, `negative`: shares from 0 to 1."""
    draw = random.Random(seed)
    cities_with_data = draw.sample(sorted(cities), min(len(cities), 7))
    first_day = date(2025, 11, 3) + timedelta(days=draw.randrange(60))
    columns = ["id", "date", "city", "amount"] + (["note"] if notes else [])
    if odd_header:
        draw.shuffle(columns)

    def messy(identifier, day, city, hundredths):
        return {
            "id": identifier if draw.random() < 0.8 else f" {identifier} ",
            "date": write_date(draw, day, dates),
            "city": write_city(draw, city, cities, messy_cities, decomposed),
            "amount": write_amount(draw, hundredths, amounts, accounting),
            "note": draw.choice(NOTES) if notes else "",
        }

    kept, lines, repeated, rejected = [], [], 0, 0
    for number in range(rows):
        kind = draw.random()
        day = first_day + timedelta(days=draw.randrange(130))
        hundredths = draw.choice(
            [draw.randrange(50, 90_000), draw.randrange(100_000, 99_999_999), 100 * draw.randrange(1, 900_000)]
        )
        if draw.random() < negative:
            hundredths = -hundredths
        record = (f"A-{seed % 90 + 10}{number:05}", day, draw.choice(cities_with_data), hundredths)
        if kept and kind < duplicates:
            first = draw.choice(kept)
            lines.append(messy(first[0], *(first[1:] if draw.random() < 0.5 else record[1:])))
            repeated += 1
        elif kind < duplicates + missing:
            # A rejected row must not reserve its id: half of them are followed by a good row with the same one.
            line = messy(*record)
            line[draw.choice(["date", "city", "amount"])] = draw.choice(MISSING)
            lines.append(line)
            rejected += 1
            if draw.random() < 0.5:
                lines.append(messy(*record))
                kept.append(record)
        elif kind < duplicates + missing + invalid:
            line = messy(*record)
            column, bad = draw.choice([("date", BAD_DATES), ("amount", BAD_AMOUNTS), ("city", BAD_CITIES)])
            line[column] = draw.choice(bad)
            lines.append(line)
            rejected += 1
        else:
            lines.append(messy(*record))
            kept.append(record)

    text = io.StringIO()
    writer = csv.DictWriter(text, columns, delimiter=separator, lineterminator="\r\n" if encoding == "cp949" else "\n")
    writer.writerow({name: f" {name.upper()} " if odd_header else name for name in columns})
    for line in lines:
        if draw.random() < blank:
            writer.writerow({name: "" for name in columns})
        writer.writerow({name: line[name] for name in columns})
    written = text.getvalue()
    if encoding == "cp949":  # which has neither of these two characters
        written = written.replace("₩", "").replace("\u00a0", " ")
    return written.encode(encoding), summary(len(lines), kept, repeated, rejected)
