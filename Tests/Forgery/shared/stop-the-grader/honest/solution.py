import os
import signal

child = os.fork() or signal.pause()
for number in (signal.SIGSTOP, signal.SIGCONT, signal.SIGKILL):
    os.kill(child, number)
os.waitpid(child, 0)


def add(left, right):
    return left + right

if __name__ == "__main__":
    print(add(*map(int, input().split())))
