"""Finds shapes: what stands out from the background, cut into pieces, each piece named by a trained classifier."""

import json
import math
from pathlib import Path

GRID = 6


def read_images(data):
    """(name, width, height, pixels) of each image of a stream of PGM files with a comment that names them."""
    at = 0
    while at < len(data):
        fields, name = [], ""
        while len(fields) < 4:
            end = data.index(b"\n", at)
            line = data[at:end].decode("ascii")
            at = end + 1
            if line.startswith("#"):
                name = line[1:].strip()
            else:
                fields += line.split()
        width, height = int(fields[1]), int(fields[2])
        yield name, width, height, data[at : at + width * height]
        at += width * height


def background(pixels, width, height):
    """The plane a + bx + cy that most pixels lie near: least squares, three times, without what is far off."""
    points = [(x, y, pixels[y * width + x]) for y in range(0, height, 3) for x in range(0, width, 3)]
    middle = sorted(value for _, _, value in points)[len(points) // 2]
    plane, reach = (middle, 0.0, 0.0), 60.0
    for _ in range(4):
        near = [
            (x - width / 2, y - height / 2, v)
            for x, y, v in points
            if abs(v - plane[0] - plane[1] * (x - width / 2) - plane[2] * (y - height / 2)) < reach
        ]
        plane = least_squares(near) or plane
        reach = max(25.0, reach * 0.7)
    return plane


def least_squares(points):
    count = len(points)
    if count < 10:
        return None
    mx, my, mv = (sum(point[place] for point in points) / count for place in range(3))
    xx = xy = yy = xv = yv = 0.0
    for x, y, v in points:
        x, y, v = x - mx, y - my, v - mv
        xx, xy, yy, xv, yv = xx + x * x, xy + x * y, yy + y * y, xv + x * v, yv + y * v
    determinant = xx * yy - xy * xy
    if abs(determinant) < 1e-9:
        return None
    b, c = (xv * yy - yv * xy) / determinant, (yv * xx - xv * xy) / determinant
    return mv - b * mx - c * my, b, c


def smooth(values, width, height):
    """The median of each 3 × 3 neighbourhood: edges stay, broken pixels and thin lines go."""
    result = values[:]
    for y in range(1, height - 1):
        above, here, below = (values[(y + d) * width : (y + d + 1) * width] for d in (-1, 0, 1))
        result[y * width + 1 : (y + 1) * width - 1] = [
            sorted(above[x - 1 : x + 2] + here[x - 1 : x + 2] + below[x - 1 : x + 2])[4] for x in range(1, width - 1)
        ]
    return result


def pieces(mask, width, height):
    """Connected sets of places that are set in `mask`, by sides."""
    seen = bytearray(len(mask))
    for start in range(len(mask)):
        if not mask[start] or seen[start]:
            continue
        seen[start], stack, piece = 1, [start], []
        while stack:
            place = stack.pop()
            piece.append(place)
            x = place % width
            for other in (
                place - width,
                place + width,
                place - 1 if x else -1,
                place + 1 if x + 1 < width else -1,
            ):
                if 0 <= other < len(mask) and mask[other] and not seen[other]:
                    seen[other] = 1
                    stack.append(other)
        yield piece


def bounds(piece, width):
    """The smallest box around a piece."""
    columns, rows = [place % width for place in piece], [place // width for place in piece]
    return min(columns), min(rows), max(columns) + 1, max(rows) + 1


def candidates(width, height, pixels):
    """(box, features, contrast) of everything that might be a shape."""
    a, b, c = background(pixels, width, height)
    rest = [pixels[y * width + x] - a - b * (x - width / 2) - c * (y - height / 2) for y in range(height) for x in range(width)]
    rest = smooth(rest, width, height)
    for sign in (1, -1):
        signed = [sign * value for value in rest]
        for rough in pieces([value > 17 for value in signed], width, height):
            if len(rough) < 30:
                continue
            contrast = sorted(signed[place] for place in rough)[len(rough) // 2]
            inside = set(rough)
            mask = [value > contrast / 2 and place in inside for place, value in enumerate(signed)]
            piece = max(pieces(mask, width, height), key=len, default=[])
            if len(piece) < 30:
                continue
            left, top, right, bottom = box = bounds(piece, width)
            if not (8 <= right - left <= 32 and 8 <= bottom - top <= 32):
                continue
            yield box, features(set(piece), box, width), contrast


def features(piece, box, width):
    """How full each cell of a grid over the box is, that of its mirror image upside down too, and the whole."""
    left, top, right, bottom = box
    cells = []
    for row in range(GRID):
        for column in range(GRID):
            hits = total = 0
            for dy in (0.2, 0.5, 0.8):
                for dx in (0.2, 0.5, 0.8):
                    x = int(left + (column + dx) * (right - left) / GRID)
                    y = int(top + (row + dy) * (bottom - top) / GRID)
                    total += 1
                    hits += y * width + x in piece
            cells.append(hits / total)
    upper, lower = sum(cells[: GRID * GRID // 2]), sum(cells[GRID * GRID // 2 :])
    full = len(piece) / ((right - left) * (bottom - top))
    return [*cells, abs(upper - lower) / GRID, full, full * full, 1.0]


def softmax(values):
    most = max(values)
    powers = [math.exp(value - most) for value in values]
    return [power / sum(powers) for power in powers]


class Detector:
    """`model.json`: a row of weights for each label; the label “none” is what stands out without being a shape."""

    def __init__(self, path=Path(__file__).with_name("model.json")):
        model = json.loads(Path(path).read_text(encoding="utf-8"))
        self.labels, self.weights = model["labels"], model["weights"]

    def boxes(self, width, height, pixels):
        """(label, score, box) of each shape, the surest first."""
        found = []
        for box, values, contrast in candidates(width, height, pixels):
            chances = softmax([sum(map(float.__mul__, row, values)) for row in self.weights])
            for label, chance in zip(self.labels, chances):
                if label != "none" and chance > 0.05:
                    found.append((label, chance * min(1.0, contrast / 30), box))
        return sorted(found, key=lambda one: -one[1])
