import os

workers = [os.fork() or os._exit(0) for _ in range(10)]
table = bytearray(10 << 20)
for worker in workers:
    os.waitpid(worker, 0)


def add(left, right):
    return left + right

if __name__ == "__main__":
    print(add(*map(int, input().split())))
