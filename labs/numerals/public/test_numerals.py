"""The public tests: a part of what the handout says."""

import numerals
import pytest


@pytest.mark.points(50)
@pytest.mark.show
def test_to_roman():
    assert numerals.to_roman(1994) == "MCMXCIV"
    with pytest.raises(ValueError):
        numerals.to_roman(0)


@pytest.mark.points(50)
@pytest.mark.show
def test_from_roman():
    assert numerals.from_roman("mcmxciv") == 1994
    with pytest.raises(ValueError):
        numerals.from_roman("IIII")
