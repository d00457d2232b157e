"""The speed figures of workspaces as one table of ratios: `make bench-workspaces`.

usage: workspaces.py [--quick] FOLDER OF BUILT PROGRAMS

What is compared takes turns in one run, so that whatever else the machine does meets both sides. The daemon is a real one on a state
directory of its own; terminals go through `provost` on a pseudo-terminal, as a learner's do. Needs root. Exit status: 0 measured.
"""

import argparse
import glob
import json
import os
import pty
import select
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from figures import Daemon

PROMPT = b"$ "


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Terminal:
    """A command on a pseudo-terminal."""

    def __init__(self, command, environment):
        self.process, self.master = pty.fork()
        if self.process == 0:
            os.execvpe(command[0], command, environment)

    def until(self, text, seconds=30):
        seen, end = b"", time.monotonic() + seconds
        while text not in seen:
            if not select.select([self.master], [], [], max(0, end - time.monotonic()))[0]:
                raise RuntimeError(f"no {text!r} within {seconds} s after {seen[-200:]!r}")
            piece = os.read(self.master, 65536)
            if not piece:
                raise RuntimeError(f"the terminal ended after {seen[-200:]!r}")
            seen += piece
        return seen

    def send(self, text):
        os.write(self.master, text)

    def close(self):
        os.kill(self.process, signal.SIGHUP)
        os.waitpid(self.process, 0)
        os.close(self.master)


class Learners:
    """Workspaces of many learners, asked for over HTTP as `provost` does."""

    def __init__(self, programs, folder, count):
        self.daemon = Daemon(programs, folder, count)
        self.programs, self.folder = programs, folder
        self.home = folder + "/learner"
        # The command line's own login, for terminals.
        self.environment = dict(self.daemon.environment, XDG_CONFIG_HOME=self.home + "/config", TERM="xterm")
        code = json.loads(self.daemon.call("enroll", "typist", "--cohort", "bench", "-o", "json"))["code"]
        subprocess.run([programs + "/provost", "login", code], env=self.environment, check=True, capture_output=True)

    def ask(self, learner, method, path, body=None):
        return self.daemon.connection(learner).ask(method, path, None if body is None else json.dumps(body))

    def start(self, learner):
        return self.ask(learner, "POST", "/v1/workspaces", {"assignment": "small"})["workspace"]

    def state(self, learner):
        return self.ask(learner, "GET", "/v1/workspaces/small")["workspace"]["state"]

    def stop(self, learner):
        return self.ask(learner, "POST", "/v1/workspaces/small/stop")

    def cli(self, *words):
        return [self.programs + "/provost", *words]


def measure_start(learners, folder, rounds):
    """A warm start up to the first prompt, against bubblewrap on a loop-mounted image of the same size."""
    image, place = folder + "/baseline.ext4", folder + "/baseline"
    os.mkdir(place)
    subprocess.run(["truncate", "-s", "1G", image], check=True)
    subprocess.run(["mkfs.ext4", "-q", "-m", "0", "-N", "65536", "-E", "lazy_itable_init=1,lazy_journal_init=1", image], check=True)
    bwrap = ["bwrap", "--unshare-all", "--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib",
             "--symlink", "usr/lib64", "/lib64", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--bind", place, "/home/learner",
             "--chdir", "/home/learner", "/bin/bash", "--norc", "-i"]
    clean = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TERM": "xterm", "PS1": "$ "}
    environment = dict(learners.environment)
    subprocess.run(learners.cli("start", "small"), env=environment, check=True, capture_output=True)
    subprocess.run(learners.cli("stop", "small"), env=environment, check=True, capture_output=True)
    ours, theirs = [], []
    for _ in range(rounds):
        began = time.monotonic()
        subprocess.run(learners.cli("start", "small"), env=environment, check=True, capture_output=True)
        terminal = Terminal(learners.cli("shell", "small", "--new"), environment)
        terminal.until(PROMPT)
        ours.append((time.monotonic() - began) * 1000)
        terminal.close()
        subprocess.run(learners.cli("stop", "small"), env=environment, check=True, capture_output=True)
        began = time.monotonic()
        loop = subprocess.run(["losetup", "-f", "--show", image], check=True, capture_output=True, text=True).stdout.strip()
        subprocess.run(["mount", "-o", "nosuid,nodev", loop, place], check=True)
        terminal = Terminal(bwrap, clean)
        terminal.until(PROMPT)
        theirs.append((time.monotonic() - began) * 1000)
        terminal.close()
        subprocess.run(["umount", place], check=True)
        subprocess.run(["losetup", "-d", loop], check=True)
        time.sleep(0.05)
    return ours, theirs


def measure_crowd(learners, count, seconds):
    """`count` starts asked for within `seconds`: refused, and when all ran."""
    began, refused, lock = time.monotonic(), [], threading.Lock()

    def ask(number):
        time.sleep(seconds * number / count)
        try:
            learners.start(number)
        except RuntimeError as error:
            with lock:
                refused.append(str(error))

    threads = [threading.Thread(target=ask, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    waiting = set(range(count))
    while waiting and time.monotonic() - began < 180:
        waiting = {number for number in waiting if learners.state(number) != "running"}
        time.sleep(0.1)
    return refused, len(waiting), time.monotonic() - began


def private_memory():
    """KiB of private memory of each keeper with everything below it; the one that waits for an order is among them."""
    children, keepers = {}, []
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path) as file:
                fields = file.read().rsplit(")", 1)
            pid = int(path.split("/")[2])
            children.setdefault(int(fields[1].split()[1]), []).append(pid)
            if "(provost-keeper" in fields[0] and os.readlink(f"/proc/{pid}/exe").endswith("/provost-keeper"):
                keepers.append(pid)
        except OSError:
            continue

    def below(pid):
        total = 0
        try:
            with open(f"/proc/{pid}/smaps_rollup") as file:
                total = sum(int(line.split()[1]) for line in file if line.startswith("Private_"))
        except OSError:
            pass
        return total + sum(below(child) for child in children.get(pid, []))

    return [below(pid) for pid in keepers]


def echo_times(terminal, rounds):
    times = []
    for number in range(rounds):
        mark = b"%c" % (97 + number % 26)
        began = time.monotonic()
        terminal.send(mark)
        terminal.until(mark, 10)
        times.append((time.monotonic() - began) * 1000)
        time.sleep(0.005)
    return times


def measure_echo(learners, rounds):
    """Round trips of single keys through CLI, daemon, keeper and room: quiet, and beside a flood in another terminal."""
    terminal = Terminal(learners.cli("shell", "small", "--new"), learners.environment)
    terminal.until(PROMPT)
    terminal.send(b"stty -icanon -echo; echo rea''dy; cat\n")
    terminal.until(b"ready")
    quiet = echo_times(terminal, rounds)
    flood = subprocess.Popen(learners.cli("exec", "small", "--", "yes"), env=learners.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(1)
    beside = echo_times(terminal, rounds)
    flood.send_signal(signal.SIGTERM)
    flood.wait()
    terminal.close()
    return quiet, beside


class SecureShell:
    """An sshd of our own on loopback, with keys that are thrown away."""

    def __init__(self, folder):
        self.process = None
        if not shutil.which("sshd", path="/usr/sbin:/usr/bin") or not shutil.which("ssh"):
            return
        for name in ["host", "user"]:
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{folder}/{name}"], check=True)
        shutil.copy(folder + "/user.pub", folder + "/authorized")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        os.makedirs("/run/sshd", exist_ok=True)
        with open(folder + "/sshd_config", "w") as file:
            file.write(f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized\n"
                       f"StrictModes no\nUsePAM no\nPermitRootLogin yes\nPidFile none\n")
        self.process = subprocess.Popen(["/usr/sbin/sshd", "-D", "-f", folder + "/sshd_config"], stderr=subprocess.DEVNULL)
        self.command = ["ssh", "-q", "-p", str(self.port), "-i", folder + "/user", "-o", "StrictHostKeyChecking=no", "-o",
                        "UserKnownHostsFile=/dev/null", "127.0.0.1"]
        time.sleep(0.5)

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()


def seconds_of(command, environment=None):
    began = time.monotonic()
    with open(os.devnull, "wb") as sink:
        subprocess.run(command, env=environment, stdout=sink, check=True, timeout=300)
    return time.monotonic() - began


def measure_output(learners, folder, mebibytes, rounds):
    shell = SecureShell(folder)
    if not shell.process:
        return None
    ours, theirs = [], []
    count = str(mebibytes << 20)
    try:
        for _ in range(rounds):
            ours.append(mebibytes / seconds_of(learners.cli("exec", "small", "--", "head", "-c", count, "/dev/zero"), learners.environment))
            theirs.append(mebibytes / seconds_of([*shell.command, "head", "-c", count, "/dev/zero"]))
    finally:
        shell.stop()
    return ours, theirs


def row(figure, ours, baseline, ratio, target):
    print(f"| {figure} | {ours} | {baseline} | {ratio} | {target} |", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("programs")
    options = parser.parse_args()
    rounds, crowd, idle, keys = (6, 20, 30, 100) if options.quick else (20, 100, 300, 300)
    if os.geteuid() != 0:
        sys.exit("workspaces.py needs root: volumes and rooms of their own users cannot be made without it.")
    folder = tempfile.mkdtemp(prefix="provost-bench.")
    os.chmod(folder, 0o711)
    learners = None
    try:
        learners = Learners(options.programs, folder, max(crowd, idle))
        learners.daemon.call("quota", "set", "cohort:bench", "memory", "32MiB")
        load = os.getloadavg()[0]
        print(f"load when it began: {load:.1f}\n\n| figure | ours | baseline | ratio | target |\n|---|---|---|---|---|", flush=True)
        ours, theirs = measure_start(learners, folder, rounds)
        for name, share in [("p50", 0.5), ("p95", 0.95)]:
            mine, other = percentile(ours, share), percentile(theirs, share)
            row(f"warm start to first prompt, {name}", f"{mine:.0f} ms", f"losetup, mount, bubblewrap {other:.0f} ms", f"{mine / other:.1f}",
                f"at most 60 ms more: {mine - other:+.0f} ms")
        subprocess.run(learners.cli("start", "small"), env=learners.environment, check=True, capture_output=True)
        quiet, beside = measure_echo(learners, keys)
        row("echo of a key, p95", f"{percentile(quiet, 0.95):.2f} ms", "–", "–", "under 5 ms")
        added = percentile(beside, 0.95) - percentile(quiet, 0.95)
        row("the same beside a flood, p95", f"{percentile(beside, 0.95):.2f} ms", f"quiet {percentile(quiet, 0.95):.2f} ms", "–",
            f"at most 20 ms more: {added:+.1f} ms")
        output = measure_output(learners, folder, 200, 3)
        if output:
            mine, other = (statistics.median(side) for side in output)
            row("200 MiB of output", f"{mine:.0f} MiB/s", f"ssh to this machine {other:.0f} MiB/s", f"{mine / other:.2f}", "at least 0.5")
        else:
            row("200 MiB of output", "not measured", "openssh-server is not installed", "–", "at least 0.5")
        subprocess.run(learners.cli("stop", "small"), env=learners.environment, check=True, capture_output=True)
        refused, left, took = measure_crowd(learners, crowd, 10)
        row(f"{crowd} starts asked within 10 s", f"all run after {took:.0f} s", "–", "–",
            f"none refused: {len(refused)}; within 60 s{'' if not left else f'; {left} did not run'}")
        for number in range(crowd, idle):
            learners.start(number)
        while any(learners.state(number) != "running" for number in range(idle)):
            time.sleep(0.5)
        time.sleep(3)
        sizes = private_memory()
        row(f"private memory of an idle workspace ({len(sizes)} keepers)", f"{statistics.median(sizes) / 1024:.2f} MiB",
            "–", "–", "under 3 MiB")
        for number in range(idle):
            learners.stop(number)
    finally:
        if learners:
            for number in range(len(learners.daemon.tokens)):
                try:
                    learners.stop(number)
                except (RuntimeError, OSError):
                    pass
            learners.daemon.stop()
        shutil.rmtree(folder, ignore_errors=True)


main()
