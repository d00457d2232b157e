"""Java for graders: compiling, running JUnit 4 tests by `provost.Runner`, and words that may be shown."""

import base64
import os
import re
import secrets
import select
import signal
import subprocess
import time
from pathlib import Path

from provost_grader import LAB, clean, our_fault
from provost_submission import files_below

JUNIT = ["/usr/share/java/junit4.jar", "/usr/share/java/hamcrest.jar"]
SMALL = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-XX:-UsePerfData", "-Xss2m"]


def java_home():
    """Debian's OpenJDK 17, whatever else is installed."""
    for path in sorted(Path("/usr/lib/jvm").glob("java-17-openjdk-*")):
        if (path / "bin" / "javac").exists():
            return path
    our_fault("openjdk-17-jdk-headless is not installed")


def check_installed():
    for path in JUNIT:
        if not os.path.exists(path):
            our_fault(f"{path} is missing; install junit4 and libhamcrest-java")


def sources(folder):
    """The .java files below a folder, no links among them."""
    return [path for path in files_below(folder) if path.suffix == ".java"]


def compile_ours(files, target, classpath):
    """Compiles files of the lab or of ours; a mistake in them is no learner's."""
    target.mkdir(parents=True, exist_ok=True)
    command = [java_home() / "bin" / "javac", *(f"-J{option}" for option in SMALL), "-proc:none", "-encoding", "UTF-8", "-nowarn"]
    command += ["-implicit:none", "-d", target, "-cp", ":".join(map(str, classpath)), *files]
    made = subprocess.run(command, capture_output=True, check=False)
    if made.returncode != 0:
        print((made.stderr + made.stdout).decode(errors="replace")[:20_000], flush=True)
        our_fault(f"the lab's Java does not compile: {clean(made.stderr or made.stdout, 400)}")


def test_classes(files):
    """Names of the lab's public classes with tests, by their files."""
    names = []
    for path in files:
        text = path.read_text(encoding="utf-8")
        if "@Test" in text and not re.search(r"\babstract\s+class\s+" + re.escape(path.stem) + r"\b", text):
            package = re.search(r"^\s*package\s+([\w.]+)\s*;", text, re.M)
            names.append(f"{package[1]}.{path.stem}" if package else path.stem)
    return names


def lab_folder(name):
    path = LAB / name
    if ".." in Path(name).parts or not path.is_dir():
        our_fault(f"the lab's files: there is no folder {name}")
    return path


def shown(words):
    """An assertion's message without the values that it compared; the kind of another exception."""
    kind, _, text = words.partition(" ")
    text = " ".join(text.split())  # the expressions below would try every way to divide long white space
    if kind == "assertion":
        text = re.sub(r"\s*;?\s*\b(unexpected exception type thrown;\s*)?expected(?: same)?:?\s*<.*", "", text, flags=re.S)
        text = re.sub(r"\s*\bExpected:.*", "", text, flags=re.S)
        text = re.sub(
            r"\s*\b(?:Actual: .*|Values should be different.*|expected (?:not )?(?:null|same)\b.*)", "", text, flags=re.S
        )
        text = "" if text in ("null", "arrays first differed at element") else text
        return clean(text, 400) or "did not pass"
    name, _, detail = text.partition(" ")
    if name == "java.lang.NoSuchMethodError":
        method = re.search(r"'([^']{1,160})'", detail)
        return f"there is no method {clean(method[1], 160)}" if method else "a method is missing"
    if name == "java.lang.NoClassDefFoundError":
        return f"there is no class {clean(detail.replace('/', '.'), 100)}"
    if name == "java.lang.NoSuchFieldError":
        return f"there is no field {clean(detail, 100)}"
    return f"{clean(name, 100)} was thrown" if name else "an exception was thrown"


class Machine:
    """One Java machine with the tests in it: a stream of (what, name or number, message)."""

    def __init__(self, options, classpath, arguments, names=()):
        self._secret = secrets.token_hex(24)
        command = [
            java_home() / "bin" / "java",
            *SMALL,
            *options,
            "-cp",
            ":".join(map(str, classpath)),
            "provost.Runner",
            *arguments,
        ]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
        self._process.stdin.write("".join(f"{line}\n" for line in (self._secret, *names)).encode())
        self._process.stdin.close()
        self._buffer = b""

    def next(self, seconds):
        """The next event; None at the end of the machine, "late" when none comes within `seconds`."""
        end = time.monotonic() + seconds
        while True:
            line, newline, rest = self._buffer.partition(b"\n")
            if newline:
                self._buffer = rest
                words = line.decode(errors="replace").split(" ")
                if len(words) == 4 and secrets.compare_digest(words[0].encode(), self._secret.encode()):
                    return words[1], *(base64.b64decode(word).decode(errors="replace") for word in words[2:])
                continue
            if len(self._buffer) > 1 << 20:
                self._buffer = b""
            left = end - time.monotonic()
            if left <= 0 or not select.select([self._process.stdout], [], [], left)[0]:
                return "late"
            data = os.read(self._process.stdout.fileno(), 1 << 16)
            if not data:
                return None
            self._buffer += data

    def stop(self):
        """Ends it, with the programs that it started."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # all of it has ended
        self.status = self._process.wait()
        self._process.stdout.close()


def list_tests(options, classpath, classes):
    """The names of all tests, CLASS#METHOD, without running any."""
    machine, names = Machine(options, classpath, ["list", *classes]), []
    while True:
        event = machine.next(60)
        if event is None or event == "late":
            machine.stop()
            our_fault("the tests could not be listed")
        if event[0] == "end":
            machine.stop()
            return names
        names.append(event[1])


def label(name):
    """CLASS.METHOD without packages."""
    owner, _, method = name.partition("#")
    return f"{owner.rpartition('.')[2]}.{method}"


def run_tests(options, classpath, names, seconds, check=lambda: None):
    """Yields (number, status, message) for each of the tests: pass, fail or skip.

    A test that takes longer than `seconds`, or ends its machine, has failed; the tests after it run in a new one. After three
    time-outs in a row the rest is not run. `check` is called when a machine has ended.
    """
    number, in_a_row, count = 0, 0, len(names)
    while number < count:
        machine, first = Machine(options, classpath, ["run", str(number)], names), number
        began = False
        while number < count:
            # Before the first test a machine has to start, which is nobody's test.
            event = machine.next(seconds if began else seconds + 60)
            if event is None or event == "late":
                break
            if event[0] == "begin":
                began = True
                continue
            if event[0] in ("pass", "fail", "skip") and event[1] == str(number):
                yield number, event[0], shown(event[2]) if event[0] == "fail" else ""
                number, in_a_row, began = number + 1, 0, False
        machine.stop()
        check()
        if number == count:
            return
        if not began and number > first:
            continue  # what an earlier test left running in it may have ended it
        if not began:
            our_fault(f"a Java machine ended with status {machine.status} before test {number} began")
        late = event == "late"
        yield (
            number,
            "fail",
            f"did not end within {seconds:g} s" if late else "the test ended the Java machine: exit, or no memory left",
        )
        number, in_a_row = number + 1, in_a_row + 1 if late else 0
        if in_a_row == 3:
            for rest in range(number, count):
                yield rest, "fail", "not run: the tests before this one kept running out of time"
            return
