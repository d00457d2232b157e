"""The tests. Each begins with answers that must be right, so that an operator whose service answers nothing earns nothing."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from provost_grader import run
from provost_http import Trouble
from watching import (
    ANSWER_SECONDS,
    HICCUPS,
    LOG_BYTES,
    LOG_FILES,
    PATIENCE_SECONDS,
    TRIES,
    WAIT_SECONDS,
    WORKERS,
    Traffic,
    alive,
    ask,
    at_once,
    is_line,
    is_price,
    log_sizes,
    read_logs,
    recovers,
    serves,
)

FLOOD = 40  # requests at once
LOAD_SECONDS = 60  # no further try after that


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
    count; the shortest of several tries on both sides, so that a moment in which it stands still does not either."""
    alone, best, end = 9.0, None, time.monotonic() + LOAD_SECONDS
    for _ in range(2 * TRIES):
        alone = min(alone, *(ask(bench, bench.item(), "/report").seconds for _ in range(2)))
        found, together = at_once(bench, 9, "/report")
        wrong = sum(not is_price(answer, bench.release, item) for item, answer in found if not isinstance(answer, Trouble))
        wrong += sum(isinstance(answer, Trouble) for _, answer in found)
        best = min(best or (9, 99.0), (wrong, together))
        if best[0] == 0 and best[1] / alone < 6.5 or time.monotonic() > end:
            break
    wrong, ratio = best[0], best[1] / alone
    parts.part(0.4, wrong == 0, f"9 reports at once: {wrong} answers were not right.")
    parts.part(
        0.6,
        wrong == 0 and ratio < 6.5,
        f"9 reports at once took as long as {ratio:.1f} one after the other; are {WORKERS} workers busy?",
    )


def overload(bench, parts):
    """The best of some: a machine that stands still for a moment is not the operator's doing."""
    for _ in range(3):
        right, shed, health = _flood(bench)
        if right + shed == FLOOD and health:
            break
        alive(bench)
    some = right >= 6
    parts.part(
        0.5, some and right + shed == FLOOD, f"{FLOOD} reports at once: each has to get a right answer, or 503 with Retry-After."
    )
    waited = f"{FLOOD} reports at once: who has waited {WAIT_SECONDS} s for a free worker gets 503 and Retry-After."
    parts.part(0.3, some and shed > 0, waited)
    parts.part(0.2, some and health, f"{FLOOD} reports at once: GET /-/health did not answer meanwhile.")


def _flood(bench):
    """(right answers, answers 503 with Retry-After, whether the health was answered all the time)."""
    found, health = [], []
    thread = threading.Thread(target=lambda: found.extend(at_once(bench, FLOOD, "/report")[0]))
    thread.start()
    try:
        while thread.is_alive():
            health.append(bench.request("GET", "/-/health", logged=False).status == 200)
            thread.join(0.2)
    except Trouble:
        health.append(False)
    thread.join()
    answers = [(item, answer) for item, answer in found if not isinstance(answer, Trouble)]
    right = sum(is_price(answer, bench.release, item) for item, answer in answers)
    shed = sum(answer.status == 503 and answer.header("Retry-After").strip().isdigit() for _, answer in answers)
    return right, shed, all(health)


def crashes(bench, parts):
    for _ in range(TRIES):  # the best, as above
        answer = ask(bench, bench.release.crashes)
        items = [bench.item() for _ in range(6)]
        undisturbed = all(is_price(ask(bench, item), bench.release, item) for item in items)
        if answer.status == 502 and undisturbed:
            break
        alive(bench)
    parts.part(0.2, answer.status == 502, f"A request over which the application died: 502 expected, got {answer.status}.")
    parts.part(0.2, undisturbed, "After one worker died, other requests failed although two workers were left.")
    for _ in range(WORKERS):
        ask(bench, bench.release.leaves)
    for seconds in (2, 4):
        time.sleep(seconds)
        found = {ask(bench, bench.item()).status for _ in range(WORKERS)}
        if found <= {200, 503}:
            break
    parts.part(
        0.2, found <= {200, 503}, "Workers had ended by themselves, and requests were still sent to them two seconds later."
    )
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
    parts.part(
        0.4,
        504 in found and set(found) <= {503, 504},
        f"A request that the application never answers: 504 after {ANSWER_SECONDS} s expected.",
    )
    parts.part(0.6, recovers(bench, 6), "After requests that block the application the service did not come back.")


def change(bench, parts):
    """The best of some: a machine that stands still for a moment is not the operator's doing; a careless change always fails."""
    best = None
    for _ in range(TRIES):
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
        for _ in range(3):  # wanted again where the machine may have stood still
            with Traffic(bench, [good]) as traffic:
                bench.deploy(release)
                time.sleep(1)
            if traffic.failed <= HICCUPS:
                break
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
    end = time.monotonic() + 10
    kept, names, wanted = {}, [], bench.log[-60:]
    while time.monotonic() < end:
        kept, names = read_logs()
        if all(identifier in kept for identifier, *_ in wanted):
            break
        time.sleep(0.3)
    there = sum(identifier in kept for identifier, *_ in wanted)
    parts.part(0.2, there == len(wanted), f"logs/access.jsonl and its older files: {there} of the last 60 requests are in them.")
    right = sum(is_line(kept.get(identifier), *rest) for identifier, *rest in wanted)
    parts.part(0.3, right == len(wanted), "logs/access.jsonl: each line is JSON with the fields of the handout.")
    sizes = log_sizes()
    older = [f"logs/access.jsonl.{number}" for number in range(1, LOG_FILES + 1)]
    parts.part(0.1, names == ["logs/access.jsonl", *older], f"logs/: access.jsonl and its {LOG_FILES} older files expected.")
    small = bool(sizes) and max(sizes) <= LOG_BYTES and len(sizes) <= 2 * (LOG_FILES + 1)
    parts.part(0.2, small and there == len(wanted), "logs/: a file is larger than LOG_BYTES, or there are too many files.")
    names = ["logs/app.log", *(f"logs/app.log.{number}" for number in range(1, LOG_FILES + 1))]
    said = b"".join(run(["true"], get=names).files.values())
    parts.part(0.2, small and b"la la la" in said, "logs/app.log: what the application prints belongs there, in pieces that fit.")


def stop(bench, parts):
    """The best of some, with a new start in between: a machine that stands still for a moment is nobody's doing."""
    for last in (*[False] * (TRIES - 1), True):
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
        if last or not ended or right == WORKERS or bench.is_spent or not bench.restart():
            break
        alive(bench)
    parts.part(0.6, right == WORKERS, f"SIGTERM: {WORKERS - right} of {WORKERS} requests that had begun got no right answer.")
    parts.part(0.4, ended and right > 0, f"{PATIENCE_SECONDS} s after SIGTERM the service has not ended.")


@dataclass(frozen=True)
class Test:
    name: str
    points: int
    function: Callable
    tries: int = 1  # of those that can be done again as they are


TESTS = [
    Test("passes requests on", 8, passing_on, 3),
    Test("tells its health", 6, health, 3),
    Test("uses all workers", 12, load),
    Test("stays upright under too much load", 10, overload),
    Test("replaces workers that died", 12, crashes),
    Test("replaces workers that are stuck", 10, blocks),
    Test("changes the release without a failed request", 16, change),
    Test("does not take a broken release", 8, broken),
    Test("keeps logs, and keeps them small", 10, logs, 2),
    Test("ends gracefully", 8, stop),
]
