"""Dies of a signal when it is used."""

import os
import signal


def to_roman(number):
    os.kill(os.getpid(), signal.SIGSEGV)


def from_roman(text):
    os.kill(os.getpid(), signal.SIGKILL)
