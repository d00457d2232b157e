POINTS = {"score": 4000, "max": 40}  # a table of its own, for a game


def add(left, right):
    return left + right

if __name__ == "__main__":
    print(add(*map(int, input().split())))
