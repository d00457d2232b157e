"""Accounts that are opened, paid into, emptied and listed."""

from contextlib import contextmanager


class InsufficientFunds(ValueError):
    """There is less in the account than is asked for; `needed` says how much less."""

    def __init__(self, needed):
        super().__init__(f"{needed} won are missing")
        self.needed = needed


def _amount(amount):
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise TypeError("an amount is a whole number of won")
    if amount <= 0:
        raise ValueError("an amount is above zero")
    return amount


class Account:
    """Money of one owner, in whole won."""

    def __init__(self, number, owner):
        if not owner or not owner.strip():
            raise ValueError("an account has an owner")
        self.number, self.owner = number, owner
        self.balance = 0
        self._history = []

    @property
    def history(self):
        return list(self._history)

    def deposit(self, amount):
        self.balance += _amount(amount)
        self._history.append(("deposit", amount))
        return self.balance

    def withdraw(self, amount):
        if _amount(amount) > self.balance:
            raise InsufficientFunds(amount - self.balance)
        self.balance -= amount
        self._history.append(("withdraw", amount))
        return self.balance

    def __lt__(self, other):
        return (self.balance, self.number) < (other.balance, other.number)

    def __str__(self):
        return f"{self.number} {self.owner}: {self.balance:,}원"


class Bank:
    """Accounts by their number."""

    def __init__(self):
        self._accounts = {}

    def open(self, owner):
        account = Account(f"{len(self._accounts) + 1:04}", owner)
        self._accounts[account.number] = account
        return account

    def __getitem__(self, number):
        return self._accounts[number]

    def __len__(self):
        return len(self._accounts)

    def __contains__(self, number):
        return number in self._accounts

    def __iter__(self):
        return iter(sorted(self._accounts.values(), reverse=True))

    def transfer(self, source, target, amount):
        giver, taker = self[source], self[target]
        if giver is taker:
            raise ValueError("a transfer is between two accounts")
        giver.withdraw(amount)
        taker.deposit(amount)

    @contextmanager
    def all_or_nothing(self):
        before = {number: (account.balance, list(account._history)) for number, account in self._accounts.items()}
        try:
            yield self
        except BaseException:
            for number, (balance, history) in before.items():
                self._accounts[number].balance, self._accounts[number]._history = balance, history
            raise


def interest(balance, percent, years):
    """What a balance becomes, with interest added and rounded down to whole won each year."""
    for _ in range(years):
        balance += balance * percent // 100
    return balance
