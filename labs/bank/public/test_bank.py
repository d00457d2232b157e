"""The public tests: a part of what the handout says. `bank` is your module, running in a room of its own."""

import pytest
from provost_learner import load

bank = load("bank")


@pytest.mark.points(50)
@pytest.mark.show
def test_deposit_and_withdraw():
    account = bank.Account("0001", "민지")
    assert account.deposit(500) == 500
    assert account.withdraw(200) == 300
    with pytest.raises(ValueError):
        account.withdraw(301)
    assert account.history == [("deposit", 500), ("withdraw", 200)]


@pytest.mark.points(50)
@pytest.mark.show
def test_a_bank():
    ours = bank.Bank()
    ours.open("a").deposit(100)
    ours.open("b")
    ours.transfer("0001", "0002", 60)
    assert [(account.owner, account.balance) for account in ours] == [("b", 60), ("a", 40)]
