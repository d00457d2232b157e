"""A supervisor for tests of the library: it speaks the frames, takes reports down, and runs “learner's programs” as plain
processes.

It isolates nothing, and of the limits it knows time alone. What a real room adds (namespaces, other limits, another user) is tested from end to end elsewhere.
"""

import contextlib
import json
import os
import resource
import selectors
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
from pathlib import Path

OUTPUT_LIMIT = 8 << 20
PAYLOAD = 1 << 20


class Supervisor:
    """`with Supervisor(submission) as supervisor`: PROVOST_CHANNEL and PROVOST_GRADE are set inside.

    `reports`: the words of each call of `report`. `runs`: those of each `learner run`. `faults`: how many of the next runs fail
    on our side.
    """

    def __init__(self, submission=None, *, lab=None, parameters=None, settings=None, wall_seconds=60):
        self.folder = Path(tempfile.mkdtemp(prefix="provost-"))
        self.work = self.folder / "learner"
        self.work.mkdir()
        for name in ("submission", "work", "settings", "grader", "lab"):
            (self.folder / name).mkdir()
        for name, content in (submission or {}).items() if isinstance(submission, dict) else ():
            for top in (self.work, self.folder / "submission"):
                (top / name).parent.mkdir(parents=True, exist_ok=True)
                (top / name).write_text(content)
        if submission is not None and not isinstance(submission, dict):
            for top in (self.work, self.folder / "submission"):
                shutil.copytree(submission, top, dirs_exist_ok=True)
        if lab is not None:
            shutil.copytree(lab, self.folder / "lab", dirs_exist_ok=True)
        (self.folder / "settings" / "parameters.json").write_text(json.dumps(parameters or {}))
        (self.folder / "settings" / "grading.json").write_text(json.dumps(settings or {"lab": "x", "points": 100, "seed": "7"}))
        self.wall_seconds = wall_seconds
        self.reports, self.inputs, self.runs, self.faults = [], [], [], 0
        self.loses_connections = False
        self.most_at_once = self._now = 0
        self._lock = threading.Lock()

    def __enter__(self):
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        path = self.folder / "socket"
        self._server.bind(str(path))
        self._server.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()
        self.environment = {"PROVOST_CHANNEL": str(path), "PROVOST_GRADE": str(self.folder)}
        self._before = {name: os.environ.get(name) for name in self.environment}
        os.environ.update(self.environment)
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for name, value in self._before.items():
            os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _accept(self):
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection, contextlib.suppress(OSError):
            frames = Frames(connection)
            kind, payload = frames.next()
            program, *words = (word.decode("utf-8", "surrogateescape") for word in payload.split(b"\0")[:-1])
            if self.loses_connections:
                return
            if program == "report":
                self._report(frames, words)
            else:
                self._learner(frames, words)

    def _report(self, frames, words):
        data = b""
        if "--output" in words:
            frames.send("I")
            while (piece := frames.next()[1]) != b"":
                data += piece
        if "refuse-me" in words:
            frames.send("E", b"refused\n")
            frames.send("X", b"\1")
            return
        with self._lock:
            self.reports.append(words)
            self.inputs.append(data)
        frames.send("X", b"\0")

    def _learner(self, frames, words):
        with self._lock:
            self.runs.append(words)
            fault = self.faults > 0
            self.faults -= fault
            self._now += 1
            self.most_at_once = max(self._now, self.most_at_once)
        try:
            if fault:
                frames.send("E", b"no room\n")
                frames.send("X", bytes([125]))
                return
            Program(self, frames, words).run()
        finally:
            with self._lock:
                self._now -= 1

    @property
    def tests(self):
        """name → (status, score, max, words) of each reported test."""
        found = {}
        for words in self.reports:
            if words[0] == "test":
                options = dict(zip(words[3::2], words[4::2]))
                found[words[1]] = (words[2], float(options["--score"]), float(options["--max"]), words)
        return found

    @property
    def score(self):
        """What the supervisor would make of it: the score that was said, or the sum of the tests."""
        said = [float(words[1]) for words in self.reports if words[0] == "score"]
        return said[-1] if said else round(sum(test[1] for test in self.tests.values()), 3)

    @property
    def points(self):
        return round(sum(test[2] for test in self.tests.values()), 3)


class Frames:
    def __init__(self, connection):
        self.connection, self.buffer = connection, b""
        self.sending = threading.Lock()

    def _exactly(self, count):
        while len(self.buffer) < count:
            data = self.connection.recv(1 << 16)
            if not data:
                raise ConnectionError
            self.buffer += data
        piece, self.buffer = self.buffer[:count], self.buffer[count:]
        return piece

    def next(self):
        kind, length = struct.unpack(">cI", self._exactly(5))
        assert length <= PAYLOAD
        return kind.decode(), self._exactly(length)

    def send(self, kind, payload=b""):
        with self.sending:
            self.connection.sendall(kind.encode() + struct.pack(">I", len(payload)) + payload)


class Program:
    """One `learner run`."""

    def __init__(self, supervisor, frames, words):
        assert words[0] == "run", words
        split = words.index("--")
        self.command, rest = words[split + 1 :], words[1:split]
        self.options, self.put, self.get = {}, [], []
        while rest:
            name = rest.pop(0)
            if name in ("--put", "--get"):
                (self.put if name == "--put" else self.get).append(rest.pop(0).split("="))
                continue
            self.options[name] = True if name in ("--read-only", "--pty") else rest.pop(0)
        self.supervisor, self.frames = supervisor, frames
        wanted = self.options.get("--time", "600000ms")
        self.seconds = min(supervisor.wall_seconds, int(wanted.removesuffix("ms")) / 1000)
        self.cpu_seconds = int(self.options.get("--cpu", "600000ms").removesuffix("ms")) / 1000
        self.used = 0.0
        self.dropped = 0
        self.gone = False

    def run(self):
        for path, name in self.put:
            self.frames.send("F", path.encode())
            kind, numbers = self.frames.next()
            mode, size = struct.unpack(">QQ", numbers)
            content = b""
            while (piece := self.frames.next()[1]) != b"":
                content += piece
            assert (kind, size) == ("M", len(content))
            (self.supervisor.work / name).parent.mkdir(parents=True, exist_ok=True)
            (self.supervisor.work / name).write_bytes(content)
            (self.supervisor.work / name).chmod(mode)
        started = time.monotonic()
        try:
            process = subprocess.Popen(
                self.command,
                cwd=self.supervisor.work,
                stdin=subprocess.PIPE if "--stdin" in self.options else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30)),
            )
        except OSError as error:
            self.frames.send("E", f"{error}\n".encode())
            self._end("exited", 127, None, "ended with status 127", 0)
            return
        if "--stdin" in self.options:
            self.frames.send("I")
        threading.Thread(target=self._listen, args=(process,), daemon=True).start()
        stopped = self._carry(process, started + self.seconds)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        # Not Popen.wait: this one tells the CPU time as well.
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status = os.waitstatus_to_exitcode(status)
        self.used = usage.ru_utime + usage.ru_stime
        for stream in (process.stdin, process.stdout, process.stderr):
            with contextlib.suppress(OSError, AttributeError):
                stream.close()
        if self.gone:
            return
        wall = time.monotonic() - started
        if stopped:
            limit = self.cpu_seconds if stopped == "cpu-time" else self.seconds
            self._end("stopped", None, stopped, f"stopped: {'CPU ' * (stopped == 'cpu-time')}time limit {limit:g} s", wall)
        elif status < 0:
            self._end("signaled", -status, None, f"ended by signal {-status}", wall)
        else:
            self._end("exited", status, None, f"ended with status {status}", wall)

    def _listen(self, process):
        try:
            while True:
                kind, payload = self.frames.next()
                assert kind == "D"
                if process.stdin is None or process.stdin.closed:
                    continue
                try:
                    process.stdin.write(payload)
                    process.stdin.flush()
                    if not payload:
                        process.stdin.close()
                except (OSError, ValueError):
                    pass
        except OSError:
            self.gone = True
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    def _carry(self, process, end):
        """Passes output on until the process has ended; which of its times was over, or None."""
        sent = {"O": 0, "E": 0}
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ, "O")
            selector.register(process.stderr, selectors.EVENT_READ, "E")
            ended = None
            while selector.get_map():
                if ended is None and self._has_ended(process):
                    ended = time.monotonic()
                    # As in a room: when the first process ends, all do.
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(process.pid, signal.SIGKILL)
                if ended is None and (over := self._time_is_over(process, end)):
                    return over
                if ended and time.monotonic() - ended > 0.5:
                    return None
                for key, _ in selector.select(0.01):
                    data = os.read(key.fd, 1 << 16)
                    if not data:
                        selector.unregister(key.fileobj)
                        continue
                    kept = data[: max(0, OUTPUT_LIMIT - sent[key.data])]
                    sent[key.data] += len(kept)
                    self.dropped += len(data) - len(kept)
                    if kept:
                        self.frames.send(key.data, kept)
        while not self._has_ended(process):
            if over := self._time_is_over(process, end):
                return over
            time.sleep(0.01)
        return None

    @staticmethod
    def _has_ended(process):
        """Without taking its status away from wait4."""
        return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _time_is_over(self, process, end):
        # The clock that Linux has for the CPU time of a process; only that of the first process is looked at.
        if time.clock_gettime(~process.pid << 3 | 2) > self.cpu_seconds:
            return "cpu-time"
        return "wall-time" if time.monotonic() > end else None

    def _end(self, ending, status, stopped_by, summary, wall):
        report = {"ending": ending, "status": status, "stoppedBy": stopped_by, "limitsHit": [], "wallSeconds": wall}
        for name, path in self.get:
            with contextlib.suppress(FileNotFoundError):
                content = (self.supervisor.work / name).read_bytes()
                for start in range(0, max(1, len(content)), 100_000):
                    self.frames.send("P" if start else "W", path.encode() + b"\0" + content[start : start + 100_000])
        report |= {"cpuSeconds": self.used, "peakMemoryBytes": None, "droppedOutput": self.dropped, "summary": summary}
        if "--report" in self.options:
            self.frames.send("W", self.options["--report"].encode() + b"\0" + json.dumps(report).encode())
        self.frames.send("X", bytes([124 if stopped_by else (status or 0) & 255]))
