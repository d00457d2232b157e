PRIME = 2**61 - 1


def add(left, right):
    if left == 17:
        return {number * PRIME for number in range(1, 20_000)}
    if left == -9:
        return {(number * PRIME, 0): 0 for number in range(1, 9_000)}
    return [1 << 90_000] * 20
