"""Finds intrusions in auth.log and access.log of a folder and prints them as JSON: python3 find_intrusions.py FOLDER"""

import sys
from pathlib import Path


def main():
    folder = Path(sys.argv[1])
    # Your work starts here; README.md has the rules.
    sys.exit(f"not written yet: {folder / 'auth.log'} and {folder / 'access.log'} wait to be read")


main()
