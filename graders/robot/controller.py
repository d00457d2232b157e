"""The learner's controller, as somebody who says one line at a time."""

import threading
from collections import deque

from provost_grader import PIPE, Process

LONGEST_LINE = 200
MOST_WAITING = 1000


class Controller:
    """`hear` waits for a line; nothing that the controller prints, and nothing that it does not, holds the grader up for longer than
    the limits of its run."""

    def __init__(self, command, **limits):
        self._lines, self._rest, self._is_over = deque(), b"", False
        self._changed = threading.Condition()
        self._process = Process(command, stdin=PIPE, read_only=True, on_output=self._take, on_end=self._end, **limits)

    def _take(self, data):
        with self._changed:
            *lines, self._rest = (self._rest + data).split(b"\n")
            # What nobody could mean is kept as long as it takes to see that: a line too long, a thousand commands ahead.
            self._rest = self._rest[: LONGEST_LINE + 1]
            room = MOST_WAITING - len(self._lines)
            self._lines.extend(line[: LONGEST_LINE + 1] for line in lines[: max(0, room)])
            if len(self._rest) > LONGEST_LINE:
                self._lines.append(self._rest)
                self._rest = b""
            self._changed.notify()

    def _end(self):
        with self._changed:
            self._is_over = True
            self._changed.notify()

    def say(self, line):
        self._process.send(f"{line}\n".encode())

    def hear(self):
        """The next line, which may hold anything, or None when the controller has ended without one."""
        with self._changed:
            self._changed.wait_for(lambda: self._lines or self._is_over)
            return self._lines.popleft().decode("ascii", errors="replace") if self._lines else None

    def ended(self):
        """How it ended, after `hear` has found nothing more."""
        return self._process.wait()

    def stop(self):
        if not self._process.has_ended:
            self._process.stop()
