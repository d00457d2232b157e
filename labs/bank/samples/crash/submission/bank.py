"""Dies of a signal at its first use."""

import os
import signal


class Account:
    def __init__(self, number, owner):
        os.kill(os.getpid(), signal.SIGSEGV)


class Bank(Account):
    def __init__(self):
        super().__init__("", "")


def interest(balance, percent, years):
    os._exit(0)
