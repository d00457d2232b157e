"""Reads what was handed in from the grader's room, where a link in the submission would lead to the hidden tests.

from provost_submission import Unreadable, read_submitted

try:
    data = read_submitted("report.md", limit=1 << 20)
except Unreadable as why:
    report_message(str(why))
"""

import os
import stat
from pathlib import Path

_SUBMISSION = os.path.join(os.environ.get("PROVOST_GRADE") or "/grade", "submission")


class Unreadable(Exception):
    """A file that is not there or cannot be taken; the text is a sentence for the learner."""


def read_submitted(name, limit=1 << 20, *, root=None):
    """The bytes of the file `name` of the submission. Raises Unreadable with a sentence for the learner.

    No link is followed, at the end or on the way, so no name leads out of the submission; `..` is not taken. `limit`: bytes; a
    larger file is not read. `name` is the lab's: it stands in the sentence.
    """
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts):
        raise ValueError(f"not a name below the submission: {name!r}")
    folder = os.open(_SUBMISSION if root is None else root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts[:-1]:
            inner = _open(part, os.O_DIRECTORY, folder, name)
            os.close(folder)
            folder = inner
        file = _open(parts[-1], os.O_NONBLOCK, folder, name)
    finally:
        os.close(folder)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise Unreadable(f"{name} is not a regular file.")
    with os.fdopen(file, "rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise Unreadable(f"{name} is larger than {limit // 1024} KiB.")
    return data


def read_submitted_text(name, limit=1 << 20, *, root=None):
    """The same as text, which has to be UTF-8; a byte order mark at the beginning is taken off."""
    try:
        return read_submitted(name, limit, root=root).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable(f"{name} is not UTF-8.") from None


def files_below(folder):
    """The regular files below a folder of the submission, as sorted paths. Links are left out and never followed: one to a name
    that is too long would be an error in `Path.is_file` and in `Path.rglob`."""
    paths = (Path(parent, name) for parent, _, names in os.walk(folder) for name in names)
    return sorted(path for path in paths if stat.S_ISREG(os.lstat(path).st_mode))


def _open(part, flags, folder, name):
    try:
        return os.open(part, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | flags, dir_fd=folder)
    except FileNotFoundError:
        raise Unreadable(f"There is no file {name} in the submission.") from None
    except OSError as error:
        raise Unreadable(f"{name} cannot be read: {os.strerror(error.errno)}. Hand in a regular file, not a link.") from None
