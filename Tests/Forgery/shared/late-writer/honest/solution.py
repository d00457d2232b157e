import atexit
import os
import signal
import time

helper = os.fork()
if helper == 0:  # works beside the program, and is ended before it
    os.setsid()
    os.closerange(0, 3)
    time.sleep(60)
    os._exit(0)
atexit.register(lambda: (os.kill(helper, signal.SIGKILL), os.waitpid(helper, 0)))


def add(left, right):
    return left + right


if __name__ == "__main__":
    print(add(*map(int, input().split())))
