import os

import perfect

for path in perfect.FILES:
    perfect.FILES[path] = perfect.FILES[path].replace('"score": 40', '"score": 4000').replace('"score": 1,', '"score": 100,')
perfect.write_files()
os._exit(0)
