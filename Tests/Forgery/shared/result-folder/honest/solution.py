import os
import tempfile

with tempfile.TemporaryDirectory() as folder:  # has links, pipes and folders of its own
    os.symlink("nowhere", folder + "/link")
    os.mkfifo(folder + "/pipe")
    os.truncate(os.open(folder + "/sparse", os.O_CREAT | os.O_RDWR), 1 << 20)


def add(left, right):
    return left + right

if __name__ == "__main__":
    print(add(*map(int, input().split())))
