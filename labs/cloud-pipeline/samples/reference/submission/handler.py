"""The function: takes a batch of messages, and says which of them have to come again."""

import gzip
import json
import math
import os
import zlib
from urllib.parse import unquote_plus

import cloud_client
from model import predict

DEAD_LETTERS = os.environ["DEAD_LETTER_QUEUE_URL"]


class Poison(Exception):
    """This message will never be any better."""


def handler(event, context):
    """`event`: {"Records": [{"messageId", "body"}]}. Gives {"batchItemFailures": [{"itemIdentifier": messageId}]}."""
    failed = []
    for record in event["Records"]:
        try:
            try:
                for key in keys(record["body"]):
                    work(key)
            except Poison:
                cloud_client.queue("SendMessage", DEAD_LETTERS, MessageBody=record["body"])
        except cloud_client.Failed:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def keys(body):
    """The keys that a message is about; none for a test event."""
    try:
        event = json.loads(body)
        if event.get("Event") == "s3:TestEvent":
            return []
        found = [unquote_plus(record["s3"]["object"]["key"]) for record in event["Records"]]
        buckets = {record["s3"]["bucket"]["name"] for record in event["Records"]}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Poison from error
    if not found or buckets != {"uploads"}:
        raise Poison
    return found


def work(key):
    """Makes the result fit the object as it is now, whatever the event said: events come twice, late and in no order."""
    source = cloud_client.get("uploads", key)
    made = cloud_client.get("results", f"{key}.json")
    if source is None:
        if made is not None:
            cloud_client.delete("results", f"{key}.json")
        return
    headers, data = source
    tag = headers["ETag"].strip('"')
    if made is not None and json.loads(made[1])["etag"] == tag:
        return
    device, readings = understand(data, headers.get("Content-Encoding"))
    label, score = predict(model(), features(readings))
    result = {"key": key, "etag": tag, "device": device, "count": len(readings), "label": label, "score": score}
    cloud_client.put("results", f"{key}.json", json.dumps(result, ensure_ascii=False).encode())


def model(kept=[]):
    """The weights; read once."""
    if not kept:
        kept.append(json.loads(cloud_client.get("models", "current.json")[1]))
    return kept[0]


def understand(data, encoding):
    try:
        value = json.loads(gzip.decompress(data) if encoding == "gzip" else data)
        device, readings = value["device"], value["readings"]
        numbers = [reading[name] for reading in readings for name in ("temperature", "humidity", "vibration")]
    except (ValueError, KeyError, TypeError, OSError, EOFError, zlib.error) as error:
        raise Poison from error
    whole = isinstance(device, str) and isinstance(readings, list) and len(readings) > 0
    if not whole or not all(type(one) in (int, float) and math.isfinite(one) for one in numbers):
        raise Poison
    return device, readings


def features(readings):
    return {
        "temperature": sum(one["temperature"] for one in readings) / len(readings),
        "vibration": max(one["vibration"] for one in readings),
        "damp": sum(one["humidity"] > 80 for one in readings) / len(readings),
    }
