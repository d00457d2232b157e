"""Never comes back, and ignores what could end it."""

import signal

for number in (signal.SIGTERM, signal.SIGINT, signal.SIGXCPU, signal.SIGALRM):
    signal.signal(number, signal.SIG_IGN)


def interest(balance, percent, years):
    while True:
        pass


class Account:
    def __init__(self, *_):
        interest(0, 0, 0)


class Bank(Account):
    pass
