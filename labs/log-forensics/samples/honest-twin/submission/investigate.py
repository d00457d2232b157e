"""By another hand: bytes instead of text, sliding windows, and the empty lines at the end that are allowed."""

import sys
from collections import Counter, deque
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import unquote_to_bytes

HEX = set(b"0123456789abcdef")


def split_chain(line):
    text, bar, chain = line.rpartition(b" | ")
    return (text, chain) if bar and len(chain) == 12 and set(chain) <= HEX else (line, None)


def attempt(text):
    """(time, success, user, address) or None."""
    time, _, rest = text.partition(b" ")
    program, _, rest = rest.partition(b": ")
    if not program.startswith(b"sshd["):
        return None
    for word in (b"Failed", b"Accepted"):
        start = word + b" password for "
        if rest.startswith(start) and b" from " in rest:
            user, _, where = rest[len(start) :].rpartition(b" from ")
            address, port, _ = where.partition(b" port ")
            if not port or b" " in address:
                return None
            user = user[len(b"invalid user ") :] if user.startswith(b"invalid user ") else user
            moment = datetime.fromisoformat(time.decode()) - timedelta(hours=9)
            return moment.replace(tzinfo=None), word == b"Accepted", user, address
    return None


def plain(path):
    for _ in range(3):
        before, path = path, unquote_to_bytes(path.replace(b"+", b" "))
        if before == path:
            break
    return b" ".join(path.lower().split())


def main():
    auth, access = (open(name, "rb").read().split(b"\n")[:-1] for name in sys.argv[1:3])
    out, chain, events = [], b"0" * 12, []
    for number, line in enumerate(auth, 1):
        text, own = split_chain(line)
        if own is None or sha256(chain + text).hexdigest()[:12].encode() != own:
            out.append(b"tampered,%d" % number)
        chain = own or chain
        event = attempt(text)
        if event:
            events.append(event)
    events.sort(key=lambda event: (event[0], event[1]))
    recent, failed, sieges, breaches, first = {}, Counter(), {}, [], {}
    for time, success, user, address in events:
        window = recent.setdefault(address, deque())
        while window and window[0] < time - timedelta(seconds=300):
            window.popleft()
        if success:
            if len(window) >= 8:
                breaches.append((time, address, user))
                first.setdefault(address, time)
            continue
        window.append(time)
        failed[address] += 1
        if len(window) >= 8:
            sieges.setdefault(address, window[0])
    stamp = "{:%Y-%m-%dT%H:%M:%SZ}"
    out += [b"bruteforce,%s,%s,%d" % (one, stamp.format(sieges[one]).encode(), failed[one]) for one in sorted(sieges)]
    out += [b"breach,%s,%s,%s" % (address, user, stamp.format(time).encode()) for time, address, user in sorted(breaches)]
    attacks, taken = Counter(), Counter()
    for line in access:
        head, *parts = line.split(b'"')
        if len(parts) < 2 or len(parts[0].split()) != 3:
            continue
        address, request = head.split()[0], parts[0].split()[1]
        path, (status, size) = plain(request), parts[-1].split()[:2]
        if b"../" in path or b"..\\" in path:
            attacks[address, b"traversal"] += 1
        if b"' or " in path or b"union select" in path:
            attacks[address, b"injection"] += 1
        if b"<script" in path:
            attacks[address, b"script"] += 1
        if address in first and status == b"200" and size != b"-":
            time = datetime.strptime(head[head.index(b"[") + 1 : head.index(b"]")].decode(), "%d/%b/%Y:%H:%M:%S +0000")
            if time >= first[address]:
                taken[address] += int(size)
    out += [b"attack,%s,%s,%d" % (*key, count) for key, count in sorted(attacks.items())]
    out += [b"leak,%s,%d" % (address, size) for address, size in sorted(taken.items()) if size >= 1_000_000]
    sys.stdout.buffer.write(b"\r\n".join(out or [b"clean"]) + b"\r\n\n\n")


main()
