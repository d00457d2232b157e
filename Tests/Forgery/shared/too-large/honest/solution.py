import json

assert len(json.loads("[" + "1," * 200_000 + "1]")) == 200_001  # reads a large file of its own


def add(left, right):
    return left + right

if __name__ == "__main__":
    print(add(*map(int, input().split())))
