class Sum(int):
    """A number that knows what it was made of."""


def add(left, right):
    return Sum(left + right)
