#!/usr/bin/python3
"""Makes the cases: python3 tests/generate.py. What is expected follows from the events that were drawn; nothing here reads a log."""

import hashlib
import json
import random
from datetime import datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import quote

LAB = Path(__file__).resolve().parents[1]
NIGHT = datetime(2026, 3, 1, 15, tzinfo=timezone.utc)
SEOUL = timezone(timedelta(hours=9))
USERS = ("minji", "root", "deploy", "amina", "backup")
GOOD = (
    "/",
    "/index.html",
    "/login",
    "/api/notes?id=17",
    "/search?q=union+station",
    "/img/a..b.png",
    "/search?q=o%27reilly",
    "/docs/script.html",
)
EVIL = {
    "traversal": ("/static/../../etc/passwd", "/get?f=..\\..\\boot.ini", "/../x"),
    "injection": ("/item?id=1' or 1=1", "/item?id=9 union   select name from users", "/q?n=a' OR 'a'='a"),
    "script": ("/say?text=<script>alert(1)</script>", "/<ScRiPt src=//evil>"),
}


class Night:
    """Events, and the two logs that they leave."""

    def __init__(self, seed):
        self.draw = random.Random(seed)
        self.logins, self.requests, self.others = [], [], []
        self.cut, self.changed = [], []

    def address(self):
        return f"{self.draw.choice(('203.0.113', '198.51.100', '192.0.2'))}.{self.draw.randrange(1, 255)}"

    def login(self, second, is_in, user, address, invalid=False):
        self.logins.append((second, is_in, user, address, invalid))

    def request(self, second, address, path, status=200, size=None):
        self.requests.append((second, address, path, status, self.draw.randrange(100, 9000) if size is None else size))

    def quiet(self, number=30):
        """What every night holds."""
        for _ in range(number):
            second, address = self.draw.randrange(30_000), self.address()
            for _ in range(self.draw.randrange(3)):
                self.login(second - self.draw.randrange(200), False, self.draw.choice(USERS), address)
            self.login(second, True, self.draw.choice(USERS), address)
            self.request(
                self.draw.randrange(30_000), self.address(), self.draw.choice(GOOD), self.draw.choice((200, 200, 304, 404))
            )
            self.others.append((self.draw.randrange(30_000), f"cron[{self.draw.randrange(999)}]: job done"))

    def siege(self, count, spread, *, breaks_in=None, late=0, user="root", address=None, takes=0):
        """`count` failures within `spread` seconds; perhaps a success `late` seconds after the last, and then `takes` bytes."""
        address, begin = address or self.address(), self.draw.randrange(1000, 20_000)
        for place in range(count):
            self.login(begin + spread * place // (count - 1), False, user, address, self.draw.random() < 0.3)
        if breaks_in:
            self.login(begin + spread + late, True, breaks_in, address)
        while takes > 0:
            size = min(takes, self.draw.randrange(100_000, 400_000))
            self.request(begin + spread + late + 5 + self.draw.randrange(3000), address, "/export/all.csv", 200, size)
            takes -= size
        return address

    def evil(self, kind, times, encodings=(0,), address=None):
        address = address or self.address()
        for _ in range(times):
            path = self.draw.choice(EVIL[kind])
            rounds = self.draw.choice(encodings)
            for turn in range(rounds):
                path = quote(path, safe="/?=" if turn == 0 else "/?=" if self.draw.random() < 0.5 else "")
                path = path if path.startswith("/") else "/" + path
            path = path.replace(" ", "+" if rounds == 0 else "%20")
            self.request(self.draw.randrange(30_000), address, path, self.draw.choice((200, 403, 500)))
        return address

    def auth_log(self):
        """(bytes, numbers of the lines whose chain is broken)."""
        lines = []
        for second, is_in, user, address, invalid in self.logins:
            word = "Accepted" if is_in else "Failed"
            lines.append((second, f"sshd[{self.draw.randrange(100, 9999)}]: {word} password for "
                                  f"{'invalid user ' if invalid else ''}{user} from {address} port {self.draw.randrange(1024, 65000)}"))  # fmt: skip
        ordered = sorted([*lines, *self.others], key=lambda one: one[0])
        before, written = "0" * 12, []
        for second, text in ordered:
            text = f"{(NIGHT + timedelta(seconds=second)).astimezone(SEOUL).isoformat()} {text}"
            before = hashlib.sha256((before + text).encode("latin-1")).hexdigest()[:12]
            written.append([text, before])
        broken = set()
        for place in self.changed:  # a line about nothing that matters is changed in place
            place = next(at for at in range(place, len(written)) if "cron[" in written[at][0])
            written[place][0] = written[place][0].replace("job done", "job d0ne")
            broken.add(id(written[place]))
        for place in sorted(self.cut, reverse=True):  # what led to the next line is gone
            place = next(at for at in range(place, len(written)) if "cron[" in written[at][0])
            del written[place]
            broken.add(id(written[place]))
        numbers = [number for number, line in enumerate(written, 1) if id(line) in broken]
        return b"".join(f"{text} | {chain}\n".encode("latin-1") for text, chain in written), numbers

    def access_log(self):
        lines = []
        for second, address, path, status, size in sorted(self.requests, key=lambda one: one[0]):
            time = (NIGHT + timedelta(seconds=second)).strftime("%d/%b/%Y:%H:%M:%S +0000")
            lines.append(f'{address} - - [{time}] "GET {path} HTTP/1.1" {status} {size if status != 304 else "-"}\n')
        return "".join(lines).encode("latin-1")


def utc(second):
    return f"{NIGHT + timedelta(seconds=second):%Y-%m-%dT%H:%M:%SZ}"


def expected(night, broken, evil):
    """The report. `evil`: (address, kind) → how many requests were made to be found."""
    lines = [f"tampered,{number}" for number in broken]
    failed = {}
    for second, is_in, _, address, _ in night.logins:
        if not is_in:
            failed.setdefault(address, []).append(second)

    def within(address, end):
        return sum(end - 300 <= second <= end for second in failed.get(address, ()))

    for address in sorted(failed):
        ends = sorted(end for end in failed[address] if within(address, end) >= 8)
        if ends:
            lines.append(
                f"bruteforce,{address},{utc(sorted(s for s in failed[address] if s <= ends[0])[-within(address, ends[0])])},{len(failed[address])}"
            )
    first = {}
    for second, is_in, user, address, _ in sorted(night.logins, key=lambda one: (one[0], one[3], one[2])):
        if is_in and within(address, second) >= 8:
            lines.append(f"breach,{address},{user},{utc(second)}")
            first.setdefault(address, second)
    lines += [f"attack,{address},{kind},{count}" for (address, kind), count in sorted(evil.items())]
    for address in sorted(first):
        size = sum(size for second, where, _, status, size in night.requests
                   if where == address and status == 200 and second >= first[address])  # fmt: skip
        if size >= 1_000_000:
            lines.append(f"leak,{address},{size}")
    return "".join(f"{line}\n" for line in lines or ["clean"]).encode("latin-1")


def nights(seed):
    """(name, points, night, evil, more)."""

    def begin(name, number=30):
        night = Night(f"{seed} {name}")
        night.quiet(number)
        return night

    night = begin("example", 8) if seed == "public" else Night("example")
    if seed != "public":
        night.quiet(8)
    night.changed = [9]
    address = night.siege(9, 200, breaks_in="deploy", late=20, takes=1_200_000)
    evil = {(night.evil("traversal", 2), "traversal"): 2}
    yield "the example of the handout", 8, night, evil, {"show": True}

    yield "a quiet night", 6, begin("quiet"), {}, {}

    night = begin("chain", 60)
    night.changed, night.cut = [40, 90], [20, 70, 130]
    yield (
        "a log that was changed",
        16,
        night,
        {},
        {"hint": "Each chain belongs to the chain of the line before, as it is written there."},
    )

    night = begin("siege")
    for count, spread in ((8, 300), (8, 301), (7, 100), (30, 3000), (25, 500)):
        night.siege(count, spread)
    yield (
        "who tries passwords",
        14,
        night,
        {},
        {"hint": "Eight failures from one address, at most 300 seconds from the first to the last of them."},
    )

    night = begin("breach")
    night.siege(8, 200, breaks_in="backup", late=100)
    night.siege(8, 200, breaks_in="root", late=101)
    night.siege(7, 60, breaks_in="minji", late=5)
    night.siege(20, 280, breaks_in="amina", late=300)
    night.siege(12, 120, breaks_in="root", late=0, takes=999_999)
    night.siege(12, 120, breaks_in="deploy", late=3, takes=1_000_000)
    night.request(10, night.siege(9, 90, breaks_in="deploy", late=1), "/export/all.csv", 200, 5_000_000)
    yield (
        "who came in, and took what",
        18,
        night,
        {},
        {"hint": "Only what was taken after the first breach of the address counts."},
    )

    night, evil = begin("paths"), {}
    for kind, times, encodings in (
        ("traversal", 3, (0,)),
        ("injection", 4, (0, 1)),
        ("script", 3, (1, 2)),
        ("traversal", 5, (1, 2, 3)),
    ):
        address = night.evil(kind, times, encodings)
        evil[address, kind] = evil.get((address, kind), 0) + times
    address = night.evil("script", 2, (1,))
    evil[address, "script"] = evil.get((address, "script"), 0) + 2
    night.evil("injection", 1, (3,), address)
    evil[address, "injection"] = evil.get((address, "injection"), 0) + 1
    yield (
        "requests that mean no good",
        16,
        night,
        evil,
        {"hint": "Decoded until nothing changes, three times at most; + is a space; upper and lower case are the same."},
    )

    night = begin("names")
    # Names are chosen by whoever tries them: some of them look like the rest of the line.
    night.siege(9, 100, user="x from 192.0.2.250 port 22", breaks_in="root", late=2)
    night.siege(8, 100, user="caf\xe9 \xff password for root from 10.0.0.1", breaks_in="a from b", late=2)
    night.siege(5, 50, user="Accepted password for root", breaks_in=None)
    night.request(50, "198.51.100.77", "/%ff%fe%zz%", 400)
    night.others.append((77, "sshd[1]: Failed password for nobody"))
    night.others.append((78, "kernel: Accepted password for root from 192.0.2.9 port 5"))
    yield "names that lie", 12, night, {}, {"hint": "The address is what stands between the last “ from ” and “ port ”."}

    night = begin("all", 250)
    night.changed, night.cut = [100, 300], [200]
    evil = {}
    for _ in range(12):
        night.siege(night.draw.randrange(5, 20), night.draw.randrange(100, 600), breaks_in=night.draw.choice((None, "root", "deploy")),
                    late=night.draw.randrange(200), takes=night.draw.choice((0, 500_000, 3_000_000)))  # fmt: skip
        kind = night.draw.choice(sorted(EVIL))
        times, address = night.draw.randrange(1, 6), night.evil(kind, 0)
        night.evil(kind, times, (0, 1, 2, 3), address)
        evil[address, kind] = evil.get((address, kind), 0) + times
    yield "a bad night", 10, night, evil, {}


def write(seed, place):
    made = []
    for number, (name, points, night, evil, more) in enumerate(nights(seed), 1):
        auth, broken = night.auth_log()
        files = {
            f"auth-{number}.log": auth,
            f"access-{number}.log": night.access_log(),
            f"report-{number}.txt": expected(night, broken, evil),
        }
        for file, data in files.items():
            (LAB / place / file).write_bytes(data)
        made.append({"name": name, "points": points, "arguments": ["auth.log", "access.log"], "output-file": f"report-{number}.txt",
                     "put-files": {"auth.log": f"auth-{number}.log", "access.log": f"access-{number}.log"}, **more})  # fmt: skip
        if number == 1 and place == "tests":
            for file, target in zip(files, ("auth.log", "access.log", "report.txt")):
                (LAB / "starter" / target).write_bytes(files[file])
    assert sum(one["points"] for one in made) == 100
    (LAB / place / "cases.yaml").write_text(json.dumps({"cases": made}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write("8d20c94be1", "tests")
    write("public", "public")
