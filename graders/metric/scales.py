"""What lab.yaml says about metrics, checked; and what each comes to."""

import statistics
from collections import Counter

import metrics

TASKS = {
    "classification": {"accuracy", "f1-binary", "f1-macro", "f1-micro"},
    "regression": {"rmse", "mae"},
    "detection": {"map"},
}
KEYS = {"metric", "curve", "scale", "name", "positive", "where", "iou", "hidden", "digits"}


class BadLab(Exception):
    """lab.yaml's parameters do not fit: the grading ends without a verdict."""


def need(condition, sentence):
    if not condition:
        raise BadLab(sentence)


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


class Scale:
    """One metric with its points."""

    def __init__(self, given, task):
        need(isinstance(given, dict), "each of “metrics” is a map")
        unknown = set(given) - KEYS
        need(not unknown, f"metrics: unknown keys {sorted(unknown)}")
        self.metric = given.get("metric")
        need(self.metric in TASKS[task], f"metrics: “{self.metric}” is not one of {', '.join(sorted(TASKS[task]))} (task {task})")
        self.steps = given.get("scale", "linear") == "steps"
        need(given.get("scale", "linear") in ("linear", "steps"), "metrics: scale is linear or steps")
        self.curve = self.checked(given.get("curve"))
        self.points = max(points for _, points in self.curve)
        self.positive = given.get("positive")
        need(
            self.metric != "f1-binary" or isinstance(self.positive, str),
            "metrics: f1-binary needs “positive”, the label that counts",
        )
        self.where = given.get("where") or {}
        need(
            isinstance(self.where, dict) and not (self.where and task == "detection"),
            "metrics: “where” is a map, not for detection",
        )
        self.thresholds = given.get("iou", [0.5])
        good = (
            isinstance(self.thresholds, list)
            and self.thresholds
            and all(is_number(one) and 0 < one <= 1 for one in self.thresholds)
        )
        need(good, "metrics: iou is a list of numbers above 0, at most 1")
        self.name = given.get("name") or self.title()
        self.hidden = given.get("hidden", False) is True
        self.digits = given.get("digits", 3)
        need(isinstance(self.digits, int) and 0 <= self.digits <= 6, "metrics: digits is a whole number from 0 to 6")

    def checked(self, curve):
        good = isinstance(curve, list) and len(curve) >= 2
        good = good and all(
            isinstance(one, dict) and set(one) == {"value", "points"} and all(map(is_number, one.values())) for one in curve
        )
        need(good, "metrics: curve is a list of two or more of {value: …, points: …}")
        pairs = sorted((float(one["value"]), float(one["points"])) for one in curve)
        points = [one for _, one in pairs]
        need(len({value for value, _ in pairs}) == len(pairs), "metrics: curve has a value twice")
        need(points in (sorted(points), sorted(points, reverse=True)), "metrics: the points of a curve only rise or only fall")
        need(min(points) >= 0 and max(points) > 0, "metrics: the points of a curve are not below 0, and not all 0")
        return pairs

    def title(self):
        thresholds = ", ".join(f"{one:g}" for one in self.thresholds) if len(self.thresholds) < 4 else (
            f"{self.thresholds[0]:g} to {self.thresholds[-1]:g}"
        )  # fmt: skip
        slice_of = ", ".join(f"{column} {value}" for column, value in self.where.items())
        titles = {
            "accuracy": "accuracy",
            "f1-binary": f"F1 of {self.positive}",
            "f1-macro": "F1 (macro)",
            "f1-micro": "F1 (micro)",
        }
        titles |= {"rmse": "RMSE", "mae": "mean absolute error", "map": f"mAP at IoU {thresholds}"}
        return titles[self.metric] + (f" ({slice_of})" if slice_of else "")

    @property
    def ascending(self):
        return self.metric in ("rmse", "mae")

    def value(self, truth, found, records):
        """The metric of `found`, on the rows that `where` names. BadLab when there are none."""
        if self.metric == "map":
            return metrics.mean_average_precision(truth, found, self.thresholds)
        if self.where:
            chosen = [all(record.get(key) == str(value) for key, value in self.where.items()) for record in records]
            need(any(chosen), f"{self.name}: no row of the truth is meant by “where”")
            truth, found = ([one for one, taken in zip(side, chosen) if taken] for side in (truth, found))
        functions = {"accuracy": metrics.accuracy, "f1-macro": metrics.f1_macro, "f1-micro": metrics.f1_micro}
        functions |= {"rmse": metrics.rmse, "mae": metrics.mae}
        if self.metric == "f1-binary":
            return metrics.f1_of(self.positive, truth, found)
        return functions[self.metric](truth, found)

    def score(self, value):
        return metrics.points_for(value, self.curve, steps=self.steps)


def baselines(task, truth):
    """What somebody would predict who knows the answers' distribution and nothing else."""
    if task == "detection":
        return [[]]
    if task == "regression":
        return [[one(truth)] * len(truth) for one in (statistics.fmean, statistics.median)]
    return [[label] * len(truth) for label, _ in Counter(truth).most_common(100)]


def perfect(task, truth):
    return [(image, label, 1.0, box) for image, label, box in truth] if task == "detection" else truth


def prove(scales, task, truth, records, floor):
    """BadLab when a naive baseline earns more than `floor`, or perfect predictions less than everything."""
    need(truth, "the truth is empty")
    for guess in baselines(task, truth):
        earned = sum(scale.score(scale.value(truth, guess, records)) for scale in scales)
        need(
            earned <= floor + 1e-9,
            f"a naive baseline earns {earned:g} points, more than the floor {floor:g}; let the curves begin higher",
        )
    best = perfect(task, truth)
    for scale in scales:
        reached = scale.score(scale.value(truth, best, records))
        need(reached >= scale.points - 1e-9, f"{scale.name}: perfect predictions earn {reached:g} of {scale.points:g} points")
