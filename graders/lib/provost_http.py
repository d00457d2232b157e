"""HTTP over the loopback that the grader's and the learner's rooms share; for labs with `network: loopback`.

    service = Service(["./run"], port=8080, variables={"PORT": 8080})
    answer = Client(8080).request("GET", "/health")

`Client` talks to a service that may do anything: each request has a deadline and a largest answer. `Service` is the learner's
program, with somebody beside it in its room who sends signals and replaces files when the grader asks for it.
"""

import http.client
import io
import json
import os
import re
import socket
import time

from provost_grader import PIPE, Process, SUBMISSION, clean

LARGEST_ANSWER = 1 << 20
LARGEST_HEAD = 64 << 10
# After so many pieces of an answer each waits for the next ones: who sends byte by byte must not use up the grader's CPU time.
QUICK_PIECES, REST_SECONDS = 1000, 0.01
# Of one JSON text: an empty object takes thirty times its text in memory, and many values much time.
MOST_CONTAINERS, MOST_VALUES = 20_000, 100_000


class Trouble(Exception):
    """The service did not answer properly; the text is for the learner."""

    def __init__(self, text, out_of_time=False):
        super().__init__(text)
        self.out_of_time = out_of_time


def _refuse(name):
    raise ValueError(f"{name} is not JSON")


def _whole(text):
    return int(text) if len(text) <= 300 else _refuse(f"a number of {len(text)} digits")


def read_json(data):
    """What bytes from a learner's program say as JSON. Throws ValueError when it is something else, or nothing that a test could
    safely keep, compare and print: NaN, 1e400, lone surrogates, more than 32 levels, more than MOST_CONTAINERS objects and arrays
    or MOST_VALUES values, whole numbers that are too large for a float."""
    if data.count(b"[") + data.count(b"{") > MOST_CONTAINERS or data.count(b",") > MOST_VALUES:
        raise ValueError("too many values")
    try:
        found = json.loads(data.decode("utf-8"), parse_constant=_refuse, parse_int=_whole)
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not _is_shallow(found, 32):
        raise ValueError("nested too deeply")
    return found


def safe_json(data):
    """The same; None when it is nothing of the kind."""
    try:
        return read_json(data)
    except ValueError:
        return None


def _is_shallow(value, depth):
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return depth > 0 and all(_is_shallow(one, depth - 1) for one in inside)


class Answer:
    """One answer: `status`, `body` (bytes), `seconds` from the connection to the last byte."""

    def __init__(self, what, data, method, seconds):
        self.what, self.seconds = what, seconds
        response = http.client.HTTPResponse(_Bytes(data), method=method)
        try:
            response.begin()
            self.body = response.read()
        except http.client.IncompleteRead as error:
            raise Trouble(f"{what}: the connection was closed in the middle of the answer") from error
        except Exception as error:  # whatever the parser stumbles over, it is the answer's doing
            raise Trouble(f"{what}: the answer is not HTTP/1.1") from error
        self.status, self._headers = response.status, response.headers

    def header(self, name):
        """A header's text, empty when absent."""
        return str(self._headers.get(name) or "").encode(errors="replace").decode()

    @property
    def json(self):
        """The body as JSON, or None: `safe_json`."""
        return safe_json(self.body)

    @property
    def object(self):
        """The body as a JSON object; empty when it is something else."""
        found = self.json
        return found if isinstance(found, dict) else {}


class _Bytes:
    """As much of a socket as `HTTPResponse` wants to see."""

    def __init__(self, data):
        self._data = data

    def makefile(self, *_):
        return io.BytesIO(self._data)


def _completeness(head, start, method):
    """A function that says whether an answer with this head is all there, though the connection may stay open. Its body begins at
    `start`."""
    if method == "HEAD" or re.match(rb"HTTP/1\.[01] (204|304)\b", head):
        return lambda data: True
    if re.search(rb"(?im)^transfer-encoding:[ \t]*chunked[ \t]*\r?$", head):
        return lambda data: data.endswith(b"0\r\n\r\n", start)
    length = re.search(rb"(?im)^content-length:[ \t]*(\d{1,9})[ \t]*\r?$", head)
    return lambda data: length is not None and len(data) - start >= int(length[1])


class Client:
    """Sends requests to one port of the loopback; safe for several threads. One request has `seconds` unless it says otherwise, all
    together end `budget` seconds after the client was made."""

    def __init__(self, port, *, seconds=10.0, budget=3600.0):
        self.port, self._seconds = port, seconds
        self._end = time.monotonic() + budget

    @property
    def left(self):
        """Seconds that are left for all further requests."""
        return max(0, self._end - time.monotonic())

    def request(self, method, path, body=None, *, headers=None, seconds=None):
        """An `Answer`; throws `Trouble`. `body`: bytes are sent as they are, anything else as JSON."""
        what = f"{method} {clean(path, 60)}"
        begin = time.monotonic()
        wanted = seconds or self._seconds
        end = min(begin + wanted, self._end)
        if end <= begin:
            raise Trouble(f"{what}: the service is too slow; its time for all tests is over", out_of_time=True)
        head = {"Host": f"127.0.0.1:{self.port}", "Connection": "close"}
        if body is not None:
            if not isinstance(body, bytes):
                body = json.dumps(body, ensure_ascii=False).encode()
                head["Content-Type"] = "application/json"
            head["Content-Length"] = len(body)
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {text}" for name, text in (head | (headers or {})).items())]
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=end - begin) as stream:
                data = exchange(stream, what, method, "\r\n".join(lines).encode() + b"\r\n\r\n" + (body or b""), end)
        except TimeoutError:
            raise Trouble(f"{what}: no complete answer within {wanted:g} s", out_of_time=True) from None
        except OSError:
            raise Trouble(f"{what}: nobody listens on the port") from None
        if len(data) > LARGEST_ANSWER:
            raise Trouble(f"{what}: the answer is larger than 1 MiB")
        if b"\r\n\r\n" not in data:
            raise Trouble(f"{what}: the connection was closed without a whole answer, or it is not HTTP/1.1")
        return Answer(what, data, method, time.monotonic() - begin)


def exchange(stream, what, method, request, end):
    """Sends a request; what came back until it is complete, until the connection is closed, or until it is too large. Throws
    TimeoutError after `end`. What has come is not looked at again with each piece that comes, for there may be a million."""
    try:
        stream.sendall(request)
    except (BrokenPipeError, ConnectionResetError):
        pass  # a service may refuse a body without reading all of it; its answer counts
    data, pieces, is_complete = bytearray(), 0, None
    while len(data) <= LARGEST_ANSWER and not (is_complete and is_complete(data)):
        left = end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        stream.settimeout(left)
        try:
            piece = stream.recv(65536)
        except ConnectionResetError:
            break
        if not piece:
            break
        data += piece
        pieces += 1
        if pieces > QUICK_PIECES:
            time.sleep(REST_SECONDS)
        if is_complete is None:
            blank = data.find(b"\r\n\r\n", max(0, len(data) - len(piece) - 3))
            if (blank if blank >= 0 else len(data)) > LARGEST_HEAD:
                raise Trouble(f"{what}: the headers of the answer are larger than 64 KiB")
            if blank >= 0:
                is_complete = _completeness(bytes(data[:blank]), blank + 4, method)
    return bytes(data)


# The service runs beside a reader of our wishes; the room ends with the service. An archive made on Windows has lost the permission
# to execute; that is not what a lab is about. A learner's program can end the reader and earns nothing by it: what counts is what
# the service does.
_KEEPER = r"""
case $1 in ./*) [ -x "$1" ] || chmod +x "$1" ;; esac
exec 3<&0 </dev/null
"$@" 3<&- & service=$!
(
  while read -r wish name text <&3; do
    case $wish in
      signal) kill -s "$name" "$service" ;;
      write) printf '%s\n' "$text" >"$name.tmp" && mv -f "$name.tmp" "$name" ;;
    esac
  done
) &
wait "$service"
"""


class Service:
    """A learner's program in the background, in its own room.

    `variables`: its environment. `seconds`: its wall time. `start_seconds`: until it listens on `port`; without a port nobody
    waits for that. `trouble` says why it is not running, or is None. Other options as for `Process`.
    """

    def __init__(self, command, *, port=None, variables=None, seconds=60, start_seconds=10, **options):
        self.port = port
        self.has_been_stopped = False
        settings = [f"{name}={value}" for name, value in (variables or {}).items()]
        words = ["env", *settings, "sh", "-c", _KEEPER, "sh", *command]
        self._process = Process(words, seconds=seconds, stdin=PIPE, **options)
        self.trouble = self._wait_until_it_listens(start_seconds) if port else None

    def listens(self):
        """Whether somebody takes a connection on the port."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False

    def _wait_until_it_listens(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.has_ended:
                return f"{self.how_it_ended()} That was before it listened on the port."
            if self.listens():
                return None
            time.sleep(0.03)
        self.stop()
        return f"Nobody listened on 127.0.0.1:{self.port} within {seconds:g} seconds."

    @property
    def has_ended(self):
        return self._process.has_ended

    def how_it_ended(self):
        """A sentence for the learner, without the program's own words."""
        if self.has_been_stopped:
            return "The program was stopped by the grader."
        return f"The program {self._process.wait().summary}."

    def said(self):
        """The last that an ended program said on standard error. Only for messages before anything hidden was seen by it."""
        return "" if self.has_been_stopped or not self.has_ended else clean(self._process.wait().errors[-1200:], 600)

    def signal(self, name):
        """Sends the program a signal, such as “TERM”."""
        self._process.send(f"signal {name}\n".encode())

    def write(self, name, line):
        """Puts a file with one line below /submission, at once and as a whole."""
        self._process.send(f"write {name} {line}\n".encode())

    def wait_for_end(self, seconds):
        """Whether the program has ended by itself within the time."""
        return self._process.wait(seconds) is not None

    def stop(self):
        """Ends the program and all its processes as a power cut would, and waits until nobody listens any more."""
        if not self.has_ended:
            self.has_been_stopped = True
            self._process.stop()
        end = time.monotonic() + 3
        while self.port and self.listens() and time.monotonic() < end:
            time.sleep(0.03)


def first_line_mistake(name):
    """The mistake that no error message of the system explains: there is no such file, or `#!…` ends in a Windows line end. None
    when there is none."""
    path = SUBMISSION / name
    if not os.path.isfile(path):  # Path.is_file raises for a link to a name that is too long
        return f"There is no file {name} at the top of the submission."
    try:
        with path.open("rb") as file:
            first = file.readline(200)
    except OSError:
        return None
    if first.startswith(b"#!") and first.endswith(b"\r\n"):
        return (
            f"The first line of {name} ends in a Windows line end (CR LF), so its interpreter cannot be found. Save it with LF."
        )
    return None
