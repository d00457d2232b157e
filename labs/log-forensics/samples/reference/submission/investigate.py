"""What happened in the night: python3 investigate.py auth.log access.log"""

import hashlib
import re
import sys
from bisect import bisect_left, bisect_right
from datetime import datetime, timezone
from urllib.parse import unquote

WINDOW, MANY, LARGE = 300, 8, 1_000_000
CHAIN = re.compile(r"(.*) \| ([0-9a-f]{12})", re.S)
LOGIN = re.compile(r"(\S+) sshd\[\d+\]: (Failed|Accepted) password for (?:invalid user )?(.*) from (\S+) port \d+", re.S)
REQUEST = re.compile(r'(\S+) \S+ \S+ \[([^\]]+)\] "[A-Z]+ (\S+) HTTP/[0-9.]+" (\d{3}) (\d+|-)')
KINDS = {
    "injection": re.compile(r"'\s*or\s|union\s+select"),
    "script": re.compile(r"<script"),
    "traversal": re.compile(r"\.\.[/\\]"),
}


def lines_of(path):
    with open(path, "rb") as file:
        return file.read().decode("latin-1").split("\n")[:-1]


def utc(moment):
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def tampered(lines):
    before, found = "0" * 12, []
    for number, line in enumerate(lines, 1):
        parts = CHAIN.fullmatch(line)
        if not parts:
            found.append(number)
            continue
        right = hashlib.sha256((before + parts[1]).encode("latin-1")).hexdigest()[:12]
        if right != parts[2]:
            found.append(number)
        before = parts[2]
    return found


def logins(lines):
    """(time, whether it was let in, user, address) of each attempt, by time."""
    for line in lines:
        parts = CHAIN.fullmatch(line)
        found = LOGIN.fullmatch(parts[1] if parts else line)
        if found:
            moment = int(datetime.fromisoformat(found[1]).timestamp())
            yield moment, found[2] == "Accepted", found[3], found[4]


def decoded(path):
    for _ in range(3):
        plain = unquote(path.replace("+", " "), encoding="latin-1")
        if plain == path:
            break
        path = plain
    return path.lower()


def main(auth, access):
    said = [f"tampered,{number}" for number in tampered(auth)]
    attempts = sorted(logins(auth))
    failures = {}
    for moment, is_in, _, address in attempts:
        if not is_in:
            failures.setdefault(address, []).append(moment)
    for address, moments in sorted(failures.items()):
        first = next((a for a, b in zip(moments, moments[MANY - 1 :]) if b - a <= WINDOW), None)
        if first is not None:
            said.append(f"bruteforce,{address},{utc(first)},{len(moments)}")
    breaches = {}
    for moment, is_in, user, address in sorted(attempts, key=lambda one: (one[0], one[3], one[2])):
        moments = failures.get(address, [])
        if is_in and bisect_right(moments, moment) - bisect_left(moments, moment - WINDOW) >= MANY:
            said.append(f"breach,{address},{user},{utc(moment)}")
            breaches.setdefault(address, moment)
    attacks, taken = {}, {}
    for line in access:
        found = REQUEST.match(line)
        if not found:
            continue
        address, path = found[1], decoded(found[3])
        for kind, sign in KINDS.items():
            if sign.search(path):
                attacks[address, kind] = attacks.get((address, kind), 0) + 1
        if address in breaches and found[4] == "200" and found[5] != "-":
            moment = datetime.strptime(found[2], "%d/%b/%Y:%H:%M:%S %z").timestamp()
            if moment >= breaches[address]:
                taken[address] = taken.get(address, 0) + int(found[5])
    said += [f"attack,{address},{kind},{count}" for (address, kind), count in sorted(attacks.items())]
    said += [f"leak,{address},{size}" for address, size in sorted(taken.items()) if size >= LARGE]
    for line in said or ["clean"]:
        sys.stdout.buffer.write(f"{line}\n".encode("latin-1"))


main(lines_of(sys.argv[1]), lines_of(sys.argv[2]))
