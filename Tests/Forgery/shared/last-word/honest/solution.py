import os
import sys

assert os.getppid() > 0 and sys.argv  # looks at who started it


def add(left, right):
    return left + right

if __name__ == "__main__":
    print(add(*map(int, input().split())))
