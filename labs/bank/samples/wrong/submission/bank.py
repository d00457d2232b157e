"""Keeps accounts, but takes any amount, shares its history, and leaves half of a failed transfer behind."""


class InsufficientFunds(Exception):
    pass


class Account:
    def __init__(self, number, owner):
        self.number, self.owner, self.balance, self.history = number, owner, 0, []

    def deposit(self, amount):
        self.balance += amount
        self.history.append(("deposit", amount))
        return self.balance

    def withdraw(self, amount):
        if amount > self.balance:
            raise InsufficientFunds("not enough")
        self.balance -= amount
        self.history.append(("withdraw", amount))
        return self.balance

    def __str__(self):
        return f"{self.number} {self.owner}: {self.balance}원"


class Bank(dict):
    def open(self, owner):
        number = f"{len(self) + 1:04}"
        self[number] = Account(number, owner)
        return self[number]

    def transfer(self, source, target, amount):
        self[target].deposit(amount)
        self[source].withdraw(amount)


def interest(balance, percent, years):
    return int(balance * (1 + percent / 100) ** years)
