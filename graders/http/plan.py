"""The case file: tests of steps, each a request, a restart, or a load. Read and checked as a whole before the service is
started."""

import base64
import binascii
import json
import re
from urllib.parse import quote, urlencode, urlsplit

from provost_cases import check, fail

from client import Trouble
from matching import MISSING, check_expected, difference, full_match

_NAME = re.compile(r"\$\{([A-Za-z][A-Za-z0-9_-]{0,39})\}")
_REQUEST = {
    "request": str, "headers": dict, "json": object, "body": str, "body-base64": str, "form": dict, "body-repeat": dict,
    "expect": dict,
}  # fmt: skip
_EXPECT = {"status": (int, list), "headers": dict, "json": object, "body": object, "within-ms": (int, float)}
_LOAD = {
    "request": str, "headers": dict, "json": object, "body": str, "expect": dict, "number": int, "concurrency": int,
    "seconds": (int, float),
    "full-ms": (int, float), "none-ms": (int, float), "tries": int, "allowed-errors": int,
}  # fmt: skip


class Captures(dict):
    """Values that answers gave, by name."""

    def text(self, name):
        value = self[name]
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise Trouble(f"what was captured as {name} is neither text nor a whole number")
        return str(value)

    def fill(self, text, escape=lambda value: value):
        return _NAME.sub(lambda match: escape(self.text(match[1])), text)

    def fill_json(self, value):
        """A text that is nothing but ${name} becomes the value with its type."""
        if isinstance(value, dict):
            return {key: self.fill_json(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.fill_json(one) for one in value]
        if isinstance(value, str):
            whole = _NAME.fullmatch(value)
            return self[whole[1]] if whole else self.fill(value)
        return value


class Request:
    """One request with everything filled in."""

    def __init__(self, method, path, headers, body):
        self.method, self.path, self._headers, self._body = method, path, headers, body
        self.what = f"{method} {path[:60]}"

    def bytes(self, port):
        headers = {"Host": f"127.0.0.1:{port}", "Connection": "close"}
        if self._body is not None:
            headers["Content-Length"] = str(len(self._body))
        headers |= self._headers
        lines = [
            f"{self.method} {self.path} HTTP/1.1",
            *(f"{name}: {value}" for name, value in headers.items() if value is not None),
        ]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + (self._body or b"")


class RequestStep:
    """A request, what is expected of the answer, and what is kept of it."""

    def __init__(self, given, where, known):
        self.where = where
        found = re.fullmatch(r"([A-Z]{1,20}) (/\S*|\$\{[^}]+\})", given["request"])
        if not found:
            fail(f"{where}: a request is a method and a path, like “GET /notes”")
        self._method, self._path = found[1], found[2]
        bodies = [key for key in ("json", "body", "body-base64", "form", "body-repeat") if key in given]
        if len(bodies) > 1:
            fail(f"{where}: {' and '.join(bodies)} exclude each other")
        self._body_kind, self._body = (bodies[0], given[bodies[0]]) if bodies else (None, None)
        self._headers = given.get("headers", {})
        self._check_sent(where)
        self.expect = Expectation(given.get("expect", {}), where)
        self.required = given.get("required", False)
        self.captures = {name: Capture(one, f"{where}: capture {name}") for name, one in given.get("capture", {}).items()}
        used = set(_NAME.findall(json.dumps([given.get(key) for key in (*_REQUEST, "headers")], ensure_ascii=False)))
        for name in used - known:
            fail(f"{where}: ${{{name}}} has not been captured before")

    def _check_sent(self, where):
        for name, value in self._headers.items():
            if not re.fullmatch(r"[A-Za-z0-9-]+", name) or not (value is None or isinstance(value, str) and value.isprintable()):
                fail(f"{where}: the header {name} has to be a line of text, or null to leave it out")
        if self._body_kind == "body-base64":
            try:
                base64.b64decode(self._body, validate=True)
            except binascii.Error as error:
                fail(f"{where}: body-base64: {error}")
        if self._body_kind == "body-repeat":
            check(self._body, f"{where}: body-repeat", {"text": str, "times": int}, {"before": str, "after": str})

    @property
    def parts(self):
        """What a test cannot do without is its beginning, not its work: it earns nothing by itself."""
        return 0 if self.required else self.expect.parts

    def build(self, captures):
        """The request with what was captured. Throws `Trouble` when that cannot be sent."""
        whole = _NAME.fullmatch(self._path)
        path = (
            _local(captures.text(whole[1]), whole[1]) if whole else captures.fill(self._path, lambda text: quote(text, safe=""))
        )
        headers = {}
        body = self._encode(captures)
        if body is not None and self._body_kind in ("json", "form"):
            headers["Content-Type"] = "application/json" if self._body_kind == "json" else "application/x-www-form-urlencoded"
        for name, value in self._headers.items():
            for same in [one for one in headers if one.lower() == name.lower()]:
                del headers[same]
            headers[name] = None if value is None else captures.fill(value)
            if headers[name] is not None and not headers[name].isprintable():
                raise Trouble("what was captured does not fit into a header")
        return Request(self._method, path, headers, body)

    def _encode(self, captures):
        body = self._body
        if self._body_kind is None:
            return None
        if self._body_kind == "json":
            return json.dumps(captures.fill_json(body), ensure_ascii=False).encode()
        if self._body_kind == "body":
            return captures.fill(body).encode()
        if self._body_kind == "form":
            return urlencode({name: captures.fill(str(value)) for name, value in body.items()}).encode()
        if self._body_kind == "body-base64":
            return base64.b64decode(body)
        return (body.get("before", "") + body["text"] * body["times"] + body.get("after", "")).encode()


def _local(text, name):
    """A captured address as a path on the service itself, whatever host it names."""
    if not re.fullmatch(r"[!-~]{1,2000}", text):
        raise Trouble(f"what was captured as {name} is not an address")
    try:
        parts = urlsplit(text)
    except ValueError:
        raise Trouble(f"what was captured as {name} is not an address") from None
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    if not path.startswith("/"):
        raise Trouble(f"what was captured as {name} has no path that begins with /")
    return path


class Expectation:
    """What an answer has to be; each of its parts counts."""

    def __init__(self, given, where):
        check(given, f"{where}: expect", {}, _EXPECT)
        status = given.get("status")
        self.statuses = [status] if isinstance(status, int) else status
        if self.statuses is not None and not (
            self.statuses and all(isinstance(one, int) and 100 <= one <= 599 for one in self.statuses)
        ):
            fail(f"{where}: a status is a number from 100 to 599, or a list of them")
        self.headers = given.get("headers", {})
        self._given = given
        for key in ("headers", "json", "body"):
            check_expected(given.get(key), f"{where}: {key}")

    @property
    def parts(self):
        return (self.statuses is not None) + len(self.headers) + sum(key in self._given for key in ("json", "body", "within-ms"))

    def mistakes(self, answer, captures):
        """For each part None, or a sentence."""
        if self.statuses is not None:
            wanted = " or ".join(map(str, self.statuses))
            wrong = None if answer.status in self.statuses else f"status {wanted} expected, got {answer.status}"
            yield wrong
        for name, expected in self.headers.items():
            found = answer.header(name)
            yield difference(MISSING if found is None else found, captures.fill_json(expected), f"the header {name}")
        if "json" in self._given:
            try:
                yield difference(answer.json(), captures.fill_json(self._given["json"]))
            except ValueError:
                yield "the body is not JSON"
        if "body" in self._given:
            yield difference(answer.text, captures.fill_json(self._given["body"]))
        if "within-ms" in self._given:
            limit = self._given["within-ms"]
            yield (
                None
                if answer.seconds * 1000 <= limit
                else f"an answer within {limit:g} ms expected, it took {answer.seconds * 1000:.0f} ms"
            )


class Capture:
    """Where in an answer a value is: json.a.0.b, header.NAME, body, status; perhaps the first group of a regular expression in
    it."""

    def __init__(self, given, where):
        given = {"from": given} if isinstance(given, str) else check(given, where, {"from": str}, {"regex": str})
        self.source, self._pattern = given["from"], given.get("regex")
        if not re.fullmatch(r"json(\.[^.]+)*|header\.[A-Za-z0-9-]+|body|status", self.source):
            fail(f"{where}: json.KEY.KEY, header.NAME, body or status")
        if self._pattern is not None:
            try:
                if re.compile(self._pattern).groups != 1:
                    fail(f"{where}: the regular expression has to have one group")
            except re.error as error:
                fail(f"{where}: not a regular expression: {error}")

    def take(self, answer):
        """The value, or MISSING."""
        kind, _, rest = self.source.partition(".")
        value = answer.status if kind == "status" else answer.text if kind == "body" else answer.header(rest)
        if kind == "json":
            try:
                value = answer.json()
            except ValueError:
                return MISSING
            for key in rest.split(".") if rest else []:
                if isinstance(value, list) and re.fullmatch(r"\d{1,6}", key):
                    value = value[int(key)] if int(key) < len(value) else None
                else:
                    value = value.get(key) if isinstance(value, dict) else None
        # An object of theirs in an expectation would be taken for a matcher.
        if value is None or isinstance(value, (dict, list)) or isinstance(value, str) and len(value) > 4096:
            return MISSING
        if self._pattern is not None:
            found = full_match(self._pattern, value, search=True) if isinstance(value, str) else None
            return MISSING if found is None or found[1] is None else found[1]
        return value


class LoadStep:
    """Many requests at a time; its one part is worth less the slower they are answered."""

    parts, required, captures = 1, False, {}

    def __init__(self, given, where, known):
        check(given, where, {"request": str, "number": int, "full-ms": (int, float), "none-ms": (int, float)}, _LOAD)
        self.request = RequestStep(
            {key: given[key] for key in ("request", "headers", "json", "body", "expect") if key in given}, where, known
        )
        self.number, self.concurrency = given["number"], given.get("concurrency", 8)
        self.full, self.none = given["full-ms"], given["none-ms"]
        self.tries, self.allowed_errors, self.seconds = (
            given.get("tries", 3),
            given.get("allowed-errors", 0),
            given.get("seconds", 10),
        )
        if not (
            1 <= self.number <= 10_000 and 1 <= self.concurrency <= 64 and 0 < self.full < self.none and 1 <= self.tries <= 10
        ):
            fail(f"{where}: number is 1 to 10000, concurrency 1 to 64, tries 1 to 10, and full-ms is less than none-ms")
        if not (0 <= self.allowed_errors < self.number and self.seconds > 0):
            fail(f"{where}: allowed-errors is less than number, seconds more than 0")


class RestartStep:
    """Ends the service as a power cut would, and starts it again."""

    parts, required, captures = 0, False, {}


class Test:
    """One test: its points come from all of its parts together."""

    def __init__(self, given, number):
        where = f"test {number}"
        check(given, where, {"name": str, "steps": list}, {"points": (int, float), "hint": str, "shown": bool})
        self.name, self.points, self.hint, self.shown = (
            given["name"],
            given.get("points"),
            given.get("hint", ""),
            given.get("shown", False),
        )
        known, self.steps = set(), []
        for place, one in enumerate(given["steps"], 1):
            step = _step(one, f"{where}, step {place}", known)
            known |= set(step.captures)
            self.steps.append(step)
        self.parts = sum(step.parts for step in self.steps)
        if not self.parts:
            fail(f"{where} expects nothing that earns points; steps with “required” do not")


def _step(given, where, known):
    if isinstance(given, dict) and "restart" in given:
        check(given, where, {"restart": bool})
        return RestartStep()
    if isinstance(given, dict) and "load" in given:
        check(given, where, {"load": dict})
        return LoadStep(given["load"], where, known)
    check(given, where, {"request": str}, _REQUEST | {"required": bool, "capture": dict})
    return RequestStep(given, where, known)
