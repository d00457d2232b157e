"""Polls the queue and calls the handler with what came, as AWS Lambda does. Your work starts here and in handler.py."""

import time

from handler import handler

while True:
    # Receive messages of the queue in the variable QUEUE_URL from the cloud at ENDPOINT_URL, build {"Records": […]} of them, call the handler, and
    # delete what it did not report as failed.
    handler({"Records": []}, None)
    time.sleep(1)
