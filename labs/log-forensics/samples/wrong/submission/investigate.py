"""Takes the local times for UTC, the first “from” for the address, every path as it is, and failures wherever they are for a siege."""

import hashlib
import re
import sys

auth = open(sys.argv[1], encoding="latin-1").read().split("\n")[:-1]
access = open(sys.argv[2], encoding="latin-1").read().split("\n")[:-1]
said, before = [], "0" * 12
for number, line in enumerate(auth, 1):
    text, _, chain = line.rpartition(" | ")
    if hashlib.sha256((before + text).encode("latin-1")).hexdigest()[:12] != chain:
        said.append(f"tampered,{number}")
    before = chain
failures = {}
for line in auth:
    found = re.search(r"^(\S+)\+09:00 .*Failed password for .*? from (\S+) port", line)
    if found:
        failures.setdefault(found[2], []).append(found[1])
said += [f"bruteforce,{address},{times[0]}Z,{len(times)}" for address, times in sorted(failures.items()) if len(times) >= 8]
attacks = {}
for line in access:
    for kind, sign in (("traversal", "../"), ("injection", "union select"), ("script", "<script")):
        if sign in line:
            attacks[line.split()[0], kind] = attacks.get((line.split()[0], kind), 0) + 1
said += [f"attack,{address},{kind},{count}" for (address, kind), count in sorted(attacks.items())]
print("\n".join(said or ["clean"]))
