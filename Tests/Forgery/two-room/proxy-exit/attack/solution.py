import os
import signal
import sys


def add(left, right):
    if left == 17:
        os._exit(0)
    if left == -9:
        os.kill(os.getppid(), signal.SIGSTOP)
        sys.exit(0)
    os.execvp("sh", ["sh", "-c", "echo '{\"id\": 2, \"value\": 123456789012345678901234567891}'; exec sleep 60"])
