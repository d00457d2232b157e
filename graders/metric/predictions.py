"""Reads predictions and truth: CSV that may hold anything, into lists that a metric can take, or a sentence that says what is wrong."""

import csv
import io
import math
import re

NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
LONGEST_FIELD = 1000
LONGEST_RECORD = 1 << 20
BOX = ("x1", "y1", "x2", "y2")


class Invalid(Exception):
    """Why a file cannot be taken: a sentence without a word from the file, since the file may hold hidden input."""


def number(text, line):
    text = text.strip()
    if len(text) > 40 or not NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        raise Invalid(f"line {line}: a finite number like 12.5 was expected")
    return float(text)


def rows(data, columns):
    """(line number, the values of `columns`) of each record of a CSV file with a header; other columns are passed over."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("the predictions are not UTF-8") from None
    if "\0" in text:
        raise Invalid("the predictions hold a NUL character")
    if not text.strip():
        raise Invalid("there are no predictions")
    taken = 0  # characters of the record that is read now

    def lines():
        nonlocal taken
        for line in io.StringIO(text, newline=""):
            taken += len(line)
            # A record of millions of commas would become as many fields before anybody could count them.
            if taken > LONGEST_RECORD:
                raise Invalid("there is a line that is too long")
            yield line

    reader = csv.reader(lines(), strict=True)
    try:
        header = [name.strip() for name in next(reader)]
        absent = [column for column in columns if column not in header]
        if absent:
            raise Invalid(f"the first line has to name the columns {', '.join(columns)}; {absent[0]} is missing")
        if any(header.count(column) > 1 for column in columns):
            raise Invalid("a column is named twice in the first line")
        places = [header.index(column) for column in columns]
        for record in reader:
            taken = 0
            if not record:
                continue
            if len(record) != len(header):
                raise Invalid(f"line {reader.line_num}: {len(record)} fields instead of {len(header)}")
            values = [record[place].strip() for place in places]
            if any(len(value) > LONGEST_FIELD for value in values):
                raise Invalid(f"line {reader.line_num}: a field is longer than {LONGEST_FIELD} characters")
            yield reader.line_num, values
    except csv.Error:
        raise Invalid(f"line {reader.line_num} is not CSV") from None


def predicted(data, settings, ids):
    """One label or number for each of `ids`, in their order."""
    is_number = settings["task"] == "regression"
    found, order = {}, []
    known = set(ids)
    for line, (identifier, value) in rows(data, [settings["id"], settings["column"]]):
        if identifier not in known:
            raise Invalid(f"line {line}: there is no {settings['id']} of this name in the inputs")
        if identifier in found:
            raise Invalid(f"line {line}: a second prediction for the same {settings['id']}")
        if not value:
            raise Invalid(f"line {line}: the {settings['column']} is empty")
        found[identifier] = number(value, line) if is_number else value
        order.append(identifier)
    if len(found) != len(ids):
        raise Invalid(f"{len(found)} predictions instead of {len(ids)}")
    if settings["order"] == "same" and order != list(ids):
        raise Invalid("the predictions are not in the order of the inputs")
    return [found[identifier] for identifier in ids]


def box(values, line):
    left, top, right, bottom = (number(value, line) for value in values)
    width, height = right - left, bottom - top
    if max(map(abs, (left, top, right, bottom))) > 1e6 or width <= 0 or height <= 0 or width * height <= 1e-12:
        raise Invalid(f"line {line}: a box needs x1 < x2 and y1 < y2, within a million of 0")
    return left, top, right, bottom


def detected(data, settings, ids):
    """(image, label, score, box) of each predicted box. No boxes at all, below a header, are a prediction too."""
    known, found = set(ids), []
    for line, (image, label, score, *corners) in rows(data, [settings["id"], settings["column"], "score", *BOX]):
        if image not in known:
            raise Invalid(f"line {line}: there is no {settings['id']} of this name in the inputs")
        if not label:
            raise Invalid(f"line {line}: the {settings['column']} is empty")
        found.append((image, label, number(score, line), box(corners, line)))
    return found


def truth_of(data, settings):
    """(ids, truth, rows): ids in order, what the metrics take, and each row's other columns for `where`. Raises Invalid."""
    if settings["task"] == "detection":
        boxes, ids = [], {}
        for line, (image, label, *corners) in rows(data, [settings["id"], settings["column"], *BOX]):
            ids[image] = None
            if label:  # an image without anything in it has one row with its id alone
                boxes.append((image, label, box(corners, line)))
        return list(ids), boxes, None
    is_number = settings["task"] == "regression"
    header = [name.strip() for name in next(csv.reader(io.StringIO(data.decode("utf-8-sig"))), [])]
    ids, values, records = [], [], []
    for line, record in rows(data, header):
        record = dict(zip(header, record))
        for column in (settings["id"], settings["column"]):
            if not record.get(column):
                raise Invalid(f"line {line}: no {column}")
        ids.append(record[settings["id"]])
        values.append(number(record[settings["column"]], line) if is_number else record[settings["column"]])
        records.append(record)
    if len(set(ids)) != len(ids):
        raise Invalid(f"a {settings['id']} stands there twice")
    return ids, values, records
