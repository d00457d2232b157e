"""What the buckets must hold in the end, worked out from the objects; shares no code with the reference but the given model."""

import gzip
import json
from urllib.parse import unquote_plus

GOOD = ("plain", "gzip")


def results(cloud, predict):
    """Key of an object → its result."""
    weights = json.loads(cloud.buckets["models"]["current.json"][0])
    found = {}
    for key, (data, tag, encoding) in cloud.buckets["uploads"].items():
        if cloud.kinds[key] not in GOOD:
            continue
        value = json.loads(gzip.decompress(data) if encoding else data)
        readings = value["readings"]
        features = {
            "temperature": sum(one["temperature"] for one in readings) / len(readings),
            "vibration": max(one["vibration"] for one in readings),
            "damp": len([one for one in readings if one["humidity"] > 80]) / len(readings),
        }
        label, score = predict(weights, features)
        found[key] = {"key": key, "etag": tag, "device": value["device"], "count": len(readings), "label": label, "score": score}
    return found


def is_right(found, expected):
    """Whether a result (JSON, or None) is the expected one; the score to four decimals."""
    if not isinstance(found, dict) or found.keys() != expected.keys():
        return False
    score = found["score"]
    if isinstance(score, bool) or not isinstance(score, (int, float)) or not abs(score - expected["score"]) <= 1e-4:
        return False
    return all(type(found[name]) is type(value) and found[name] == value for name, value in expected.items() if name != "score")


def key_of(body):
    """The key that an event is about; None for anything else."""
    try:
        return unquote_plus(json.loads(body)["Records"][0]["s3"]["object"]["key"])
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        return None
