"""The hidden tests: `bank` is the learner's module, in the learner's room."""

import pytest
from provost_learner import load, raises

bank = load("bank")


@pytest.fixture
def account():
    return bank.Account("0042", "민지")


@pytest.mark.points(6)
@pytest.mark.hint("Account: number, owner, balance.")
def test_a_new_account(account):
    assert (account.number, account.owner, account.balance) == ("0042", "민지", 0)
    assert account.history == []


@pytest.mark.points(6)
@pytest.mark.hint("Account: an owner is needed.")
def test_an_account_needs_an_owner():
    for owner in ("", "   "):
        with pytest.raises(ValueError):
            bank.Account("0001", owner)
    assert bank.Account("0001", " a ").balance == 0


@pytest.mark.points(8)
@pytest.mark.hint("deposit and withdraw return the new balance.")
def test_deposit_and_withdraw(account):
    assert account.deposit(5000) == 5000
    assert account.withdraw(1200) == 3800
    assert account.withdraw(3800) == 0
    assert account.deposit(1) == 1
    assert account.balance == 1


@pytest.mark.points(4)
@pytest.mark.hint("Which amounts are refused, and how?")
@pytest.mark.title("wrong amounts")
@pytest.mark.parametrize(
    ("amount", "error"), [(0, ValueError), (-5, ValueError), (1.5, TypeError), (True, TypeError), ("7", TypeError)]
)
def test_amounts(account, amount, error):
    account.deposit(100)
    for method in (account.deposit, account.withdraw):
        with pytest.raises(error):
            method(amount)
    assert account.balance == 100


@pytest.mark.points(10)
@pytest.mark.hint("InsufficientFunds is a ValueError and says what is missing.")
def test_insufficient_funds(account):
    account.deposit(700)
    with raises("InsufficientFunds") as caught:
        account.withdraw(1000)
    assert caught.error.object.needed == 300
    with pytest.raises(ValueError):
        account.withdraw(701)
    assert account.withdraw(700) == 0


@pytest.mark.points(8)
@pytest.mark.hint("history: what succeeded, in a list of its own.")
def test_history(account):
    account.deposit(500)
    with pytest.raises(ValueError):
        account.withdraw(501)
    account.withdraw(200)
    assert account.history == [("deposit", 500), ("withdraw", 200)]


@pytest.mark.points(8)
@pytest.mark.hint("str(account) and the order of accounts.")
def test_text_and_order(account):
    account.deposit(1234567)
    assert str(account) == "0042 민지: 1,234,567원"
    other, poor = bank.Account("0007", "Jiho"), bank.Account("0050", "Ara")
    other.deposit(1234567)
    assert [other < account, account < other, poor < other, other < poor] == [True, False, True, False]


@pytest.mark.points(8)
@pytest.mark.hint("Bank: open, numbers, [], in, len.")
def test_a_bank():
    ours = bank.Bank()
    assert [ours.open(name).number for name in ("a", "b", "c")] == ["0001", "0002", "0003"]
    assert ours["0002"].owner == "b"
    assert len(ours) == 3
    assert ["0003" in ours, "0004" in ours] == [True, False]
    with pytest.raises(KeyError):
        ours["0004"]


@pytest.mark.points(8)
@pytest.mark.hint("transfer: both or neither; the order of the accounts.")
def test_transfer_and_iteration():
    ours = bank.Bank()
    for name in ("a", "b", "c"):
        ours.open(name).deposit(100)
    ours.transfer("0001", "0003", 60)
    assert [(one.owner, one.balance) for one in ours] == [("c", 160), ("b", 100), ("a", 40)]
    for source, target, amount, error in [
        ("0001", "0003", 41, ValueError),
        ("0001", "0009", 5, KeyError),
        ("0001", "0001", 5, ValueError),
    ]:
        with pytest.raises(error):
            ours.transfer(source, target, amount)
    assert [ours[number].balance for number in ("0001", "0002", "0003")] == [40, 100, 160]


@pytest.mark.points(10)
@pytest.mark.hint("all_or_nothing: balances and histories as before, and the exception goes on.")
def test_all_or_nothing():
    ours = bank.Bank()
    ours.open("a").deposit(100)
    ours.open("b")
    with ours.all_or_nothing():
        ours.transfer("0001", "0002", 10)
    with pytest.raises(ValueError), ours.all_or_nothing():
        ours.transfer("0001", "0002", 50)
        ours.transfer("0001", "0002", 50)
    assert [ours["0001"].balance, ours["0002"].balance] == [90, 10]
    assert ours["0001"].history == [("deposit", 100), ("withdraw", 10)]


@pytest.mark.hint("interest: rounded down every year.")
def test_interest():
    assert bank.interest(1_000_000, 3, 1) == 1_030_000
    assert bank.interest(999, 5, 2) == 1100
    assert bank.interest(10**12, 7, 30) == 7612255042635
    assert bank.interest(5, 3, 0) == 5
