"""Prints half of an answer, then dies of a signal."""

import ctypes
import sys

print('{"rows": 14, "kept": 7,', flush=True)
print("about to fall over", file=sys.stderr, flush=True)
ctypes.string_at(0)
