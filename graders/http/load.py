"""Many requests at a time, and how many points their speed is worth."""

import math
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from client import Trouble

# Answers are compared after the load, each different one once; a service that answers differently each time must not fill our
# memory.
LARGEST_TOGETHER = 8 << 20


class _Once:
    """One load: how long each request took, what went wrong, and the different answers."""

    def __init__(self, step, client, request, factor):
        self._step, self._client, self._request, self._factor = step, client, request, factor
        self._end = time.monotonic() + min(step.seconds, client.left)
        self._lock = threading.Lock()
        self._kept = 0
        self.times, self.errors, self.answers, self.trouble = [], 0, {}, None

    def run(self):
        with ThreadPoolExecutor(self._step.concurrency) as pool:
            requests = [pool.submit(self._one) for _ in range(self._step.number)]
        for request in requests:
            request.result()  # what is not the service's doing ends the grading
        return self

    def _one(self):
        try:
            if time.monotonic() >= self._end:
                raise Trouble(f"not all requests were answered within {self._step.seconds:g} s", out_of_time=True)
            answer = self._client.send(self._request)
        except Trouble as trouble:
            with self._lock:
                self.errors += 1
                self.trouble = self.trouble or str(trouble)
            return
        headers = tuple(answer.header(name) for name in self._step.request.expect.headers)
        with self._lock:
            self.times.append(answer.seconds)
            key = (answer.status, headers, answer.body)
            if key not in self.answers and self._kept <= LARGEST_TOGETHER:
                self._kept += len(answer.body) + 200
                self.answers[key] = [answer, 0]
            if key in self.answers:
                self.answers[key][1] += 1
            else:
                self.errors += 1
                self.trouble = self.trouble or "the answers are too large and too different"

    def judge(self, captures):
        """(share from 0 to 1, sentence or None)."""
        for answer, count in self.answers.values():
            wrong = next(filter(None, self._step.request.expect.mistakes(answer, captures)), None)
            if wrong:
                self.errors += count
                self.trouble = self.trouble or f"{answer.what}: {wrong}"
        if self.errors > self._step.allowed_errors:
            wrong = f"{self.errors} of {self._step.number} requests at {self._step.concurrency} at a time went wrong"
            return 0, f"{wrong}; the first: {self.trouble}"
        slowest = percentile(self.times, 95) * 1000
        full, none = self._step.full * self._factor, self._step.none * self._factor
        share = scale(slowest, full, none)
        text = f"95 of 100 requests were answered within {slowest:.0f} ms"
        text += f"; {full:.0f} ms are worth all points, {none:.0f} ms none"
        return share, None if share == 1 else text


def percentile(times, percent):
    """The nearest-rank percentile: the smallest time that `percent` of 100 are not longer than."""
    ordered = sorted(times)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def scale(value, full, none):
    """1 at `full` and below, 0 at `none` and above, and straight in between."""
    return min(1.0, max(0.0, (none - value) / (none - full)))


def load(step, client, captures, factor=1.0):
    """The best of `tries`: a machine that is busy with something else for a moment is not the service's doing."""
    request = step.request.build(captures)
    best = (0, None)
    for _ in range(step.tries):
        found = _Once(step, client, request, factor).run().judge(captures)
        best = max(best, found, key=lambda pair: pair[0]) if best[1] else found
        if best[0] == 1 or client.left < step.seconds / 2:
            break
    return best
