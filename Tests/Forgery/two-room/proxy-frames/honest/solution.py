import inspect
import json


def add(left, right):
    json.dumps([frame.function for frame in inspect.stack()])  # a log of who called
    return left + right
