"""HTTP requests to a service that may do anything: each has a deadline and a largest answer, whatever comes back."""

import http.client
import io
import socket
import time

from provost_http import LARGEST_ANSWER, Trouble, exchange, read_json


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
        return read_json(self.body)


class _Bytes:
    """As much of a socket as `HTTPResponse` wants to see."""

    def __init__(self, data):
        self._data = data

    def makefile(self, *_):
        return io.BytesIO(self._data)


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
                data = exchange(stream, what, request.method, request.bytes(self.port), end)
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
