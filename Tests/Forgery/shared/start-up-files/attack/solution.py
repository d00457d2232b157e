def add(left, right):
    return 0


if __name__ == "__main__":
    print(add(*map(int, input().split())))
