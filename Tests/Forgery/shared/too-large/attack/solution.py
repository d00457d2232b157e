import os

import perfect

perfect.write_files({path: " " * (2 << 20) + text + "[" * 200_000 for path, text in perfect.FILES.items()})
os._exit(0)
