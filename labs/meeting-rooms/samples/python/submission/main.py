"""The same in another language, by events in one list: an end comes before a beginning at the same time."""

import sys


def main():
    numbers = list(map(int, sys.stdin.buffer.read().split()))[1:]
    events = sorted([time * 2 + 1 for time in numbers[::2]] + [time * 2 for time in numbers[1::2]])
    used = most = since = 0
    for event in events:
        if event & 1:
            used += 1
            if used > most:
                most, since = used, event >> 1
        else:
            used -= 1
    print(most, since)


main()
