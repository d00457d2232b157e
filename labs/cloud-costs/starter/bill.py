"""Who has cost what: python3 bill.py prices.json usage.csv. It reads both files and says nothing yet."""

import csv
import json
import sys
from decimal import Decimal

with open(sys.argv[1], encoding="utf-8") as file:
    prices = json.load(file)
with open(sys.argv[2], encoding="utf-8", newline="") as file:
    rows = [{**row, "quantity": Decimal(row["quantity"])} for row in csv.DictReader(file)]
