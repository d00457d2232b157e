"""HTTP requests to a service that may do anything: each has a deadline and a largest answer, whatever comes back."""

import http.client
import io
import json
import re
import socket
import time

LARGEST_ANSWER = 1 << 20


class Trouble(Exception):
    """The service did not answer properly; the text is for the learner."""

    def __init__(self, text, out_of_time=False):
        super().__init__(text)
        self.out_of_time = out_of_time


def _refuse(name):
    raise ValueError(f"{name} is not JSON")


class Answer:
    """One answer: `status`, `body` (bytes), `seconds` from the connection to the last byte."""

    def __init__(self, what, data, method, seconds=0.0):
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
        """A header's text, None when absent; a header with stray bytes is not a `str` by itself."""
        found = self._headers.get(name)
        return None if found is None else str(found).encode(errors="replace").decode()

    @property
    def text(self):
        return self.body.decode(errors="replace")

    def json(self):
        """The body as JSON. Throws ValueError when it is something else, or nothing that can be compared and sent again
        safely."""
        try:
            found = json.loads(self.body.decode("utf-8"), parse_constant=_refuse)
            json.dumps(found, ensure_ascii=False, allow_nan=False).encode()  # fails for lone surrogates and 1e400
        except RecursionError:
            raise ValueError("nested too deeply") from None
        if not _is_shallow(found, 32):
            raise ValueError("nested too deeply")
        return found


def _is_shallow(value, depth):
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return depth > 0 and all(_is_shallow(one, depth - 1) for one in inside)


class _Bytes:
    """As much of a socket as `HTTPResponse` wants to see."""

    def __init__(self, data):
        self._data = data

    def makefile(self, *_):
        return io.BytesIO(self._data)


def _is_complete(data, method):
    """Whether an answer that may leave the connection open is all there."""
    head, end, body = data.partition(b"\r\n\r\n")
    if not end:
        return False
    if method == "HEAD" or re.match(rb"HTTP/1\.[01] (204|304)\b", head):
        return True
    if re.search(rb"(?im)^transfer-encoding:[ \t]*chunked[ \t]*\r?$", head):
        return body.endswith(b"0\r\n\r\n")
    length = re.search(rb"(?im)^content-length:[ \t]*(\d{1,9})[ \t]*\r?$", head)
    return length is not None and len(body) >= int(length[1])


class Client:
    """Sends requests to one port. All requests together have `budget` seconds, one has `seconds`. For several threads at a
    time."""

    def __init__(self, port, budget, seconds):
        self.port = port
        self._end = time.monotonic() + budget
        self._seconds = seconds

    @property
    def left(self):
        """Seconds that are left for all further requests."""
        return max(0, self._end - time.monotonic())

    def give_back(self, seconds):
        """Time that passed for something else than the service does not count."""
        self._end += seconds

    def send(self, request):
        """The `Answer` to a `Request`. Throws `Trouble`."""
        what, started = request.what, time.monotonic()
        end = min(started + self._seconds, self._end)
        if end <= started:
            raise Trouble(f"{what}: the service is too slow; its time for all tests is over", out_of_time=True)
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=end - started) as stream:
                data = self._exchange(stream, request.bytes(self.port), request.method, end)
        except TimeoutError:
            raise Trouble(f"{what}: no complete answer within {self._seconds:g} s", out_of_time=True) from None
        except OSError:
            raise Trouble(f"{what}: nobody listens on the port any more") from None
        if len(data) > LARGEST_ANSWER:
            raise Trouble(f"{what}: the answer is larger than 1 MiB")
        if not data:
            raise Trouble(f"{what}: the connection was closed without an answer")
        if b"\r\n\r\n" not in data:
            raise Trouble(f"{what}: the connection was closed in the middle of the answer, or it is not HTTP/1.1")
        return Answer(what, data, request.method, time.monotonic() - started)

    @staticmethod
    def _exchange(stream, request, method, end):
        try:
            stream.sendall(request)
        except (BrokenPipeError, ConnectionResetError):
            pass  # a service may refuse a body without reading all of it; its answer counts
        data = bytearray()
        while len(data) <= LARGEST_ANSWER and not _is_complete(data, method):
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
        return bytes(data)
