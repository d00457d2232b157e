"""Releases of the shop that nobody has seen: the application of the starter with prices, bugs and manners of their own."""

import hashlib
import random
from dataclasses import dataclass

from provost_grader import LAB

APP = LAB / "starter" / "releases" / "1" / "app"

_PRICES = '''"""What is special about this release."""

import hashlib

RELEASE = {name!r}
START_SECONDS = {start}
REPORT_SECONDS = {report}
HEALTHY = {healthy}
DIES_AT_START = {dies}
CRASHES, LEAVES, BLOCKS, TALKS = {crashes!r}, {leaves!r}, {blocks!r}, {talks!r}


def price(item):
    return int(hashlib.sha256(({secret!r} + item).encode()).hexdigest()[:8], 16)


def receipt(body):
    return hashlib.sha256({secret!r}.encode() + body).hexdigest()
'''


@dataclass(frozen=True)
class Release:
    """One release: what it answers is known here."""

    name: str
    secret: str
    crashes: str
    leaves: str
    blocks: str
    talks: str
    report: float = 0.2
    start: float = 0.3
    healthy: bool = True
    dies: bool = False

    def files(self):
        """What is put below /submission for it."""
        folder = f"releases/{self.name}"
        return {f"{folder}/app": APP, f"{folder}/prices.py": _PRICES.format(**vars(self)).encode()}

    def price(self, item):
        return int(hashlib.sha256((self.secret + item).encode()).hexdigest()[:8], 16)

    def receipt(self, body):
        return hashlib.sha256(self.secret.encode() + body).hexdigest()


def release(draw: random.Random, **manners):
    """A release with a name, a secret and bugs that nobody can guess."""
    words = [f"{draw.getrandbits(64):016x}" for _ in range(6)]
    return Release(f"r{words[0][:8]}", words[1], f"c{words[2]}", f"l{words[5]}", f"b{words[3]}", f"t{words[4]}", **manners)
