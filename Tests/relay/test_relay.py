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

SOURCE = Path(__file__).resolve().parents[2] / "Sources" / "provost-relay" / "main.c"
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


class RelayTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="relay-"))
        built = os.environ.get("PROVOST_RELAY")
        if built is None:
            built = cls.folder / "provost-relay"
            subprocess.run(["cc", "-std=gnu17", "-O1", "-Wall", "-Wextra", "-Werror", "-o", built, SOURCE], check=True)
        cls.relay = str(built)
        for name in ("learner", "report"):
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

    def test_any_other_name_is_a_usage_error(self):
        for command in ([self.relay], [self.relay, "grader"]):
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
        }
        for name, frames in nonsense.items():

            def handle(connection):
                connection.arguments()
                connection.stream.sendall(frames)
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
