"""Images on standard input, boxes on standard output."""

import csv
import sys

from detector import Detector, read_images

detector = Detector()
table = csv.writer(sys.stdout, lineterminator="\n")
table.writerow(["id", "label", "score", "x1", "y1", "x2", "y2"])
for name, width, height, pixels in read_images(sys.stdin.buffer.read()):
    for label, score, box in detector.boxes(width, height, pixels):
        table.writerow([name, label, f"{score:.4f}", *box])
