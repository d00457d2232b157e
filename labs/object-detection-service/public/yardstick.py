"""The kind of work that a detector does, many times: how fast is this machine?"""

import random

draw = random.Random(1)
pixels = [draw.randrange(256) for _ in range(64 * 64)]
for turn in range(90):
    bright = [value > 120 + turn for value in pixels]
    rows = [sum(bright[y * 64 : y * 64 + 64]) for y in range(64)]
    columns = [sum(bright[x::64]) for x in range(64)]
    pieces = {(place % 64, place // 64) for place, is_bright in enumerate(bright) if is_bright}
assert len(rows) == len(columns) == 64 and pieces
