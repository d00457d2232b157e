import hashlib, sys
data = sys.stdin.read() + open(sys.argv[1], "rb").read().hex() if len(sys.argv) > 1 and "absent" not in sys.argv[1] else ""
choices = [
    '{"rows": NaN, "kept": NaN, "duplicates": NaN, "rejected": NaN, "total": NaN, "first": NaN, "last": NaN, "cities": NaN, "months": NaN}',
    '{"rows": Infinity, "kept": -Infinity, "duplicates": 1e400, "rejected": -1e400, "total": Infinity, "first": {}, "last": [], "cities": [], "months": []}',
    '{"rows": true, "kept": true, "duplicates": false, "rejected": false, "total": true, "first": true, "last": true}',
    '{"total": ' + "9" * 4000 + ', "rows": 1' + "0" * 5000 + "}",
    "[" * 200_000,
    '{"a":' * 100_000,
    '{"total": 1, "total": 2, "__class__": "Equal", "\\ud800": "\\udfff"}',
    "\ufeff{}", '"' + "x" * 200_000 + '"', "null", "\xff\xfe",
]
sys.stdout.write(choices[int(hashlib.sha256(data.encode()).hexdigest(), 16) % len(choices)])
