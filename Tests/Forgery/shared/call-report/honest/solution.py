import subprocess

assert subprocess.run(["true"]).returncode == 0  # starts a program


def add(left, right):
    return left + right

if __name__ == "__main__":
    print(add(*map(int, input().split())))
