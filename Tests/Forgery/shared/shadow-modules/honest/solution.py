def add(left, right):
    return left + right

if __name__ == "__main__":
    print(add(*map(int, input().split())))
