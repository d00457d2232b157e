import sys

block = b"id,activity\n" + b"m5001,rest\n" * 50_000
try:
    while True:
        sys.stdout.buffer.write(block)
        sys.stdout.buffer.flush()
except BrokenPipeError:
    sys.exit(0)
