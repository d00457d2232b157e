"""Not a bill: NUL, stray bytes, NaN, numbers without end, a line that never ends."""

import sys

out = sys.stdout.buffer
out.write(b"cost,\xff\xfe,\0,NaN\ntotal,web," + b"9" * 4000 + b"\nall,Infinity\nall," + b"1" * 300_000)
