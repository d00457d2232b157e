"""Finds intrusions in auth.log and access.log of a folder and prints them as JSON: python3 find_intrusions.py FOLDER"""

import json
import re
import sys
from collections import Counter, defaultdict, deque
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import unquote

# The name is whatever somebody typed, “ from ” included; the address and what follows it stand at the end of the line.
LOGIN = re.compile(r"(\S+) \S+ sshd\[\d+\]: (Failed password|Accepted \S+) for (.*) from (\S+) port \d+ ssh2")
REQUEST = re.compile(r'(\S+) \S+ \S+ \[([^\]]+)\] "(\S+) (.*?) HTTP/[\d.]+" (\d{3}) (\d+|-) ')
SIGNS = ("../", "' or ", "union select", "<script")


def lines(path):
    with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
        for line in file:
            yield line.rstrip("\n")


def logins(folder):
    """(seconds, accepted, user, address), in order of time."""
    found = []
    for line in lines(folder / "auth.log"):
        if parts := LOGIN.fullmatch(line):
            user = parts[3]
            accepted = parts[2] != "Failed password"
            if not accepted:
                user = user.removeprefix("invalid user ")
            found.append((datetime.fromisoformat(parts[1]).timestamp(), accepted, user, parts[4]))
    return sorted(found)


def requests(folder):
    """(seconds, address, target, status, bytes), in order of time."""
    found = []
    for line in lines(folder / "access.log"):
        if parts := REQUEST.match(line):
            when = datetime.strptime(parts[2], "%d/%b/%Y:%H:%M:%S %z").timestamp()
            found.append((when, parts[1], parts[4], int(parts[5]), 0 if parts[6] == "-" else int(parts[6])))
    return sorted(found)


def is_attack(target):
    path, mark, query = target.partition("?")
    text = path + mark + query.replace("+", " ")
    for _ in range(3):
        if any(sign in text.lower() for sign in SIGNS):
            return True
        decoded = unquote(text)
        if decoded == text or _ == 2:
            return False
        text = decoded
    return False


def break_ins(events):
    failures = defaultdict(list)
    for when, accepted, _, address in events:
        if not accepted:
            failures[address].append(when)
    done = set()
    for when, accepted, user, address in events:
        if accepted and address not in done:
            if sum(when - 300 <= failed <= when for failed in failures[address]) >= 10:
                done.add(address)
                yield "break-in", address, when, user


def sprayings(events):
    tries = defaultdict(list)
    for when, accepted, user, address in events:
        if not accepted:
            tries[address].append((when, user))
    for address, all_tries in tries.items():
        window, names = deque(), Counter()
        for when, user in all_tries:
            window.append((when, user))
            names[user] += 1
            while window[0][0] < when - 600:
                old = window.popleft()[1]
                names[old] -= 1
                if names[old] == 0:
                    del names[old]
            if len(names) >= 8:
                yield "spraying", address, when, None
                break


def injections(events):
    done = set()
    for when, address, target, status, _ in events:
        if address not in done and 200 <= status < 300 and is_attack(target):
            done.add(address)
            yield "injection", address, when, None


def downloads(events):
    windows, totals, done = defaultdict(deque), Counter(), set()
    for when, address, _, status, size in events:
        if not 200 <= status < 300 or address in done:
            continue
        window = windows[address]
        window.append((when, size))
        totals[address] += size
        while window[0][0] < when - 3600:
            totals[address] -= window.popleft()[1]
        if totals[address] > 50_000_000:
            done.add(address)
            yield "exfiltration", address, when, None


def main():
    folder = Path(sys.argv[1])
    entered, asked = logins(folder), requests(folder)
    found = [
        {"kind": kind, "address": address, "time": f"{datetime.fromtimestamp(when, timezone.utc):%Y-%m-%dT%H:%M:%SZ}", "user": user}
        for kind, address, when, user in [*break_ins(entered), *sprayings(entered), *injections(asked), *downloads(asked)]
    ]
    found.sort(key=lambda one: (one["time"], one["kind"], one["address"]))
    print(json.dumps({"incidents": found}, ensure_ascii=False))


main()
