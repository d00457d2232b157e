"""What a service must have in the end, worked out from what the stand-in knows; shares no code with the reference."""

import unicodedata

ATTEMPTS = 4
_BAD = ("500", "cut", "missing", "type", "prose", "silence")


def plain(text):
    """For comparing and searching: upper and lower case, NFC and NFD do not matter."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def calls_needed(content):
    """Calls that end with whole metadata, or with giving up."""
    bad = [fault in _BAD for fault in content["faults"]] + [False]
    return min(ATTEMPTS, bad.index(False) + 1)


def is_told(content):
    """Whether the model tells whole metadata within the attempts."""
    return len(content["faults"]) < ATTEMPTS


def served(contents):
    """What the service must have, in the order of the handout."""
    kept = {}
    for content in sorted(contents, key=lambda one: one["id"]):
        found = content["metadata"]
        if not is_told(content) or found["age"] > 15 or "ko" not in found["languages"]:
            continue
        if not 20 <= found["minutes"] <= 240 or found["confidence"] < 0.6:
            continue
        same = (" ".join(plain(found["title"]).split()), found["year"])
        if same not in kept:
            whole = {key: found[key] for key in ("year", "genre", "minutes", "age", "languages")}
            whole["keywords"] = [unicodedata.normalize("NFC", word) for word in found["keywords"]]
            kept[same] = {"id": content["id"], "title": unicodedata.normalize("NFC", found["title"]), **whole}
    return sorted(kept.values(), key=lambda one: (-one["year"], one["title"], one["id"]))


def matching(items, text="", genre=None):
    """Those of `items` that a search finds."""
    wanted = plain(text)
    return [
        one
        for one in items
        if genre in (None, one["genre"]) and any(wanted in plain(part) for part in [one["title"], *one["keywords"]])
    ]
