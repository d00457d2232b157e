"""Whether a file can be read by those who mark it: pure, by name and content."""

import json
import math
import re
from itertools import islice
from pathlib import PurePosixPath

TEXT = {".md", ".txt", ".csv", ".py", ".c", ".h", ".java", ".js", ".html", ".css", ".sql", ".yaml", ".yml", ".sh", ".svg"}
MOST_ITEMS = 200_000
MARKS = {
    ".pdf": (b"%PDF-", "a PDF"),
    ".png": (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    ".jpg": (b"\xff\xd8\xff", "a JPEG picture"),
    ".jpeg": (b"\xff\xd8\xff", "a JPEG picture"),
    ".gif": (b"GIF8", "a GIF picture"),
    ".zip": (b"PK", "a ZIP archive"),
    ".pptx": (b"PK\x03\x04", "a PowerPoint file"),
    ".docx": (b"PK\x03\x04", "a Word file"),
    ".odp": (b"PK\x03\x04", "an OpenDocument file"),
    ".odt": (b"PK\x03\x04", "an OpenDocument file"),
}


def mistake(name, data, words=0):
    """None, or one sentence for the learner. `words`: at least so many words, for text."""
    ending = PurePosixPath(name).suffix.lower()
    if not data.strip():
        return f"{name} is empty."
    if ending in MARKS:
        begin, kind = MARKS[ending]
        return None if data.startswith(begin) else f"{name} is not {kind}."
    if ending in TEXT or ending in (".json", ".ipynb") or words:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return f"{name} is not text in UTF-8."
        if "\0" in text:
            return f"{name} holds NUL characters and is no text."
        # What would become so many objects is left to those who mark it.
        if ending in (".json", ".ipynb") and sum(map(data.count, (b"[", b"{", b","))) <= MOST_ITEMS:
            try:
                json.loads(text)
            except (ValueError, RecursionError):
                return f"{name} is not JSON."
        # One at a time and no more than are asked for: a list of all would be many times as large as the file.
        found = sum(1 for _ in islice(re.finditer(r"\S+", text), math.ceil(words)))
        if found < words:
            return f"{name} has {found} words; at least {words:g} are asked for."
    return None
