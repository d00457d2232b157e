"""Images on standard input, boxes on standard output. This one finds nothing yet."""

import csv
import sys


def read_images(data):
    """(name, width, height, pixels) of each image of the stream; `pixels` is one byte for each pixel, row after row."""
    at = 0
    while at < len(data):
        fields, name = [], ""
        while len(fields) < 4:
            end = data.index(b"\n", at)
            line = data[at:end].decode("ascii")
            at = end + 1
            if line.startswith("#"):
                name = line[1:].strip()
            else:
                fields += line.split()
        width, height = int(fields[1]), int(fields[2])
        yield name, width, height, data[at : at + width * height]
        at += width * height


def boxes(width, height, pixels):
    """(label, score, (x1, y1, x2, y2)) of each shape."""
    return []


table = csv.writer(sys.stdout, lineterminator="\n")
table.writerow(["id", "label", "score", "x1", "y1", "x2", "y2"])
for name, width, height, pixels in read_images(sys.stdin.buffer.read()):
    for label, score, box in boxes(width, height, pixels):
        table.writerow([name, label, f"{score:.4f}", *box])
