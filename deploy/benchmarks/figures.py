"""The speed figures of Provost as one table of ratios. Started by `run`, which says how.

Everything is measured in one run, and what is compared takes turns, so that whatever else the machine does meets both sides. A figure
is a median. The daemon is a real one on a state directory of its own, the client talks to its Unix socket as `provost` does.
"""

import argparse
import hashlib
import http.client
import io
import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tarfile
import tempfile
import threading
import time

from cases import measure_cases, measure_results

MEBIBYTE = 1 << 20

LAB = """\
name: {name}
title:
  en: Benchmark
grader: benchmark
points: 1
archive-limit: 200MiB
unpack:
  bytes: {unpack}
"""
GRADER = """\
name: benchmark
title:
  en: Benchmark
format: exit-code
run: [./run]
"""
GRADER_RUN = "#!/bin/sh\nlearner run -- true\n"


class Connection(http.client.HTTPConnection):
    """HTTP over a Unix socket, with a learner's token."""

    def __init__(self, path, token=None, timeout=60):
        super().__init__("localhost", timeout=timeout)
        self.path = path
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)

    def ask(self, method, path, body=None, headers=None):
        self.request(method, path, body=body, headers={**self.headers, **(headers or {})})
        response = self.getresponse()
        text = response.read()
        if response.status >= 300:
            raise RuntimeError(f"{method} {path}: {response.status} {text[:300]!r}")
        return json.loads(text)

    def submit(self, assignment, body):
        """Hands in; the answer comes when the submission is durable."""
        headers = {"Idempotency-Key": "%032x" % random.getrandbits(128), "Provost-File-Name": "work.tar"}
        return self.ask("POST", f"/v1/assignments/{assignment}/submissions", body, headers)["submission"]["id"]

    def watch(self, submission):
        """The events of a submission with the moment each arrived, up to the last."""
        self.request("GET", f"/v1/submissions/{submission}/events", headers=self.headers)
        response = self.getresponse()
        events = []
        for line in response:
            if line.startswith(b"data: "):
                events.append((time.perf_counter(), json.loads(line[6:])))
        if not events or events[-1][1]["kind"] != "finished":
            raise RuntimeError(f"the events of {submission} ended early")
        return events


class Daemon:
    """A provostd with one lab for small submissions, one for large ones, and some learners."""

    ROOM_USERS, WORKSPACE_USERS = "330000-331999", "340000-340999"

    def __init__(self, programs, folder, learners):
        self.programs, self.state = programs, folder + "/state"
        self.socket = self.state + "/provost.sock"
        self.log = folder + "/log"
        self.environment = {
            "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": folder, "XDG_CONFIG_HOME": folder + "/config",
            "XDG_STATE_HOME": folder + "/receipts", "PROVOST_SERVER": "unix:" + self.socket,
        }
        command = [programs + "/provostd", "serve", "--state", self.state, "--room-users", self.ROOM_USERS]
        command += ["--workspace-users", self.WORKSPACE_USERS]
        # Ctrl-C in the terminal is ours: the daemon is needed until what it runs was stopped.
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                command, stderr=log, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=self.environment, start_new_session=True)
        try:
            self.prepare(folder, learners)
        except BaseException:
            self.stop()
            raise

    def prepare(self, folder, learners):
        for _ in range(400):
            if os.path.exists(self.socket) and " Ready" in self.text():
                break
            if self.process.poll() is not None:
                raise RuntimeError("provostd did not start:\n" + self.text())
            time.sleep(0.05)
        else:
            raise RuntimeError("provostd is not ready after 20 seconds:\n" + self.text())
        os.mkdir(folder + "/grader")
        self.file(folder + "/grader/grader.yaml", GRADER)
        self.file(folder + "/grader/run", GRADER_RUN, 0o755)
        self.call("org", "create", "bench")
        self.call("program", "create", "bench", "--org", "bench")
        days = ["--first-day", "2000-01-01", "--last-day", "2999-12-31", "--timezone", "UTC"]
        self.call("cohort", "create", "bench", "--program", "bench", *days)
        self.call("grader", "publish", folder + "/grader")
        for name, unpack in [("small", "1MiB"), ("large", "200MiB")]:
            os.mkdir(f"{folder}/{name}")
            self.file(f"{folder}/{name}/lab.yaml", LAB.format(name=name, unpack=unpack))
            self.file(f"{folder}/{name}/README.md", "Benchmark\n")
            self.call("lab", "publish", f"{folder}/{name}", "--no-check")
            self.call("assignment", "create", name, "--lab", name, "--cohort", "bench")
        self.tokens = []
        for number in range(learners):
            code = json.loads(self.call("enroll", f"learner-{number}", "--cohort", "bench", "-o", "json"))["code"]
            self.tokens.append(self.connection().ask("POST", "/v1/login", json.dumps({"code": code}))["token"])

    def connection(self, learner=None):
        return Connection(self.socket, None if learner is None else self.tokens[learner])

    def call(self, *words):
        """One call of the command line, as root: an administrator."""
        done = subprocess.run([self.programs + "/provost", *words], env=self.environment, capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(f"provost {' '.join(words)}: {done.stderr}")
        return done.stdout

    def text(self):
        with open(self.log, errors="replace") as file:
            return file.read()

    def memory(self, key):
        with open(f"/proc/{self.process.pid}/status") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith(key + ":"))

    def processor_seconds(self):
        """Of the daemon itself, and of what it started and waited for: the rooms."""
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        ticks = os.sysconf("SC_CLK_TCK")
        own, children = int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])
        return own / ticks, children / ticks

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    @staticmethod
    def file(path, text, mode=0o644):
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, mode)


class Rooms:
    """room-benchmark, asked for one pair at a time."""

    def __init__(self, programs, folder):
        environment = dict(os.environ, PROVOST_BENCHMARK_FOLDER=folder + "/rooms")
        self.process = subprocess.Popen(
            [programs + "/room-benchmark", "answer"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)

    def pair(self, quiet):
        """Milliseconds of a room, and of bubblewrap alone."""
        line = ""
        try:
            self.process.stdin.write(f"{quiet}\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
            room, bare = map(float, line.split())
        except (ValueError, BrokenPipeError):
            raise RuntimeError(f"room-benchmark: {line or 'ended early'}") from None
        return room, bare

    def stop(self):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Table:
    """The figures as they come in; `None` stands for what has no target."""

    def __init__(self):
        self.rows, self.notes = [], []

    def add(self, figure, ours, baseline, ratio, target, good):
        self.rows.append((figure, ours, baseline, ratio, target, "" if good is None else "yes" if good else "NO"))

    def note(self, text):
        self.notes.append(text)

    def print(self):
        head = ("figure", "ours", "baseline", "ratio", "target", "ok")
        widths = [max(len(row[column]) for row in [head, *self.rows]) for column in range(len(head))]
        for row in [head, tuple("-" * width for width in widths), *self.rows]:
            print("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip())
        for note in self.notes:
            print(note)


def median(values):
    return statistics.median(values)


def tenth(values):
    return sorted(values)[len(values) // 10]


def archive(size, name="work.bin"):
    """A tar of one file that cannot be compressed, of about `size` bytes."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        content = random.randbytes(size - 1536)
        information = tarfile.TarInfo(name)
        information.size = len(content)
        tar.addfile(information, io.BytesIO(content))
    # Without the padding to ten kilobytes, which two zero blocks are the only needed part of.
    length = 512 + (len(content) + 511) // 512 * 512 + 1024
    return bytearray(target.getvalue()[:length])


def measure_single(daemon, rooms, table, rounds):
    """Rooms against bubblewrap alone, and one submission at a time, taking turns."""
    samples = {0: ([], []), 100: ([], [])}
    submissions, split = [], []
    connection = daemon.connection(0)
    body = archive(2048)
    for number in range(rounds + 3):
        got = {}
        for quiet in samples:
            # The first after a change of subject is neither quiet nor back to back.
            if quiet == 0:
                rooms.pair(0)
            got[quiet] = [rooms.pair(quiet) for _ in range(2)]
        body[520:528] = number.to_bytes(8, "little")
        time.sleep(0.05)
        begin = time.perf_counter()
        identifier = connection.submit("small", bytes(body))
        receipt = time.perf_counter()
        events = connection.watch(identifier)
        end, last = events[-1]
        grading = last["info"]["grading"]
        if grading["stage"] != "graded":
            raise RuntimeError(f"a submission was not graded: {json.dumps(grading)[:600]}")
        if number < 3:
            continue
        for quiet, pairs in got.items():
            for room, bare in pairs:
                samples[quiet][0].append(room)
                samples[quiet][1].append(bare)
        submissions.append((end - begin) * 1000)
        moment = next((at for at, event in events if event["kind"] == "grading"), receipt)
        split.append(((receipt - begin) * 1000, (moment - receipt) * 1000, (end - moment) * 1000))
    for quiet, label in [(0, "back to back"), (100, "after 100 ms of quiet")]:
        ours, bare = samples[quiet]
        ratio = median(ours) / median(bare)
        table.add(f"room running true, {label}", f"{median(ours):.2f} ms", f"bubblewrap alone {median(bare):.2f} ms", f"{ratio:.2f}", "≤ 1.30", ratio <= 1.3)
        low = tenth(ours) / tenth(bare)
        table.add("  the same, 10th percentile", f"{tenth(ours):.2f} ms", f"{tenth(bare):.2f} ms", f"{low:.2f}", "", None)
    # A submission comes after a quiet moment, so its rooms are those after one.
    room = median(samples[100][0])
    allowed = 3 * room + 15
    ours = median(submissions)
    table.add(
        "submission to recorded score", f"{ours:.2f} ms", f"3 rooms + 15 ms = {allowed:.2f} ms", f"{ours / allowed:.2f}", "≤ 1.00", ours <= allowed)
    low = tenth(submissions)
    table.add("  the same, 10th percentile", f"{low:.2f} ms", "", f"{low / (3 * tenth(samples[100][0]) + 15):.2f}", "", None)
    parts = [median(values) for values in zip(*split)]
    for name, value in zip(["  of it: to the receipt", "  of it: queue and unpacking", "  of it: grader, learner's program, record"], parts):
        table.add(name, f"{value:.2f} ms", "", "", "", None)
    return room


def measure_sustained(daemon, table, room, clients, seconds):
    """Clients that hand in, wait for the score and hand in again."""
    finished, failures = [], []
    body = archive(2048)
    stop = time.monotonic() + seconds

    def work(learner):
        try:
            mine, connection, number = bytearray(body), daemon.connection(learner), 0
            while time.monotonic() < stop:
                number += 1
                mine[520:536] = learner.to_bytes(8, "big") + number.to_bytes(8, "big")
                events = connection.watch(connection.submit("small", bytes(mine)))
                grading = events[-1][1]["info"]["grading"]
                if grading["stage"] != "graded":
                    raise RuntimeError(f"not graded: {json.dumps(grading)[:600]}")
                finished.append(grading["finishedAt"])
        except Exception as error:
            failures.append(error)

    own, children = daemon.processor_seconds()
    client = time.process_time()
    begin = time.monotonic()
    threads = [threading.Thread(target=work, args=(learner,)) for learner in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    wall = time.monotonic() - begin
    own2, children2 = daemon.processor_seconds()
    outside, inside, client = own2 - own, children2 - children, time.process_time() - client
    count = len(finished)
    cores = os.cpu_count()
    table.add(f"sustained, {cores} cores, {clients} clients", f"{count / wall:.1f} gradings/s", f"3 rooms, nothing else: {cores / (3 * room / 1000):.1f}/s", f"{count * 3 * room / 1000 / wall / cores:.2f}", "", None)
    table.add("  CPU outside rooms, of daemon and rooms", f"{outside / count * 1000:.2f} ms", f"rooms {inside / count * 1000:.2f} ms", f"{outside / (outside + inside):.2f}", "", None)
    # Each worker does one grading after the other: what a grading takes beyond three rooms is time outside them.
    each = wall * cores / count * 1000
    table.add("  wall outside rooms, of a worker's time", f"{each - 3 * room:.2f} ms", f"a grading {each:.2f} ms", f"{max(0, 1 - 3 * room / each):.2f}", "", None)
    table.note(f"sustained: {count} gradings in {wall:.1f} s; the client itself used {client / count * 1000:.1f} ms of CPU for each, on the same cores")


def measure_large(daemon, table, folder, rounds):
    """The receipt of a large archive against copying, syncing and hashing the same file; the daemon's memory meanwhile."""
    body = archive(100_000_000)
    path, copy = folder + "/large.tar", folder + "/copy.tar"
    ours, baseline, above = [], [], []
    connection = daemon.connection(1)
    idle = daemon.memory("RssAnon")
    for number in range(rounds + 1):
        body[520:528] = number.to_bytes(8, "big")
        with open(path, "wb") as file:
            file.write(body)
            os.fsync(file.fileno())
        begin = time.perf_counter()
        subprocess.run(["cp", path, copy], check=True)
        subprocess.run(["sync", copy], check=True)
        subprocess.run(["sha256sum", path], check=True, stdout=subprocess.DEVNULL)
        base = time.perf_counter() - begin
        os.unlink(copy)

        peak, over = [0], threading.Event()

        def sample():
            while not over.wait(0.005):
                peak[0] = max(peak[0], daemon.memory("RssAnon"))

        sampler = threading.Thread(target=sample)
        sampler.start()
        try:
            with open(path, "rb") as file:
                begin = time.perf_counter()
                headers = {"Content-Length": str(len(body)), "Idempotency-Key": "%032x" % random.getrandbits(128)}
                connection.blocksize = 256 << 10
                answer = connection.ask("POST", "/v1/assignments/large/submissions", file, headers)
                mine = time.perf_counter() - begin
        finally:
            over.set()
            sampler.join()
        if answer["submission"]["digest"] != hashlib.sha256(body).hexdigest():
            raise RuntimeError("the receipt names other bytes")
        connection.watch(answer["submission"]["id"])
        above.append(peak[0] - idle)
        if number > 0:
            ours.append(mine * 1000)
            baseline.append(base * 1000)
    ratio = median(ours) / median(baseline)
    table.add("receipt for 100 MB", f"{median(ours):.0f} ms", f"cp, sync, sha256sum {median(baseline):.0f} ms", f"{ratio:.2f}", "≤ 1.50", ratio <= 1.5)
    table.add("  daemon's memory above idle, most", f"{max(above) / MEBIBYTE:.1f} MiB", "", f"{max(above) / MEBIBYTE / 64:.2f}", "< 64 MiB", max(above) < 64 * MEBIBYTE)


def measure_commands(daemon, table, rounds):
    """How long a call of the command line takes, start to end."""
    calls = {"help": ["provost", "--help"], "status": ["provost", "status"], "true": None}
    times = {name: [] for name in calls}
    null = os.open(os.devnull, os.O_RDWR)
    for number in range(rounds + 3):
        for name, words in calls.items():
            program = "/bin/true" if words is None else daemon.programs + "/provost"
            begin = time.perf_counter()
            pid = os.posix_spawn(program, words or ["true"], daemon.environment, file_actions=[(os.POSIX_SPAWN_DUP2, null, fd) for fd in (0, 1, 2)])
            status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            taken = (time.perf_counter() - begin) * 1000
            if status != 0:
                raise RuntimeError(f"{name}: exit status {status}")
            if number >= 3:
                times[name].append(taken)
    os.close(null)
    true = f"true {median(times['true']):.2f} ms"
    for name, label, target in [("help", "provost --help", 15), ("status", "provost status, warm daemon", 30)]:
        ours = median(times[name])
        table.add(label, f"{ours:.2f} ms", true, f"{ours / target:.2f}", f"< {target} ms", ours < target)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="a tenth of the rounds: to see that everything works")
    parser.add_argument("--only", default="", help="some of: single sustained large commands cases results")
    parser.add_argument("programs")
    arguments = parser.parse_args()
    if os.geteuid() != 0:
        raise RuntimeError("rooms with all their limits need root: run it as root")
    programs = os.path.realpath(arguments.programs)
    scale = 10 if arguments.quick else 1
    wanted = arguments.only.split() or ["single", "sustained", "large", "commands", "cases", "results"]
    # Not /tmp, which may be memory: what is durable has to reach a disk.
    folder = tempfile.mkdtemp(prefix="provost-benchmark-", dir="/var/tmp")
    os.chmod(folder, 0o711)
    load = os.getloadavg()
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), "unknown")
    print(f"{os.cpu_count()} cores ({model}), load average {load[0]:.2f} {load[1]:.2f} {load[2]:.2f} at the start; Linux {os.uname().release}", flush=True)
    table = Table()
    if load[0] > os.cpu_count() / 2:
        table.note("Other work was going on at the start: medians then say little, and a submission, which uses two processors, suffers more than a room.")
    daemon = rooms = None
    try:
        if "results" in wanted:
            measure_results(programs, folder, table, max(10, 60 // scale))
        if "cases" in wanted:
            measure_cases(programs, folder, table, 2 if arguments.quick else 7)
        if set(wanted) & {"single", "sustained", "large", "commands"}:
            daemon = Daemon(programs, folder, learners=8)
            rooms = Rooms(programs, folder)
        if "commands" in wanted:
            measure_commands(daemon, table, max(10, 60 // scale))
        room = None
        if "single" in wanted or "sustained" in wanted:
            room = measure_single(daemon, rooms, table, max(6, 60 // scale) if "single" in wanted else 3)
        if rooms:
            rooms.stop()
        if "sustained" in wanted:
            measure_sustained(daemon, table, room, clients=8, seconds=20 / scale)
        if "large" in wanted:
            measure_large(daemon, table, folder, 2 if arguments.quick else 7)
    except BaseException:
        if daemon:
            print(daemon.text()[-4000:], file=sys.stderr)
        raise
    finally:
        if rooms:
            rooms.stop()
        if daemon:
            daemon.stop()
        if os.environ.get("PROVOST_BENCHMARK_KEEP") is None:
            shutil.rmtree(folder, ignore_errors=True)
    table.print()
    print(f"load average at the end {os.getloadavg()[0]:.2f}")


if __name__ == "__main__":
    try:
        main()
    except (RuntimeError, OSError, http.client.HTTPException) as error:
        print(f"not measured: {error}", file=sys.stderr)
        sys.exit(1)
