"""What an instance of Provost left on this machine: mounts, loop devices, cgroups, processes and users of rooms.

usage: leftovers.py FOLDER STATE [FIRST-LAST …]     FOLDER with everything that was made; STATE as the daemon was told; the ranges of users
                                                   that its rooms have.

The daemon has to have ended, and its workspaces too. Exit status: 0 nothing is left, 1 something is; it is named.
"""

import os
import signal
import subprocess
import sys
import time

# What ends, ends within this time.
PATIENCE = 5


def instance_names(state):
    """The names of an instance's cgroups: of its rooms for gradings, and of its workspaces (FNV-1a of the path, to base 36)."""
    number = 0xCBF29CE484222325
    for byte in state.encode():
        number = (number ^ byte) * 0x100000001B3 % (1 << 64)
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + text
    return {text, "w-" + text}


def users(text):
    """A range of users as the daemon has it: FIRST-LAST."""
    first, last = text.split("-")
    return range(int(first), int(last) + 1)


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read().decode(errors="replace")
    except OSError:
        return ""


def hierarchies():
    """Where cgroups are mounted, of version 1 and 2."""
    found = []
    for line in read("/proc/self/mountinfo").splitlines():
        words = line.split(" ")
        if words[words.index("-") + 1] in ("cgroup", "cgroup2"):
            found.append(words[4])
    return found


def cgroups(names):
    """The folders of an instance's cgroups with those below them, in every hierarchy, inner ones first."""
    found = []
    for root in hierarchies():
        for path, folders, _ in os.walk(root):
            for name in set(folders) & names:
                found += [inner for inner, _, _ in os.walk(os.path.join(path, name), topdown=False)]
                folders.remove(name)
    return found


def processes():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def parent_and_user(pid):
    parent = user = None
    for line in read(f"/proc/{pid}/status").splitlines():
        if line.startswith("PPid:"):
            parent = int(line.split()[1])
        elif line.startswith("Uid:"):
            user = int(line.split()[1])
    return parent, user


def instance_of(cgroup, name="provost"):
    """The instance whose cgroup a /proc/PID/cgroup names; None outside of all."""
    for line in cgroup.splitlines():
        words = line.split(":", 2)[2].split("/")
        if name in words[:-1]:
            return words[words.index(name) + 1]
    return None


def holds_open(pid, folder):
    try:
        links = [f"/proc/{pid}/fd/{number}" for number in os.listdir(f"/proc/{pid}/fd")]
    except OSError:
        links = []
    for link in [*links, f"/proc/{pid}/cwd"]:
        try:
            target = os.readlink(link)
        except OSError:
            continue
        if target == folder or target.startswith(folder + "/"):
            return True
    return False


class Leftovers:
    """What there is of an instance now; each list holds a line for each."""

    def __init__(self, folder, state, ranges=()):
        self.mounts, self.loops, self.processes, self.users = [], [], [], set()
        self.pids = []
        names = instance_names(state)
        self.cgroups = cgroups(names)
        self.look_at_processes(folder, names, ranges)
        for name in sorted(os.listdir("/sys/block")):
            backing = read(f"/sys/block/{name}/loop/backing_file").strip()
            if backing.startswith(folder + "/"):
                self.loops.append(f"/dev/{name} ({backing})")

    def look_at_processes(self, folder, names, ranges):
        own, pid = set(), os.getpid()
        while pid:
            own.add(pid)
            pid = parent_and_user(pid)[0]
        namespaces = set()
        for pid in processes():
            try:
                namespace = os.readlink(f"/proc/{pid}/ns/mnt")
            except OSError:
                continue
            if namespace not in namespaces:
                namespaces.add(namespace)
                # A keeper's mounts are seen by it alone.
                self.mounts += [line.split(" ")[4] + f" (seen by {pid})" for line in read(f"/proc/{pid}/mountinfo").splitlines() if folder in line]
            if pid in own:
                continue
            command = read(f"/proc/{pid}/cmdline").replace("\0", " ").strip()
            instance = instance_of(read(f"/proc/{pid}/cgroup"))
            user = parent_and_user(pid)[1]
            of_a_room = any(user in each for each in ranges) and instance in names | {None}
            if of_a_room:
                self.users.add(user)
            if of_a_room or instance in names or folder in command or holds_open(pid, folder):
                self.processes.append(f"{pid} {command or read(f'/proc/{pid}/comm').strip()}"[:120])
                self.pids.append(pid)
        for kind in ("shm", "sem", "msg"):
            rows = [line.split() for line in read(f"/proc/sysvipc/{kind}").splitlines()]
            for row in rows[1:]:
                user = int(row[rows[0].index("uid")])
                if any(user in each for each in ranges):
                    self.users.add(user)

    def __bool__(self):
        return bool(self.mounts or self.loops or self.cgroups or self.processes or self.users)

    def __str__(self):
        return (f"{len(self.mounts)} mounts, {len(self.loops)} loop devices, {len(self.cgroups)} cgroups, {len(self.processes)} processes, "
                f"{len(self.users)} users of rooms")

    def lines(self):
        return ([f"mount {line}" for line in self.mounts] + [f"loop device {line}" for line in self.loops]
                + [f"cgroup {line}" for line in self.cgroups] + [f"process {line}" for line in self.processes]
                + [f"user {user}" for user in sorted(self.users)])

    def end(self):
        """Ends the processes, with which their mounts go, detaches the loop devices and removes the cgroups: for a run that failed."""
        for pid in self.pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        for _ in range(200):
            self.cgroups = [folder for folder in self.cgroups if not removed(folder)]
            if not self.cgroups:
                break
            time.sleep(0.01)
        for line in self.loops:
            subprocess.run(["losetup", "-d", line.split()[0]], check=False, capture_output=True)


def removed(folder):
    try:
        os.rmdir(folder)
    except FileNotFoundError:
        pass
    except OSError:
        return False
    return True


def check(folder, state, ranges=(), patience=PATIENCE):
    """What is left once that which was ending has ended."""
    end = time.monotonic() + patience
    while True:
        left = Leftovers(folder, state, ranges)
        if not left or time.monotonic() > end:
            return left
        time.sleep(0.1)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__.strip())
    try:
        ranges = [users(text) for text in sys.argv[3:]]
    except ValueError:
        sys.exit("leftovers.py: a range of users is FIRST-LAST, like 340000-340999")
    left = check(sys.argv[1], sys.argv[2], ranges)
    print(f"left: {left}")
    for line in left.lines()[:20]:
        print("  " + line)
    sys.exit(1 if left else 0)


if __name__ == "__main__":
    main()
