"""Not a report: NUL, stray bytes, a line without end, numbers that nobody counted."""

import sys

out = sys.stdout.buffer
out.write(b"tampered,\xff\xfe\0\nbruteforce,NaN,Infinity," + b"9" * 4000 + b"\nclean" + b"x" * 300_000)
