"""Builds the learner's sources in the learner's room: as they are, and in a clean copy with the sanitizers."""

import io
import os
import re
import secrets
import stat
import tarfile
from pathlib import PurePosixPath

from provost_cases import fail, lab_file
from provost_grader import SUBMISSION, clean, run

# The compilers a Makefile names, each in front of the real one. What would fight the sanitizers is taken out of its arguments,
# and a warning that only they cause is no error.
_WRAPPERS = r"""
folder=/tmp/sanitizing
mkdir "$folder"
for name in cc gcc c99 c11 c17 gcc-12 clang; do
    case $name in c11|c17) real=/usr/bin/gcc ;; *) real=$(command -v "$name") || continue ;; esac
    cat > "$folder/$name" <<END
#!/bin/sh
count=\$#
while [ \$count -gt 0 ]; do
    one=\$1
    shift
    case \$one in -static|-static-pie|-s|-fsanitize*|-fno-sanitize*) ;; *) set -- "\$@" "\$one" ;; esac
    count=\$((count - 1))
done
exec $real "\$@" $SANITIZING
END
    chmod +x "$folder/$name"
done
PATH=$folder:$PATH exec "$@"
"""


class Build:
    """One build in one folder of the learner's room. `trouble`: None, or why its programs cannot be tried; `detail`: what may be
    shown."""

    def __init__(self, parameters, folder="."):
        self.folder = folder
        self.trouble = self.detail = None
        self._parameters = parameters
        self._put = {name: lab_file(path) for name, path in sorted(parameters["put"].items())}
        self._makefile = None
        if parameters["makefile"]:
            # A name of its own: make would prefer a GNUmakefile of the learner's to a Makefile.
            self._makefile = "provost-lab.mk"
            self._put[self._makefile] = lab_file(parameters["makefile"])

    def name(self, path):
        """A path of the build's folder as the learner's room knows it."""
        return path if self.folder == "." else f"{self.folder}/{path}"

    def make(self, flags=None):
        command = ["make", "-s", "-C", self.folder, *(["-f", self._makefile] if self._makefile else [])]
        command += self._parameters["targets"]
        if flags is not None:
            command = ["env", f"SANITIZING={flags}", "sh", "-c", _WRAPPERS, "sh", *command]
        put = {self.name(name): path for name, path in self._put.items()}
        made = run(command, seconds=self._parameters["build-seconds"], put=put)
        if not made.succeeded:
            self.trouble = "make did not succeed"
            self.detail = f"make {made.summary}."
            said = self._may_be_shown(made.errors or made.output)
            if said:
                self.detail += f" It said: {clean(said, 700)}"
        return made

    def _may_be_shown(self, said):
        """Nothing hidden has been in the room when the learner's own Makefile runs first; files of the lab are not quoted."""
        if not self._put:
            return said[-2000:]
        places = r"(?:\./)?(?P<file>[^\s:]{1,200}):\d+:(?:\d+:)? (?:fatal )?error: .*"
        lines = []
        for line in said[:200_000].decode(errors="replace").split("\n"):
            found = re.fullmatch(places, line)
            undefined = re.search(r"undefined reference to `\w{1,60}'", line)
            if found and PurePosixPath(found["file"]).as_posix() not in self._put:
                lines.append(line[:300])
            elif undefined:
                lines.append(undefined[0])
        return "\n".join(lines[:6]).encode()

    def program(self, name):
        """A program's bytes; None when make did not build it. Larger than what can be fetched is empty bytes."""
        path = self.name(name)
        if not run(["test", "-f", path, "-a", "-x", path], seconds=30).succeeded:
            return None
        return run(["true"], seconds=30, get=[path]).files.get(path, b"")


def clean_copy():
    """Unpacks the submission, as it was handed in, into a new folder of the learner's room; its name, or None when there is no
    space.

    What the first build and the runs left in /submission is not part of the second build. The name cannot be guessed beforehand.
    """
    name = f"sanitized-{secrets.token_hex(8)}"
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for folder, folders, names in os.walk(SUBMISSION):
            folders.sort()
            for path in (os.path.join(folder, name) for name in sorted([*folders, *names])):
                # Links go along as links, whatever they lead to.
                if stat.S_IFMT(os.lstat(path).st_mode) in (stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK):
                    archive.add(path, os.path.relpath(path, SUBMISSION), recursive=False)
    unpacked = run(
        ["sh", "-c", 'mkdir "$1" && exec tar -x --no-same-owner -C "$1" -f -', "sh", name], stdin=packed.getvalue(), seconds=60
    )
    return name if unpacked.succeeded else None


def program_name(name):
    """A program's name in a case file: a path inside the learner's folder."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        fail(f"the program “{name}” has to be a path inside the learner's folder")
    return path.as_posix()
