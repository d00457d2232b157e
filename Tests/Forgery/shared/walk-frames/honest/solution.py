import inspect
import logging


def add(left, right):
    logging.getLogger("add").debug("called from %s", inspect.stack()[1].function)
    return left + right

if __name__ == "__main__":
    print(add(*map(int, input().split())))
