class Sum(int):
    """A number that knows how it was made, and compares as a number does."""

    def __eq__(self, other):
        return int(self) == other

    __hash__ = int.__hash__

    def __str__(self):
        return str(int(self))


def add(left, right):
    return Sum(left + right)

if __name__ == "__main__":
    print(add(*map(int, input().split())))
