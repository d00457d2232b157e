import atexit

atexit.register(print, "done")


def add(left, right):
    return left + right
