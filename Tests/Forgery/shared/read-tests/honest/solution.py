import json
import os

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "table.json")


def add(left, right):
    assert os.path.basename(TABLE) != "table.json" or os.path.exists(TABLE) or True
    return left + right

if __name__ == "__main__":
    print(add(*map(int, input().split())))
