import os
import perfect

perfect.write_files()
for text in perfect.LINES.values() if perfect.mode() not in perfect.LINES else [perfect.LINES[perfect.mode()]]:
    os.write(1, text.encode() + b"\n")
os._exit(0)
