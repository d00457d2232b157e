"""A daemon for the sizes of a national scheme: programs, cohorts and rosters go in through the command line, learners at work are simulated while it is
stopped (simulated.py), and everything that is measured is asked of the real daemon."""

import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import time

from figures import Connection
from simulated import Simulation

SOURCES = pathlib.Path(__file__).resolve().parents[2]


class Failure(RuntimeError):
    """Something was not as it should be, as one sentence."""


class Scheme:
    """A daemon on a state directory below `folder`, stopped when the block ends."""

    def __init__(self, programs, folder):
        self.programs, self.folder = str(programs), pathlib.Path(folder)
        self.state = self.folder / "state"
        self.log = self.folder / "log"
        self.environment = {
            "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(folder), "XDG_CONFIG_HOME": f"{folder}/config",
            "XDG_STATE_HOME": f"{folder}/receipts", "PROVOST_SERVER": f"unix:{self.state}/provost.sock",
        }
        self.process = None

    def __enter__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        # Rooms pass through.
        self.folder.chmod(0o711)
        self.folder.parent.chmod(0o711)
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        begin = self.log.stat().st_size if self.log.exists() else 0
        command = [self.programs + "/provostd", "serve", "--state", self.state, "--public-url", "https://certificates.example"]
        # Ctrl-C in the terminal is ours.
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                command, stderr=log, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=self.environment, start_new_session=True)
        end = time.monotonic() + 120
        while b" Ready" not in self.log.read_bytes()[begin:]:
            if self.process.poll() is not None or time.monotonic() > end:
                raise Failure("provostd did not become ready:\n" + self.log.read_text()[-2000:])
            time.sleep(0.05)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(120)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def call(self, *words, seconds=3600):
        """One call of the command line, as an administrator: its output, and how many seconds it took."""
        begin = time.perf_counter()
        done = subprocess.run(
            [self.programs + "/provost", *map(str, words)], env=self.environment, capture_output=True, text=True, timeout=seconds, cwd=SOURCES)
        taken = time.perf_counter() - begin
        if done.returncode != 0:
            raise Failure(f"provost {' '.join(map(str, words))} ended with {done.returncode}: {(done.stderr or done.stdout).strip()[:600]}")
        return done.stdout, taken

    def data(self, *words):
        return json.loads(self.call(*words, "-o", "json")[0])

    def connection(self):
        return Connection(f"{self.state}/provost.sock", timeout=600)

    def peak(self):
        """The most memory that the daemon has held since it was started, in MiB."""
        return self.memory("VmHWM")

    def memory(self, key="VmRSS"):
        with open(f"/proc/{self.process.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith(key + ":")) / 1024

    def publish_labs(self):
        """All that are shipped, unchecked: `provost lab check` and the tests check them."""
        for folder in sorted((SOURCES / "graders").iterdir()):
            if (folder / "grader.yaml").exists():
                self.call("grader", "publish", folder)
        for folder in sorted((SOURCES / "labs").iterdir()):
            if (folder / "lab.yaml").exists():
                self.call("lab", "publish", folder, "--no-check")

    def simulate(self, cohorts, seed=1):
        """Lets the learners of the cohorts work, up to the end, while the daemon is stopped. Returns how many submissions they made."""
        self.stop()
        simulation = Simulation(self.state / "provost.db", seed)
        try:
            made = sum(simulation.live(cohort) for cohort in cohorts)
        finally:
            simulation.close()
        self.start()
        return made

    def database(self):
        """To read in, beside the daemon."""
        return sqlite3.connect(f"file:{self.state}/provost.db?mode=ro", uri=True)


def table(*cells):
    """One row, at once."""
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)
