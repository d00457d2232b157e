"""The tests of the notes service. Each starts from a note of its own, so that a server which refuses everything earns nothing."""

import json
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import quote

from provost_grader import LAB
from provost_http import Trouble

LARGEST_BODY = 64 << 10
JSON = {"Content-Type": "application/json"}  # for a body that is given as bytes
CASES = json.loads((LAB / "tests" / "cases.json").read_text(encoding="utf-8"))


class Failed(Exception):
    """The test cannot go on; the text is for the learner."""


class Parts:
    """Counts what is right in one test; keeps the first two mistakes."""

    def __init__(self, expected):
        self._expected = expected
        self._seen = self._right = 0
        self._mistakes = []

    def part(self, is_right, mistake):
        self._seen += 1
        self._right += bool(is_right)
        if not is_right:
            self._mistakes.append(mistake)

    def status(self, answer, expected):
        self.part(answer.status == expected, f"{answer.what}: status {expected} expected, got {answer.status}.")

    def error(self, answer, expected):
        """The right status, and a body that says what is wrong."""
        says = isinstance(answer.object.get("error"), str) and answer.object["error"].strip()
        wrong = (
            f"status {expected} expected, got {answer.status}"
            if answer.status != expected
            else 'a JSON body {"error": "…"} is missing'
        )
        self.part(answer.status == expected and says, f"{answer.what}: {wrong}.")

    def check_count(self):
        if self._seen != self._expected:
            raise AssertionError(f"{self._seen} parts instead of {self._expected}: a mistake of the grader")

    @property
    def share(self):
        return self._right / self._expected

    @property
    def message(self):
        return " ".join(self._mistakes[:2]) or None


def is_note(value):
    """A JSON object with the three fields, of types that can be compared, printed and put into a path."""
    if not isinstance(value, dict) or not isinstance(value.get("title"), str) or not isinstance(value.get("body"), str):
        return False
    identifier = value.get("id")
    return isinstance(identifier, (int, str)) and not isinstance(identifier, bool) and 0 < len(str(identifier)) <= 64


def create(client, title, body="text"):
    """A new note as the service answered it; without one the test cannot go on."""
    answer = client.request("POST", "/notes", {"title": title, "body": body})
    note = answer.object
    if answer.status != 201 or not is_note(note):
        raise Failed(
            f"POST /notes: status 201 and a note with id, title and body expected, got {answer.status}; this test needs it."
        )
    return note


def path_of(note):
    return f"/notes/{quote(str(note['id']), safe='')}"


def listed(client, query=""):
    answer = client.request("GET", f"/notes{query}")
    notes = answer.object.get("notes")
    if answer.status != 200 or not isinstance(notes, list) or not all(is_note(note) for note in notes):
        raise Failed(f'{answer.what}: status 200 and {{"notes": […]}} with whole notes expected.')
    return notes


def health(bench, parts):
    answer = bench.client.request("GET", "/health")
    parts.part(answer.status == 200 and answer.json == {"status": "ok"}, 'GET /health: 200 and {"status": "ok"} expected.')
    media = answer.header("Content-Type").split(";")[0].strip().lower()
    parts.part(media == "application/json" and answer.status == 200, "GET /health: Content-Type application/json expected.")


def creating(bench, parts):
    answer = bench.client.request("POST", "/notes", {"title": "Shopping", "body": "rice, tea"})
    note = answer.object
    parts.status(answer, 201)
    parts.part((note.get("title"), note.get("body")) == ("Shopping", "rice, tea"), "POST /notes: the answer is not the note.")
    parts.part(
        "id" in note and answer.header("Location") == f"/notes/{note['id']}", "POST /notes: Location /notes/ID expected."
    )
    second = bench.client.request("POST", "/notes", {"title": "No body"})
    parts.part(
        second.status == 201 and second.object.get("body") == "", 'POST /notes without body: 201 and "body": "" expected.'
    )
    parts.part(
        "id" in note and "id" in second.object and second.object["id"] != note["id"],
        "POST /notes: every note needs its own id.",
    )


def reading(bench, parts):
    note, other = create(bench.client, "First", "one"), create(bench.client, "Second", "two")
    for wanted in (note, other):
        answer = bench.client.request("GET", path_of(wanted))
        parts.status(answer, 200)
        parts.part(answer.json == wanted, f"{answer.what}: the note as it was created expected.")


def listing(bench, parts):
    before = listed(bench.client)
    made = [create(bench.client, f"Item {letter}") for letter in "CAB"]
    after = listed(bench.client)
    parts.part(len(after) == len(before) + 3, "GET /notes: not every note is in the list.")
    parts.part(after[-3:] == made, "GET /notes: the order in which they were created expected, oldest first.")


def searching(bench, parts):
    made = [create(bench.client, title) for title in ("Tea in Busan", "부산 여행", "TEA 100% & more", "coffee")]

    def found(text):
        return [note["id"] for note in listed(bench.client, f"?q={quote(text)}")]

    ids = [note["id"] for note in made]
    parts.part(found("tea") == [ids[0], ids[2]], "GET /notes?q=tea: upper and lower case must not matter.")
    parts.part(found("부산") == [ids[1]], "GET /notes?q=…: a Korean word, percent-encoded, was not found.")
    parts.part(found("100% &") == [ids[2]], "GET /notes?q=…: “%” and “&”, percent-encoded, must be found as they are.")
    parts.part(found("no such title") == [], "GET /notes?q=…: an empty list expected when nothing matches.")


def deleting(bench, parts):
    note, kept = create(bench.client, "Short-lived"), create(bench.client, "Kept")
    answer = bench.client.request("DELETE", path_of(note))
    parts.part(answer.status == 204 and not answer.body, f"{answer.what}: 204 without a body expected, got {answer.status}.")
    parts.error(bench.client.request("GET", path_of(note)), 404)
    parts.error(bench.client.request("DELETE", path_of(note)), 404)
    left = listed(bench.client)
    parts.part(note not in left and kept in left, "GET /notes: the deleted note is still there, or another is gone.")


def unicode_text(bench, parts):
    texts = [*CASES["texts"], unicodedata.normalize("NFD", "서울 café")]
    for text in texts:
        answer = bench.client.request("GET", path_of(create(bench.client, "글", text)))
        parts.part(answer.object.get("body") == text, f"POST and GET: {text.splitlines()[0][:30]!r} came back changed.")
    escaped = bench.client.request("POST", "/notes", b'{"title": "\\ud83d\\ude00 \\uac00"}', headers=JSON)
    parts.part(escaped.object.get("title") == "😀 가", "POST /notes: escapes like \\uac00 in JSON are the character itself.")


def invalid_notes(bench, parts):
    create(bench.client, "valid")
    before = len(listed(bench.client))
    bodies = [*(text.encode() for text in CASES["invalid"]), b'{"title": "\xff"}']
    for body in bodies:
        parts.error(bench.client.request("POST", "/notes", body, headers=JSON), 400)
    parts.error(bench.client.request("POST", "/notes", {"title": "가" * 101}), 400)
    longest = bench.client.request("POST", "/notes", {"title": "가" * 100})
    parts.part(longest.status == 201, "POST /notes: a title of 100 characters is allowed; count characters, not bytes.")
    parts.part(len(listed(bench.client)) == before + 1, "GET /notes: a note that was refused is in the list.")


def unknown_paths(bench, parts):
    note = create(bench.client, "here")
    for path in ("/", "/nothing", "/notes/no-such-note", f"{path_of(note)}/more", "/notesx"):
        parts.error(bench.client.request("GET", path), 404)


def wrong_methods(bench, parts):
    note = create(bench.client, "here")
    for method, path, allowed in [
        ("PUT", "/notes", {"GET", "POST"}),
        ("POST", path_of(note), {"GET", "DELETE"}),
        ("DELETE", "/health", {"GET"}),
    ]:
        answer = bench.client.request(method, path, {"title": "x"} if method != "DELETE" else None)
        parts.error(answer, 405)
        allow = {name.strip() for name in answer.header("Allow").split(",")} - {"HEAD", "OPTIONS"}
        parts.part(allow == allowed, f"{answer.what}: the header Allow must name {', '.join(sorted(allowed))}.")


def wrong_bodies(bench, parts):
    create(bench.client, "here")
    for content_type in ("text/plain", "application/x-www-form-urlencoded", None):
        headers = {"Content-Type": content_type} if content_type else {}
        parts.error(bench.client.request("POST", "/notes", b'{"title": "x"}', headers=headers), 415)
    charset = {"Content-Type": "application/json; charset=utf-8"}
    answer = bench.client.request("POST", "/notes", {"title": "x"}, headers=charset)
    parts.part(answer.status == 201, "POST /notes: application/json with a charset is application/json too.")
    parts.error(bench.client.request("POST", "/notes", {"title": "x", "body": "y" * LARGEST_BODY}), 413)
    body = "y" * (LARGEST_BODY - 100)
    answer = bench.client.request("POST", "/notes", {"title": "x", "body": body})
    parts.part(answer.object.get("body") == body, "POST /notes: a request of just under 64 KiB is allowed.")


def at_once(bench, parts):
    stop = threading.Event()

    def one(number):
        if stop.is_set():
            return None
        try:
            return create(bench.client, f"at once {number}")["id"]
        except (Trouble, Failed):
            stop.set()
            raise

    with ThreadPoolExecutor(16) as pool:
        ids = list(pool.map(one, range(64)))
    parts.part(len(set(ids)) == 64, "64 notes created by 16 clients at once: their ids are not all different.")
    titles = {note.get("title") for note in listed(bench.client)}
    parts.part(
        titles >= {f"at once {number}" for number in range(64)},
        "64 notes created by 16 clients at once: some are not in the list.",
    )


def restarting(bench, parts):
    gone, kept = create(bench.client, "deleted before the restart"), create(bench.client, "남는 메모", "kept")
    bench.client.request("DELETE", path_of(gone))
    before = listed(bench.client)
    bench.restart()
    after = listed(bench.client)
    parts.part(kept in after, "After a restart: a note that had been answered with 201 is gone.")
    parts.part(after == before, "After a restart: the list of notes is not the same.")
    new = create(bench.client, "new")
    parts.part(
        new["id"] not in [note.get("id") for note in [*before, gone]], "After a restart: an id was given out a second time."
    )


@dataclass(frozen=True)
class Test:
    """One test: what it is worth, and how many parts it looks at."""

    name: str
    points: int
    parts: int
    function: Callable


TESTS = [
    Test("answers GET /health", 4, 2, health),
    Test("creates notes", 10, 5, creating),
    Test("reads notes", 8, 4, reading),
    Test("lists notes", 10, 2, listing),
    Test("searches titles", 8, 4, searching),
    Test("deletes notes", 8, 4, deleting),
    Test("keeps Korean and every other character", 8, 6, unicode_text),
    Test("refuses invalid notes", 10, 13, invalid_notes),
    Test("unknown paths", 6, 5, unknown_paths),
    Test("wrong methods", 6, 6, wrong_methods),
    Test("wrong content types and sizes", 8, 6, wrong_bodies),
    Test("many clients at once", 6, 2, at_once),
    Test("keeps notes over a restart", 8, 3, restarting),
]
