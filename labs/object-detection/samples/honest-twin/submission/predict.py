"""As the reference, and everything about its output is unusual and allowed: order, a byte order mark, CRLF, exponents, other columns."""

import sys

from detector import Detector, read_images

detector = Detector()
lines = []
for name, width, height, pixels in read_images(sys.stdin.buffer.read()):
    for label, score, (left, top, right, bottom) in detector.boxes(width, height, pixels):
        lines.append(f'"{label}",{bottom:.1f},{right}.0,{top},{left}e0,  {score:.3e} ,{name},"a note, with a comma"')
sys.stdout.buffer.write(("\ufefflabel,y2,x2,y1,x1,score,id,note\r\n" + "\r\n\r\n".join(reversed(lines)) + "\r\n").encode())
