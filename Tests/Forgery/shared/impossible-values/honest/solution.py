import json
import math

json.dumps({"deep": [[[[[]]]]], "half": 0.5, "much": 1e300, "odd": math.pi})  # numbers of its own, all of them right


def add(left, right):
    return left + right

if __name__ == "__main__":
    print(add(*map(int, input().split())))
