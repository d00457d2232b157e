import os

with open("/tmp/notes.txt", "a") as notes:  # writes a file of its own
    notes.write("started\n")
os.environ["PATH"] = os.environ["PATH"] + ":/tmp"


def add(left, right):
    return left + right

if __name__ == "__main__":
    print(add(*map(int, input().split())))
