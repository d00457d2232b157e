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


class Answer:
    """One answer: `status`, `headers`, `body` (bytes)."""

    def __init__(self, what, data, method):
        self.what = what
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
        """A header's text, empty when absent; a header with stray bytes is not a `str` by itself."""
        return str(self._headers.get(name) or "")

    @property
    def json(self):
        """The body as JSON; None when it is something else, or nothing that a test could safely compare and print."""
        try:
            found = json.loads(self.body.decode("utf-8"))
            json.dumps(found, ensure_ascii=False).encode()  # fails for lone surrogates
        except (ValueError, RecursionError):
            return None
        return found if _is_shallow(found, 10) else None

    @property
    def object(self):
        """The body as a JSON object; empty when it is something else."""
        found = self.json
        return found if isinstance(found, dict) else {}


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
    """Sends requests to one port. All requests together have `budget` seconds, one has `seconds`."""

    def __init__(self, port, budget, seconds=10.0):
        self.port = port
        self._end = time.monotonic() + budget
        self._seconds = seconds

    @property
    def left(self):
        """Seconds that are left for all further requests."""
        return max(0, self._end - time.monotonic())

    @property
    def is_spent(self):
        return self.left == 0

    def request(self, method, path, body=None, content_type="application/json"):
        """`body`: bytes are sent as they are, anything else as JSON. Throws `Trouble`."""
        what = f"{method} {path[:60]}"
        now = time.monotonic()
        end = min(now + self._seconds, self._end)
        if end <= now:
            raise Trouble(f"{what}: the service is too slow; its time for all tests is over", out_of_time=True)
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nConnection: close\r\n"
        if body is not None:
            head += f"Content-Length: {len(body)}\r\n"
            if content_type is not None:
                head += f"Content-Type: {content_type}\r\n"
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=end - now) as stream:
                data = self._exchange(stream, head.encode() + b"\r\n" + (body or b""), method, end)
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
        return Answer(what, data, method)

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
