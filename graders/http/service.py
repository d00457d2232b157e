"""The learner's service: started in the learner's room, reached over the loopback that both rooms share."""

import os
import socket
import time

from provost_grader import SUBMISSION, Process, clean, our_fault

# An archive made on Windows has lost the permission to execute; that is not what a lab is about.
_START = 'case $1 in ./*) [ -x "$1" ] || chmod +x "$1" ;; esac; exec "$@"'


class Service:
    """One running service; `trouble` says why there is none."""

    started_before = False

    def __init__(self, given, port):
        self.port, self._given = port, given
        variables = {**given["environment"], given["port-variable"]: port}
        command = ["env", *(f"{name}={value}" for name, value in variables.items()), "sh", "-c", _START, "sh", *given["command"]]
        self._process = Process(command, seconds=given["start-seconds"] + given["seconds"] + 10)
        self.trouble = self._wait_until_it_listens()

    def _listens(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False

    def _wait_until_it_listens(self):
        seconds = self._given["start-seconds"]
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self._process.has_ended:
                ended = self._ended()
                return f"The service {ended.summary} before it listened on the port.{self._said(ended)}"
            if self._listens():
                return None
            time.sleep(0.02)
        self.stop()
        return f"Nobody listened on 127.0.0.1:${self._given['port-variable']} within {seconds:g} seconds."

    def _said(self, ended):
        """What it said, before any test began: later, hidden requests could be in it."""
        if Service.started_before:
            return ""
        said = clean(ended.errors[-1200:] or ended.output[-1200:], 600)
        return f" It said: {said}" if said else ""

    @property
    def has_ended(self):
        return self._process.has_ended

    def how_it_ended(self):
        return f"the service {self._ended().summary}."

    def _ended(self):
        ended = self._process.wait()
        if ended.stopped_by == "wall-time":
            # All requests have less time than this; only a smaller limit of the lab can have ended it.
            our_fault(
                "limits.learner.wall-time of the lab is shorter than its parameters seconds and start-seconds and 10 seconds"
            )
        return ended

    def stop(self):
        """Ends the service as a power cut would, and waits until it is gone."""
        if not self._process.has_ended:
            self._process.stop()
        end = time.monotonic() + 2
        while self._listens() and time.monotonic() < end:
            time.sleep(0.02)


def first_line_mistake(command):
    """The mistake that no error message of the system explains: `#!…` with a Windows line end. None when there is none."""
    if not command[0].startswith("./"):
        return None
    path = SUBMISSION / command[0]
    if not os.path.isfile(path):  # Path.is_file raises for a link to a name that is too long
        return None
    try:
        with path.open("rb") as file:
            first = file.readline(200)
    except OSError:
        return None
    if first.startswith(b"#!") and first.endswith(b"\r\n"):
        end = "ends in a Windows line end (CR LF), so its interpreter cannot be found"
        return f"The first line of {command[0][2:]} {end}. Save it with LF."
    return None
