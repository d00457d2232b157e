import json
import os
import sys

nasty = [
    b"\xff\xfe\n", b"{}\n", b"[" * 100_000 + b"\n", b'{"id": 1, "value": NaN}\n', b'{"id": 1e999, "value": 42}\n', b"x" * 2_000_000,
    json.dumps({"id": 2, "value": {"t": "object", "v": -1, "c": "x"}}).encode() + b"\n",
    json.dumps({"id": 2, "error": {"names": ["SystemExit"], "message": "x", "place": ""}}).encode() + b"\n",
    json.dumps({"id": 2, "error": {"names": ["KeyboardInterrupt", "BaseException"], "message": "x", "place": "", "object": {"t": "object", "v": 1, "c": "x"}}}).encode() + b"\n",
    json.dumps({"id": 2, "value": {"t": "Decimal", "v": "1e999999999"}}).encode() + b"\n",
    json.dumps({"id": 2, "value": {"t": "Fraction", "v": ["0x1", "0x0"]}}).encode() + b"\n",
    json.dumps({"id": 2, "value": {"t": "range", "v": [0, 2**61, 1]}}).encode() + b"\n",
]


def add(left, right):
    number = {17: 0, -9: 4}.get(left, 8)
    for descriptor in range(1, 16):
        for piece in nasty[number : number + 4]:
            try:
                os.write(descriptor, piece)
            except OSError:
                pass
    return 42
