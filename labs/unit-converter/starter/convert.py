"""Converts units: convert.py VALUE FROM TO, or lines of the same on standard input."""

import sys


def main():
    # Your work starts here; README.md says what the program has to do.
    return 1


if __name__ == "__main__":
    sys.exit(main())
