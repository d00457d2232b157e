"""What the tests see of an operator: single answers, answers at once, traffic that never stops, and its logs."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

from provost_grader import run
from provost_http import Trouble, safe_json

ANSWER_SECONDS, WAIT_SECONDS = 3, 1
WORKERS = 3
LOG_BYTES, LOG_FILES = 8192, 3
# A good operator needs two seconds; what is not there after this is not a slow machine.
PATIENCE_SECONDS = 15
# How often a test is tried again for that: each try shows a good operator, and a careless one fails them all.
TRIES = 5
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


def read_logs():
    """Request id → line, of all files of the access log; and the names of those that are there."""
    names = ["logs/access.jsonl", *(f"logs/access.jsonl.{number}" for number in range(1, LOG_FILES + 1))]
    found, files = {}, run(["true"], get=names).files
    for data in files.values():
        for line in data[: 4 * LOG_BYTES].splitlines():
            value = safe_json(line)
            if isinstance(value, dict) and isinstance(value.get("id"), str):
                found[value["id"]] = value
    return found, [name for name in names if name in files]


def is_line(line, method, path, status, release):
    if line is None:
        return False
    wanted = {"method": method, "path": path, "status": status, "release": release}
    number = line.get("ms")
    is_number = isinstance(number, (int, float)) and not isinstance(number, bool) and 0 <= number < 60_000
    is_time = isinstance(line.get("time"), str) and len(line["time"]) >= 19 and line["time"][4:11:3] == "--T"
    return is_time and is_number and all(line.get(name) == value for name, value in wanted.items())


def log_sizes():
    """Sizes of all files below logs/: the program that looks is the system's own."""
    output = run(["find", "logs", "-type", "f", "-printf", r"%s\n"], output="64KiB").output
    return [int(line) for line in output.split()[:1000] if line.isdigit()]
