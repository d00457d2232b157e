"""Output that no comparison survives: NaN for every number, a number of 4,000 digits, brackets without end, stray bytes."""

import sys

data = sys.stdin.buffer.read()
kind = len(data) % 4
if kind == 0:
    text = b'{"rows": NaN, "anomalies": [[NaN]], "hours": -Infinity, "correlations": 1e999}'
elif kind == 1:
    text = b'{"rows": ' + b"9" * 4000 + b', "anomalies": true, "hours": [], "correlations": {}}'
elif kind == 2:
    text = b"[" * 400_000
else:
    text = b'{"rows": "\\ud800\xff\x00"}'
sys.stdout.buffer.write(text)
