"""The supervisor's socket, spoken directly: one connection for each call of `learner` or `report`. No process is started.

Frames both ways: a type byte, the payload's length in four bytes (big-endian, at most 1 MiB), the payload. To the supervisor: A
(program and arguments, each ended by NUL; once, first), D (a piece of the input or of a file; empty at its end), M (mode and
size of a file, eight bytes each; its D follow). From it: I (send the input), F (path: send that file), O and E (bytes of
standard output and error), W (path, NUL, bytes: a file that was asked for), P (the same, more of it), X (the status; last).
Files are kept in memory here: the paths are names between us and the supervisor, and nothing is opened.

Graders use `provost_grader`, which is built on this.
"""

import os
import select
import socket
import struct
import sys
import threading
from collections import deque

LARGEST_PAYLOAD = 1 << 20
PIECE = 128 << 10
FAULT_STATUS = 70
# Test runners put files in the place of standard error; a fault must be read by the instructor all the same.
_standard_error = os.dup(2)


def our_fault(sentence):
    """Ends the grader at once, from any thread, without a verdict: the grading will be *not graded*, with this sentence as
    evidence.

    Not `sys.exit`: in a thread that ends the thread alone, and test runners catch it and call it a failed test.
    """
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        pass  # closed, or somebody else's by now
    try:
        os.write(_standard_error, f"not graded: {sentence}\n".encode(errors="replace"))
    finally:
        os._exit(FAULT_STATUS)


def channel_path():
    return os.environ.get("PROVOST_CHANNEL") or "/grade/channel/socket"


def _words(program, arguments):
    words = [os.fsencode(word) for word in (program, *arguments)]
    if any(b"\0" in word for word in words):
        raise ValueError("an argument cannot contain NUL")
    payload = b"".join(word + b"\0" for word in words)
    if len(payload) > LARGEST_PAYLOAD:
        raise ValueError("the arguments are longer than 1 MiB; pass long data in a file or as input")
    return payload


def _frame(kind, payload):
    return kind + struct.pack(">I", len(payload)) + payload


class Call:
    """One call. `exchange` carries it to its end; `send`, `end_input` and `hang_up` may come from other threads meanwhile.

    `output`, `errors`: what came, as bytes, kept unless `on_output` takes the output piece by piece. `files`: path → bytes of
    what the supervisor had written. `status`: the status, None before the end, and for ever after `hang_up`.
    """

    def __init__(self, program, arguments, *, data=b"", stays_open=False, on_output=None, offered=None):
        """`data`, and what `send` adds while `stays_open`: the input. `offered`: path → (mode, bytes), files that may be asked
        for."""
        self._offered = offered or {}
        self._file_frames = deque()
        self._first = _words(program, arguments)
        self._input = bytearray()
        self._waiting = [memoryview(data)] if data else []
        self._input_open = stays_open
        self._input_asked = False
        self._on_output = on_output
        self._lock = threading.Lock()
        self._hung_up = False
        self._output, self._errors = bytearray(), bytearray()
        self._files = {}
        self.status = None
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC) if stays_open else None
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        try:
            self._socket.connect(channel_path())
        except OSError as error:
            our_fault(f"cannot reach the supervisor at {channel_path()} ({error}); a grader runs in a grader's room only")

    @property
    def output(self):
        return bytes(self._output)

    @property
    def errors(self):
        return bytes(self._errors)

    @property
    def files(self):
        return {path: bytes(content) for path, content in self._files.items()}

    def send(self, data):
        """More input, for a call with `stays_open`."""
        with self._lock:
            if self._input_open and data:
                self._waiting.append(memoryview(bytes(data)))
        self._poke()

    def end_input(self):
        with self._lock:
            self._input_open = False
        self._poke()

    def hang_up(self):
        """Ends the call, and with it the room it runs; `exchange` returns in its thread."""
        with self._lock:
            self._hung_up = True
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._poke()

    def _poke(self):
        with self._lock:
            if self._wake is not None:
                os.eventfd_write(self._wake, 1)

    def _next_piece(self):
        """The next frame to send as bytes; None when there is none now."""
        if self._file_frames:
            return self._file_frames.popleft()
        with self._lock:
            if not self._input_asked:
                return None
            if self._waiting:
                piece = self._waiting[0][:PIECE]
                rest = self._waiting[0][PIECE:]
                self._waiting[0:1] = [rest] if rest else []
                return _frame(b"D", piece)
            if self._input_open:
                return None
            self._input_asked = False
            return b"D\0\0\0\0"

    def exchange(self):
        """Runs the call to its end and returns the status; None when we hung up ourselves."""
        try:
            return self._exchange()
        finally:
            self._socket.close()
            with self._lock:
                wake, self._wake = self._wake, None
            if wake is not None:
                os.close(wake)

    def _exchange(self):
        self._socket.setblocking(False)
        sending = memoryview(_frame(b"A", self._first))
        takes_input = True
        poller = select.poll()
        channel = self._socket.fileno()
        if self._wake is not None:
            poller.register(self._wake, select.POLLIN)
        poller.register(channel, select.POLLIN | select.POLLOUT)
        while self.status is None:
            if self._hung_up:
                return None
            if not sending and takes_input:
                sending = memoryview(self._next_piece() or b"")
            poller.modify(channel, select.POLLIN | (select.POLLOUT if sending else 0))
            for descriptor, events in poller.poll():
                if descriptor == self._wake:
                    os.eventfd_read(descriptor)
                    continue
                if sending and events & (select.POLLOUT | select.POLLERR | select.POLLHUP):
                    try:
                        sending = sending[self._socket.send(sending, socket.MSG_NOSIGNAL) :]
                    except BlockingIOError:
                        pass
                    except OSError:
                        # A program may end without reading its input; what it said and its status are on their way to us.
                        sending, takes_input = memoryview(b""), False
                if events & (select.POLLIN | select.POLLERR | select.POLLHUP):
                    self._receive()
        return self.status

    def _receive(self):
        try:
            # Small enough that its buffer is no mapping of its own, made and taken away for each piece.
            data = self._socket.recv(64 << 10)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            if self._hung_up:
                return
            our_fault("the connection to the supervisor was lost")
        self._input += data
        position, size = 0, len(self._input)
        while size - position >= 5 and self.status is None:
            kind, length = struct.unpack_from(">cI", self._input, position)
            if length > LARGEST_PAYLOAD:
                our_fault(f"the supervisor sent a frame of {length} bytes")
            if size - position - 5 < length:
                break
            self._take(kind, bytes(self._input[position + 5 : position + 5 + length]))
            position += 5 + length
        del self._input[:position]

    def _take(self, kind, payload):
        if kind == b"O":
            if self._on_output is None:
                self._output += payload
            else:
                self._on_output(payload)
        elif kind == b"E":
            self._errors += payload
        elif kind == b"I":
            if payload:
                our_fault("the supervisor asked for a file that was not offered")
            self._input_asked = True
        elif kind == b"F":
            self._offer(os.fsdecode(payload))
        elif kind in (b"W", b"P"):
            path, separator, content = payload.partition(b"\0")
            if not separator:
                our_fault("the supervisor sent a file without a name")
            before = self._files.get(os.fsdecode(path), b"") if kind == b"P" else b""
            self._files[os.fsdecode(path)] = bytearray(before) + content
        elif kind == b"X" and len(payload) == 1:
            self.status = payload[0]
        else:
            our_fault(f"the supervisor sent a frame of unknown type {kind!r}; are library and daemon of one version?")

    def _offer(self, path):
        if path not in self._offered:
            our_fault("the supervisor asked for a file that was not offered")
        mode, content = self._offered[path]
        self._file_frames.append(_frame(b"M", struct.pack(">QQ", mode, len(content))))
        for start in range(0, len(content), PIECE):
            self._file_frames.append(_frame(b"D", content[start : start + PIECE]))
        self._file_frames.append(_frame(b"D", b""))
