"""What happened in the night: python3 investigate.py auth.log access.log. It reads both logs and finds nothing, not even that."""

import sys


def lines_of(path):
    """The lines of a log. Latin-1 takes every byte as it is: in logs stands whatever somebody sent."""
    with open(path, "rb") as file:
        return file.read().decode("latin-1").split("\n")[:-1]


auth, access = lines_of(sys.argv[1]), lines_of(sys.argv[2])
