"""Logs of a server with intrusions in them, made from a seed; and what happened, worked out from the events before they are written.

`make(seed, …)` gives (auth.log, access.log, incidents). The rules are those of the handout; they see events, never text.
"""

import bisect
import random
from datetime import datetime, timedelta, timezone
from urllib.parse import quote, quote_plus

START = datetime(2026, 5, 4, tzinfo=timezone.utc)
DAY = 24 * 3600
USERS = ["minji", "jisoo", "hyunwoo", "admin", "root", "deploy", "backup", "git", "postgres", "seoyeon", "oracle", "test", "www-data"]
PAGES = ["/", "/index.html", "/login", "/images/logo.png", "/api/items?page=2", "/search?q=green+tea", "/검색?q=차", "/notes/../", "/a..b"]
AGENTS = ["Mozilla/5.0", "curl/8.5.0", 'odd "agent"', "Yeti/1.1"]
ATTACKS = [
    "/files?name=../../etc/passwd",
    "/items?id=1' or '1'='1",
    "/items?id=1 UNION SELECT name, password FROM users",
    "/search?q=<script>alert(1)</script>",
]


class Story:
    """Events: (second, kind, …), to be judged and to be written."""

    def __init__(self, seed):
        self.draw = random.Random(f"log-forensics {seed}")
        self.logins = []  # (second, accepted, user, address)
        self.requests = []  # (second, address, method, target, status, bytes, is_attack)
        self._addresses = set()

    def address(self, v6=0.15):
        while True:
            draw = self.draw
            if draw.random() < v6:
                found = f"2001:db8:{draw.randrange(1, 65535):x}::{draw.randrange(1, 65535):x}"
            else:
                found = f"{draw.choice(['203.0.113', '198.51.100', '192.0.2', '100.64.7'])}.{draw.randrange(1, 255)}"
            if found not in self._addresses:
                self._addresses.add(found)
                return found

    def name(self, lies):
        """A name that somebody tried; a liar puts a whole log line's end into it."""
        if lies and self.draw.random() < 0.5:
            other = f"192.0.2.{self.draw.randrange(1, 255)}"
            return self.draw.choice([f"root from {other} port 22 ssh2", f"admin from {other}", "a b", "from", f"x from {other} port 9"])
        return self.draw.choice(USERS) + self.draw.choice(["", "", "1", "2"])

    # What happens

    def everyday(self, logins, requests):
        draw = self.draw
        people = [(user, self.address()) for user in USERS[:7]]
        for _ in range(logins):
            user, address = draw.choice(people)
            second = draw.randrange(DAY)
            for _ in range(draw.choice([0, 0, 0, 1, 2])):
                self.logins.append((second - draw.randrange(5, 60), False, user, address))
            self.logins.append((second, True, user, address))
        visitors = [self.address() for _ in range(25)]
        for _ in range(requests):
            status = draw.choice([200] * 8 + [404, 304])
            self.requests.append((draw.randrange(DAY), draw.choice(visitors), "GET", draw.choice(PAGES[:-2]), status, draw.randrange(200, 40_000), False))

    def guessing(self, wins, lies, near=False):
        """Many failed passwords from one address; `near`: one fewer than it takes, or too slow."""
        draw, address, user = self.draw, self.address(), self.draw.choice(USERS)
        second = draw.randrange(4000, DAY - 4000)
        number = 9 if near and draw.random() < 0.5 else draw.randrange(10, 25)
        slow = near and number > 9
        for _ in range(number):
            self.logins.append((second, False, user if draw.random() < 0.8 else self.name(lies), address))
            second += draw.randrange(45, 60) if slow else draw.randrange(1, 12)
        if wins:
            self.logins.append((second + draw.randrange(0, 20), True, user, address))

    def spraying(self, lies, near=False):
        draw, address = self.draw, self.address()
        second, names = draw.randrange(4000, DAY - 4000), []
        while len(names) < (7 if near else draw.randrange(8, 14)):
            name = self.name(lies)
            if name not in names:
                names.append(name)
        for name in names:
            self.logins.append((second, False, name, address))
            second += draw.randrange(5, 60)

    def injection(self, encodings, status=200):
        draw, address = self.draw, self.address()
        for _ in range(draw.randrange(1, 4)):
            target = draw.choice(ATTACKS)
            path, _, query = target.partition("?")
            name, _, value = query.partition("=")
            written = draw.choice(encodings)
            coded = {"plain": quote(value, safe="./'<>()"), "plus": quote_plus(value), "twice": quote(quote(value, safe=""), safe=""), "case": quote(value.upper() if "script" not in value else value, safe="")}[written]
            self.requests.append((draw.randrange(DAY), address, draw.choice(["GET", "POST"]), f"{path}?{name}={coded}", status, 1500, True))

    def harmless(self):
        """Looks like an attack to a careless eye: dots without a slash, a word in another sense, three times encoded."""
        draw = self.draw
        for target in ["/a..b", "/search?q=union+of+select+members", "/docs/or'chid", "/q?x=%25252e%25252e%25252f", "/..%00/x", "/it's+or%2B"]:
            self.requests.append((draw.randrange(DAY), self.address(), "GET", target, 200, 900, False))

    def download(self, near=False):
        draw, address = self.draw, self.address()
        second, total, most = draw.randrange(DAY - 5000), 0, 48_000_000 if near else draw.randrange(52_000_000, 90_000_000)
        while total < most:
            size = min(most - total, draw.randrange(1_000_000, 6_000_000))
            self.requests.append((second, address, "GET", f"/export/{draw.randrange(999)}.zip", 200, size, False))
            total, second = total + size, second + draw.randrange(20, 200)
        if near:
            self.requests.append((second + 4000, address, "GET", "/export/last.zip", 200, 5_000_000, False))
            self.requests.append((second, address, "GET", "/export/refused.zip", 403, 9_000_000, False))

    # What it comes to

    def incidents(self):
        found = [*self._break_ins(), *self._sprayings(), *self._injections(), *self._downloads()]
        return sorted(found, key=lambda one: (one["time"], one["kind"], one["address"]))

    def _failures(self):
        found = {}
        for second, accepted, user, address in sorted(self.logins):
            if not accepted:
                found.setdefault(address, []).append((second, user))
        return found

    def _break_ins(self):
        failures, seen = self._failures(), set()
        for second, accepted, user, address in sorted(self.logins):
            if accepted and address not in seen:
                times = [when for when, _ in failures.get(address, [])]
                if bisect.bisect_right(times, second) - bisect.bisect_left(times, second - 300) >= 10:
                    seen.add(address)
                    yield incident("break-in", address, second, user)

    def _sprayings(self):
        for address, tries in self._failures().items():
            for second, _ in tries:
                if len({user for when, user in tries if second - 600 <= when <= second}) >= 8:
                    yield incident("spraying", address, second)
                    break

    def _injections(self):
        first = {}
        for second, address, _, _, status, _, is_attack in self.requests:
            if is_attack and 200 <= status < 300:
                first[address] = min(second, first.get(address, second))
        for address, second in first.items():
            yield incident("injection", address, second)

    def _downloads(self):
        sizes = {}
        for second, address, _, _, status, size, _ in sorted(self.requests):
            if 200 <= status < 300:
                sizes.setdefault(address, []).append((second, size))
        for address, answers in sizes.items():
            # Plain sums: nobody of everyday life comes near the limit, so only the few with large answers are looked at.
            if sum(size for _, size in answers) <= 50_000_000:
                continue
            for second in sorted({second for second, _ in answers}):
                if sum(size for when, size in answers if second - 3600 <= when <= second) > 50_000_000:
                    yield incident("exfiltration", address, second)
                    break

    # How it is written

    def auth_log(self, zone, shuffled, odd):
        draw, lines = self.draw, []
        for second, accepted, user, address in sorted(self.logins):
            invalid = "" if accepted or user in USERS else "invalid user "
            what = f"Accepted {draw.choice(['password', 'publickey'])}" if accepted else "Failed password"
            lines.append((second, f"sshd[{draw.randrange(500, 30_000)}]: {what} for {invalid}{user} from {address} port {draw.randrange(1024, 65536)} ssh2"))
            if draw.random() < 0.3:
                lines.append((second, f"sshd[77]: Connection closed by {address} port 22 [preauth]"))
            if draw.random() < 0.1:
                lines.append((second, "CRON[5]: pam_unix(cron:session): session opened for user root(uid=0)"))
        return self._written(lines, shuffled, odd, lambda second, text: f"{stamp(second, zone).isoformat()} web-1 {text}")

    def access_log(self, zone, shuffled, odd):
        draw, lines = self.draw, []
        for second, address, method, target, status, size, _ in sorted(self.requests):
            agent = draw.choice(AGENTS).replace('"', '\\"')
            lines.append((second, (address, f'"{method} {target} HTTP/1.1" {status} {size} "-" "{agent}"')))

        def line(second, rest):
            when = stamp(second, zone)
            month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun"][when.month - 1]
            return f"{rest[0]} - - [{when:%d}/{month}/{when:%Y:%H:%M:%S} {when:%z}] {rest[1]}"

        return self._written(lines, shuffled, odd, line)

    def _written(self, lines, shuffled, odd, line):
        draw = self.draw
        if shuffled:  # two servers write into one file, each in its own time
            parts = [[], []]
            for one in lines:
                draw.choice(parts).append(one)
            lines = parts[0] + parts[1]
        found = [line(*one).encode() for one in lines]
        if odd:
            for noise in (b"\xff\xfe\x00 broken line", b"", b"-- rotated --", b"2026-05-04T", b'" " [ ] "\xe0\x80'):
                found.insert(draw.randrange(len(found) + 1), noise)
        return b"".join(one + b"\n" for one in found)


def stamp(second, zone):
    return (START + timedelta(seconds=second)).astimezone(timezone(timedelta(hours=zone)))


def incident(kind, address, second, user=None):
    return {"kind": kind, "address": address, "time": f"{START + timedelta(seconds=second):%Y-%m-%dT%H:%M:%SZ}", "user": user}


def make(seed, *, size=1, lies=False, encodings=("plain",), zones=(0, 0), shuffled=False, odd=False, attacks=True):
    """(auth.log, access.log, incidents)."""
    story = Story(seed)
    story.everyday(120 * size, 900 * size)
    if attacks:
        for _ in range(story.draw.randrange(2, 4)):
            story.guessing(True, lies)
            story.spraying(lies)
            story.injection(encodings)
            story.download()
    for _ in range(2):  # what is not enough
        story.guessing(False, lies)
        story.guessing(True, lies, near=True)
        story.spraying(lies, near=True)
        story.injection(encodings, status=404)
        story.download(near=True)
    story.harmless()
    return story.auth_log(zones[0], shuffled, odd), story.access_log(zones[1], shuffled, odd), story.incidents()
