"""Objects and queues over HTTP, with patience for what passes by itself."""

import http.client
import json
import os
import time
from urllib.parse import quote, urlsplit

ENDPOINT = urlsplit(os.environ["ENDPOINT_URL"])
ATTEMPTS = 5


class Failed(Exception):
    """The cloud refused, or was not to be reached; `status` is None then."""

    def __init__(self, what, status=None):
        super().__init__(what)
        self.status = status


def send(method, path, body=None, headers=None):
    """(headers, body). What may pass by itself (5xx, no answer) is tried again, later each time."""
    for attempt in range(ATTEMPTS):
        time.sleep(0.1 * (2**attempt - 1))
        connection = http.client.HTTPConnection(ENDPOINT.hostname, ENDPOINT.port, timeout=10)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            data = answer.read()
        except (OSError, http.client.HTTPException):
            continue
        finally:
            connection.close()
        if answer.status < 300:
            return answer.headers, data
        if answer.status < 500:
            raise Failed(f"{method} {path}: {answer.status}", answer.status)
    raise Failed(f"{method} {path}: given up")


def place(bucket, key):
    return f"/{bucket}/{quote(key, safe='/')}"


def get(bucket, key):
    """(headers, body), or None when there is no such object."""
    try:
        return send("GET", place(bucket, key))
    except Failed as failed:
        if failed.status == 404:
            return None
        raise


def put(bucket, key, body):
    send("PUT", place(bucket, key), body, {"Content-Type": "application/json"})


def delete(bucket, key):
    send("DELETE", place(bucket, key))


def queue(action, url, **given):
    headers = {"X-Amz-Target": f"AmazonSQS.{action}", "Content-Type": "application/x-amz-json-1.0"}
    return json.loads(send("POST", "/", json.dumps({"QueueUrl": url, **given}).encode(), headers)[1])
