"""`counting` is the learner's module, in the learner's room."""

import pytest
from provost_learner import load

counting = load("count")


@pytest.mark.points(25)
def test_three_words():
    assert counting.count("one two three") == 3


@pytest.mark.points(25)
def test_no_word():
    assert counting.count("") == 0


@pytest.mark.points(25)
def test_wide_gaps():
    assert counting.count("  far   apart  ") == 2


@pytest.mark.points(25)
def test_two_lines():
    assert counting.count("first line\nsecond line") == 4
