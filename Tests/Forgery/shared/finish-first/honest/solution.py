import atexit
import os

atexit.register(lambda: os.path.exists("log.txt"))  # tidies up at the end, as programs do


def add(left, right):
    return left + right

if __name__ == "__main__":
    print(add(*map(int, input().split())))
