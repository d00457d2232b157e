"""The baseline of a start: losetup, mount and bubblewrap by hand. Answers each line with the milliseconds to the first prompt.

usage: unshare --mount --propagation private baseline.py IMAGE FOLDER     (Baseline starts it so: its mounts are nobody else's)
"""

import os
import subprocess
import sys
import time

from learners import Deadline, NotMeasured, run
from terminals import PROMPT, Terminal

ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TERM": "xterm", "PS1": "$ "}


def start(image, folder):
    command = ["bwrap", "--unshare-all", "--die-with-parent", "--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib",
               "--symlink", "usr/lib64", "/lib64", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--bind", folder, "/home/learner",
               "--chdir", "/home/learner", "/bin/bash", "--norc", "-i"]
    loop, mounted, terminal = None, False, None
    begin = time.perf_counter()
    try:
        loop = run(["losetup", "-f", "--show", image]).strip()
        run(["mount", "-o", "nosuid,nodev", loop, folder])
        mounted = True
        terminal = Terminal(command, ENVIRONMENT)
        terminal.until(PROMPT)
        return (time.perf_counter() - begin) * 1000
    finally:
        # Detached first: the kernel does it with the last user, also when this process is killed here.
        if loop:
            run(["losetup", "-d", loop])
        if terminal:
            terminal.close()
        if mounted:
            unmount(folder)


def unmount(folder):
    """The room's processes hold it for a moment after their terminal is gone."""
    deadline = Deadline(10, f"{folder} could not be unmounted")
    while True:
        try:
            return run(["umount", folder])
        except NotMeasured:
            time.sleep(min(0.02, deadline.left()))


class Baseline:
    """Such a process, on an image of its own of this size."""

    def __init__(self, folder, size):
        os.mkdir(folder)
        image, place = folder + "/image.ext4", folder + "/home"
        os.mkdir(place)
        run(["truncate", "-s", size, image])
        run(["mkfs.ext4", "-q", "-m", "0", "-N", "65536", "-E", "lazy_itable_init=1,lazy_journal_init=1", image])
        command = ["unshare", "--mount", "--propagation", "private", sys.executable, os.path.realpath(__file__), image, place]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)

    def milliseconds(self):
        self.process.stdin.write("start\n")
        self.process.stdin.flush()
        Deadline(60, "losetup, mount and bubblewrap did not come to a prompt").wait_for_input(self.process.stdout)
        answer = self.process.stdout.readline().strip()
        try:
            return float(answer)
        except ValueError:
            raise NotMeasured("the baseline of a start: " + (answer or "it ended early")) from None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def main():
    for _ in sys.stdin:
        try:
            print(start(*sys.argv[1:]), flush=True)
        except (NotMeasured, OSError) as error:
            print(error, flush=True)
            sys.exit(1)


if __name__ == "__main__":
    main()
