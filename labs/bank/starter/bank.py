"""Accounts that are opened, paid into, emptied and listed; README.md says how."""


class InsufficientFunds(Exception):
    """There is less in the account than is asked for."""


class Account:
    """Money of one owner, in whole won."""


class Bank:
    """Accounts by their number."""
