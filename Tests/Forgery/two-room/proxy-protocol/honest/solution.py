import sys


def add(left, right):
    print('{"id": 2, "value": 0}')  # prints, as one does while looking for a mistake
    print("adding", left, right, file=sys.stderr)
    return left + right
