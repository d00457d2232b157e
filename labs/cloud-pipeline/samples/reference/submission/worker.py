"""Polls the queue and calls the handler with what came, as AWS Lambda does: what the handler does not report as failed is deleted."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import cloud_client
from handler import handler

QUEUE = os.environ["QUEUE_URL"]
WORKERS = 3


def poll():
    while True:
        try:
            messages = cloud_client.queue("ReceiveMessage", QUEUE, MaxNumberOfMessages=5, WaitTimeSeconds=2).get("Messages", [])
        except cloud_client.Failed:
            time.sleep(0.5)
            continue
        records = [
            {"messageId": one["MessageId"], "receiptHandle": one["ReceiptHandle"], "body": one["Body"]} for one in messages
        ]
        # One at a time, so that the first is not hidden only until the last is done.
        for record in records:
            failed = handler({"Records": [record]}, None)["batchItemFailures"]
            if not failed:
                try:
                    cloud_client.queue("DeleteMessage", QUEUE, ReceiptHandle=record["receiptHandle"])
                except cloud_client.Failed:
                    pass  # it comes again, and the handler sees that it is done


with ThreadPoolExecutor(WORKERS) as pool:
    for _ in range(WORKERS):
        pool.submit(poll)
