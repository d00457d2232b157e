import os

if not os.path.exists("/tmp/numbers"):
    os.mkfifo("/tmp/numbers")  # two parts of the program talk over it


def add(left, right):
    writer = os.fork()
    if writer == 0:
        with open("/tmp/numbers", "w") as pipe:
            pipe.write(f"{left} {right}")
        os._exit(0)
    with open("/tmp/numbers") as pipe:
        numbers = pipe.read().split()
    os.waitpid(writer, 0)
    return sum(map(int, numbers))

if __name__ == "__main__":
    print(add(*map(int, input().split())))
