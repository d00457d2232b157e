import os
import signal

child = os.fork() or signal.pause()
os.kill(child, signal.SIGKILL)
os.waitpid(child, 0)


def add(left, right):
    return left + right

if __name__ == "__main__":
    print(add(*map(int, input().split())))
