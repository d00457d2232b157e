"""The tests. What is compared comes from the stand-in, which lives in this room: a service that collects nothing earns nothing."""

import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from provost_http import Trouble
from truth import ATTEMPTS, calls_needed, matching

READY_SECONDS = 120
# A service that has not said a word by then never will: so many answers without one, or so many seconds.
SILENT_ANSWERS, SILENT_SECONDS = 100, 40
# Of one page. The largest has 50; a service that knows no pages yet shows all that it has, perhaps twice.
MOST_ITEMS = 200
FIELDS = ("title", "year", "genre", "minutes", "age", "languages", "keywords")


class Failed(Exception):
    """The test cannot go on; the text is for the learner."""


class Parts:
    """What is right in one test, as shares of its points; keeps the first two mistakes."""

    def __init__(self):
        self.share, self._mistakes = 0.0, []

    def part(self, share, is_right, mistake):
        """`is_right`: a truth, or the part of the share that is right, from 0 to 1."""
        self.share += share * float(is_right)
        if is_right < 1:
            self._mistakes.append(mistake)

    @property
    def message(self):
        return " ".join(self._mistakes[:2]) or None


def listed(bench, query=""):
    """(total, items) of one page; items are objects, each with a text as its id."""
    answer = bench.client.request("GET", f"/contents{query}")
    items, total = answer.object.get("items"), answer.object.get("total")
    whole = isinstance(items, list) and all(isinstance(one, dict) and isinstance(one.get("id"), str) for one in items)
    if answer.status != 200 or not whole or not isinstance(total, int) or isinstance(total, bool):
        raise Failed('GET /contents: 200 and {"total": …, "page": …, "size": …, "items": […]} expected.')
    if len(items) > MOST_ITEMS:
        raise Failed(f"GET /contents: a page of {len(items)} items, at most 50 are expected.")
    # Only what the tests look at: six pages are kept at a time.
    return total, [{key: one[key] for key in ("id", *FIELDS) if key in one} for one in items]


def everything(bench):
    """All that the service serves, page by page."""
    found, page = [], 1
    while page <= 6:
        total, items = listed(bench, f"?page={page}&size=50")
        found += items
        if not items or len(found) >= total:
            break
        page += 1
    return found


def wait_until_ready(bench):
    """Whether the service says that it is ready; what it then serves is looked at by the tests. Not being ready is no end: what is
    there counts."""
    begin, asked = time.monotonic(), 0
    seen = set()
    while time.monotonic() < begin + READY_SECONDS and not bench.service.has_ended:
        if seen == {None} and (asked >= SILENT_ANSWERS or time.monotonic() > begin + SILENT_SECONDS):
            break
        try:
            status = bench.client.request("GET", "/health").object.get("status")
        except Trouble:
            status = None
        asked += 1
        seen.add(status if isinstance(status, str) else None)
        if status == "ready":
            return True, seen
        time.sleep(0.1)
    return False, seen


def health(bench, parts):
    ready, seen = wait_until_ready(bench)
    bench.calls_at_ready = bench.standin.calls[:]
    bench.early_at_ready = bench.standin.early
    bench.found = everything(bench)
    wanted = {one["id"] for one in bench.wanted}
    right = len(wanted & {one["id"] for one in bench.found})
    bench.coverage = right / len(wanted)
    wrong = len([one for one in bench.found if one["id"] not in wanted])
    bench.precision = right / (right + wrong) if right + wrong else 0
    if bench.coverage < 0.2:
        raise Failed("GET /contents: of the contents that pass, hardly one is there. The other tests need them.")
    parts.part(0.5, ready, f"GET /health: not ready after {READY_SECONDS} seconds.")
    parts.part(0.5, seen <= {"ready", "collecting"}, "GET /health: has to answer at once, with “collecting” or “ready”.")


def collecting(bench, parts):
    missing = 1 - bench.coverage
    parts.part(0.6, bench.coverage, f"{missing:.0%} of the contents that pass are missing.")
    kept = f"{1 - bench.precision:.0%} of what is served does not pass, or is there under a second id."
    parts.part(0.4, bench.precision * bench.coverage, kept if bench.precision < 1 else "Contents are missing.")


def metadata(bench, parts):
    found = {one["id"]: one for one in bench.found}
    for name in FIELDS:
        right = sum(_same(found.get(one["id"], {}).get(name), one[name]) for one in bench.wanted)
        parts.part(1 / len(FIELDS), right / len(bench.wanted), f"“{name}” is not right everywhere.")


def _same(found, wanted):
    return type(found) is type(wanted) and found == wanted


def once(bench, parts):
    ids = [one["id"] for one in bench.found]
    parts.part(0.3 * bench.coverage, len(set(ids)) == len(ids), "An id is served twice.")
    known = {one["id"]: one for one in bench.wanted}
    titles = [one.get("title") for one in bench.found]
    composed = all(isinstance(title, str) and unicodedata.is_normalized("NFC", title) for title in titles)
    parts.part(0.3 * bench.coverage, composed, "Titles have to be in NFC.")
    doubles = [one for one in bench.found if one["id"] not in known and one["id"] in bench.doubles]
    parts.part(0.4 * bench.coverage, not doubles, "Contents with the same title and year are one; the smallest id stays.")


def budget(bench, parts):
    needed = sum(map(calls_needed, bench.standin.contents)) + 3
    made = len(bench.calls_at_ready)
    share = min(1.0, max(0.0, (needed * 2 - made) / (needed * 0.75)))
    if bench.coverage < 0.8 or bench.precision < 0.8:
        share = 0
    parts.part(0.6, share, f"{made} calls to the model; {needed} are enough, {needed * 5 // 4} are worth all points.")
    most = max(
        (sum(one == identifier and status != 429 for _, one, status in bench.calls_at_ready) for identifier in bench.ids),
        default=0,
    )
    many = f"A content was asked for {most} times; after {ATTEMPTS} it has to be given up."
    parts.part(0.4 * (bench.coverage >= 0.8), most <= ATTEMPTS, many)


def retry_after(bench, parts):
    if bench.coverage < 0.5 or not any(status == 429 for *_, status in bench.calls_at_ready):
        raise Failed("This test needs half of the contents, asked for by the service itself.")
    early = bench.early_at_ready
    share = min(1.0, max(0.0, (16 - early) / 12))
    parts.part(1, share, f"After answers with 429, {early} calls came before Retry-After had passed.")


def paging(bench, parts):
    ids = [one["id"] for one in bench.wanted]
    order = [one["id"] for one in bench.found]
    known = [one for one in order if one in ids]
    in_order = known == [one for one in ids if one in known]
    parts.part(0.3, bench.coverage * in_order, "GET /contents: the order is not that of the handout, or contents are missing.")
    total, items = listed(bench)
    parts.part(
        0.2,
        bench.coverage > 0.5 and (total, len(items)) == (len(order), min(10, len(order))),
        "GET /contents: ten items, and the total of all.",
    )
    _, second = listed(bench, "?page=2&size=4")
    parts.part(
        0.3,
        bench.coverage > 0.5 and [one["id"] for one in second] == order[4:8],
        "GET /contents?page=2&size=4: other items expected.",
    )
    total, beyond = listed(bench, "?page=40&size=50")
    parts.part(0.2, bench.coverage > 0.5 and total == len(order) and not beyond, "GET /contents: a page beyond the end is empty.")


def searching(bench, parts):
    """Compared with what the service itself serves, when most of that is right."""
    known = {one["id"]: one for one in bench.wanted}
    own = [known[one["id"]] for one in bench.found if one["id"] in known]
    if bench.coverage < 0.5 or bench.precision < 0.5:
        raise Failed("This test needs half of the contents that pass.")
    for text, genre, share, hint in bench.searches:
        query = f"?size=50&q={quote(text)}" + (f"&genre={genre}" if genre else "")
        _, items = listed(bench, query)
        found = [one["id"] for one in items if one["id"] in known]
        parts.part(share, found == [one["id"] for one in matching(own, text, genre)], hint)


def errors(bench, parts):
    if bench.coverage < 0.2:
        raise Failed("This test needs contents.")
    one = next(one for one in bench.wanted if one["id"] in {found["id"] for found in bench.found})
    answer = bench.client.request("GET", f"/contents/{one['id']}")
    parts.part(0.4, answer.status == 200 and answer.object.get("id") == one["id"], "GET /contents/ID: the content expected.")
    for path, status in [
        ("/contents/no-such", 404),
        ("/nothing", 404),
        ("/contents?page=0", 400),
        ("/contents?size=51", 400),
        ("/contents?page=x", 400),
        ("/contents?size=", 400),
    ]:
        answer = bench.client.request("GET", path)
        says = isinstance(answer.object.get("error"), str)
        parts.part(
            0.1, answer.status == status and says, f'GET {path}: {status} and {{"error": "…"}} expected, got {answer.status}.'
        )


def restarting(bench, parts):
    if bench.coverage < 0.5 or bench.precision < 0.5:
        raise Failed("This test needs half of the contents that pass.")
    before = len(bench.standin.calls)
    bench.restart()
    ready, _ = wait_until_ready(bench)
    again = everything(bench)
    parts.part(
        0.4,
        ready and [one["id"] for one in again] == [one["id"] for one in bench.found],
        "After a restart other contents are served.",
    )
    made = len(bench.standin.calls) - before
    parts.part(0.6 * (len(again) > 0), made <= 3, f"After a restart the model was called {made} times again.")


@dataclass(frozen=True)
class Test:
    name: str
    points: int
    function: Callable


TESTS = [
    Test("answers while it collects", 4, health),
    Test("collects what passes", 24, collecting),
    Test("understands the metadata", 14, metadata),
    Test("serves each content once", 8, once),
    Test("calls the model no more than it has to", 12, budget),
    Test("waits as long as Retry-After says", 8, retry_after),
    Test("order and pages", 10, paging),
    Test("searches in Korean", 10, searching),
    Test("single contents and errors", 4, errors),
    Test("remembers over a restart", 6, restarting),
]
