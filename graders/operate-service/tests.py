"""The tests. Each begins with answers that must be right, so that an operator whose service answers nothing earns nothing."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import quote

from provost_grader import run
from provost_http import Trouble, safe_json

ANSWER_SECONDS, WAIT_SECONDS = 2, 1
WORKERS = 3
LOG_BYTES, LOG_FILES = 8192, 3
# A good operator needs two seconds; what is not there after this is not a slow machine.
PATIENCE_SECONDS = 15
# Requests that may fail because the machine stood still; a release that should not answer fails many.
HICCUPS = 2


class Failed(Exception):
    """The test cannot go on; the text is for the learner."""


class Parts:
    """What is right in one test, as shares of its points; keeps the first two mistakes."""

    def __init__(self):
        self.share, self._mistakes = 0.0, []

    def part(self, share, is_right, mistake):
        if is_right:
            self.share += share
        else:
            self._mistakes.append(mistake)

    @property
    def message(self):
        return " ".join(self._mistakes[:2]) or None


def is_price(answer, release, item):
    return answer.status == 200 and answer.json == {"item": item, "price": release.price(item), "release": release.name}


def ask(bench, item, path="/price", **options):
    return bench.request("GET", f"{path}?item={quote(item)}", **options)


def alive(bench):
    """The health of the service and one right price, or the test is over. A worker may still be starting."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            health = bench.request("GET", "/-/health", logged=False)
            item = bench.item()
            if health.status == 200 and health.object.get("status") == "ok" and is_price(ask(bench, item), bench.release, item):
                return
        except Trouble:
            if bench.service.has_ended:
                raise
        if time.monotonic() > end:
            raise Failed("GET /-/health with status ok and a right price were expected first; this test needs them.")
        time.sleep(0.1)


def recovers(bench, number):
    """Whether so many right prices in a row come before patience ends."""
    end = time.monotonic() + PATIENCE_SECONDS
    right = 0
    while right < number and time.monotonic() < end and not bench.service.has_ended:
        item = bench.item()
        try:
            right = right + 1 if is_price(ask(bench, item), bench.release, item) else 0
        except Trouble:
            right = 0
        time.sleep(0 if right else 0.1)
    return right >= number


def at_once(bench, number, path):
    """So many requests at the same time: (item, answer or Trouble) of each, and how long all took."""

    def one(item):
        try:
            return item, ask(bench, item, path)
        except Trouble as trouble:
            return item, trouble

    items = [bench.item() for _ in range(number)]
    begin = time.monotonic()
    with ThreadPoolExecutor(number) as pool:
        found = list(pool.map(one, items))
    return found, time.monotonic() - begin


def passing_on(bench, parts):
    for item in ("tea", "한라봉 5 kg & more"):
        parts.part(0.25, is_price(ask(bench, item), bench.release, item), "GET /price: the application's answer expected.")
    for body in (b'{"item": "\xed\x95\x9c"}', bytes(range(256)) * 800):
        answer = bench.request("POST", "/orders", body)
        wanted = {"bytes": len(body), "receipt": bench.release.receipt(body), "release": bench.release.name}
        parts.part(0.25, answer.status == 201 and answer.json == wanted, "POST /orders: the application's answer expected.")


def health(bench, parts):
    answer = bench.request("GET", "/-/health", logged=False)
    parts.part(0.5, answer.object.get("status") == "ok", 'GET /-/health: "status": "ok" expected.')
    parts.part(
        0.5, answer.object.get("release") == bench.release.name, "GET /-/health: “release” has to be the one that answers."
    )


def load(bench, parts):
    """Workers that work at the same time. Measured against one request of the same service, so the machine's speed does not
    count."""
    best = None
    for _ in range(3):
        alone = min(ask(bench, bench.item(), "/report").seconds for _ in range(2))
        found, together = at_once(bench, 9, "/report")
        wrong = sum(not is_price(answer, bench.release, item) for item, answer in found if not isinstance(answer, Trouble))
        wrong += sum(isinstance(answer, Trouble) for _, answer in found)
        best = min(best or (9, 9.0), (wrong, together / alone))
        if best[0] == 0 and best[1] < 6.5:
            break
    wrong, ratio = best
    parts.part(0.4, wrong == 0, f"9 reports at once: {wrong} answers were not right.")
    parts.part(
        0.6, wrong == 0 and ratio < 6.5, f"9 reports at once took as long as {ratio:.1f} one after the other; are {WORKERS} workers busy?"
    )


def overload(bench, parts):
    found, health = [], []

    def flood():
        found.extend(at_once(bench, 40, "/report")[0])

    thread = threading.Thread(target=flood)
    thread.start()
    try:
        while thread.is_alive():
            health.append(bench.request("GET", "/-/health", logged=False).status == 200)
            thread.join(0.2)
    except Trouble:
        health.append(False)
    thread.join()
    answers = [answer for _, answer in found if not isinstance(answer, Trouble)]
    right = sum(is_price(answer, bench.release, item) for item, answer in found if not isinstance(answer, Trouble))
    shed = sum(answer.status == 503 and answer.header("Retry-After").strip().isdigit() for answer in answers)
    parts.part(0.5, right >= 6 and right + shed == 40, "40 reports at once: each has to get a right answer, or 503 with Retry-After.")
    parts.part(
        0.3, right >= 6 and shed > 0, f"40 reports at once: who has waited {WAIT_SECONDS} s for a free worker gets 503 and Retry-After."
    )
    parts.part(0.2, right >= 6 and all(health), "40 reports at once: GET /-/health did not answer meanwhile.")


def crashes(bench, parts):
    answer = ask(bench, bench.release.crashes)
    parts.part(0.2, answer.status == 502, f"A request over which the application died: 502 expected, got {answer.status}.")
    found = []
    for _ in range(6):
        item = bench.item()
        found.append(is_price(ask(bench, item), bench.release, item))
        time.sleep(0.05)
    parts.part(0.2, all(found), "After one worker died, other requests failed although two workers were left.")
    for _ in range(WORKERS):
        ask(bench, bench.release.leaves)
    time.sleep(2)
    found = {ask(bench, bench.item()).status for _ in range(WORKERS)}
    parts.part(0.2, found <= {200, 503}, "Workers had ended by themselves, and requests were still sent to them two seconds later.")
    gone = 0
    for _ in range(WORKERS + 1):
        try:
            gone += ask(bench, bench.release.crashes).status in (502, 503)
        except Trouble:
            pass
    parts.part(0.4, recovers(bench, 6), f"After {gone + 1} crashes the service did not come back.")


def blocks(bench, parts):
    def one(_):
        try:
            return ask(bench, bench.release.blocks).status
        except Trouble:
            return None

    with ThreadPoolExecutor(WORKERS) as pool:
        found = list(pool.map(one, range(WORKERS)))
    # 503 where another worker is still starting.
    parts.part(0.4, 504 in found and set(found) <= {503, 504}, f"A request that the application never answers: 504 after {ANSWER_SECONDS} s expected.")
    parts.part(0.6, recovers(bench, 6), "After requests that block the application the service did not come back.")


class Traffic:
    """Four clients that ask all the time, two for prices and two for reports, which take longer than a moment."""

    def __init__(self, bench, releases):
        self._bench, self._releases = bench, releases
        self._stop = threading.Event()
        self.asked = self.failed = 0
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._go, args=(path,)) for path in ("/price", "/price", "/report", "/report")]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _go(self, path):
        while not self._stop.is_set():
            item = self._bench.item()
            try:
                answer = ask(self._bench, item, path)
                right = any(is_price(answer, release, item) for release in self._releases)
            except Trouble:
                right = False
            with self._lock:
                self.asked += 1
                self.failed += not right
            if self.failed > 50:
                return
            time.sleep(0.05)


def serves(bench, release):
    """Whether health and answers are of the release before patience ends."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and not bench.service.has_ended:
        item = bench.item()
        try:
            named = bench.request("GET", "/-/health", logged=False).object.get("release") == release.name
            if named and is_price(ask(bench, item), release, item):
                return True
        except Trouble:
            pass
        time.sleep(0.1)
    return False


def change(bench, parts):
    """The best of three: a machine that stands still for a moment is not the operator's doing; a careless change always fails."""
    best = None
    for _ in range(3):
        old, new = bench.release, bench.next_release()
        with Traffic(bench, [old, new]) as traffic:
            time.sleep(0.3)
            bench.deploy(new)
            switched = serves(bench, new)
            later = [bench.item() for _ in range(4)]
            pure = switched and all(is_price(ask(bench, item), new, item) for item in later)
            time.sleep(0.3)
        if switched:
            bench.release = new
        best = max(best or (False, False, -99), (switched, pure, -traffic.failed))
        if best[2] == 0 or not switched:
            break
    switched, pure, failed = best
    parts.part(0.25, switched, f"{PATIENCE_SECONDS} s after SIGHUP the new release did not answer.")
    parts.part(0.15, pure, "After GET /-/health named the new release, the old one still answered.")
    parts.part(0.6, switched and failed == 0, f"While the release changed, {-failed} requests failed.")


def broken(bench, parts):
    good = bench.release
    for release, what in bench.broken:
        with Traffic(bench, [good]) as traffic:
            bench.deploy(release)
            time.sleep(1)
        parts.part(0.2, traffic.failed <= HICCUPS, f"A new release that {what}: the old one has to go on answering.")
    alive(bench)
    new = bench.last
    with Traffic(bench, [good, new]) as traffic:
        bench.deploy(new)
        switched = serves(bench, new)
    if switched:
        bench.release = new
    parts.part(0.2, traffic.failed <= HICCUPS, "When the next release was wanted, the broken one answered, or nobody.")
    parts.part(0.4, switched, "After releases that did not work, one that works was not taken.")


def logs(bench, parts):
    for _ in range(2):
        ask(bench, bench.release.talks)
    for _ in range(130):
        ask(bench, bench.item())
    end = time.monotonic() + 5
    kept, names, wanted = {}, [], bench.log[-60:]
    while time.monotonic() < end:
        kept, names = _read_logs()
        if all(identifier in kept for identifier, *_ in wanted):
            break
        time.sleep(0.3)
    there = sum(identifier in kept for identifier, *_ in wanted)
    parts.part(0.2, there == len(wanted), f"logs/access.jsonl and its older files: {there} of the last 60 requests are in them.")
    right = sum(_is_line(kept.get(identifier), *rest) for identifier, *rest in wanted)
    parts.part(0.3, right == len(wanted), "logs/access.jsonl: each line is JSON with the fields of the handout.")
    sizes = _sizes()
    older = [f"logs/access.jsonl.{number}" for number in range(1, LOG_FILES + 1)]
    parts.part(0.1, names == ["logs/access.jsonl", *older], f"logs/: access.jsonl and its {LOG_FILES} older files expected.")
    small = bool(sizes) and max(sizes) <= LOG_BYTES and len(sizes) <= 2 * (LOG_FILES + 1)
    parts.part(0.2, small and there == len(wanted), "logs/: a file is larger than LOG_BYTES, or there are too many files.")
    names = ["logs/app.log", *(f"logs/app.log.{number}" for number in range(1, LOG_FILES + 1))]
    said = b"".join(run(["true"], get=names).files.values())
    parts.part(0.2, small and b"la la la" in said, "logs/app.log: what the application prints belongs there, in pieces that fit.")


def _read_logs():
    """Request id → line, of all files of the access log; and the names of those that are there."""
    names = ["logs/access.jsonl", *(f"logs/access.jsonl.{number}" for number in range(1, LOG_FILES + 1))]
    found, files = {}, run(["true"], get=names).files
    for data in files.values():
        for line in data[: 4 * LOG_BYTES].splitlines():
            value = safe_json(line)
            if isinstance(value, dict) and isinstance(value.get("id"), str):
                found[value["id"]] = value
    return found, [name for name in names if name in files]


def _is_line(line, method, path, status, release):
    if line is None:
        return False
    wanted = {"method": method, "path": path, "status": status, "release": release}
    number = line.get("ms")
    is_number = isinstance(number, (int, float)) and not isinstance(number, bool) and 0 <= number < 60_000
    is_time = isinstance(line.get("time"), str) and len(line["time"]) >= 19 and line["time"][4:11:3] == "--T"
    return is_time and is_number and all(line.get(name) == value for name, value in wanted.items())


def _sizes():
    """Sizes of all files below logs/: the program that looks is the system's own."""
    output = run(["find", "logs", "-type", "f", "-printf", r"%s\n"], output="64KiB").output
    return [int(line) for line in output.split()[:1000] if line.isdigit()]


def stop(bench, parts):
    """Best of two, with a new start in between: a machine that stands still for a moment is nobody's doing."""
    for last in (False, True):
        found = []

        def slow():
            found.extend(at_once(bench, WORKERS, "/report")[0])

        thread = threading.Thread(target=slow)
        thread.start()
        time.sleep(bench.release.report / 2)
        bench.service.signal("TERM")
        thread.join()
        ended = bench.service.wait_for_end(PATIENCE_SECONDS)
        right = sum(not isinstance(answer, Trouble) and is_price(answer, bench.release, item) for item, answer in found)
        if last or not ended or right == WORKERS or not bench.restart():
            break
        alive(bench)
    parts.part(0.6, right == WORKERS, f"SIGTERM: {WORKERS - right} of {WORKERS} requests that had begun got no right answer.")
    parts.part(0.4, ended and right > 0, f"{PATIENCE_SECONDS} s after SIGTERM the service has not ended.")


@dataclass(frozen=True)
class Test:
    name: str
    points: int
    function: Callable


TESTS = [
    Test("passes requests on", 8, passing_on),
    Test("tells its health", 6, health),
    Test("uses all workers", 12, load),
    Test("stays upright under too much load", 10, overload),
    Test("replaces workers that died", 12, crashes),
    Test("replaces workers that are stuck", 10, blocks),
    Test("changes the release without a failed request", 16, change),
    Test("does not take a broken release", 8, broken),
    Test("keeps logs, and keeps them small", 10, logs),
    Test("ends gracefully", 8, stop),
]
