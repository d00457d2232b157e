"""The learner's service: started in the learner's room, reached over the loopback that both rooms share."""

import socket
import time

from provost_grader import Process, clean

# An archive made on Windows has lost the permission to execute; that is not what this lab is about.
START = "[ -x run ] || chmod +x run; PORT=$1 exec ./run"


class Service:
    """One running service; `trouble` says why there is none."""

    START_SECONDS = 30
    RUN_SECONDS = 100

    def __init__(self, port):
        self.port = port
        self._process = Process(["sh", "-c", START, "sh", str(port)], seconds=self.RUN_SECONDS)
        self.trouble = self._wait_until_it_listens()

    def _listens(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False

    def _wait_until_it_listens(self):
        end = time.monotonic() + self.START_SECONDS
        while time.monotonic() < end:
            if self._process.has_ended:
                ended = self._process.wait()
                # No test has begun, so nothing hidden can be in what the program said.
                said = clean(ended.errors[-1200:] or ended.output[-1200:], 600)
                return f"The service {ended.summary} before it listened on the port." + (f" It said: {said}" if said else "")
            if self._listens():
                return None
            time.sleep(0.02)
        self.stop()
        return f"Nobody listened on 127.0.0.1:$PORT within {self.START_SECONDS} seconds."

    @property
    def has_ended(self):
        return self._process.has_ended

    def how_it_ended(self):
        return f"The service {self._process.wait().summary}."

    def stop(self):
        """Ends the service as a power cut would, and waits until it is gone."""
        self._process.stop()
        end = time.monotonic() + 2
        while self._listens() and time.monotonic() < end:
            time.sleep(0.02)
