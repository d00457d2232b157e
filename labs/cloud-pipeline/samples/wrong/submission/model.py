"""The model: a logistic regression over three features. Its weights lie in the cloud; do not change this file."""

import math


def predict(weights, features):
    """(label, score): `weights` as in the object models/current.json, `features` as the handout says."""
    total = weights["bias"] + sum(weights["weights"][name] * features[name] for name in sorted(weights["weights"]))
    score = 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
    return ("faulty" if score >= weights["threshold"] else "healthy"), round(score, 6)
