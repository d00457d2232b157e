#!/usr/bin/env python3
"""A stand-in for the catalogue and the language-model API, with the faults of the real ones: python3 standin.py [PORT [SEED]]

    GET  /v1/contents?cursor=…      a page of the catalogue
    POST /v1/chat/completions       asks the model

The tests use this very program with another seed, so the contents and the moments of the faults are others.
"""

import json
import random
import sys
import threading
import time
import unicodedata
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

KEY = "local-key"
PAGE = 10
RETRY_SECONDS = 1
LARGEST_HEAD, LARGEST_BODY = 16 << 10, 64 << 10
MOST_ACCENTS = 500  # combining characters of one prompt
MOST_CONNECTIONS = 32  # at one time; more are closed
MOST_CALLS = 2000  # in all; then nobody listens any more

FIRST = ["푸른", "느린", "마지막", "비 오는", "먼", "조용한", "두 번째", "이상한", "겨울의", "작은"]
SECOND = ["바다", "기차", "도서관", "정원", "골목", "편지", "Café", "우주", "시장", "등대"]
GENRES = ["drama", "comedy", "documentary", "thriller", "animation"]
KEYWORDS = ["가족", "여행", "우정", "음식", "역사", "과학", "음악", "Seoul", "부산", "모험", "성장", "요리"]
PROSE = [
    "오래 기다린 이야기가 시작된다.",
    "누구도 예상하지 못한 여름이었다.",
    "제작진은 두 해 동안 촬영했다.",
    "A story told without words.",
]


def form(text, draw):
    """The same text, composed (NFC) or decomposed (NFD)."""
    return unicodedata.normalize(draw.choice(["NFC", "NFC", "NFD"]), text)


def composed(prompt):
    """A prompt in NFC. The time for that grows with the square of the accents in a row: with hundreds of them, it is no prompt."""
    accents = sum(1 for sign in prompt if unicodedata.combining(sign))
    return unicodedata.normalize("NFC", prompt) if accents <= MOST_ACCENTS else ""


def make(seed, count):
    """The contents: id, title, text as the catalogue has them; `metadata` as the model knows them; `faults`, what its first answers
    are; `style`, how it answers in the end."""
    draw = random.Random(f"contents {seed}")
    contents, titles = [], [(first, second) for first in FIRST for second in SECOND]
    draw.shuffle(titles)
    for number in range(count):
        identifier = f"c{draw.getrandbits(40):010x}"
        first, second = titles[number % len(titles)]
        title, year = f"{first} {second}", draw.randrange(1995, 2026)
        if contents and draw.random() < 0.15:  # the same content again, under another id
            other = draw.choice(contents)["metadata"]
            title, year = unicodedata.normalize("NFC", other["title"]), other["year"]
            title = title.upper() if draw.random() < 0.3 else title
        metadata = {
            "title": form(title, draw),
            "year": year,
            "genre": draw.choice(GENRES),
            "minutes": draw.choice(
                [draw.randrange(5, 20), draw.randrange(241, 300), *(draw.randrange(20, 241) for _ in range(8))]
            ),
            "age": draw.choice([0, 0, 7, 7, 12, 12, 15, 15, 19]),
            "languages": draw.choice([["ko"], ["ko"], ["ko"], ["ko", "en"], ["en"], ["ja", "ko"]]),
            "keywords": [form(word, draw) for word in draw.sample(KEYWORDS, 3)],
            "confidence": draw.choice([0.35, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99]),
        }
        if number < 4:  # just within the rules, and just outside
            edge = {"minutes": [20, 240, 19, 241][number], "age": 15, "languages": ["ko"], "confidence": 0.6}
            metadata |= {"title": f"{first} {number}", **edge}
        faults = (
            draw.choice([[], [], [], [], ["500"], ["cut"], ["missing"], ["type"], ["500", "cut"], ["prose", "type"]])
            if number >= 4
            else []
        )
        text = f"{form(title, draw)}. {draw.choice(PROSE)} (작품 번호 {draw.getrandbits(32):08x})"
        contents.append({
            "id": identifier, "title": form(title, draw), "text": text, "metadata": metadata, "faults": list(faults),
            "style": draw.choice(["plain", "fence", "around", "korean"]),
        })  # fmt: skip
    for one in draw.sample(contents[4:], 2):
        one["faults"] = ["cut", "missing", "type", "prose"]  # the model never gets these right within four answers
    for one in draw.sample([one for one in contents[4:] if len(one["faults"]) == 0], 2):
        one["faults"] = ["silence"]
    return contents


def said(content, attempt):
    """What the model says to a content at this attempt, counted from 0."""
    metadata, fault = dict(content["metadata"]), (content["faults"][attempt:] or [None])[0]
    if content["style"] == "korean":
        hours, minutes = divmod(metadata["minutes"], 60)
        metadata["minutes"] = f"{hours}시간 {minutes}분" if hours else f"{minutes}분"
    if fault == "missing":
        del metadata[["year", "age", "minutes"][attempt % 3]]
    if fault == "type":
        metadata |= [{"age": "전체 관람가"}, {"languages": "ko"}][attempt % 2]
    text = json.dumps(metadata, ensure_ascii=False)
    if fault == "cut":
        return text[: len(text) * 2 // 3]
    if fault == "prose":
        return "이 작품의 메타데이터를 정리해 드릴까요?"
    if content["style"] == "fence":
        return f"```json\n{text}\n```"
    return (
        f"요청하신 메타데이터입니다.\n\n{text}\n\n더 필요한 것이 있으면 말씀해 주세요." if content["style"] == "around" else text
    )


class StandIn:
    """The API on a port; `calls` to the model are kept for whoever wants to count: (seconds, id or None, status)."""

    def __init__(self, port, seed, count=48, key=KEY):
        self.contents, self.key = make(seed, count), key
        self._draw = random.Random(f"faults {seed}")
        self._lock = threading.Lock()
        self.calls, self.early, self.asked = [], 0, {}
        self._closed_since = self._closed_until = 0.0
        self._limits = {number + self._draw.randrange(4) for number in (5, 22, 40)}
        self._pages_with_faults = {1: "500", 3: "500"}
        self._connections, self._total = threading.BoundedSemaphore(MOST_CONNECTIONS), 0
        outer = self

        class Handler(_Handler):
            standin = outer

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def process_request(self, request, address):
                outer._total += 1
                if outer._total > MOST_CALLS or not outer._connections.acquire(blocking=False):
                    self.shutdown_request(request)
                    if outer._total > MOST_CALLS:
                        self.socket.close()
                        raise SystemExit
                    return
                super().process_request(request, address)

            def process_request_thread(self, request, address):
                try:
                    super().process_request_thread(request, address)
                finally:
                    outer._connections.release()

            def handle_error(self, *_):
                pass  # a client went away

        self.server = Server(("127.0.0.1", port), Handler)

    def serve_in_background(self):
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        try:
            self.server.serve_forever()
        except (SystemExit, OSError, ValueError):
            pass  # too many calls

    def page(self, cursor):
        """(status, value). The catalogue moves while it is read, so the end of a page comes again on the next."""
        number = int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) < 6 else -1
        with self._lock:
            if self._pages_with_faults.pop(number, None):
                return 500, {"error": "try again"}
        if not 0 <= number * (PAGE - 1) < len(self.contents):
            return 400, {"error": "there is no such cursor"}
        start = number * (PAGE - 1)
        part = self.contents[start : start + PAGE]
        more = start + PAGE < len(self.contents)
        return 200, {
            "contents": [{key: one[key] for key in ("id", "title", "text")} for one in part],
            "next": str(number + 1) if more else None,
        }

    def chat(self, prompt):
        """(status, value, seconds to wait before the answer, whether an answer comes at all)."""
        now = time.monotonic()
        prompt = composed(prompt)
        content = next((one for one in self.contents if unicodedata.normalize("NFC", one["text"]) in prompt), None)
        with self._lock:
            identifier = content["id"] if content else None
            if now < self._closed_until:
                # What was under way when the limit was met is not to blame.
                self.early += now > self._closed_since + 0.3
                return self._note(429, identifier)
            if len([1 for *_, status in self.calls if status != 429]) in self._limits:
                self._limits.remove(len([1 for *_, status in self.calls if status != 429]))
                self._closed_since, self._closed_until = now, now + RETRY_SECONDS
                return self._note(429, identifier)
            if content is None:
                return *self._note(200, None)[:1], _message("어떤 콘텐츠인지 알 수 없습니다."), 0, True
            attempt = self.asked[identifier] = self.asked.get(identifier, -1) + 1
            fault = (content["faults"][attempt:] or [None])[0]
            if fault == "500":
                return self._note(500, identifier)
            self._note(200, identifier)
            if fault == "silence":
                return 200, None, 10, False
            return 200, _message(said(content, attempt)), self._draw.uniform(0.01, 0.06), True

    def _note(self, status, identifier):
        self.calls.append((time.monotonic(), identifier, status))
        return status, {"error": {429: "too many requests", 500: "try again"}.get(status, "")}, 0, True


def _message(text):
    return {"choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}]}


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
    standin = None

    def setup(self):
        super().setup()
        self.rfile = _Head(self.rfile)

    def answer(self, status, value, *headers):
        body = json.dumps(value, ensure_ascii=False).encode()
        self.send_response(status)
        for name, text in headers:
            self.send_header(name, text)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def is_allowed(self):
        if self.headers.get("Authorization") == f"Bearer {self.standin.key}":
            return True
        self.answer(401, {"error": "the header Authorization: Bearer KEY is missing or wrong"})
        return False

    def do_GET(self):
        url = urlsplit(self.path)
        if url.path != "/v1/contents":
            self.answer(404, {"error": "there is nothing at this path"})
        elif self.is_allowed():
            self.answer(*self.standin.page(parse_qs(url.query).get("cursor", ["0"])[0]))

    def do_POST(self):
        length = self.headers.get("Content-Length") or "0"
        if not (length.isascii() and length.isdigit() and int(length[:9]) <= LARGEST_BODY):
            self.answer(413, {"error": "the request is too large"})
            return
        body = self.rfile.read(int(length[:9]))
        if self.path != "/v1/chat/completions":
            self.answer(404, {"error": "there is nothing at this path"})
            return
        if not self.is_allowed():
            return
        try:
            prompt = "\n".join(str(one["content"]) for one in json.loads(body)["messages"])
        except (ValueError, KeyError, TypeError, RecursionError):
            self.answer(400, {"error": 'a JSON body with "messages" was expected'})
            return
        status, value, seconds, comes = self.standin.chat(prompt)
        time.sleep(seconds)
        if comes:
            self.answer(status, value, *([("Retry-After", str(RETRY_SECONDS))] if status == 429 else []))

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    standin = StandIn(int(sys.argv[1]) if len(sys.argv) > 1 else 9000, sys.argv[2] if len(sys.argv) > 2 else "example")
    print("listening on", standin.server.server_address, "with the key", standin.key, flush=True)
    standin.server.serve_forever()
