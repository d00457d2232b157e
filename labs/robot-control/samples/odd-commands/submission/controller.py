"""What no wheel can do, another on each map: NaN, infinities, exponents, 4,000 digits, stray bytes, lines without end."""

import sys

start = sys.stdin.readline()
kind = int(start.split()[3]) % 6
sys.stdin.readline()
said = [
    b"drive nan nan\n",
    b"drive inf -inf\n",
    b"drive 1e308 1e308\n",
    b"drive " + b"9" * 4000 + b" 1\n",
    b"\xff\xfe\0drive\n",
    b"x" * 500_000,
]
sys.stdout.buffer.write(said[kind] * 2)
sys.stdout.buffer.flush()
for _ in sys.stdin:
    pass
