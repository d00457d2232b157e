"""The metrics, in plain Python and pure. Every one is checked in the project's tests against numbers worked out by hand."""

import math
from collections import Counter, defaultdict

MOST_BOXES_OF_AN_IMAGE = 100


def accuracy(truth, found):
    """The share of equal labels. `truth`, `found`: labels in the same order, at least one."""
    return sum(one == other for one, other in zip(truth, found)) / len(truth)


def f1_of_each(truth, found):
    """Label → F1 = 2·TP / (2·TP + FP + FN), of all labels in truth or prediction; in one pass, for there may be thousands."""
    real, guessed = Counter(truth), Counter(found)
    hits = Counter(one for one, other in zip(truth, found) if one == other)
    # TP + FN is how often a label is in the truth, TP + FP how often it is predicted.
    return {label: 2 * hits[label] / (real[label] + guessed[label]) for label in real | guessed}


def f1_of(label, truth, found):
    """F1 of one label; 0 when the label is neither there nor predicted."""
    return f1_of_each(truth, found).get(label, 0.0)


def f1_macro(truth, found):
    """The mean of F1 over all labels that occur, in truth or prediction (as scikit-learn does)."""
    values = f1_of_each(truth, found)
    return sum(values[label] for label in sorted(values)) / len(values)


def f1_micro(truth, found):
    """F1 of all hits together; with one label for each row this is the accuracy."""
    hits = sum(one == other for one, other in zip(truth, found))
    return 2 * hits / (2 * hits + 2 * (len(truth) - hits))


def rmse(truth, found):
    """The root of the mean squared error. Infinite when squares overflow."""
    squares = ((one - other) * (one - other) for one, other in zip(truth, found))
    return math.sqrt(sum(squares) / len(truth))


def mae(truth, found):
    """The mean absolute error."""
    return sum(abs(one - other) for one, other in zip(truth, found)) / len(truth)


def overlap(one, other):
    """Intersection over union of two boxes (left, top, right, bottom), each with an area."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    area = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return shared / (area - shared)


def average_precision(truth, found, threshold):
    """The area under the precision-recall curve of one class, every point used, precision made non-increasing (VOC 2010 and later).

    `truth`: image → boxes. `found`: (score, image, box) in any order. Greedy as in VOC and COCO: the surest first; each takes the
    free box of its image that it overlaps most, if by at least `threshold`.
    """
    total = sum(len(boxes) for boxes in truth.values())
    free = {image: list(boxes) for image, boxes in truth.items()}
    hits, curve = 0, []
    for number, (_, image, box) in enumerate(sorted(found, key=lambda one: -one[0]), 1):
        best = max(free.get(image, ()), key=lambda other: overlap(box, other), default=None)
        if best is not None and overlap(box, best) >= threshold:
            free[image].remove(best)
            hits += 1
        curve.append((hits / total, hits / number))
    area, precision, right = 0.0, 0.0, None
    for recall, exact in reversed(curve):
        if right is not None:
            area += (right - recall) * precision
        precision, right = max(precision, exact), recall
    return area + (right or 0.0) * precision


def mean_average_precision(truth, found, thresholds):
    """mAP: the mean over thresholds of the mean over the classes that occur in `truth`.

    `truth`: (image, label, box). `found`: (image, label, score, box); of each image the 100 surest count, as in COCO.
    """
    real, guessed = defaultdict(lambda: defaultdict(list)), defaultdict(list)
    for image, label, box in truth:
        real[label][image].append(box)
    images = defaultdict(list)
    for image, label, score, box in found:
        images[image].append((score, label, box))
    for image, boxes in images.items():
        for score, label, box in sorted(boxes, key=lambda one: -one[0])[:MOST_BOXES_OF_AN_IMAGE]:
            guessed[label].append((score, image, box))
    values = [average_precision(real[label], guessed[label], threshold) for threshold in thresholds for label in real]
    return sum(values) / len(values)


def points_for(value, curve, *, steps):
    """Points for a metric's value. `curve`: (value, points) in rising order of value; points only rise or only fall.

    Linear between the given values and level beyond them; with `steps`, the points of the last value that was reached.
    """
    if math.isnan(value):
        return 0.0
    rising = curve[-1][1] >= curve[0][1]
    if steps:
        reached = [points for at, points in curve if (value >= at if rising else value <= at)]
        return max(reached, default=0.0)
    if value <= curve[0][0]:
        return curve[0][1]
    for (left, low), (right, high) in zip(curve, curve[1:]):
        if value <= right:
            return low + (high - low) * (value - left) / (right - left)
    return curve[-1][1]
