"""Finds the shapes and trains nothing: three names by how full a box is, and no cross among them."""

import sys

from detector import candidates, read_images

print("id,label,score,x1,y1,x2,y2")
for name, width, height, pixels in read_images(sys.stdin.buffer.read()):
    for box, values, _ in candidates(width, height, pixels):
        full = values[-3]
        label = "square" if full > 0.9 else "disc" if full > 0.65 else "triangle"
        print(name, label, 0.5, *box, sep=",")
