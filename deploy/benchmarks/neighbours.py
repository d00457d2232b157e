"""What a learner feels while another one's workspace attacks: a small command in an open terminal, beside each attack at its limit."""

import os
import subprocess
import threading
import time

import leftovers
from learners import Deadline, NotMeasured, percentile
from terminals import Sides

# Limits of the cohort in this part: small, so that each attack is soon at its own.
LIMITS = {"memory": "128MiB", "disk": "128MiB", "files": "8192", "processes": "200"}

# In Perl, which every Debian has. Each goes on until it is stopped.
ATTACKS = {
    "fork bomb": "while (1) { fork }",
    "memory hog": 'while (1) { my $child = fork; if (defined $child && $child == 0) { my @all; push @all, "x" x 1048576 while 1 } waitpid $child, 0 }',
    "processor spin": "fork for 1..3; while (1) { }",
    "disk filler": 'my $block = "x" x 1048576; while (1) { open my $file, ">", "$ENV{HOME}/big"; 1 while syswrite $file, $block; '
                   'select undef, undef, undef, 0.1; close $file; unlink "$ENV{HOME}/big" }',
    "inode filler": 'mkdir "$ENV{HOME}/many"; while (1) { my $n = 0; while (open my $file, ">", "$ENV{HOME}/many/$n") { $n++ } '
                    'select undef, undef, undef, 0.1; unlink "$ENV{HOME}/many/$_" for 0..$n }',
}


def command_times(terminal, rounds):
    """Milliseconds of a command that writes a file, starts a program and reads the file."""
    times = []
    for number in range(rounds):
        begin = time.perf_counter()
        terminal.send(f'echo "done-$(({number}))" >note; cat note\n'.encode())
        terminal.until(f"done-{number}\r\n".encode(), 60)
        times.append((time.perf_counter() - begin) * 1000)
        time.sleep(0.02)
    return times


def room_of(instance, known=()):
    """A process of the room that is not among those known: the one that starts sessions."""
    for folder in leftovers.cgroups({instance}):
        for pid in map(int, leftovers.read(folder + "/cgroup.procs").split()):
            if pid not in known and leftovers.read(f"/proc/{pid}/cmdline").startswith("/run/sessions"):
                return pid
    return None


class Limit:
    """What shows that a room is at its limits: its cgroup's counters, and its volume."""

    def __init__(self, pid):
        self.home = f"/proc/{pid}/root/home/learner"
        self.folders = {}
        for line in leftovers.read(f"/proc/{pid}/cgroup").splitlines():
            _, names, path = line.split(":", 2)
            for name in names.split(",") if names else ["memory", "pids", "cpu"]:
                root = f"/sys/fs/cgroup/{name}" if names else "/sys/fs/cgroup"
                if name not in self.folders and os.path.exists(f"{root}{path}/{name}.stat" if name == "cpu" else f"{root}{path}/cgroup.procs"):
                    self.folders[name] = root + path
        self.most = 0
        self.began = time.monotonic()
        self.before = self.counter("memory", "oom_kill"), self.counter("cpu", "nr_throttled")

    def counter(self, controller, key):
        names = {"memory": ["memory.oom_control", "memory.events"], "cpu": ["cpu.stat"]}[controller]
        for name in names:
            for line in leftovers.read(f"{self.folders.get(controller)}/{name}").splitlines():
                if line.startswith(key + " "):
                    return int(line.split()[1])
        return 0

    def sample(self, attack):
        if attack == "fork bomb":
            current, most = (leftovers.read(f"{self.folders['pids']}/pids.{name}").strip() for name in ("current", "max"))
            self.most = max(self.most, int(current) / int(most)) if most.isdigit() else self.most
        elif attack == "memory hog":
            self.most = self.counter("memory", "oom_kill") - self.before[0]
        elif attack == "processor spin":
            self.most = self.counter("cpu", "nr_throttled") - self.before[1]
        else:
            volume = os.statvfs(self.home)
            free, all_ = (volume.f_bavail, volume.f_blocks) if attack == "disk filler" else (volume.f_ffree, volume.f_files)
            self.most = max(self.most, 1 - free / all_)

    def evidence(self, attack):
        """What the attack came to, and whether that is its limit."""
        if attack == "memory hog":
            return f"{self.most} ended for lack of memory", self.most > 0
        if attack == "processor spin":
            # On a machine where others have the processors it never has all that it may.
            return f"held back {self.most} times", self.most > 0 or time.monotonic() - self.began > 5
        noun = {"fork bomb": "processes", "disk filler": "disk", "inode filler": "files"}[attack]
        return f"{self.most:.0%} of its {noun}", self.most >= 0.98


def beside(learners, terminal, attack, limit, rounds):
    command = learners.cli("exec", "small", "--", "perl", "-e", ATTACKS[attack])
    process = subprocess.Popen(command, env=learners.environments[1], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    over = threading.Event()

    def watch():
        while not over.wait(0.03):
            try:
                limit.sample(attack)
            except OSError:
                pass

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        # Measured at the limit, not on the way to it.
        deadline = Deadline(30, f"the {attack} did not come to its limit")
        while not limit.evidence(attack)[1]:
            if process.poll() is not None:
                raise NotMeasured(f"the {attack} ended by itself with {process.returncode}")
            time.sleep(min(0.05, deadline.left()))
        return command_times(terminal, rounds)
    finally:
        over.set()
        watcher.join()
        process.kill()
        process.wait()


def spread(values):
    return " / ".join(f"{value:.1f}" for value in (percentile(values, 0.5), percentile(values, 0.95), max(values))) + " ms"


def measure_neighbours(learners, rounds, table):
    """Of typist 0, whom typist 1 attacks; an attack that cannot be measured does not keep the next from it."""
    failures = []
    learners.do(0, "start", "small")
    quiet_room = room_of(learners.instance)
    with Sides(learners, None) as sides:
        terminal = sides.workspace(0)
        command_times(terminal, 10)
        for attack in ATTACKS:
            try:
                measure_attack(learners, terminal, attack, quiet_room, rounds, table)
            except NotMeasured as error:
                failures.append(str(error))
    if failures:
        raise NotMeasured("; ".join(failures))


def measure_attack(learners, terminal, attack, quiet_room, rounds, table):
    quiet = command_times(terminal, rounds)
    learners.do(1, "start", "small")
    try:
        room = room_of(learners.instance, {quiet_room})
        if room is None:
            raise NotMeasured("the attacker's room was not found among the cgroups")
        limit = Limit(room)
        times = beside(learners, terminal, attack, limit, rounds)
    finally:
        begin = time.perf_counter()
        learners.do(1, "stop", "small")
        stopped = time.perf_counter() - begin
    ratio = percentile(times, 0.95) / percentile(quiet, 0.95)
    table.row(f"a neighbour's command beside: {attack}, p50 / p95 / most", spread(times), f"quiet {spread(quiet)}", f"{ratio:.2f}",
              f"reported; {limit.evidence(attack)[0]}; then stopped in {stopped:.1f} s", None)
