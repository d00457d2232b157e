"""How much slower this machine is just now than the one for which a lab's times were written."""

from provost_cases import lab_file
from provost_grader import clean, our_fault, run


class Yardstick:
    """Runs the lab's program in the learner's room, whenever nothing of the learner's is alive there: nobody can make it slow.

    `factor`: by what times are multiplied, at least 1. It only grows, in favour of the learner.
    """

    def __init__(self, given):
        self._milliseconds = given["yardstick-ms"]
        self._program = lab_file(given["yardstick"]).read_bytes() if given["yardstick"] else None
        self.factor = 1.0
        if self._program is not None and not self.measure():
            our_fault(
                f"the yardstick {given['yardstick']} did not end by itself with status 0: {clean(self._last.errors[-500:])}"
            )

    def measure(self):
        """Whether the program could be measured; without one there is nothing to do."""
        if self._program is None:
            return True
        self._last = ended = run(["python3", "-I", "-"], stdin=self._program, read_only=True)
        if ended.succeeded:
            self.factor = max(self.factor, ended.wall_seconds * 1000 / self._milliseconds)
        return ended.succeeded
