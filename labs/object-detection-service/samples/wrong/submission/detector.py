"""The model: finds bright things on a dark floor. It is given, and right as it is; the work is the service around it."""

import random


class Detector:
    """Loading it takes a moment, since it is calibrated then. Once loaded it may be used by several threads."""

    def __init__(self):
        draw = random.Random(11)
        floors = (sorted(draw.gauss(60, 9) for _ in range(1600)) for _ in range(110))
        self._threshold = sum(floor[-16] for floor in floors) / 110 + 25

    def boxes(self, width, height, pixels):
        """[(score from 0 to 1, (x1, y1, x2, y2))] of an image with one byte for each pixel, row by row, from the upper left.

        A box goes from the edges of its first pixel to those of its last: one that fills column 10 alone has x1 10 and x2 11.
        """
        bright = [value > self._threshold for value in pixels]
        seen, found = bytearray(len(bright)), []
        for start, is_bright in enumerate(bright):
            if not is_bright or seen[start]:
                continue
            seen[start], stack, piece = 1, [start], []
            while stack:
                place = stack.pop()
                piece.append(place)
                x = place % width
                for other in (place - width, place + width, place - 1 if x else -1, place + 1 if x + 1 < width else -1):
                    if 0 <= other < len(bright) and bright[other] and not seen[other]:
                        seen[other] = 1
                        stack.append(other)
            if len(piece) < 12:
                continue
            columns, rows = [place % width for place in piece], [place // width for place in piece]
            box = (min(columns), min(rows), max(columns) + 1, max(rows) + 1)
            full = len(piece) / ((box[2] - box[0]) * (box[3] - box[1]))
            found.append((round(full, 3), box))
        return sorted(found, reverse=True)
