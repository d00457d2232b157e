"""Types into `provost shell` through a real pseudo-terminal and prints what comes back: for the demonstrations.

usage: terminal.py PROVOST HOME [WORKSPACE] < LINES     HOME holds the person's config/ and state/; a line begins with "$ ".
"""

import os
import pty
import select
import sys
import time


def read_until(master, marker, seconds):
    text, end = b"", time.monotonic() + seconds
    while marker not in text:
        ready, _, _ = select.select([master], [], [], max(0, end - time.monotonic()))
        if not ready:
            sys.exit(f"no answer within {seconds} s; so far:\n{text.decode(errors='replace')}")
        try:
            piece = os.read(master, 65536)
        except OSError:
            piece = b""
        if not piece:
            break
        text += piece
    return text


def main():
    program, home, *workspace = sys.argv[1:]
    lines = [line[2:].rstrip("\n") for line in sys.stdin if line.startswith("$ ")]
    child, master = pty.fork()
    if child == 0:
        os.environ.update(XDG_CONFIG_HOME=home + "/config", XDG_STATE_HOME=home + "/state", TERM="xterm")
        os.execv(program, [program, "shell", *workspace, "--new"])
    # Whatever is typed before the terminal is there is thrown away, as ssh does.
    shown = read_until(master, b"$ ", 30)
    for number, line in enumerate(lines):
        # The marker is put together by the shell, so that the echo of what was typed does not count.
        os.write(master, f"{line}; printf 'done-%s\\n' {number}\n".encode())
        shown += read_until(master, f"done-{number}\r\n".encode(), 30)
    os.write(master, b"exit 3\n")
    shown += drain(master)
    _, status = os.waitpid(child, 0)
    print(shown.decode(errors="replace").replace("\r\n", "\n"))
    print(f"(the shell ended with exit status {os.waitstatus_to_exitcode(status)})")
    sys.exit(0 if os.waitstatus_to_exitcode(status) == 3 else 1)


def drain(master):
    text = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:
            return text
        if not piece:
            return text
        text += piece


main()
