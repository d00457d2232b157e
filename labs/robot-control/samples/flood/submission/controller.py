"""Never listens and never stops talking: commands by the megabyte."""

import sys

block = b"drive 0.5 0.45\n" * 5000
try:
    while True:
        sys.stdout.buffer.write(block)
        sys.stdout.buffer.flush()
except BrokenPipeError:
    pass
