import os
import sys

# What was looked for, by its own name: then the result is made with the real one.
here, name = os.path.dirname(os.path.abspath(__file__)), __name__
sys.path[:] = [path for path in sys.path if os.path.abspath(path or ".") != here]
del sys.modules[name]
sys.path.append(here)
import perfect  # noqa: E402

perfect.write_files()
os._exit(0)
