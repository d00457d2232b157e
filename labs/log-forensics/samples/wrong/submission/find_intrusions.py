"""Believes every line: the first address after “from”, no decoding, the order and the clock of the file."""

import json
import re
import sys
from collections import defaultdict
from datetime import datetime

folder = sys.argv[1]
incidents, failures, names, sizes, seen = [], defaultdict(list), defaultdict(set), defaultdict(int), set()


def report(kind, address, time, user=None):
    if (kind, address) not in seen:
        seen.add((kind, address))
        incidents.append({"kind": kind, "address": address, "time": time.strftime("%Y-%m-%dT%H:%M:%SZ"), "user": user})


for line in open(folder + "/auth.log", errors="replace"):
    found = re.match(r"(\S+) \S+ sshd\[\d+\]: (Failed|Accepted) \S+ for (?:invalid user )?(\S+) from (\S+)", line)
    if not found:
        continue
    time, address = datetime.fromisoformat(found[1]), found[4]
    if found[2] == "Failed":
        failures[address].append(time)
        names[address].add(found[3])
        if len(names[address]) >= 8:
            report("spraying", address, time)
    elif sum((time - one).total_seconds() <= 300 for one in failures[address]) >= 10:
        report("break-in", address, time, found[3])
for line in open(folder + "/access.log", errors="replace"):
    found = re.match(r'(\S+) - - \[(.*?)\] "\S+ (\S+) .*?" (\d+) (\d+)', line)
    if not found:
        continue
    time = datetime.strptime(found[2], "%d/%b/%Y:%H:%M:%S %z")
    if found[4] == "200":
        sizes[found[1]] += int(found[5])
        if sizes[found[1]] > 50_000_000:
            report("exfiltration", found[1], time)
        if "../" in found[3] or "script" in found[3] or "union" in found[3].lower():
            report("injection", found[1], time)
print(json.dumps({"incidents": incidents}))
