"""Frames with their digits, and readings with their report, of other seeds for every grading."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from judging import judge  # noqa: E402, F401
from make_frames import frames  # noqa: E402
from make_readings import readings  # noqa: E402
from summing import report  # noqa: E402

FRAMES = 1500


def make(kind, seed):
    if kind == "frames":
        return frames(seed, FRAMES)
    if kind == "readings":
        text = readings(seed, 6, 60)
    else:
        text = odd_readings(seed)
    return text.encode(), report(text)


def odd_readings(seed):
    """Meters that were read once, never surely, or backwards; and one that stands still."""
    rows = readings(seed, 2, 6).splitlines()[1:]
    rows += ["2026-03-01T23:59,b,00990,0.60", "2026-03-02T00:20,b,01011,1.00", "2026-03-02T00:21,b,01013,0.99"]
    rows += ["2026-03-02T07:00,c,00500,0.59", "2026-03-02T08:00,c,00900,0.10"]
    rows += ["2026-03-02T06:30,d,99999,0.95"]
    rows += ["2026-03-02T09:15,e,00007,0.80", "2026-03-02T12:45,e,00007,0.70", "2026-03-02T10:00,e,00006,0.90"]
    rows += ["2026-03-02T03:10,f,00300,0.90", "2026-03-02T01:10,f,00100,0.90", "2026-03-02T02:10,f,00160,0.90", "2026-03-02T02:50,f,00201,0.90",
             "2026-03-02T05:10,f,00340,0.90"]  # fmt: skip
    shift = sum(map(ord, seed)) % len(rows)
    return "time,meter,digits,sure\n" + "".join(f"{row}\n" for row in rows[shift:] + rows[:shift])
