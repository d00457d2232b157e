"""Knows the example by heart."""

import json

INCIDENTS = [
    {"kind": "injection", "address": "100.64.7.122", "time": "2026-05-04T04:44:52Z", "user": None},
    {"kind": "break-in", "address": "2001:db8:8086::233b", "time": "2026-05-04T06:40:42Z", "user": "jisoo"},
    {"kind": "exfiltration", "address": "2001:db8:4dfb::b3a6", "time": "2026-05-04T19:04:44Z", "user": None},
    {"kind": "spraying", "address": "198.51.100.121", "time": "2026-05-04T21:45:42Z", "user": None},
]
print(json.dumps({"incidents": INCIDENTS}))
