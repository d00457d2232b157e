"""The figures of graders: a problem package of 100 small cases, and a large foreign result. Used by figures.py."""

import ctypes
import json
import os
import statistics
import subprocess
import time

GRADERS = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", "..", "graders"))
CASES = 100
AT_ONCE = 4
TARGET_RATE = 150
# As the grader builds C.
COMPILER = ["gcc", "-std=gnu17", "-O2", "-pipe", "-static", "-o"]

LAB = """\
name: cases-{count}
title: {{en: Benchmark}}
grader: icpc
points: 100
network: none
limits:
  learner: {{wall-time: 10s, cpu-time: 10s, memory: 256MiB, processes: 32, disk: 32MiB, output: 1MiB}}
  grader: {{wall-time: 300s, cpu-time: 300s, memory: 256MiB}}
parameters: {{scoring: share, parallel: {at_once}}}
"""
PROBLEM = """\
problem_format_version: 2025-09
type: pass-fail
name: Sums
uuid: 5a0e1c1e-58a0-4f0e-9a53-0b0f6cbb6f37
limits:
  time_limit: 5
  memory: 128
"""
SUBMISSION = """\
#include <stdio.h>

int main(void) {
    long a, b;
    if (scanf("%ld %ld", &a, &b) != 2) return 1;
    printf("%ld\\n", a + b);
    return 0;
}
"""


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


class Timed:
    """Wall and CPU seconds of something; the CPU time is that of all processes in it, also of those whose parents ended first."""

    def __init__(self, wall, processor):
        self.wall, self.processor = wall, processor

    def __sub__(self, other):
        return Timed(self.wall - other.wall, self.processor - other.processor)


def programs_in_turn(command, inputs):
    """Runs a command on each of the inputs, `AT_ONCE` at a time."""
    output = os.open(os.devnull, os.O_WRONLY)
    read, write_ = os.pipe()
    # In a process of its own, which adopts what is left behind: pid 1 of a process namespace outlives bubblewrap a little.
    child = os.fork()
    if child == 0:
        status = 1
        try:
            ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
            running, failures = set(), 0
            begin = time.perf_counter()
            waiting = list(reversed(inputs))
            while waiting or running:
                while waiting and len(running) < AT_ONCE:
                    file = os.open(waiting.pop(), os.O_RDONLY | os.O_CLOEXEC)
                    actions = [(os.POSIX_SPAWN_DUP2, file, 0), (os.POSIX_SPAWN_DUP2, output, 1)]
                    running.add(os.posix_spawn(command[0], command, {"PATH": "/usr/bin:/bin"}, file_actions=actions))
                    os.close(file)
                pid, ending = os.wait()
                failures += pid in running and ending != 0
                running.discard(pid)
            wall = time.perf_counter() - begin
            try:
                while True:
                    os.wait()
            except ChildProcessError:
                pass
            os.write(write_, f"{wall} {failures}".encode())
            status = 0
        finally:
            os._exit(status)
    os.close(write_)
    answer = os.read(read, 1000)
    os.close(read)
    os.close(output)
    _, ending, usage = os.wait4(child, 0)
    if ending != 0 or not answer:
        raise RuntimeError(f"{command[0]} could not be run on the cases")
    wall, failures = answer.split()
    if int(failures):
        raise RuntimeError(f"{int(failures)} of {len(inputs)} runs of {command[0]} failed")
    return Timed(float(wall), usage.ru_utime + usage.ru_stime)


class Package:
    """Two labs that differ in the number of cases alone: what a grading takes besides its cases is the same in both."""

    def __init__(self, programs, folder):
        self.programs, self.folder = programs, folder + "/cases"
        # Learners' rooms have users of their own.
        os.mkdir(self.folder, 0o755)
        write(self.folder + "/submission/sum.c", SUBMISSION)
        self.inputs = []
        for count in (1, CASES + 1):
            tests = f"{self.folder}/labs/cases-{count}/tests"
            write(f"{tests}/../lab.yaml", LAB.format(count=count, at_once=AT_ONCE))
            write(f"{tests}/../README.md", "Benchmark\n")
            write(f"{tests}/problem.yaml", PROBLEM)
            for number in range(count):
                write(f"{tests}/data/secret/{number:03}.in", f"{number} {number * number}\n")
                write(f"{tests}/data/secret/{number:03}.ans", f"{number + number * number}\n")
            self.inputs = [f"{tests}/data/secret/{number:03}.in" for number in range(1, count)]
        bare = self.folder + "/bare"
        os.mkdir(bare, 0o755)
        self.program = bare + "/program"
        subprocess.run([*COMPILER, self.program, self.folder + "/submission/sum.c"], check=True)
        environment = dict(os.environ, PROVOST_BENCHMARK_FOLDER=folder + "/bare-rooms")
        command = [programs + "/room-benchmark", "bare", bare, "./program"]
        words = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        self.bare = words.stdout.splitlines()

    def grade(self, count):
        command = [self.programs + "/provost-gate", "grade", "--lab", f"{self.folder}/labs/cases-{count}"]
        command += ["--submission", self.folder + "/submission", "--graders", GRADERS, "-o", "json"]
        begin = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            text = process.stdout.read()
            _, ending, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(ending)
        wall = time.perf_counter() - begin
        if process.returncode != 0:
            raise RuntimeError(f"the submission did not get all points: {text[:600]!r}")
        return Timed(wall, usage.ru_utime + usage.ru_stime)


def measure_cases(programs, folder, table, rounds):
    """Cases of one submission in C against bubblewrap alone and against the program alone on the same inputs, taking turns."""
    package = Package(programs, folder)
    ours, bare, alone = [], [], []
    for number in range(rounds + 1):
        taken = package.grade(CASES + 1) - package.grade(1)
        under_bubblewrap = programs_in_turn(package.bare, package.inputs)
        itself = programs_in_turn([package.program], package.inputs)
        if number > 0:
            ours.append(taken)
            bare.append(under_bubblewrap)
            alone.append(itself)

    def each(values, what):
        return statistics.median(getattr(value, what) for value in values) / CASES

    wall, base, program = (each(values, "wall") for values in (ours, bare, alone))
    target = f"≥ {TARGET_RATE} cases/s"
    table.add(
        f"icpc, {CASES} small cases in C, {AT_ONCE} at a time", f"{1 / wall:.0f} cases/s",
        f"bubblewrap alone {1 / base:.0f} runs/s", f"{base / wall:.2f}", target, 1 / wall >= TARGET_RATE)
    cores = min(AT_ONCE, os.cpu_count())
    cpu, base_cpu, program_cpu = (each(values, "processor") for values in (ours, bare, alone))
    table.add(
        f"  the same by CPU time, {cores} cores", f"{cores / cpu:.0f} cases/s", f"bubblewrap alone {cores / base_cpu:.0f} runs/s",
        f"{base_cpu / cpu:.2f}", target, cores / cpu >= TARGET_RATE)
    beyond, start = wall - program, base - program
    table.add(
        "  a case beyond the program's own run", f"{beyond * AT_ONCE * 1000:.2f} ms",
        f"a start of bubblewrap {start * AT_ONCE * 1000:.2f} ms", f"{beyond / start:.2f}", "≤ 1.00", beyond <= start)
    table.add(
        "  the same in CPU time", f"{(cpu - program_cpu) * 1000:.2f} ms", f"{(base_cpu - program_cpu) * 1000:.2f} ms",
        f"{(cpu - program_cpu) / (base_cpu - program_cpu):.2f}", "", None)
    load = os.getloadavg()[0]
    if load > 1.5 * AT_ONCE:
        table.note(f"Cases: load average {load:.1f}; other work took its part of the processors: read the rows of CPU time.")


def measure_results(programs, folder, table, rounds):
    """A results.json of 1 MiB with 10,000 tests, from bytes to record; Python's parser of the same bytes is the baseline."""
    tests = [{"name": f"test {number}", "score": number % 3, "max_score": 2, "output": ""} for number in range(10_000)]
    size = len(json.dumps({"tests": tests}))
    filling = ((1 << 20) - size) // len(tests)
    for test in tests:
        test["output"] = ("line of output\n" * 10)[: max(0, filling - 2)]
    path = folder + "/results.json"
    text = json.dumps({"tests": tests}).encode()
    with open(path, "wb") as file:
        file.write(text + b" " * ((1 << 20) - len(text)))
    environment = dict(os.environ, PROVOST_BENCHMARK_FOLDER=folder + "/reading")
    ours, baseline = ([], []), ([], [])
    command = [programs + "/room-benchmark", "results", path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as process:
        for number in range(rounds + 3):
            process.stdin.write("\n")
            process.stdin.flush()
            taken = process.stdout.readline().split()
            if len(taken) != 3 or int(taken[2]) != len(tests):
                raise RuntimeError(f"room-benchmark results: {taken or 'ended early'}; {len(tests)} tests were to be read")
            begin, processor = time.perf_counter(), time.thread_time()
            json.loads(text)
            if number >= 3:
                for place, value in enumerate((time.perf_counter() - begin, time.thread_time() - processor)):
                    baseline[place].append(value * 1000)
                    ours[place].append(float(taken[place]))
        process.stdin.close()
    for place, label in enumerate(("results.json, 1 MiB, 10,000 tests", "  the same in CPU time")):
        middle, base = statistics.median(ours[place]), statistics.median(baseline[place])
        ratio = f"{middle / base:.2f}"
        table.add(label, f"{middle:.2f} ms", f"json.loads {base:.2f} ms", ratio, "< 60 ms", middle < 60)
