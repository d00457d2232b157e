"""provost-relay against a small fake supervisor: python3 -m unittest discover -s Tests/relay

The program under test is built here with `cc`, or taken from PROVOST_RELAY.
"""

import contextlib
import os
import random
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SOURCES = sorted((Path(__file__).resolve().parents[2] / "Sources" / "provost-relay").glob("*.c"))
MEBIBYTE = 1 << 20


class Connection:
    """The supervisor's end of one call."""

    def __init__(self, stream):
        self.stream = stream
        self.reader = stream.makefile("rb")

    def receive(self):
        header = self.reader.read(5)
        if len(header) < 5:
            return None, b""
        length = struct.unpack(">I", header[1:])[0]
        return header[:1], self.reader.read(length)

    def arguments(self):
        kind, payload = self.receive()
        assert kind == b"A", kind
        assert payload.endswith(b"\0"), payload
        return payload[:-1].split(b"\0")

    def send(self, kind, payload=b""):
        self.stream.sendall(kind + struct.pack(">I", len(payload)) + payload)

    def input(self):
        """Every D frame up to the empty one."""
        whole = bytearray()
        while True:
            kind, payload = self.receive()
            assert kind == b"D", kind
            if not payload:
                return bytes(whole)
            whole += payload


def answer(*frames):
    """A handler that takes the arguments and sends these frames, each a type and a payload."""

    def handle(connection):
        connection.arguments()
        for kind, payload in frames:
            connection.send(kind, payload)

    return handle


def wait_until(condition, seconds=60):
    """Whether it came true."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def is_alive(number):
    """Whether there is such a process that is more than a status nobody has asked for."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class RelayTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="relay-"))
        built = os.environ.get("PROVOST_RELAY")
        if built is None:
            built = cls.folder / "provost-relay"
            subprocess.run(["cc", "-std=gnu17", "-O1", "-Wall", "-Wextra", "-Werror", "-o", built, *SOURCES], check=True)
        cls.relay = str(built)
        for name in ("learner", "report", "run_student", "shared-run", "tag-set"):
            (cls.folder / name).symlink_to(os.path.abspath(cls.relay))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    @contextlib.contextmanager
    def supervisor(self, handle):
        """Listens; each call is handled by `handle(connection)` in a thread. Yields the environment to run the relay in."""
        path = str(self.folder / f"socket-{time.monotonic_ns()}")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen(64)
        failures = []

        def serve(stream):
            try:
                with stream:
                    connection = Connection(stream)
                    with connection.reader:
                        handle(connection)
            except BaseException as failure:
                failures.append(failure)

        def accept():
            while True:
                try:
                    stream, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(stream,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield {**os.environ, "PROVOST_CHANNEL": path}
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for failure in failures:
            raise failure

    def call(self, handle, *arguments, name="learner", stdin=b"", **more):
        with self.supervisor(handle) as environment:
            return subprocess.run(
                [str(self.folder / name), *arguments], input=stdin, capture_output=True, env=environment, timeout=60, **more
            )

    def argumentsSeen(self, command):
        seen = []

        def handle(connection):
            seen.extend(connection.arguments())
            connection.send(b"X", b"\0")

        with self.supervisor(handle) as environment:
            subprocess.run(command, env=environment, check=True, timeout=60)
        return seen

    def test_arguments_arrive_as_they_were_given(self):
        odd = ["", "한글 이름", "a\nb", "--max", "'\"$x"]
        expected = [b"report"] + [text.encode() for text in odd]
        self.assertEqual(self.argumentsSeen([str(self.folder / "report"), *odd]), expected)

    def test_name_may_be_first_argument(self):
        self.assertEqual(self.argumentsSeen([self.relay, "learner", "run", "--", "ls"]), [b"learner", b"run", b"--", b"ls"])

    def test_any_name_is_sent_as_it_is(self):
        self.assertEqual(self.argumentsSeen([str(self.folder / "tag-set"), "a", "true"]), [b"tag-set", b"a", b"true"])
        self.assertEqual(self.argumentsSeen([self.relay, "feedback-msg", "-m", "hi"]), [b"feedback-msg", b"-m", b"hi"])

    def test_run_student_says_where_it_was_called(self):
        here = os.getcwd().encode()
        seen = self.argumentsSeen([str(self.folder / "run_student"), "--time", "2", "./a"])
        self.assertEqual(seen, [b"run_student", b"--working-dir", here, b"--time", b"2", b"./a"])
        self.assertEqual(self.argumentsSeen([str(self.folder / "run_student")]), [b"run_student", b"--working-dir", here])

    def test_no_name_is_a_usage_error(self):
        for command in ([self.relay], [self.relay, "provost-relay"], [self.relay, ""]):
            done = subprocess.run(command, capture_output=True)
            self.assertEqual(done.returncode, 2)
            self.assertIn("learner", done.stderr.decode())

    def test_output_error_and_status_pass_through(self):
        frames = [(b"O", b"out\0\xff"), (b"E", b"err")] * 3
        done = self.call(answer(*frames, (b"O", b""), (b"X", b"\x89")))
        self.assertEqual((done.stdout, done.stderr, done.returncode), (b"out\0\xff" * 3, b"err" * 3, 0x89))

    def test_own_input_is_sent_to_its_end(self):
        data = random.Random(1).randbytes(5 * MEBIBYTE + 17)

        def handle(connection):
            connection.arguments()
            connection.send(b"I")
            connection.send(b"X", b"\x07" if connection.input() == data else b"\x08")

        self.assertEqual(self.call(handle, stdin=data).returncode, 7)

    def test_input_is_not_read_unless_asked_for(self):
        with self.supervisor(answer((b"X", b"\0"))) as environment, tempfile.TemporaryFile() as file:
            file.write(b"next")
            file.seek(0)
            subprocess.run([self.folder / "learner"], stdin=file, env=environment, check=True, timeout=60)
            self.assertEqual(os.lseek(file.fileno(), 0, os.SEEK_CUR), 0)

    def test_input_from_a_file(self):
        data = random.Random(2).randbytes(3 * MEBIBYTE)
        path = self.folder / "입력.bin"
        path.write_bytes(data)

        def handle(connection):
            connection.arguments()
            connection.send(b"I", str(path).encode())
            connection.send(b"X", b"\x07" if connection.input() == data else b"\x08")

        self.assertEqual(self.call(handle, stdin=b"not this").returncode, 7)

    def test_unreadable_input_is_status_1_and_names_the_file(self):
        for path in ("/does/not/exist", "/"):

            def handle(connection):
                connection.arguments()
                connection.send(b"I", path.encode())
                connection.receive()

            done = self.call(handle)
            self.assertEqual(done.returncode, 1)
            self.assertIn(path if path != "/" else "directory", done.stderr.decode())

    def test_file_is_made_and_emptied_before_writing(self):
        path = self.folder / "report.json"
        path.write_text("old and longer than what follows")

        file = str(path).encode() + b"\0" + b'{"a":1}'
        self.assertEqual(self.call(answer((b"W", file), (b"X", b"\0"))).returncode, 0)
        self.assertEqual(path.read_bytes(), b'{"a":1}')

    def test_largest_frames_are_taken(self):
        data = random.Random(3).randbytes(MEBIBYTE)
        path = self.folder / "large"
        file = str(path).encode() + b"\0" + data
        done = self.call(answer((b"O", data), (b"W", file[:MEBIBYTE]), (b"X", b"\0")))
        self.assertEqual((done.returncode, done.stdout == data), (0, True))
        self.assertEqual(path.stat().st_size, MEBIBYTE - len(str(path)) - 1)

    def test_files_are_sent_one_after_the_other_with_their_mode(self):
        data = random.Random(5).randbytes(3 * MEBIBYTE + 5)
        for name, content, mode in (("large", data, 0o755), ("empty", b"", 0o640), ("small", b"x", 0o644)):
            (self.folder / name).write_bytes(content)
            (self.folder / name).chmod(mode)
        seen = []

        def handle(connection):
            connection.arguments()
            for name in ("large", "empty", "small"):
                connection.send(b"F", str(self.folder / name).encode())
                kind, payload = connection.receive()
                seen.append((kind, *struct.unpack(">QQ", payload), connection.input()))
            connection.send(b"I")
            seen.append(connection.input())
            connection.send(b"X", b"\0")

        self.assertEqual(self.call(handle, stdin=b"own input").returncode, 0)
        self.assertEqual(
            seen, [(b"M", 0o755, len(data), data), (b"M", 0o640, 0, b""), (b"M", 0o644, 1, b"x"), b"own input"])

    def test_a_file_that_cannot_be_sent_is_125_and_named(self):
        os.mkfifo(self.folder / "fifo")
        for path in ("/does/not/exist", "/", "/dev/null", str(self.folder / "fifo")):

            def handle(connection):
                connection.arguments()
                connection.send(b"F", path.encode())
                connection.receive()

            with self.subTest(path):
                done = self.call(handle)
                self.assertEqual(done.returncode, 125)
                self.assertIn(path, done.stderr.decode())

    def test_a_file_larger_than_a_frame_comes_in_pieces(self):
        path = self.folder / "received"
        path.write_text("old")
        data = random.Random(6).randbytes(5 * MEBIBYTE)
        name = str(path).encode() + b"\0"
        pieces = [(b"P", name + data[at : at + 700_000]) for at in range(0, len(data), 700_000)]
        self.assertEqual(self.call(answer((b"W", name), *pieces, (b"X", b"\0"))).returncode, 0)
        self.assertTrue(path.read_bytes() == data)

    def test_both_directions_full_at_once_do_not_lock_up(self):
        """An echo whose every pipe is full: the reader waits for the writer's end before it reads."""
        data = random.Random(4).randbytes(24 * MEBIBYTE)

        def handle(connection):
            connection.arguments()
            connection.send(b"I")
            while True:
                _, payload = connection.receive()
                if not payload:
                    break
                connection.send(b"O", payload)
                connection.send(b"E", payload[:100])
            connection.send(b"X", b"\0")

        done = self.call(handle, stdin=data)
        self.assertEqual(done.returncode, 0)
        self.assertTrue(done.stdout == data)

    def test_stalled_output_does_not_hold_up_input(self):
        """Nobody reads the relay's output until the supervisor has all of the input."""
        data = b"x" * (8 * MEBIBYTE)
        taken = threading.Event()

        def handle(connection):
            connection.arguments()
            connection.send(b"I")
            writer = threading.Thread(target=lambda: [connection.send(b"O", b"y" * MEBIBYTE) for _ in range(8)])
            writer.start()
            if connection.input() == data:
                taken.set()
            writer.join()
            connection.send(b"X", b"\0")

        with self.supervisor(handle) as environment, tempfile.TemporaryFile() as file:
            file.write(data)
            file.seek(0)
            process = subprocess.Popen([self.folder / "learner"], stdin=file, stdout=subprocess.PIPE, env=environment)
            self.assertTrue(taken.wait(30))
            self.assertEqual(len(process.communicate(timeout=30)[0]), 8 * MEBIBYTE)
            self.assertEqual(process.returncode, 0)

    def test_status_is_taken_although_input_was_not_read(self):
        def handle(connection):
            connection.arguments()
            connection.send(b"I")
            connection.send(b"O", b"early")
            connection.send(b"X", b"\x03")
            connection.stream.shutdown(socket.SHUT_RD)

        for _ in range(20):
            done = self.call(handle, stdin=b"z" * (2 * MEBIBYTE))
            self.assertEqual((done.returncode, done.stdout), (3, b"early"))

    def test_lost_connection_is_125(self):
        def atOnce(connection):
            connection.arguments()

        def insideFrame(connection):
            connection.arguments()
            connection.stream.sendall(b"O\0\0\1\0half")

        def whileSending(connection):
            connection.arguments()
            connection.send(b"I")
            connection.receive()

        for handle in (atOnce, insideFrame, whileSending):
            with self.subTest(handle.__name__):
                done = self.call(handle, stdin=b"z" * (4 * MEBIBYTE))
                self.assertEqual(done.returncode, 125)
                self.assertIn("lost", done.stderr.decode())

    def test_no_supervisor_is_125(self):
        done = subprocess.run(
            [self.folder / "learner"], env={"PROVOST_CHANNEL": str(self.folder / "nobody")}, capture_output=True, timeout=60
        )
        self.assertEqual(done.returncode, 125)
        self.assertIn("nobody", done.stderr.decode())

    def test_nonsense_from_the_supervisor_is_125(self):
        nonsense = {
            "frame too long": b"O" + struct.pack(">I", MEBIBYTE + 1),
            "unknown type": b"Q\0\0\0\0",
            "status without byte": b"X\0\0\0\0",
            "file without name": b"W\0\0\0\3abc",
            "input twice": b"I\0\0\0\0I\0\0\0\0",
            "file during another": (b"F" + struct.pack(">I", len(self.relay)) + self.relay.encode()) * 2,
            "append without name": b"P\0\0\0\3abc",
        }
        for name, frames in nonsense.items():

            def handle(connection):
                connection.arguments()
                connection.stream.sendall(frames)
                with contextlib.suppress(ConnectionResetError):
                    connection.receive()

            with self.subTest(name):
                done = self.call(handle)
                self.assertEqual(done.returncode, 125)
                self.assertTrue(done.stderr)

    def test_arguments_beyond_1_mebibyte_are_refused(self):
        done = self.call(lambda connection: None, *["a" * 100_000] * 12)
        self.assertEqual(done.returncode, 125)
        self.assertIn("1 MiB", done.stderr.decode())

    def test_closed_output_ends_the_call(self):
        ended = threading.Event()

        def handle(connection):
            connection.arguments()
            try:
                while True:
                    connection.send(b"O", b"endless\n" * 1000)
            except OSError:
                ended.set()

        with self.supervisor(handle) as environment:
            process = subprocess.Popen([self.folder / "learner"], stdout=subprocess.PIPE, env=environment)
            process.stdout.read(10)
            process.stdout.close()
            self.assertEqual(process.wait(30), 141)
            self.assertTrue(ended.wait(30))

    def test_killing_the_call_closes_the_connection(self):
        started, ended = threading.Event(), threading.Event()

        def handle(connection):
            connection.arguments()
            started.set()
            if connection.receive() == (None, b""):
                ended.set()

        with self.supervisor(handle) as environment:
            process = subprocess.Popen([self.folder / "learner"], env=environment)
            self.assertTrue(started.wait(30))
            process.terminate()
            process.wait(30)
            self.assertTrue(ended.wait(30))

    def test_closed_standard_descriptors_are_not_mistaken_for_the_channel(self):
        def handle(connection):
            connection.arguments()
            connection.send(b"I")
            rest = connection.input()
            connection.send(b"O", b"nowhere")
            connection.send(b"X", b"\x05" if rest == b"" else b"\x06")

        with self.supervisor(handle) as environment:
            command = f"exec {self.folder}/learner <&- >&- 2>&-"
            self.assertEqual(subprocess.run(["sh", "-c", command], env=environment, timeout=60).returncode, 5)

    # learner pair: the handler plays the learner's program.

    def pair(self, handle, *grader, options=(), **more):
        return self.call(handle, "pair", *options, "--", "./program", ":::", *grader, **more)

    def test_a_pair_sends_the_learners_half_and_crosses_the_streams(self):
        seen = []

        def handle(connection):
            seen.extend(connection.arguments())
            connection.send(b"I")
            connection.send(b"O", b"question\n")
            self.assertEqual(connection.receive(), (b"D", b"answer\n"))
            connection.send(b"E", b"words")
            connection.send(b"O", b"thanks\n")
            connection.input()
            connection.send(b"X", b"\0")

        script = "read a; echo answer; read b; [ \"$a$b\" = questionthanks ] && exit 42"
        done = self.pair(handle, "sh", "-c", script, "a:::b", ":::", options=("--time", "2s"))
        self.assertEqual(seen, [b"learner", b"pair", b"--time", b"2s", b"--", b"./program"])
        self.assertEqual((done.returncode, done.stdout, done.stderr), (42, b"", b"words"))

    def test_a_pair_ends_as_its_grader_did(self):
        for script, status in (("exit 0", 0), ("exit 125", 125), ("kill -9 $$", 137), ("kill -TERM $$", 143)):

            def handle(connection):
                connection.arguments()
                connection.send(b"I")
                connection.input()
                connection.send(b"X", b"\0")

            with self.subTest(script):
                self.assertEqual(self.pair(handle, "sh", "-c", script).returncode, status)
        self.assertEqual(self.pair(handle, "/no/such/validator").returncode, 127)
        self.assertEqual(self.pair(handle, "/etc/passwd").returncode, 126)

    def test_a_pair_without_both_programs_is_a_usage_error(self):
        for words in (["--", "a"], ["--", "a", ":::"], [":::", "b"], []):
            done = self.call(lambda connection: None, "pair", *words)
            self.assertEqual(done.returncode, 2)
            self.assertIn(":::", done.stderr.decode())

    def test_our_failure_ends_a_pair_with_125_whatever_its_grader_does(self):
        started = self.folder / "started-with-its-judge"

        def fails(connection):
            isLost(connection)
            connection.send(b"X", b"\x7d")

        def isLost(connection):
            connection.arguments()
            connection.send(b"I")
            wait_until(lambda: started.exists() and started.read_text().endswith("\n"))

        for handle in (fails, isLost):
            with self.subTest(handle.__name__):
                # Ended by itself it would be long after this test.
                done = self.pair(handle, "sh", "-c", f"echo $$ > {started}; exec sleep 1000")
                self.assertEqual(done.returncode, 125)
                number = int(started.read_text())
                started.unlink()
                self.assertTrue(wait_until(lambda: not is_alive(number)), "the grader's program outlived its judge")

    def test_a_refused_pair_does_not_start_its_grader(self):
        marker = self.folder / "started"
        done = self.pair(answer((b"E", b"no"), (b"X", b"\x02")), "touch", str(marker))
        self.assertEqual((done.returncode, done.stderr), (2, b"no"))
        self.assertFalse(marker.exists())

    def test_both_of_a_pair_write_without_reading(self):
        """Ended by the learner's end, which the supervisor tells although nothing could be delivered."""

        def handle(connection):
            connection.arguments()
            connection.send(b"I")
            for _ in range(4):
                connection.send(b"O", b"y" * MEBIBYTE)
            time.sleep(0.3)
            connection.send(b"X", b"\0")

        script = "import sys\ntry:\n while True: sys.stdout.buffer.write(b'x' * 65536)\nexcept BrokenPipeError: pass\n"
        script += "import os; os.dup2(os.open('/dev/null', 1), 1); sys.exit(43 if len(sys.stdin.buffer.read()) == 4 << 20 else 1)"
        self.assertEqual(self.pair(handle, "python3", "-c", script).returncode, 43)

    def test_a_grader_that_writes_to_a_learner_who_left_is_not_killed(self):
        def handle(connection):
            connection.arguments()
            connection.send(b"I")
            connection.send(b"O", b"bye\n")
            connection.send(b"X", b"\0")

        script = "sleep 0.3; i=0; while echo x 2>/dev/null && [ $i -lt 100000 ]; do i=$((i+1)); done; read word; [ $word = bye ] && exit 43"
        self.assertEqual(self.pair(handle, "bash", "-c", script).returncode, 43)

    def test_the_end_of_a_grader_ends_the_learners_input_and_output_is_taken(self):
        def handle(connection):
            connection.arguments()
            connection.send(b"I")
            rest = connection.input()
            for _ in range(30):
                connection.send(b"O", b"z" * MEBIBYTE)
            connection.send(b"X", b"\0" if rest == b"last words\n" else b"\x7d")

        self.assertEqual(self.pair(handle, "sh", "-c", "echo last words; exit 7").returncode, 7)
        # Also when something it left behind still holds its output.
        self.assertEqual(self.pair(handle, "sh", "-c", "echo last words; sleep 5 & exit 8").returncode, 8)

    def test_a_slow_grader_gets_all_that_the_learner_wrote(self):
        data = random.Random(7).randbytes(20 * MEBIBYTE)

        def handle(connection):
            connection.arguments()
            connection.send(b"I")
            for at in range(0, len(data), 500_000):
                connection.send(b"O", data[at : at + 500_000])
            connection.send(b"X", b"\0")

        path = self.folder / "judged"
        done = self.pair(handle, "sh", "-c", f"sleep 0.5; cat > {path}")
        self.assertEqual(done.returncode, 0)
        self.assertTrue(path.read_bytes() == data)

    def test_a_waiting_pair_costs_no_processor_time(self):
        def handle(connection):
            connection.arguments()
            connection.send(b"I")
            time.sleep(0.6)
            connection.send(b"X", b"\0")

        with self.supervisor(handle) as environment:
            command = [self.folder / "learner", "pair", "--", "a", ":::", "sh", "-c", "exec >&-; sleep 0.8"]
            process = subprocess.Popen(command, env=environment)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(process.returncode, 0)
            self.assertLess(usage.ru_utime + usage.ru_stime, 0.2)

    # shared-run: only ever in a process namespace of its own, because it kills whatever else it sees.

    def test_shared_run_refuses_to_work_outside_a_room(self):
        done = self.call(lambda connection: None, "true", name="shared-run")
        self.assertEqual(done.returncode, 125)
        self.assertIn("room", done.stderr.decode())

    def inRoom(self, handle, *command):
        namespaces = ["bwrap", "--unshare-pid", "--die-with-parent", "--bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--"]
        with self.supervisor(handle) as environment:
            command = [*namespaces, str(self.folder / "shared-run"), *command]
            return subprocess.run(command, capture_output=True, env=environment, timeout=60)

    @unittest.skipUnless(shutil.which("bwrap"), "needs bubblewrap")
    def test_shared_run_tells_how_its_child_ended_and_what_outlived_it(self):
        left = "for i in 1 2 3; do setsid sh -c 'trap \"\" TERM HUP; sleep 100; :' >/dev/null 2>&1 & done; "
        # Until all three have come to their sleep, however long that takes.
        left += "until [ $(grep -lx sleep /proc/[0-9]*/comm 2>/dev/null | wc -l) -ge 3 ]; do sleep 0.05; done; "
        for script, message, status in (
            ("exit 0", b"ended\0exited:0\x000\0", 0),
            ("exit 3", b"ended\0exited:3\x000\0", 3),
            ("kill -SEGV $$", b"ended\0signaled:11\x000\0", 139),
            ("true & wait; exit 0", b"ended\0exited:0\x000\0", 0),
            # Each is a shell and its sleep.
            (left + "exit 0", b"ended\0exited:0\x006\0", 0),
        ):
            seen = []

            def handle(connection):
                seen.append(connection.arguments())
                connection.send(b"I")
                seen.append(connection.input())
                connection.send(b"X", b"\0")

            with self.subTest(script):
                done = self.inRoom(handle, "sh", "-c", script)
                self.assertEqual(seen, [[b"shared-run", b"begin"], message])
                self.assertEqual((done.returncode, done.stderr), (status, b""))

    @unittest.skipUnless(shutil.which("bwrap"), "needs bubblewrap")
    def test_shared_run_starts_nothing_before_it_is_the_one_that_is_believed(self):
        marker = self.folder / "ran"

        def handle(connection):
            connection.arguments()
            time.sleep(0.3)
            if marker.exists():
                raise AssertionError("learner code could have been first")
            connection.send(b"E", b"not you")
            connection.send(b"X", b"\x01")

        done = self.inRoom(handle, "touch", str(marker))
        self.assertEqual(done.returncode, 125)
        self.assertIn(b"not you", done.stderr)
        self.assertFalse(marker.exists())

    @unittest.skipUnless(shutil.which("bwrap"), "needs bubblewrap")
    def test_shared_run_cannot_be_ended_politely_nor_looked_into(self):
        seen = []

        def handle(connection):
            connection.arguments()
            connection.send(b"I")
            seen.append(connection.input())
            connection.send(b"X", b"\0")

        attack = """
p=$(grep -l -a shared-run /proc/[0-9]*/comm | cut -d/ -f3 | head -1)
kill -TERM $p; kill -INT $p; kill -HUP $p; kill -USR1 $p; kill -CONT $p
ls -l /proc/self/fd | grep -q socket && exit 9
exit 5
"""
        done = self.inRoom(handle, "sh", "-c", attack)
        self.assertEqual(seen, [b"ended\0exited:5\x000\0"])
        self.assertEqual(done.returncode, 5)

    def test_waiting_costs_no_processor_time(self):
        def handle(connection):
            connection.arguments()
            connection.send(b"I")
            connection.input()
            time.sleep(0.6)
            connection.send(b"X", b"\0")

        with self.supervisor(handle) as environment:
            process = subprocess.Popen([self.folder / "learner"], stdin=subprocess.DEVNULL, env=environment)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(process.returncode, 0)
            self.assertLess(usage.ru_utime + usage.ru_stime, 0.2)

    def test_thousands_of_calls(self):
        def handle(connection):
            _, number = connection.arguments()
            connection.send(b"O", number)
            connection.send(b"X", bytes([int(number) % 256]))

        with self.supervisor(handle) as environment, ThreadPoolExecutor(8) as pool:

            def one(number):
                done = subprocess.run([self.folder / "report", str(number)], capture_output=True, env=environment, timeout=60)
                return done.stdout == str(number).encode() and done.returncode == number % 256

            self.assertTrue(all(pool.map(one, range(3000))))


if __name__ == "__main__":
    unittest.main()
