"""Runs the learner's program and the baseline on the same data, one after the other in the same room."""

import json
from dataclasses import dataclass

from provost_cases import fail, lab_file
from provost_grader import clean, our_fault, run, wall_time

# The baseline does its work in the CPU time; one that ran out of real time met a busy machine, and is run again.
BASELINE_TRIES = 3

# Reads what comes before its data on standard input: files, which it puts into a folder of its own, and the program.
_LOADER = """
import json, os, sys
source = sys.stdin.buffer
head = json.loads(source.readline())
os.chdir("/tmp")
for name, size in head["files"].items():
    with open(name, "wb") as file:
        file.write(source.read(size))
exec(compile(source.read(head["program"]), "baseline", "exec"), {"__name__": "__main__"})
"""


@dataclass
class Found:
    """What one test came to. `ratio`, `memory` (MiB): None where the output was not good enough to be measured."""

    quality: float = 1.0
    why: str | None = None
    ratio: float | None = None
    memory: float | None = None


def _has_ended_well(ended):
    return ended.succeeded and not ended.stopped_by


def _cost(ended):
    """Seconds that a run took: CPU time, which a busy machine does not change, wherever it can be measured."""
    seconds = ended.wall_seconds if ended.cpu_seconds is None else ended.cpu_seconds
    return max(seconds, 0.001)


class Bench:
    def __init__(self, given, cases):
        self._given, self._cases = given, cases
        self._limits = {"seconds": wall_time(given["seconds"]), "cpu_seconds": given["seconds"], "memory": given["memory"] or None}
        self._limits["read_only"] = True
        self._before_data = b""
        if given["baseline"]:
            program = lab_file(given["baseline"]).read_bytes()
            files = {path.rsplit("/", 1)[-1]: lab_file(path).read_bytes() for path in given["baseline-files"]}
            head = {"program": len(program), "files": {name: len(data) for name, data in files.items()}}
            self._before_data = json.dumps(head).encode() + b"\n" + b"".join(files.values()) + program

    def measure(self, test, patience):
        """As many rounds as it takes to all points, at most `rounds`, and one where that is far away. Every round's output has to be
        good; the best ratio counts."""
        found = Found()
        speed = test.curves.get("speed-up")
        for turn in range(self._given["rounds"] if speed else 1):
            data, expected = self._cases.make(test.kind, turn)
            ended = run(test.command or self._given["command"], stdin=data, **self._limits)
            patience.saw(ended.out_of_time)
            # Without an expectation of the lab's, right is what the baseline prints.
            slow = self._baseline(data) if expected is None and _has_ended_well(ended) else None
            quality, why = self._judge(test.kind, ended, slow.output if slow else expected)
            found.quality = min(found.quality, quality)
            if quality < test.needs:
                return Found(found.quality, why or f"{quality:.3f} of the output is right, {test.needs:g} is needed")
            found.why = found.why or why
            if ended.peak_memory is not None:
                found.memory = max(found.memory or 0, ended.peak_memory / (1 << 20))
            if speed is None:
                break
            if slow is None:
                slow = self._baseline(data)
                self._prove(test, slow.output, expected)
            found.ratio = max(found.ratio or 0, _cost(slow) / _cost(ended))
            if speed.points_for(found.ratio) in (0, speed.most):
                break
        if "memory" in test.curves and found.memory is None:
            our_fault("this machine cannot measure memory")
        return found

    def _judge(self, kind, ended, expected):
        if not _has_ended_well(ended):
            how = ended.summary if ended.stopped_by else "did not end by itself with exit status 0"
            return 0.0, f"The program {how}"
        if ended.dropped_output:
            return 0.0, "The program printed more than may be printed"
        return self._cases.judge(kind, ended.output, expected)

    def _baseline(self, data):
        """The lab's own program on the same data."""
        for _ in range(BASELINE_TRIES):
            ended = run(["python3", "-I", "-c", _LOADER], stdin=self._before_data + data, **self._limits)
            if ended.stopped_by != "wall-time":
                break
        if not _has_ended_well(ended):
            our_fault(f"the baseline {ended.summary}: {clean(ended.errors[-1000:], 500)}")
        return ended

    def _prove(self, test, output, expected):
        """The lab's files have to agree, or nobody can be right."""
        quality, why = self._cases.judge(test.kind, output, expected)
        if quality < test.needs:
            fail(f"the output of the baseline is not what {self._given['cases']} expects of {test.kind}: {why or quality}")
