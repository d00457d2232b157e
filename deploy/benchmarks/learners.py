"""Learners on a daemon of their own, for the figures of workspaces: whatever is started through them ends with them."""

import concurrent.futures
import http.client
import json
import math
import os
import select
import signal
import socket
import subprocess
import sys
import time

import leftovers
from figures import Daemon


class NotMeasured(RuntimeError):
    """A figure that could not be taken, as one sentence."""


class Interruption:
    """Ctrl-C, or a signal to end: raised where it comes, and where Python swallows that (in what it calls at a fork), at the next wait."""

    came = pending = False

    @classmethod
    def handle(cls, number, _):
        cls.came = cls.pending = True
        raise KeyboardInterrupt(signal.Signals(number).name)

    @classmethod
    def check(cls):
        if cls.pending:
            raise KeyboardInterrupt

    @classmethod
    def while_ending(cls):
        """From now on everything is ended, which is not to be interrupted."""
        cls.pending = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)

    @classmethod
    def begin(cls):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, cls.handle)


def percentile(values, share):
    """The least value that at least this share of all is not above."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


def run(command, seconds=60, environment=None):
    """Runs a command to its end and gives back its output; throws what it said when it failed or took too long."""
    name = " ".join(os.path.basename(command[0]).split() + command[1:])[:80]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=seconds, stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        raise NotMeasured(f"the program {command[0]} is missing") from None
    except subprocess.TimeoutExpired:
        raise NotMeasured(f"“{name}” did not end within {seconds} s") from None
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip() or "nothing").splitlines()[-1]
        raise NotMeasured(f"“{name}” ended with {done.returncode} and said: {said}")
    return done.stdout


class Deadline:
    """A time by which something has to have happened; `what` completes “… did not …”."""

    def __init__(self, seconds, what):
        self.seconds, self.what = seconds, what
        self.end = time.monotonic() + seconds

    def left(self):
        Interruption.check()
        left = self.end - time.monotonic()
        if left <= 0:
            raise NotMeasured(f"{self.what} within {self.seconds} s")
        return left

    def wait_for_input(self, descriptor):
        while not select.select([descriptor], [], [], self.left())[0]:
            pass


class Learners:
    """A daemon with `count` learners whom HTTP speaks for, and `typists` with a command line each. `limits` are the cohort's."""

    def __init__(self, programs, folder, count=0, typists=0, **limits):
        os.mkdir(folder)
        os.chmod(folder, 0o711)
        self.programs, self.folder = programs, folder
        self.environments = []
        self.daemon = Daemon(programs, folder, count)
        try:
            for dimension, value in limits.items():
                self.daemon.call("quota", "set", "cohort:bench", dimension, value)
            for number in range(typists):
                self.log_in(number)
        except BaseException:
            self.close()
            raise

    def log_in(self, number):
        # Nothing of the machine's own environment, above all no PROVOST_ settings.
        home = f"{self.folder}/typist-{number}"
        environment = dict(self.daemon.environment, HOME=home, XDG_CONFIG_HOME=home + "/config", XDG_STATE_HOME=home + "/state", TERM="xterm")
        code = json.loads(self.daemon.call("enroll", f"typist-{number}", "--cohort", "bench", "-o", "json"))["code"]
        run(self.cli("login", code), environment=environment)
        self.environments.append(environment)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def instance(self):
        """The name of the cgroups of this instance's workspaces."""
        return next(name for name in leftovers.instance_names(self.daemon.state) if name.startswith("w-"))

    def cli(self, *words):
        return [self.programs + "/provost", *words]

    def do(self, typist, *words, seconds=60):
        """One call of a typist's command line."""
        return run(self.cli(*words), seconds, self.environments[typist])

    def ask(self, method, path, learner=None, body=None):
        """Without a learner as an administrator."""
        try:
            return self.daemon.connection(learner).ask(method, path, None if body is None else json.dumps(body))
        except (OSError, http.client.HTTPException) as error:
            if self.daemon.process.poll() is not None:
                raise NotMeasured("the daemon ended while it was asked: " + (self.daemon.text().strip().splitlines() or ["no word"])[-1]) from None
            raise NotMeasured(f"{method} {path} was not answered: {error}") from None

    def start(self, learner):
        """The state it is in then: running, or waiting for a place."""
        return self.ask("POST", "/v1/workspaces", learner, {"assignment": "small"})["workspace"]["state"]

    def workspaces(self):
        """All of them, as the list shows them."""
        return [entry["workspace"] for entry in self.ask("GET", "/v1/workspaces")]

    def stop(self, workspace, seconds=60):
        deadline = Deadline(seconds, f"the workspace {workspace} did not stop")
        while True:
            try:
                return self.ask("POST", f"/v1/workspaces/{workspace}/stop")
            except RuntimeError as error:
                # What starts at this moment is stopped a moment later.
                if ": 503 " not in str(error):
                    raise
                time.sleep(min(0.2, deadline.left()))

    def close(self):
        """Stops all workspaces, then the daemon."""
        self.stop_all()
        self.daemon.stop()

    def stop_all(self):
        if self.daemon.process.poll() is not None:
            return
        try:
            running = [entry["id"] for entry in self.workspaces() if entry["state"] not in ("stopped", "deleted")]
            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                list(pool.map(self.stop, running))
        except RuntimeError as error:
            print(f"not stopped: {error}", file=sys.stderr, flush=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
