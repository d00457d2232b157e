"""For trials: frames of a known seed, and two files of readings with their reports."""

import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from judging import judge  # noqa: E402, F401
from make_frames import frames  # noqa: E402


def make(kind, seed):
    if kind == "frames":
        return frames(seed, 1500)
    return (HERE / f"{kind}.csv").read_bytes(), json.loads((HERE / f"{kind}.json").read_text())
