"""The sanitizers: what they are told, what counts as a memory error, and whether they work on this machine at all."""

import re

from provost_cases import fail
from provost_grader import SUBMISSION, our_fault, run
from provost_submission import files_below

KNOWN = ("address", "undefined")

_KINDS = (
    "heap-buffer-overflow", "stack-buffer-overflow", "stack-buffer-underflow", "global-buffer-overflow",
    "dynamic-stack-buffer-overflow",
    "heap-use-after-free", "stack-use-after-return", "stack-use-after-scope", "initialization-order-fiasco", "container-overflow",
    "attempting double-free", "double-free", "bad-free", "alloc-dealloc-mismatch", "memcpy-param-overlap", "strcpy-param-overlap",
    "strcat-param-overlap", "strncpy-param-overlap", "strncat-param-overlap", "memmove-param-overlap", "negative-size-param",
    "calloc-overflow", "allocation-size-too-big", "out-of-memory", "stack-overflow", "SEGV", "FPE", "BUS", "ILL",
    "undefined-behavior",
)  # fmt: skip

_UNDEFINED = (
    "signed integer overflow", "null pointer", "misaligned address", "out of bounds", "shift exponent", "left shift",
    "division by zero",
    "not a valid value for type", "variable length array bound", "unreachable", "pointer index expression", "insufficient space",
)  # fmt: skip

# What a program has to say to be treated otherwise under the sanitizers than without them.
_FORBIDDEN = re.compile(
    r"\b(no_sanitize\w*|no_address_safety_analysis|__SANITIZE_\w+|(?:address|undefined_behavior)_sanitizer"
    r"|__(?:asan|ubsan|lsan|sanitizer)_\w+)\b"
)
_SOURCE_SUFFIXES = {".c", ".h", ".inc", ".s", ".S", ".i", ".cc", ".cpp", ".hpp", ""}

_CANARY = rb"""
#include <stdlib.h>
#include <string.h>
int main(int count, char **arguments) {
    char *bytes = malloc(16);
    if (!bytes) return 1;
    memset(bytes, 0, 16);
    volatile int place = 15, number = 2147483646;
    if (count > 1 && strcmp(arguments[1], "address") == 0) place++;
    if (count > 1 && strcmp(arguments[1], "undefined") == 0) number++;
    bytes[place] = 1;
    number += 1;
    free(bytes);
    return 0;
}
"""


class Sanitizers:
    """`kinds`: of KNOWN. `taken`: every exit status that a case expects, so that ours is none of them."""

    def __init__(self, kinds, taken):
        if not kinds or not set(kinds) <= set(KNOWN):
            fail(f"the parameter “sanitizers” has to name {' or '.join(KNOWN)}")
        self.kinds = [kind for kind in KNOWN if kind in kinds]
        self.status = next(status for status in range(87, 256) if status not in taken)
        common = f"exitcode={self.status}:halt_on_error=1:abort_on_error=0:color=never:handle_abort=0"
        # Leaks are not looked for: that needs ptrace, which no room has.
        address = "detect_leaks=0:quarantine_size_mb=16:detect_stack_use_after_return=1:allocator_may_return_null=1:handle_segv=1"
        self._environment = [f"ASAN_OPTIONS={common}:{address}", f"UBSAN_OPTIONS={common}:print_stacktrace=0"]

    @property
    def flags(self):
        return f"-g -O1 -fno-omit-frame-pointer -fsanitize={','.join(self.kinds)} -fno-sanitize-recover=all -Wno-error"

    def command(self, folder, command):
        """`command` in `folder` of the learner's room under the sanitizers. Without address randomization, which some kernels
        make so wide that the shadow memory finds no place: that would be our fault, and would come and go."""
        return ["env", "-C", folder, *self._environment, "setarch", "-R", *command]

    def check_machine(self):
        """A program of our own, before any of the learner's has run: it ends well without a mistake, and with our status for each
        kind.

        None; or why the learner's submission leaves no space for a second build. If the sanitizers do not work here, the grader
        ends.
        """
        script = (
            "cd /tmp && head -c 4194304 /dev/zero > space && rm space && cat > canary.c || exit 90; "
            f"gcc {self.flags} -o canary canary.c || exit 91; shift; "
            './canary || exit 92; for kind in "$@"; do ./canary "$kind" 2>/dev/null; [ $? -eq "$STATUS" ] || exit 93; done'
        )
        environment = ["env", f"STATUS={self.status}", *self._environment, "setarch", "-R"]
        ended = run([*environment, "sh", "-c", script, "sh", "-", *self.kinds], stdin=_CANARY, seconds=30)
        if ended.succeeded:
            return None
        if (ended.ending, ended.status) == ("exited", 90) or ended.stopped_by == "disk":
            return "the submission leaves no space for a second build"
        our_fault(f"the sanitizers do not work in the learner's room: {ended.summary}. {ended.errors[:400]!r}")

    def is_built_in(self, program):
        """Whether a program's bytes name the sanitizer's functions. A program can hold the name without the checks; see
        README.md."""
        return (b"__asan_init" if "address" in self.kinds else b"__ubsan_handle_") in program

    def found(self, ended):
        """A sentence when a run ended as one with a memory error does, else None.

        The kind and the place are taken from what the run said only where they are of a known form, since the program could have
        said it too.
        """
        if not (ended.ending == "exited" and ended.status == self.status):
            return None
        said = ended.errors[-(64 << 10) :].decode(errors="replace")
        summary = re.search(r"^SUMMARY: AddressSanitizer: ((?:attempting )?[A-Za-z-]{2,40})", said, re.M)
        undefined = re.search(r"^(?:\S{0,200}/)?([^\s/:]{1,80}):(\d{1,5}):\d+: runtime error: (.{1,200})", said, re.M)
        if undefined and not summary:
            kind = next((known for known in _UNDEFINED if known in undefined[3]), "undefined behaviour")
            return f"{kind}{_place(undefined[1], undefined[2])}"
        kind = summary[1] if summary and summary[1] in _KINDS else "a memory error"
        # The first frame in a file of the learner's: the innermost may be the library function that was called wrongly.
        frames = re.findall(
            r"^ {1,8}#\d+ 0x[0-9a-f]+ in \S{1,200} (?:\S{0,200}/)?([^\s/:]{1,80}):(\d{1,5})", said[: 16 << 10], re.M
        )
        place = next(filter(None, (_place(file, line) for file, line in frames[:20])), "")
        return f"{kind}{place}"


def _place(file, line):
    """“ in FILE, line N”, when the learner's folder has such a file with so many lines."""
    for path in files_below(SUBMISSION):
        if path.name == file and path.stat().st_size < 1 << 20:
            if 0 < int(line) <= path.read_bytes().count(b"\n") + 1:
                return f" in {path.relative_to(SUBMISSION).as_posix()}, line {line}"
    return ""


def _code(text):
    """Source text without comments and the content of literals, with its lines kept."""
    text = text.replace("\\\r\n", "").replace("\\\n", "")
    # Literals are taken at one go, and up to the end of the line when they have no end: nothing is tried twice.
    parts = r'//[^\n]*|/\*.*?(?:\*/|\Z)|"(?:\\.|[^"\\\n])*+"?|\'(?:\\.|[^\'\\\n])*+\'?'

    def blank(match):
        return "\n" * match[0].count("\n") if match[0].startswith("/") else match[0]

    return re.sub(parts, blank, text, flags=re.S)


def evasion():
    """The first word in the sources that treats the sanitizers otherwise than the ordinary build: “WORD in FILE”, or None."""
    for path in files_below(SUBMISSION):
        if path.suffix not in _SOURCE_SUFFIXES or path.stat().st_size > 4 << 20:
            continue
        found = _FORBIDDEN.search(_code(path.read_bytes().decode(errors="replace")))
        if found:
            return f"{found[0][:40]} in {path.relative_to(SUBMISSION).as_posix()}"
    return None
