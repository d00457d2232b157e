"""The figures of terminals: echo, a flood beside it, and much output; ssh to this machine is the baseline of each."""

import fcntl
import os
import pty
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import tempfile
import termios
import time

from learners import Deadline, NotMeasured, free_port, percentile, run

PROMPT = b"$ "
# One line of the output that is measured: 64 bytes, one more on a terminal, which ends lines with two.
LINE = "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopq"


class Terminal:
    """A command on a pseudo-terminal of 80 by 24."""

    def __init__(self, command, environment):
        self.name = " ".join([os.path.basename(command[0]), *command[1:3]])
        self.process, self.master = pty.fork()
        if self.process == 0:
            try:
                # Python's own way with a broken pipe is not for the programs that it starts.
                signal.signal(signal.SIGPIPE, signal.SIG_DFL)
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
                os.execvpe(command[0], command, environment)
            finally:
                os._exit(127)

    def until(self, text, seconds=30):
        seen, deadline = b"", Deadline(seconds, f"{text!r} did not come from “{self.name}”")
        while text not in seen:
            deadline.wait_for_input(self.master)
            try:
                piece = os.read(self.master, 65536)
            except OSError:
                piece = b""
            if not piece:
                raise NotMeasured(f"“{self.name}” ended after {seen[-200:].decode(errors='replace')!r}")
            seen += piece
        return seen

    def send(self, text):
        os.write(self.master, text)

    def plain_shell(self):
        """A shell that echoes nothing, prompts for nothing and edits no lines: what comes back is output alone."""
        self.until(PROMPT)
        self.send(b"exec sh\n")
        # Typed once the first shell has let go of the terminal, which it sets anew for each line.
        self.until(PROMPT)
        self.send(b"stty -echo; PS1=; echo rea''dy\n")
        self.until(b"ready\r\n")

    def drained(self):
        """A process that reads the terminal as fast as it can; nobody else may meanwhile."""
        return subprocess.Popen(["cat"], stdin=self.master, stdout=subprocess.DEVNULL)

    def take(self, count, seconds):
        """Reads this many bytes in a process of its own, so that not Python's speed is measured."""
        try:
            subprocess.run(["head", "-c", str(count)], stdin=self.master, stdout=subprocess.DEVNULL, timeout=seconds, check=True)
        except subprocess.TimeoutExpired:
            raise NotMeasured(f"fewer than {count} bytes came from “{self.name}” within {seconds} s") from None

    def close(self):
        os.kill(self.process, signal.SIGHUP)
        for _ in range(300):
            if os.waitpid(self.process, os.WNOHANG)[0]:
                break
            time.sleep(0.01)
        else:
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
        os.close(self.master)


class SecureShell:
    """An sshd on loopback with a port, keys and configuration of its own, all thrown away. `missing` says why there is none."""

    def __init__(self, parent):
        self.process = self.folder = self.missing = None
        self.server = shutil.which("sshd", path="/usr/sbin:/usr/bin")
        if not self.server or not shutil.which("ssh"):
            self.missing = "openssh-server is not installed" if not self.server else "openssh-client is not installed"
            return
        self.folder = tempfile.mkdtemp(prefix="ssh-", dir=parent)
        try:
            self.begin()
        except BaseException:
            self.stop()
            raise

    def begin(self):
        folder, port = self.folder, free_port()
        for name in ["host", "user"]:
            run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{folder}/{name}"])
        shutil.copy(folder + "/user.pub", folder + "/authorized")
        with open(folder + "/host.pub") as key, open(folder + "/known", "w") as known:
            known.write(f"[127.0.0.1]:{port} {key.read()}")
        with open(folder + "/sshd_config", "w") as file:
            # This runs as root, so root is who logs in: by the key made above, on loopback, while this runs. Nothing outside of this file is
            # changed. The folder lies in /var/tmp, which everybody may write to: StrictModes would refuse any key below it.
            file.write(f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized\nPidFile none\n"
                       "UsePAM no\nPermitRootLogin prohibit-password\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
                       "StrictModes no\nPrintMotd no\nPrintLastLog no\n")
        # sshd insists on /run/sshd: it gets a /run of its own.
        own_run = 'mount -t tmpfs -o mode=755 tmpfs /run && mkdir -m 755 /run/sshd && exec "$0" "$@"'
        command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", own_run, self.server, "-D", "-e", "-f", folder + "/sshd_config"]
        with open(folder + "/log", "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self.options = ["-q", "-F", "/dev/null", "-p", str(port), "-i", folder + "/user", "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none",
                        "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "-o", f"UserKnownHostsFile={folder}/known", "127.0.0.1"]
        self.environment = {"PATH": os.environ["PATH"], "HOME": folder, "TERM": "xterm"}
        deadline = Deadline(10, "sshd did not listen")
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if self.process.poll() is not None:
                    with open(folder + "/log", errors="replace") as log:
                        raise NotMeasured("sshd did not start: " + (log.read().strip().splitlines() or ["no word"])[-1]) from None
                time.sleep(min(0.05, deadline.left()))

    def command(self, *words):
        return ["ssh", "-T", *self.options, *words]

    def terminal(self):
        """A shell on a terminal there, like the room's."""
        return Terminal(["ssh", "-tt", *self.options, "exec env PS1='$ ' bash --norc --noprofile"], self.environment)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)


class Sides:
    """Terminals of a workspace, and of sshd where there is one, all closed at the end."""

    def __init__(self, learners, shell):
        self.learners, self.shell, self.open = learners, shell, []

    def workspace(self, typist=0):
        return self.kept(Terminal(self.learners.cli("shell", "small", "--new"), self.learners.environments[typist]))

    def secure_shell(self):
        return self.kept(self.shell.terminal())

    def kept(self, terminal):
        self.open.append(terminal)
        terminal.plain_shell()
        return terminal

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for terminal in self.open:
            terminal.close()


def echo_times(terminals, rounds):
    """Milliseconds from a key to its echo by a program, on each of the terminals in turn."""
    times = [[] for _ in terminals]
    for number in range(rounds):
        mark = b"%c" % (97 + number % 26)
        for terminal, found in zip(terminals, times):
            begin = time.perf_counter()
            terminal.send(mark)
            terminal.until(mark, 10)
            found.append((time.perf_counter() - begin) * 1000)
            time.sleep(0.01)
    return times


def echo_beside(flooding, terminal, rounds):
    """The same while another terminal floods, and the MiB/s that the flood has meanwhile."""
    flooding.send(b"yes\n")
    reader = flooding.drained()
    try:
        time.sleep(1)
        before, begin = bytes_read(reader.pid), time.perf_counter()
        times = echo_times([terminal], rounds)[0]
        rate = (bytes_read(reader.pid) - before) / (time.perf_counter() - begin) / (1 << 20)
        if rate < 1:
            raise NotMeasured(f"the flood ran at {rate:.2f} MiB/s only, so nothing was beside it")
        return times, rate
    finally:
        flooding.send(b"\x03")
        time.sleep(0.5)
        reader.kill()
        reader.wait()


def bytes_read(pid):
    with open(f"/proc/{pid}/io") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("rchar:"))


def spread(values):
    return f"{percentile(values, 0.5):.2f} / {percentile(values, 0.95):.2f} ms"


def measure_echo(learners, shell, rounds, table):
    """Of typist 0; typist 1 floods from a workspace of their own."""
    with Sides(learners, shell) as sides:
        terminals, flooding = [sides.workspace(0)], [sides.workspace(0)]
        elsewhere = sides.workspace(1)
        if not shell.missing:
            terminals.append(sides.secure_shell())
            flooding.append(sides.secure_shell())
        for terminal in terminals:
            terminal.send(b"stty -icanon; echo set; cat\n")
            terminal.until(b"set\r\n")
        echo_times(terminals, 20)
        quiet = echo_times(terminals, rounds)
        beside = [echo_beside(flood, terminal, rounds) for flood, terminal in zip(flooding, terminals)]
        beside_other = echo_beside(elsewhere, terminals[0], rounds)
    ours, theirs = quiet[0], quiet[1:]
    figure = percentile(ours, 0.95)
    baseline, ratio = (f"ssh -tt {spread(theirs[0])}", f"{figure / percentile(theirs[0], 0.95):.2f}") if theirs else (shell.missing, "")
    table.row("echo of a key, p50 / p95", spread(ours), baseline, ratio, "p95 < 5 ms", figure < 5)
    for place, (times, rate) in [("the same workspace", beside[0]), ("another's workspace", beside_other)]:
        added = percentile(times, 0.95) - figure
        if theirs:
            baseline = f"ssh -tt {spread(beside[1][0])} ({beside[1][1]:.0f} MiB/s)"
            ratio = f"{percentile(times, 0.95) / percentile(beside[1][0], 0.95):.2f}"
        table.row(f"  beside a flood of {rate:.0f} MiB/s in {place}", spread(times), baseline, ratio,
                  f"p95 at most 20 ms more: {added:+.1f}", added <= 20)


def rate_on(terminal, mebibytes, number):
    """MiB/s of so many MiB of lines on a terminal, to the last byte."""
    count = mebibytes << 20
    begin = time.perf_counter()
    terminal.send(f"yes {LINE} | head -c {count}; echo do''ne-{number}\n".encode())
    terminal.take(count + count // (len(LINE) + 1), 120)
    terminal.until(f"done-{number}\r\n".encode())
    return mebibytes / (time.perf_counter() - begin)


def rate_of(command, environment, mebibytes):
    begin = time.perf_counter()
    try:
        subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120, check=True)
    except subprocess.SubprocessError as error:
        raise NotMeasured(f"“{os.path.basename(command[0])} {command[1]}” with {mebibytes} MiB of output: {str(error)[-120:]}") from None
    return mebibytes / (time.perf_counter() - begin)


def measure_output(learners, shell, mebibytes, rounds, table):
    if shell.missing:
        for figure in ["on a terminal", "on a pipe"]:
            table.row(f"{mebibytes} MiB of output {figure}", "skipped", shell.missing, "", "≥ 0.50", None)
        return
    count = str(mebibytes << 20)
    ours, theirs, piped, piped_theirs = [], [], [], []
    with Sides(learners, shell) as sides:
        mine, other = sides.workspace(), sides.secure_shell()
        for number in range(rounds):
            ours.append(rate_on(mine, mebibytes, number))
            theirs.append(rate_on(other, mebibytes, number))
            piped.append(rate_of(learners.cli("exec", "small", "--", "head", "-c", count, "/dev/zero"), learners.environments[0], mebibytes))
            piped_theirs.append(rate_of(shell.command("head", "-c", count, "/dev/zero"), shell.environment, mebibytes))
    for figure, mine, name, other in [(f"{mebibytes} MiB of output through shell, on a terminal", ours, "ssh -tt", theirs),
                                      ("  the same through exec, on a pipe", piped, "ssh", piped_theirs)]:
        ratio = statistics.median(mine) / statistics.median(other)
        table.row(figure, f"{statistics.median(mine):.0f} MiB/s", f"{name} {statistics.median(other):.0f} MiB/s", f"{ratio:.2f}", "≥ 0.50", ratio >= 0.5)
