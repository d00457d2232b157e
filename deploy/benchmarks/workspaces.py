"""The speed figures of workspaces as one table of ratios: `make bench-workspaces`. Started by `run`, which says how.

What is compared takes turns in one run, so that whatever else the machine does meets both sides. Each part has a daemon of its own on a
state directory of its own; terminals go through `provost` on a pseudo-terminal, as a learner's do. After each part nothing may be left of
it: mounts, loop devices, cgroups, processes, users of rooms.
"""

import argparse
import http.client
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time

import leftovers
from baseline import Baseline
from figures import Daemon
from learners import Deadline, Interruption, Learners, NotMeasured, percentile
from neighbours import LIMITS, measure_neighbours
from terminals import PROMPT, SecureShell, Terminal, measure_echo, measure_output

PARTS = ["start", "terminal", "neighbours", "crowd", "memory"]
# So that hundreds of workspaces fit into a small machine.
SMALL = "32MiB"


class Table:
    """The figures as they come in. `good` is None for what has no target."""

    def __init__(self):
        self.missed = 0

    def row(self, *cells):
        *cells, good = cells
        self.missed += good is False
        self.line(*cells, "" if good is None else "yes" if good else "NO")

    @staticmethod
    def line(*cells):
        print("| " + " | ".join(cells) + " |", flush=True)

    def begin(self):
        self.line("figure", "ours", "baseline", "ratio", "target", "ok")
        self.line(*["---"] * 6)


def measure_start(learners, folder, rounds, table):
    """A warm start up to the first prompt, against bubblewrap on a loop-mounted image of the same size."""
    starts, shells, theirs = [], [], []

    def ours():
        begin = time.perf_counter()
        learners.do(0, "start", "small")
        between = time.perf_counter()
        terminal = Terminal(learners.cli("shell", "small", "--new"), learners.environments[0])
        try:
            terminal.until(PROMPT)
            end = time.perf_counter()
        finally:
            terminal.close()
        learners.do(0, "stop", "small")
        return (between - begin) * 1000, (end - between) * 1000

    with Baseline(folder + "/baseline", "1G") as baseline:
        # The first makes the volume.
        ours()
        baseline.milliseconds()
        for _ in range(rounds):
            # Each after the same moment of quiet.
            time.sleep(0.3)
            start, shell = ours()
            starts.append(start)
            shells.append(shell)
            time.sleep(0.3)
            theirs.append(baseline.milliseconds())
    both = [start + shell for start, shell in zip(starts, shells)]
    for name, share in [("p50", 0.5), ("p95", 0.95)]:
        mine, other = percentile(both, share), percentile(theirs, share)
        table.row(f"warm start to first prompt, {name}", f"{mine:.0f} ms", f"losetup, mount, bubblewrap {other:.0f} ms", f"{mine / other:.1f}",
                  f"at most 60 ms more: {mine - other:+.0f}", mine - other <= 60)
    for name, values in [("provost start", starts), ("provost shell, to the prompt", shells)]:
        table.row(f"  of it: {name}, p50 / p95", f"{percentile(values, 0.5):.0f} / {percentile(values, 0.95):.0f} ms", "", "", "", None)


def start_all(learners, numbers, seconds, patience):
    """Starts asked for evenly within `seconds`. Gives back how long each took, what was refused, who still waits after `patience`
    seconds without another that runs, and the time from the first word to the last that runs."""
    numbers = list(numbers)
    took, refused, waiting = [], [], set()
    lock, over = threading.Lock(), threading.Event()
    begin = time.monotonic()
    progress = [begin]

    def ask(place, number):
        if over.wait(max(0, begin + seconds * place / len(numbers) - time.monotonic())):
            return
        asked = time.monotonic()
        try:
            state = learners.start(number)
            while state != "running":
                if state not in ("waiting", "starting"):
                    raise NotMeasured(f"a workspace that was to run is {state}")
                if time.monotonic() - max(progress[0], asked) > patience:
                    with lock:
                        waiting.add(number)
                    return
                # As `provost start --wait` asks, somewhat more often.
                if over.wait(0.1):
                    return
                state = learners.ask("GET", "/v1/workspaces/small", number)["workspace"]["state"]
        except RuntimeError as error:
            with lock:
                refused.append(str(error))
            return
        with lock:
            progress[0] = time.monotonic()
            took.append(progress[0] - asked)

    threads = [threading.Thread(target=ask, args=pair, daemon=True) for pair in enumerate(numbers)]
    for thread in threads:
        thread.start()
    deadline = Deadline(seconds + patience + 300, f"{len(numbers)} starts were not decided")
    try:
        for thread in threads:
            thread.join(deadline.left())
            deadline.left()
    finally:
        # Nothing is to start any more while everything is stopped.
        over.set()
        for thread in threads:
            thread.join(30)
    return took, refused, waiting, progress[0] - begin


def why_waiting(learners, waiting):
    """The daemon's own words about one that waits, and what they mean as a rule."""
    if not waiting:
        return ""
    why = learners.ask("GET", "/v1/workspaces/small/why", min(waiting))
    share = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") * 7 // 10 >> 20
    return " ".join([why["sentence"], *why["details"], f"All workspaces together have 70 % of this machine's memory, {share} MiB; --quick needs less."])


def measure_crowd(learners, count, table):
    took, refused, waiting, last = start_all(learners, range(count), 10, 60)
    good = not refused and not waiting and last <= 60
    text = f"all run after {last:.1f} s" if len(took) == count else f"{len(took)} run after {last:.1f} s, {len(waiting)} wait"
    table.row(f"{count} starts asked within 10 s", text, "", "", f"none refused: {len(refused)}; all within 60 s", good)
    if took:
        table.row("  each, from asking to running, p50 / p95 / most",
                  f"{percentile(took, 0.5):.2f} / {percentile(took, 0.95):.2f} / {max(took):.2f} s", "", "", "reported", None)
    if refused:
        raise NotMeasured(f"{len(refused)} starts were refused; the first: {refused[0]}")
    if waiting:
        raise NotMeasured(f"{len(waiting)} of {count} still wait. {why_waiting(learners, waiting)}")


def private_bytes(pid):
    text = leftovers.read(f"/proc/{pid}/smaps_rollup")
    return sum(int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("Private_"))


def keepers_and_rooms(state):
    """Private bytes of each keeper of this state directory that keeps a workspace, and of its room: what its cgroup holds."""
    names = {name for name in leftovers.instance_names(state) if name.startswith("w-")}
    rooms = {}
    for folder in leftovers.cgroups(names):
        found = [int(pid) for pid in leftovers.read(folder + "/cgroup.procs").split()]
        if found:
            rooms[os.path.basename(folder)] = set(found)
    sizes = []
    for room in rooms.values():
        parents = {leftovers.parent_and_user(pid)[0] for pid in room} - room
        # One that still waits for an order holds no volume.
        keepers = [pid for pid in parents if pid and leftovers.holds_open(pid, state + "/volumes")]
        if len(keepers) == 1:
            sizes.append((private_bytes(keepers[0]), sum(private_bytes(pid) for pid in room)))
    return sizes


def measure_memory(learners, count, table):
    took, refused, waiting, _ = start_all(learners, range(count), count / 15, 60)
    if refused:
        raise NotMeasured(f"{len(refused)} of {count} starts were refused; the first: {refused[0]}")
    # What starting left behind settles.
    time.sleep(5)
    sizes = keepers_and_rooms(learners.daemon.state)
    if len(sizes) != len(took):
        raise NotMeasured(f"{len(took)} workspaces run, and keepers with a room were found for {len(sizes)}")
    if not sizes:
        raise NotMeasured(f"none of {count} workspaces runs: {why_waiting(learners, waiting)}")
    both = [sum(pair) for pair in sizes]
    mebibytes = [f"{percentile(values, 0.5) / 1048576:.2f} / {max(values) / 1048576:.2f} MiB" for values in (both, *zip(*sizes))]
    table.row(f"private memory of each of {len(sizes)} idle workspaces, p50 / most", mebibytes[0], "", "", "p50 < 3 MiB", percentile(both, 0.5) < 3 << 20)
    table.row("  of it: keeper", mebibytes[1], "", "", "", None)
    table.row("  of it: room", mebibytes[2], "", "", "", None)
    table.row("the daemon's own memory (RssAnon) with them", f"{learners.daemon.memory('RssAnon') / 1048576:.0f} MiB", "", "", "reported", None)
    if waiting:
        raise NotMeasured(f"{len(waiting)} of {count} workspaces still wait. {why_waiting(learners, waiting)}")


class Benchmark:
    """One part after the other; a part that cannot be measured does not keep the next from it."""

    def __init__(self, programs, folder, quick):
        self.programs, self.folder, self.table = programs, folder, Table()
        self.rounds, self.starts, self.idle, self.keys, self.commands = (6, 20, 30, 100, 30) if quick else (30, 100, 300, 500, 150)
        self.failed, self.left = [], []
        self.ranges = [leftovers.users(text) for text in (Daemon.ROOM_USERS, Daemon.WORKSPACE_USERS)]

    def run(self, part):
        learners = None
        try:
            Interruption.begin()
            learners = self.learners(part)
            getattr(self, part)(learners)
        except (RuntimeError, OSError, subprocess.SubprocessError, http.client.HTTPException) as error:
            self.fail(part, error)
        finally:
            Interruption.while_ending()
            if learners:
                learners.close()
            # Also of a daemon that did not come up, and of an interrupted run.
            left = leftovers.check(f"{self.folder}/{part}", f"{self.folder}/{part}/state", self.ranges)
            self.left.append(f"{part}: {left}")
            if left:
                self.fail(part, RuntimeError("something was left behind: " + "; ".join(left.lines()[:8])))
                left.end()

    def fail(self, part, error):
        self.failed.append(part)
        # One sentence, whatever it was.
        print(f"not measured: {part}: {' '.join(str(error).split())}", file=sys.stderr, flush=True)

    def learners(self, part):
        folder = f"{self.folder}/{part}"
        if part == "start":
            return Learners(self.programs, folder, typists=1)
        if part == "terminal":
            return Learners(self.programs, folder, typists=2)
        if part == "neighbours":
            return Learners(self.programs, folder, typists=2, **LIMITS)
        return Learners(self.programs, folder, self.starts if part == "crowd" else self.idle, memory=SMALL)

    def start(self, learners):
        measure_start(learners, learners.folder, self.rounds, self.table)

    def terminal(self, learners):
        for typist in range(2):
            learners.do(typist, "start", "small")
        shell = SecureShell(learners.folder)
        try:
            measure_echo(learners, shell, self.keys, self.table)
            measure_output(learners, shell, 200, 3, self.table)
        finally:
            shell.stop()

    def neighbours(self, learners):
        measure_neighbours(learners, self.commands, self.table)

    def crowd(self, learners):
        measure_crowd(learners, self.starts, self.table)

    def memory(self, learners):
        measure_memory(learners, self.idle, self.table)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and workspaces: to see that everything works")
    parser.add_argument("--only", default="", metavar="PARTS", help="some of: " + " ".join(PARTS))
    parser.add_argument("programs", help="the folder of built programs")
    options = parser.parse_args()
    wanted = options.only.split() or PARTS
    unknown = set(wanted) - set(PARTS)
    if unknown:
        parser.error(f"--only: there is no part {' '.join(sorted(unknown))}; there are {' '.join(PARTS)}")
    if os.geteuid() != 0:
        sys.exit("make bench-workspaces needs root: volumes and rooms of their own users cannot be made without it. Try: sudo make bench-workspaces")
    # Not /tmp, which may be memory: volumes are to lie on a disk.
    folder = tempfile.mkdtemp(prefix="provost-benchmark-", dir="/var/tmp")
    os.chmod(folder, 0o711)
    load = os.getloadavg()
    print(f"{os.cpu_count()} cores, load average {load[0]:.2f} {load[1]:.2f} {load[2]:.2f} at the start; Linux {os.uname().release}")
    if load[0] > os.cpu_count() / 2:
        print("Other work was going on at the start: read the ratios, not the times.")
    print(flush=True)
    benchmark = Benchmark(os.path.realpath(options.programs), folder, options.quick)
    benchmark.table.begin()
    try:
        for part in wanted:
            if not Interruption.came:
                benchmark.run(part)
    except KeyboardInterrupt:
        pass
    finally:
        if os.environ.get("PROVOST_BENCHMARK_KEEP") is None:
            shutil.rmtree(folder, ignore_errors=True)
    print("\nleft of each part:\n  " + "\n  ".join(benchmark.left))
    print(f"load average at the end {os.getloadavg()[0]:.2f}; targets missed: {benchmark.table.missed}", flush=True)
    if Interruption.came:
        print("interrupted: what was started was ended", file=sys.stderr)
    sys.exit(130 if Interruption.came else 1 if benchmark.failed else 0)


if __name__ == "__main__":
    main()
