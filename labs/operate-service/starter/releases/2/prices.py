"""What is special about this release."""

import hashlib

RELEASE = "2"
START_SECONDS = 0.3
REPORT_SECONDS = 0.2
HEALTHY = True
DIES_AT_START = False
CRASHES, LEAVES, BLOCKS, TALKS = "glass", "comet", "anvil", "parrot"


def price(item):
    return int(hashlib.md5(item.encode()).hexdigest()[:4], 16) + 2


def receipt(body):
    return hashlib.md5(body).hexdigest()
