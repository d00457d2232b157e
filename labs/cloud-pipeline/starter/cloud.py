#!/usr/bin/env python3
"""A small cloud: objects in the shape of S3, queues in the shape of SQS, with their manners: python3 cloud.py [PORT [SEED]]

Objects: GET, HEAD, PUT, DELETE /BUCKET/KEY and GET /BUCKET?list-type=2&prefix=…, errors in XML. Queues: POST / with JSON and the header
X-Amz-Target: AmazonSQS.ReceiveMessage, DeleteMessage, ChangeMessageVisibility, SendMessage or GetQueueAttributes. Requests need
no signature. The tests use this very program with another seed, so objects, events and the moments of the faults are others.
"""

import gzip
import hashlib
import json
import random
import sys
import threading
import time
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote_plus, unquote, urlsplit
from xml.sax.saxutils import escape

VISIBLE_AGAIN_SECONDS = 4
LARGEST_HEAD, LARGEST_OBJECT, LARGEST_MESSAGE = 16 << 10, 256 << 10, 16 << 10
MOST_RESULTS, MOST_BYTES = 500, 8 << 20  # of all results together
MOST_LISTED = 100  # keys in one listing
MOST_CONNECTIONS = 32  # at one time; more are closed
MOST_CALLS = 9000  # in all; then nobody listens any more
WORDS = ["boiler", "pump", "fan", "펌프", "냉각기", "press 7", "line+2", "100%", "a&b", "전동기"]


class Queue:
    """At-least-once, in no order: what is received is hidden for a while, and comes again if it is not deleted."""

    def __init__(self, draw):
        self._draw, self._messages, self._again = draw, {}, set()
        self.deleted = []
        self.received = 0

    def send(self, body, *, comes_again=False):
        """`comes_again`: is delivered once more after it was deleted, as SQS may do."""
        identifier = f"{self._draw.getrandbits(128):032x}"
        self._messages[identifier] = {"body": body, "visible": 0.0, "receipts": [], "count": 0}
        if comes_again:
            self._again.add(identifier)

    def receive(self, number, seconds):
        now = time.monotonic()
        visible = [name for name, one in self._messages.items() if one["visible"] <= now]
        self._draw.shuffle(visible)
        found = []
        for name in visible[:number]:
            one = self._messages[name]
            receipt = f"{self._draw.getrandbits(96):024x}"
            one["receipts"].append(receipt)
            one["visible"], one["count"] = now + seconds, one["count"] + 1
            self.received += 1
            found.append({
                "MessageId": name, "ReceiptHandle": receipt, "Body": one["body"],
                "MD5OfBody": hashlib.md5(one["body"].encode()).hexdigest(),
                "Attributes": {"ApproximateReceiveCount": str(one["count"])},
            })  # fmt: skip
        return found

    def named(self, receipt):
        return next((name for name, one in self._messages.items() if receipt in one["receipts"]), None)

    def delete(self, name):
        """The body of a message that is gone now."""
        one = self._messages.pop(name)
        self.deleted.append(one["body"])
        if name in self._again:
            self._again.discard(name)
            self._messages[name] = {**one, "visible": time.monotonic() + 0.5, "receipts": []}
        return one["body"]

    def hide(self, name, seconds):
        self._messages[name]["visible"] = time.monotonic() + seconds

    def __len__(self):
        return len(self._messages)

    def bodies(self):
        return [one["body"] for one in self._messages.values()]


class Failure(Exception):
    def __init__(self, status, code):
        super().__init__(code)
        self.status, self.code = status, code


class Cloud:
    """Buckets uploads, models and results, queues events and dead-letters. `lock` guards all of it."""

    def __init__(self, port, seed, count=48):
        self._draw = draw = random.Random(f"cloud {seed}")
        self.lock = threading.RLock()
        self.buckets = {"uploads": {}, "models": {}, "results": {}}
        self.queues = {"events": Queue(draw), "dead-letters": Queue(draw)}
        self.needless = self.premature = self.calls = 0
        self.last_call = time.monotonic()
        self.kinds, self._faults, self._bytes = {}, {}, 0
        self.url = f"http://127.0.0.1:{port}"
        self.poison = []
        self.fill(count)
        self._listen(port)

    # What is there

    def event(self, key, name="ObjectCreated:Put", **options):
        record = {
            "eventSource": "aws:s3", "eventName": name, "eventTime": "2026-05-04T01:00:00.000Z",
            "s3": {"bucket": {"name": "uploads"}, "object": {"key": quote_plus(key, safe="/"), "sequencer": f"{self._draw.getrandbits(64):016X}"}},
        }  # fmt: skip
        self.queues["events"].send(json.dumps({"Records": [record]}), **options)

    def reading(self):
        draw = self._draw
        reading = {"temperature": round(draw.gauss(60, 12), 2), "humidity": draw.randrange(20, 100)}
        return {**reading, "vibration": round(abs(draw.gauss(1.5, 1.2)), 3)}

    def upload(self, key, kind="plain"):
        readings = [self.reading() for _ in range(self._draw.randrange(3, 30))]
        value = {"device": f"{self._draw.choice(WORDS)} {self._draw.randrange(100)}", "readings": readings}
        if kind == "text":
            readings[-1]["vibration"] = "high"
        if kind == "missing":
            del readings[0]["humidity"]
        if kind == "empty":
            value["readings"] = []
        data = json.dumps(value, ensure_ascii=False).encode()
        if kind == "nan":
            data = data.replace(b'"vibration": ', b'"vibration": NaN, "was": ', 1)
        if kind == "cut":
            data = data[: len(data) // 2]
        self.kinds[key] = kind
        self.put("uploads", key, gzip.compress(data, mtime=0) if kind == "gzip" else data, "gzip" if kind == "gzip" else None)

    def fill(self, count):
        draw, events = self._draw, self.queues["events"]
        weights = {"temperature": round(draw.uniform(0.02, 0.08), 4), "vibration": round(draw.uniform(0.3, 0.9), 4)}
        weights["damp"] = round(draw.uniform(0.5, 2), 4)
        usual = 60 * weights["temperature"] + 3.4 * weights["vibration"] + 0.25 * weights["damp"]
        model = {"version": 1, "bias": round(draw.uniform(-0.3, 0.3) - usual, 4), "weights": weights, "threshold": 0.5}
        self.put("models", "current.json", json.dumps(model).encode())
        events.send(json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "uploads"}))
        kinds = ["text", "missing", "empty", "nan", "cut"] + ["gzip"] * 6
        for number in range(count):
            key = f"2026/{draw.choice(WORDS)}/{draw.getrandbits(32):08x}.json"
            self.upload(key, kinds[number] if number < len(kinds) else "plain")
            self.event(key, comes_again=number % 5 == 0)
            if number % 4 == 0:
                self.event(key)
            if number % 6 == 3:
                self.event(key, "ObjectRemoved:Delete")  # it was removed once, and put again since; the events come in no order
            self._faults[("GET", "uploads", key)] = draw.choice([0, 0, 0, 1, 2])
            self._faults[("PUT", "results", f"{key}.json")] = draw.choice([0, 0, 0, 1])
        for number in range(4):
            key = f"2026/gone/{draw.getrandbits(32):08x}.json"
            self.kinds[key] = "gone"
            self.event(key)
            self.event(key, "ObjectRemoved:Delete", comes_again=number == 0)
        for body in ("{not json", json.dumps({"Records": [{"s3": {"bucket": {"name": "uploads"}}}]}), '"records"', "[]"):
            events.send(f"{body} " + " " * draw.randrange(9))
        self.poison = [
            body for body in events.bodies() if not body.startswith('{"Records": [{"eventSource"') and "TestEvent" not in body
        ]

    def second_wave(self):
        """Later: some objects change, some go, and the cloud tells."""
        with self.lock:
            keys = [key for key, kind in self.kinds.items() if kind == "plain"]
            self._draw.shuffle(keys)
            for key in keys[:5]:
                self.upload(key)
                self.event(key, comes_again=True)
            for key in keys[5:8]:
                del self.buckets["uploads"][key]
                self.kinds[key] = "gone"
                self.event(key, "ObjectRemoved:Delete")

    # Objects

    def put(self, bucket, key, data, encoding=None):
        with self.lock:
            old = self.buckets[bucket].get(key)
            if bucket == "results":
                if old is None and len(self.buckets[bucket]) >= MOST_RESULTS:
                    raise Failure(507, "InsufficientStorage")
                self._grow(len(data) - (len(old[0]) if old else 0))
            source = self.buckets["uploads"].get(key.removesuffix(".json")) if bucket == "results" else None
            # Written again although the result was that of this very object.
            self.needless += bool(old and source and source[1].encode() in old[0])
            tag = hashlib.md5(data).hexdigest()
            self.buckets[bucket][key] = (bytes(data), tag, encoding)
            return tag

    def delete(self, bucket, key):
        with self.lock:
            old = self.buckets[bucket].pop(key, None)
            self._grow(-len(old[0]) if old else 0)

    def _grow(self, size):
        if self._bytes + size > MOST_BYTES:
            raise Failure(507, "InsufficientStorage")
        self._bytes += size

    def fails(self, *what):
        with self.lock:
            left = self._faults.get(what, 0)
            if left:
                self._faults[what] = left - 1
            return left > 0

    # Queues

    def call(self, action, given):
        queue = self.queues.get(str(given.get("QueueUrl") or "").rpartition("/")[2])
        if queue is None:
            raise Failure(400, "AWS.SimpleQueueService.NonExistentQueue")
        if action == "ReceiveMessage":
            return self._receive(queue, given)
        with self.lock:
            if action == "SendMessage":
                if queue is not self.queues["dead-letters"]:
                    raise Failure(403, "AccessDenied")
                if len(queue) > 400 or not isinstance(given.get("MessageBody"), str):
                    raise Failure(400, "InvalidParameterValue")
                queue.send(given["MessageBody"])
                return {"MessageId": "sent"}
            if action == "GetQueueAttributes":
                return {"Attributes": {"ApproximateNumberOfMessages": str(len(queue))}}
            name = queue.named(given.get("ReceiptHandle"))
            if action not in ("DeleteMessage", "ChangeMessageVisibility"):
                raise Failure(400, "InvalidAction")
            if name is None:
                raise Failure(400, "ReceiptHandleIsInvalid")
            if action == "ChangeMessageVisibility":
                queue.hide(name, _whole(given.get("VisibilityTimeout"), 0, 60))
            elif queue is self.queues["events"]:
                self._judge(queue.delete(name))
            return {}

    def _receive(self, queue, given):
        number = _whole(given.get("MaxNumberOfMessages", 1), 1, 10)
        end = time.monotonic() + _whole(given.get("WaitTimeSeconds", 0), 0, 5)
        hidden = _whole(given.get("VisibilityTimeout", VISIBLE_AGAIN_SECONDS), 1, 60)
        while True:
            with self.lock:
                if self._draw.random() < 0.04:
                    raise Failure(500, "InternalError")
                found = queue.receive(number, hidden)
            time.sleep(0 if found else 0.05)
            if found or time.monotonic() >= end:
                return {"Messages": found} if found else {}

    def _judge(self, body):
        """Counts a message that was deleted although what it asks for is not done yet."""
        try:
            key = unquote(json.loads(body)["Records"][0]["s3"]["object"]["key"].replace("+", " "))
        except (ValueError, KeyError, TypeError, IndexError):
            key = None
        if key is None or self.kinds.get(key) not in ("plain", "gzip", "gone"):
            sent = [one.strip() for one in self.queues["dead-letters"].bodies()]
            self.premature += "TestEvent" not in body and body.strip() not in sent
            return
        source, made = self.buckets["uploads"].get(key), self.buckets["results"].get(f"{key}.json")
        done = (source is None) == (made is None) and (made is None or source[1].encode() in made[0])
        self.premature += not done

    # The port

    def _listen(self, port):
        outer, connections = self, threading.BoundedSemaphore(MOST_CONNECTIONS)

        class Handler(_Handler):
            cloud = outer

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def process_request(self, request, address):
                outer.calls += 1
                if outer.calls > MOST_CALLS:
                    self.shutdown_request(request)
                    self.socket.close()
                    raise SystemExit
                if not connections.acquire(blocking=False):
                    self.shutdown_request(request)
                    return
                super().process_request(request, address)

            def process_request_thread(self, request, address):
                try:
                    super().process_request_thread(request, address)
                finally:
                    connections.release()

            def handle_error(self, *_):
                pass  # a client went away

        self.server = Server(("127.0.0.1", port), Handler)

    def serve(self):
        try:
            self.server.serve_forever()
        except (SystemExit, OSError, ValueError):
            pass  # too many calls

    def serve_in_background(self):
        threading.Thread(target=self.serve, daemon=True).start()


def _whole(value, low, high):
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise Failure(400, "InvalidParameterValue")
    return value


class _Head:
    """A request's first line and headers are at most LARGEST_HEAD bytes; what comes after that is not read as headers."""

    def __init__(self, file):
        self._file, self._left = file, LARGEST_HEAD

    def readline(self, limit):
        line = self._file.readline(min(limit, self._left))
        self._left -= len(line)
        return line

    def __getattr__(self, name):
        return getattr(self._file, name)


class _Handler(BaseHTTPRequestHandler):
    timeout = 15
    cloud = None

    def setup(self):
        super().setup()
        self.rfile = _Head(self.rfile)

    def answer(self, status, data=b"", **headers):
        self.send_response(status)
        for name, text in headers.items():
            if text:
                self.send_header(name.replace("_", "-"), text)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def body(self, most):
        length = self.headers.get("Content-Length") or "0"
        if not (length.isascii() and length.isdigit() and len(length) < 9 and int(length) <= most):
            raise Failure(400, "EntityTooLarge")
        return self.rfile.read(int(length))

    def place(self):
        bucket, _, key = unquote(urlsplit(self.path).path[1:], errors="strict").partition("/")
        if bucket not in self.cloud.buckets:
            raise Failure(404, "NoSuchBucket")
        if len(key) > 500:
            raise Failure(400, "KeyTooLongError")
        return bucket, key

    def objects(self):
        bucket, key = self.place()
        if self.command in ("PUT", "DELETE") and (bucket != "results" or not key):
            raise Failure(403, "AccessDenied")
        data = self.body(LARGEST_OBJECT) if self.command == "PUT" else b""
        if self.cloud.fails(self.command, bucket, key):
            raise Failure(503, "SlowDown")
        if self.command == "PUT":
            encoding = "gzip" if self.headers.get("Content-Encoding") == "gzip" else None
            tag = self.cloud.put(bucket, key, data, encoding)
            self.answer(200, ETag=f'"{tag}"')
        elif self.command == "DELETE":
            self.cloud.delete(bucket, key)
            self.answer(204)
        elif not key:
            self.answer(200, self.listing(bucket), Content_Type="application/xml")
        else:
            found = self.cloud.buckets[bucket].get(key)
            if found is None:
                raise Failure(404, "NoSuchKey")
            kind = {"Content_Type": "application/json", "Content_Encoding": found[2], "Last_Modified": formatdate(usegmt=True)}
            self.answer(200, found[0], ETag=f'"{found[1]}"', **kind)

    def listing(self, bucket):
        prefix = parse_qs(urlsplit(self.path).query).get("prefix", [""])[0]
        with self.cloud.lock:
            found = sorted((key, one) for key, one in self.cloud.buckets[bucket].items() if key.startswith(prefix))
        rows = "".join(
            f"<Contents><Key>{escape(key)}</Key><ETag>&quot;{one[1]}&quot;</ETag><Size>{len(one[0])}</Size></Contents>"
            for key, one in found[:MOST_LISTED]
        )
        cut = "true" if len(found) > MOST_LISTED else "false"
        head = f"<Name>{bucket}</Name><KeyCount>{len(found[:MOST_LISTED])}</KeyCount><IsTruncated>{cut}</IsTruncated>"
        return f'<?xml version="1.0" encoding="UTF-8"?><ListBucketResult>{head}{rows}</ListBucketResult>'.encode()

    def queues(self):
        target = self.headers.get("X-Amz-Target") or ""
        try:
            given = json.loads(self.body(LARGEST_MESSAGE))
        except (ValueError, RecursionError):
            given = None
        if urlsplit(self.path).path != "/" or not isinstance(given, dict):
            raise Failure(400, "InvalidRequest")
        value = self.cloud.call(target.removeprefix("AmazonSQS."), given)
        self.answer(200, json.dumps(value).encode(), Content_Type="application/x-amz-json-1.0")

    def handle_any(self):
        self.cloud.last_call = time.monotonic()
        is_queue = self.command == "POST"
        try:
            self.queues() if is_queue else self.objects()
        except (Failure, UnicodeError) as failure:
            status, code = (failure.status, failure.code) if isinstance(failure, Failure) else (400, "InvalidURI")
            body = json.dumps({"__type": code}) if is_queue else f"<Error><Code>{code}</Code></Error>"
            self.answer(status, body.encode(), Content_Type="application/x-amz-json-1.0" if is_queue else "application/xml")

    do_GET = do_HEAD = do_PUT = do_DELETE = do_POST = handle_any

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    cloud = Cloud(int(sys.argv[1]) if len(sys.argv) > 1 else 9000, sys.argv[2] if len(sys.argv) > 2 else "example")
    cloud.serve_in_background()
    print("listening on", cloud.url, flush=True)
    wave = 0
    while True:
        time.sleep(2)
        left, letters, results = len(cloud.queues["events"]), len(cloud.queues["dead-letters"]), len(cloud.buckets["results"])
        print(
            f"{left} events left, {letters} dead letters, {results} results, {cloud.premature} deleted too early, {cloud.needless} written twice"
        )
        if not left and not wave:
            wave = 1
            cloud.second_wave()
