"""Reads what `bats --formatter tap` prints, and which tests a .bats file declares.

Only lines that begin with ok or not ok count. What a test printed comes after “# ”, so nothing in it can be a result; a line that
fits nowhere means that a test wrote to Bats's own channel, and then nothing can be believed.
"""

import re

_DECLARED = re.compile(r"""^[ \t]*@test[ \t]+(.*[^ \t])[ \t]+\{(.*)$""")
_RESULT = re.compile(rb"(not )?ok (\d{1,6}) (.*)")


class Broken(Exception):
    """The output is not what Bats prints for these tests."""


def declared(text):
    """The names of the tests in a .bats file, in order."""
    names = []
    for line in text.split("\n"):
        found = _DECLARED.match(line)
        if found:
            name = found[1]
            if len(name) > 1 and name[0] == name[-1] and name[0] in "\"'":
                name = name[1:-1]
            names.append(re.sub(r"\\([\"\\$`])", r"\1", name))
    return names


class Result:
    """One line: `number`, `passed`, `name`, and `skipped` or `timed_out`."""

    def __init__(self, line):
        found = _RESULT.fullmatch(line)
        self.passed, self.number = found[1] is None, int(found[2])
        name, _, directive = found[3].decode(errors="replace").partition(" # ")
        self.name = name
        self.skipped = self.passed and re.match(r"(?i)skip\b", directive) is not None
        self.timed_out = not self.passed and directive.startswith("timeout after")


class Tap:
    """Takes line by line; gives a Result for a line that is one, None for any other. `count` is the plan."""

    def __init__(self):
        self.count = None
        self.last = 0

    def take(self, line):
        if self.count is None:
            plan = re.fullmatch(rb"1\.\.(\d{1,6})", line)
            if plan:
                self.count = int(plan[1])
                return None
            if not line.startswith(b"#"):
                raise Broken(f"a plan like 1..5 was expected first, not {line[:80]!r}")
            return None
        if not _RESULT.fullmatch(line):
            if line.strip() and not line.startswith(b"#"):
                raise Broken(f"neither a result nor a comment: {line[:80]!r}")
            return None
        result = Result(line)
        if not self.last < result.number <= self.count:
            raise Broken(f"result {result.number} came after {self.last} of {self.count}")
        self.last = result.number
        return result
