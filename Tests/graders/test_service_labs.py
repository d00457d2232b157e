"""The labs with services and logs: their stand-ins, what their graders hold for true, and the client that trusts nobody.
python3 -m unittest discover -s Tests/graders"""

import contextlib
import importlib.util
import itertools
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import types
import unicodedata
import unittest
import unittest.mock
import urllib.error
import urllib.request
from pathlib import Path
from unittest import mock

from loading import ROOT, load, program

import provost_http as http

LABS = ROOT / "labs"


def module(path):
    """A Python file as a module of its own."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@contextlib.contextmanager
def reference(lab, **variables):
    """The reference of a lab, running in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["cp", "-r", f"{LABS / lab}/samples/reference/submission/.", folder], check=True)
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **{name: str(value) for name, value in variables.items()}}
        process = subprocess.Popen(["./run"], cwd=folder, env=environment)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def said_to(port, request):
    """What a stand-in answers to these bytes, until it closes the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as stream, contextlib.suppress(ConnectionError):
        stream.sendall(request)
        stream.shutdown(socket.SHUT_WR)
        with stream.makefile("rb") as file:
            return file.read()
    return b""


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)


class ClientTests(unittest.TestCase):
    GOOD = b'HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 9\r\nAllow: GET\r\n\r\n{"id": 1}'

    def test_survives_any_answer(self):
        draw = random.Random(6)
        pieces = [
            b"\r\n",
            b": ",
            b"HTTP/1.1 ",
            b"204",
            b"\r\n\r\n",
            b"Content-Length: 99999999999999999999\r\n",
            b"Transfer-Encoding: chunked\r\n",
            b"ffffffffffffffff\r\n",
            b"Allow: \xff\xfe\r\n",
            b"[" * 900,
            b"9" * 5000,
            b'"\\ud800"',
            b"NaN",
            b"1e400",
            b"\0",
        ]
        for _ in range(3000):
            data = bytearray(self.GOOD)
            for _ in range(draw.randrange(1, 6)):
                place = draw.randrange(len(data) + 1)
                data[place : place + draw.randrange(12)] = draw.choice(pieces)
            try:
                answer = http.Answer("GET /", bytes(data), "GET", 0)
            except http.Trouble:
                continue
            self.assertIsInstance(answer.status, int)
            self.assertIsInstance(answer.header("Allow"), str)
            json.dumps(answer.object, ensure_ascii=False, allow_nan=False).encode()

    def test_good_answer_is_read(self):
        answer = http.Answer("GET /", self.GOOD, "GET", 0)
        self.assertEqual((answer.status, answer.header("allow"), answer.object), (201, "GET", {"id": 1}))
        for framing in (b'Transfer-Encoding: chunked\r\n\r\n9\r\n{"id": 1}\r\n0\r\n\r\n', b'\r\n{"id": 1}'):
            answer = http.Answer("GET /", b"HTTP/1.1 200 OK\r\nAllow: GET\r\n" + framing, "GET", 0)
            self.assertEqual((answer.status, answer.object), (200, {"id": 1}))

    def test_what_cannot_be_compared_is_no_json(self):
        for body in (
            b"[" * 40 + b"]" * 40,
            b'{"a": "\\ud800"}',
            b"[" * 100_000,
            b"9" * 5000,
            b"\xff",
            b"NaN",
            b"1e400",
            b"-Infinity",
            b'{"score": ' + b"9" * 400 + b"}",
            b"[" + b"0," * 200_000 + b"0]",
            b"[" + b"[]," * 100_000 + b"[]]",
            b"",
        ):
            self.assertIsNone(http.safe_json(body), body[:20])
        self.assertEqual(http.safe_json('{"a": [1, "한", null]}'.encode()), {"a": [1, "한", None]})

    def test_silence_and_nobody_are_trouble(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            with self.assertRaises(http.Trouble) as caught:
                http.Client(silent.getsockname()[1], seconds=0.2).request("GET", "/")
            self.assertTrue(caught.exception.out_of_time)
        with self.assertRaises(http.Trouble) as caught:
            http.Client(free_port()).request("GET", "/")
        self.assertFalse(caught.exception.out_of_time)

    def answered(self, *pieces, method="GET"):
        """What a client makes of an answer that comes in these pieces and leaves the connection open, and how it was asked for."""
        with socket.create_server(("127.0.0.1", 0)) as server:

            def serve():
                connection, _ = server.accept()
                with connection, contextlib.suppress(OSError):
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    connection.recv(4096)
                    for piece in pieces:
                        connection.sendall(piece)
                    connection.recv(1)

            threading.Thread(target=serve, daemon=True).start()
            return http.Client(server.getsockname()[1], seconds=20).request(method, "/")

    def test_answers_are_read_as_they_come(self):
        chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
        drops = [bytes([byte]) for byte in chunks]
        for pieces, body in (
            ([chunks], b"abc"),
            (drops, b"abc"),
            ([self.GOOD[:30], self.GOOD[30:]], b'{"id": 1}'),
            ([b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r", b"\n"], b""),
            ([b"HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n", *[b"x"] * 3000], b"x" * 3000),
        ):
            self.assertEqual(self.answered(*pieces).body, body)

    def test_headers_without_end_are_refused_at_once(self):
        for text in (b"a:b\n" * 200_000, b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 20_000 + b"\r\n"):
            with self.assertRaises(http.Trouble) as caught:
                self.answered(text)
            self.assertIn("larger than 64 KiB", str(caught.exception))

    def test_each_piece_of_an_answer_is_looked_at_once(self):
        class Stream:
            """A connection on which an answer arrives in a thousand pieces."""

            head = b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 10_000 + b"Content-Length: 900000\r\n\r\n"
            pieces = [head, *[b"x" * 900] * 1000]
            settimeout = sendall = lambda self, _: None

            def recv(self, _):
                return self.pieces.pop(0)

        started = time.process_time()
        data = http.exchange(Stream(), "GET /", "GET", b"", time.monotonic() + 60)
        self.assertEqual(len(data), len(Stream.head) + 900_000)
        self.assertLess(time.process_time() - started, 2)


class HttpGraderTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.client, cls.matching, cls.plan, cls.load = load("http", "client", "matching", "plan", "load")

    def answer(self, body):
        return self.client.Answer("GET /", b"HTTP/1.1 200 OK\r\n\r\n" + body, "GET")

    def test_an_object_cannot_be_captured(self):
        capture = self.plan.Capture("json.code", "")
        for text in ('{"$boom": 1}', '{"$regex": 5}', '{"$any": true}', "[1]", "null"):
            self.assertIs(capture.take(self.answer(f'{{"code": {text}}}'.encode())), self.matching.MISSING, text)
        self.assertEqual(capture.take(self.answer(b'{"code": "a1"}')), "a1")
        self.assertEqual(capture.take(self.answer(b'{"code": 7}')), 7)

    def test_whatever_an_answer_holds_can_be_compared(self):
        expectation = self.plan.Expectation({"json": {"score": {"$near": [0.5, 1]}}}, "")
        for text, right in (("0.75", True), ("1", True), ("1" + "0" * 400, False), ("1e400", False), ('"0.5"', False)):
            mistakes = list(expectation.mistakes(self.answer(f'{{"score": {text}}}'.encode()), self.plan.Captures()))
            self.assertEqual(mistakes == [None], right, text[:20])

    def test_an_expression_without_end_matches_nothing(self):
        match = self.matching.full_match
        self.assertIsNone(match("(a*)*b", "a" * 40, seconds=0.05))
        self.assertEqual(match("a(b)", "ab")[1], "b")
        # The alarm may go off while the timer is being stopped, after the match.
        before = signal.setitimer

        def late(which, seconds):
            before(which, seconds)
            if not seconds:
                signal.raise_signal(signal.SIGALRM)

        with unittest.mock.patch.object(signal, "setitimer", late):
            self.assertIsNone(match("a", "a"))
        self.assertEqual(signal.getsignal(signal.SIGALRM), signal.SIG_DFL)

    def test_a_load_of_nothing_but_failures_is_worth_nothing_unless_they_are_ours(self):
        given = {"request": "GET /", "number": 4, "full-ms": 1, "none-ms": 2, "allowed-errors": 3, "tries": 1}
        step = self.plan.LoadStep(given, "", set())

        class Client:
            left = 10

            def send(self, _):
                raise self.failure

        client = Client()
        client.failure = http.Trouble("nobody listens")
        share, why = self.load.load(step, client, self.plan.Captures())
        self.assertEqual(share, 0)
        self.assertIn("4 of 4", why)
        client.failure = MemoryError()
        with self.assertRaises(MemoryError):
            self.load.load(step, client, self.plan.Captures())


class OperateServiceTests(unittest.TestCase):
    def test_a_release_answers_what_the_grader_expects(self):
        (releases,) = load("operate-service", "releases")
        release = releases.release(random.Random(1))
        prices = types.ModuleType("prices")
        exec(release.files()[f"releases/{release.name}/prices.py"], prices.__dict__)
        self.assertEqual(prices.price("한라봉 & tea"), release.price("한라봉 & tea"))
        self.assertEqual(prices.receipt(b"\0\xff"), release.receipt(b"\0\xff"))
        self.assertEqual((prices.RELEASE, prices.CRASHES, prices.HEALTHY), (release.name, release.crashes, True))

    def bench(self):
        """(the grader's program, its bench without anybody in the other room)."""
        run = program("operate-service")
        bench = object.__new__(run.Bench)
        bench._client, bench._ports, bench._numbers, bench._seed = None, itertools.count(1), itertools.count(1), 0
        bench._lock, bench.log = threading.Lock(), []
        return run, bench

    def test_a_new_start_is_no_new_time(self):
        run, bench = self.bench()
        with mock.patch.object(run, "Service"), mock.patch.object(run, "Client") as client:
            client.return_value.left = 0.0
            bench.restart()
            self.assertTrue(bench.is_spent)
            bench.restart()
        self.assertEqual([call.kwargs["budget"] for call in client.call_args_list], [run.BUDGET_SECONDS, 0.0])

    def test_the_log_keeps_names_and_nothing_large(self):
        _, bench = self.bench()
        bench._client = mock.Mock()
        for release in ("r1", None, ["r1"], {"a": []}, "r" * 101):
            bench._client.request.return_value = mock.Mock(status=200, object={"release": release})
            bench.request("GET", "/price")
        self.assertEqual([release for *_, release in bench.log], ["r1", None, None, None, None])

    def test_releases_differ_and_the_starter_has_one_application(self):
        (releases,) = load("operate-service", "releases")
        draw = random.Random(1)
        one, other = releases.release(draw), releases.release(draw)
        self.assertNotEqual((one.name, one.price("tea")), (other.name, other.price("tea")))
        folder = LABS / "operate-service" / "starter" / "releases"
        self.assertEqual((folder / "1" / "app").read_bytes(), (folder / "2" / "app").read_bytes())
        self.assertTrue(os.access(folder / "1" / "app", os.X_OK))


class MetadataServiceTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.standin = module(LABS / "metadata-service" / "starter" / "standin.py")
        (cls.truth,) = load("metadata-service", "truth")

    def test_every_seed_has_all_that_the_tests_look_at(self):
        for seed in range(100):
            contents = self.standin.make(seed, 48)
            wanted = self.truth.served(contents)
            self.assertGreater(len(wanted), 12, seed)
            self.assertLess(len(wanted), 40, seed)
            self.assertEqual(len({one["id"] for one in contents}), 48)
            self.assertEqual(sum(not self.truth.is_told(one) for one in contents), 2, seed)
            for content in contents:
                needed = self.truth.calls_needed(content)
                self.assertLessEqual(needed, 4)
                if self.truth.is_told(content):
                    self.assertIn('"confidence"', self.standin.said(content, needed - 1))

    def test_reference_serves_the_truth(self):
        api, port = free_port(), free_port()
        standin = self.standin.StandIn(api, "test", 48)
        standin.serve_in_background()
        client = http.Client(port)

        def is_ready():
            try:
                return client.request("GET", "/health").object.get("status") == "ready"
            except http.Trouble:
                return False

        with reference("metadata-service", API_URL=f"http://127.0.0.1:{api}", API_KEY=standin.key, PORT=port, CALL_SECONDS=5):
            wait_for(is_ready)
            found = client.request("GET", "/contents?size=50").object
        standin.server.shutdown()
        standin.server.server_close()
        self.assertEqual(found.get("items"), self.truth.served(standin.contents))
        needed = sum(map(self.truth.calls_needed, standin.contents))
        self.assertLessEqual(len(standin.calls), needed + 20)
        self.assertEqual({status for *_, status in standin.calls}, {200, 429, 500})

    def test_requests_with_large_headers_are_cut(self):
        standin = self.standin.StandIn(free_port(), "test")
        standin.serve_in_background()
        self.addCleanup(standin.server.server_close)
        self.addCleanup(standin.server.shutdown)
        port = standin.server.server_address[1]
        key = f"Authorization: Bearer {standin.key}\r\n\r\n".encode()
        small, large = (b"x: " + b"y" * size + b"\r\n" for size in (10_000, 60_000))
        self.assertIn(b" 200 ", said_to(port, b"GET /v1/contents HTTP/1.1\r\n" + small + key))
        # Its key comes too late. The connection may be closed before the answer has been read.
        self.assertNotIn(b" 200 ", said_to(port, b"GET /v1/contents HTTP/1.1\r\n" + large * 95 + key))

        class Lines:
            """The file of a connection that sends nothing but long lines."""

            taken = 0

            def readline(self, limit):
                self.taken += limit
                return b"y" * limit

        lines = Lines()
        head = self.standin._Head(lines)
        self.assertEqual(sum(len(head.readline(65537)) for _ in range(100)), 16 << 10)
        self.assertEqual(lines.taken, 16 << 10)

    def test_a_prompt_of_accents_costs_no_time(self):
        started = time.process_time()
        self.assertEqual(self.standin.composed("a" + "\u0301" * 160_000 + "\u0323" * 160_000), "")
        self.assertLess(time.process_time() - started, 5)
        for content in self.standin.make("test", 48):
            text = unicodedata.normalize("NFD", content["text"]) * 100
            self.assertEqual(self.standin.composed(text), unicodedata.normalize("NFC", text))

    def listed(self, items, total=5):
        (tests,) = load("metadata-service", "tests")
        body = json.dumps({"total": total, "items": items}).encode()
        data = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        client = types.SimpleNamespace(request=lambda *_: http.Answer("GET /contents", data, "GET", 0))
        try:
            return tests.listed(types.SimpleNamespace(client=client))
        except tests.Failed as failed:
            return str(failed)

    def test_pages_are_kept_without_what_nobody_asked_for(self):
        nest = json.loads("[" * 20 + "]" * 20)
        self.assertEqual(self.listed([{"id": "x", "year": 2000, "a": [nest] * 500}]), (5, [{"id": "x", "year": 2000}]))
        self.assertEqual(self.listed([{"id": "x"}] * 60), (5, [{"id": "x"}] * 60))
        self.assertIn("a page of 300 items", self.listed([{"id": "x"}] * 300))
        self.assertIn("expected", self.listed([{"id": "x", "a": [nest] * 20_000}]))


class CloudPipelineTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cloud = module(LABS / "cloud-pipeline" / "starter" / "cloud.py")
        cls.predict = staticmethod(module(LABS / "cloud-pipeline" / "starter" / "model.py").predict)
        (cls.truth,) = load("cloud-pipeline", "truth")

    def start(self, seed):
        cloud = self.cloud.Cloud(free_port(), seed)
        cloud.serve_in_background()
        self.addCleanup(cloud.server.server_close)
        self.addCleanup(cloud.server.shutdown)
        return cloud

    def call(self, cloud, action, **given):
        headers = {"X-Amz-Target": f"AmazonSQS.{action}"}
        body = json.dumps({"QueueUrl": f"{cloud.url}/queues/events", **given}).encode()
        for _ in range(20):
            try:
                with urllib.request.urlopen(urllib.request.Request(cloud.url + "/", body, headers), timeout=10) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code != 500:
                    raise
        raise AssertionError("500 twenty times")

    def test_reference_leaves_the_truth_behind(self):
        cloud = self.start("test")
        queues = {"QUEUE_URL": f"{cloud.url}/queues/events", "DEAD_LETTER_QUEUE_URL": f"{cloud.url}/queues/dead-letters"}
        with reference("cloud-pipeline", ENDPOINT_URL=cloud.url, **queues):
            for _ in range(2):
                wait_for(lambda: not len(cloud.queues["events"]))
                time.sleep(0.7)
                wait_for(lambda: not len(cloud.queues["events"]))
                cloud.second_wave()
            wait_for(lambda: not len(cloud.queues["events"]))
        wanted = self.truth.results(cloud, self.predict)
        self.assertEqual({f"{key}.json" for key in wanted}, set(cloud.buckets["results"]))
        for key, value in wanted.items():
            self.assertTrue(self.truth.is_right(json.loads(cloud.buckets["results"][f"{key}.json"][0]), value), key)
        self.assertEqual(cloud.premature, 0)
        self.assertGreater(len({one["label"] for one in wanted.values()}), 1)

    def test_a_message_comes_again_unless_it_is_deleted(self):
        cloud = self.start("again")
        first = self.call(cloud, "ReceiveMessage", VisibilityTimeout=1)["Messages"][0]
        number = len(cloud.queues["events"])
        self.call(cloud, "ChangeMessageVisibility", ReceiptHandle=first["ReceiptHandle"], VisibilityTimeout=0)
        self.assertEqual(len(cloud.queues["events"]), number)
        cloud.queues["events"]._again.clear()
        self.call(cloud, "DeleteMessage", ReceiptHandle=first["ReceiptHandle"])
        self.assertEqual(len(cloud.queues["events"]), number - 1)

    def test_deleting_unread_is_seen(self):
        cloud = self.start("unread")
        for message in self.call(cloud, "ReceiveMessage", MaxNumberOfMessages=10)["Messages"]:
            self.call(cloud, "DeleteMessage", ReceiptHandle=message["ReceiptHandle"])
        self.assertGreater(cloud.premature, 4)

    def test_uploads_and_events_are_not_the_clients(self):
        cloud = self.start("rights")
        key = next(iter(cloud.kinds))
        before = dict(cloud.buckets["uploads"])
        for method, path in (
            ("PUT", f"/uploads/{urllib.request.quote(key)}"),
            ("DELETE", "/models/current.json"),
            ("PUT", "/results/"),
        ):
            with self.assertRaises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(urllib.request.Request(cloud.url + path, b"{}", method=method), timeout=10)
            self.assertEqual(caught.exception.code, 403)
        with self.assertRaises(urllib.error.HTTPError):
            self.call(cloud, "SendMessage", MessageBody="{}")
        self.assertEqual(cloud.buckets["uploads"], before)

    def test_a_full_cloud_still_has_news(self):
        cloud = self.start("full")
        with self.assertRaises(self.cloud.Failure):
            for number in range(100):
                cloud.put("results", f"fill-{number}", b"x" * 250_000)
        with self.assertRaises(self.cloud.Failure):
            for number in range(4000):
                cloud.put("results", f"crumb-{number}", b"x" * 100)
        uploads = dict(cloud.buckets["uploads"])
        cloud.second_wave()
        self.assertNotEqual(cloud.buckets["uploads"], uploads)
        cloud.delete("results", "fill-0")
        cloud.put("results", "again", b"x" * 250_000)

    def test_results_are_few_and_listings_short(self):
        cloud = self.start("many")
        keys = [f"{'&' * 490}{number}" for number in range(500)]
        for key in keys:
            cloud.put("results", key, b"")
        with self.assertRaises(self.cloud.Failure) as caught:
            cloud.put("results", "one more", b"")
        self.assertEqual(caught.exception.status, 507)
        cloud.put("results", keys[0], b"again")
        listing = urllib.request.urlopen(f"{cloud.url}/results?list-type=2", timeout=10).read()
        self.assertEqual(listing.count(b"<Contents>"), 100)
        self.assertIn(b"<IsTruncated>true<", listing)
        listing = urllib.request.urlopen(f"{cloud.url}/uploads?list-type=2", timeout=10).read()
        self.assertEqual(listing.count(b"<Contents>"), len(cloud.buckets["uploads"]))
        self.assertIn(b"<IsTruncated>false<", listing)

    def test_what_a_request_carries_besides_its_body_is_not_kept(self):
        cloud = self.start("headers")
        for encoding, kept in (("gzip", "gzip"), ("g" * 9000, None)):
            request = urllib.request.Request(f"{cloud.url}/results/a", b"x", {"Content-Encoding": encoding}, method="PUT")
            urllib.request.urlopen(request, timeout=10).close()
            self.assertEqual(cloud.buckets["results"]["a"][2], kept)
        port = cloud.server.server_address[1]
        head = b"PUT /results/b HTTP/1.1\r\n" + b"x: " + b"y" * 60_000 + b"\r\nContent-Length: 1\r\n\r\nz"
        said_to(port, head)
        wait_for(lambda: "b" in cloud.buckets["results"], seconds=2)
        self.assertEqual(cloud.buckets["results"].get("b", (b"",))[0], b"")

    def test_results_that_are_nearly_right_are_wrong(self):
        right = {"key": "a", "etag": "b", "device": "c", "count": 1, "label": "healthy", "score": 0.5}
        self.assertTrue(self.truth.is_right({**right, "score": 0.50005}, right))
        for change in ({"score": True}, {"score": 0.51}, {"count": 1.0}, {"count": True}, {"more": 1}, {"device": None}):
            self.assertFalse(self.truth.is_right({**right, **change}, right), change)
        self.assertFalse(self.truth.is_right([], right))


if __name__ == "__main__":
    unittest.main()
