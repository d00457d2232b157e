"""The tests; `numerals` is the learner's module, in this very process. So types are looked at before values are compared."""

import numerals
import pytest


def roman(number):
    text = numerals.to_roman(number)
    assert type(text) is str
    return text


def arabic(text):
    number = numerals.from_roman(text)
    assert type(number) is int
    return number


@pytest.mark.points(10)
@pytest.mark.hint("to_roman: the seven letters.")
def test_letters():
    assert [roman(number) for number in (1, 5, 10, 50, 100, 500, 1000)] == list("IVXLCDM")


@pytest.mark.points(20)
@pytest.mark.hint("to_roman: what is subtracted?")
def test_numbers():
    pairs = {4: "IV", 9: "IX", 14: "XIV", 40: "XL", 99: "XCIX", 444: "CDXLIV", 1994: "MCMXCIV", 2026: "MMXXVI", 3999: "MMMCMXCIX"}
    assert {number: roman(number) for number in pairs} == pairs


@pytest.mark.points(15)
@pytest.mark.hint("to_roman: which numbers have no numeral?")
def test_no_numeral():
    assert roman(3) == "III"
    for number in (0, -1, 4000, 10**30):
        with pytest.raises(ValueError):
            numerals.to_roman(number)
    for number in (1.0, "5", None, True):
        with pytest.raises(TypeError):
            numerals.to_roman(number)


@pytest.mark.points(10)
@pytest.mark.hint("from_roman: capital letters.")
def test_reading():
    assert [arabic(text) for text in ("I", "IV", "XLII", "CDXLIV", "MCMXCIV")] == [1, 4, 42, 444, 1994]


@pytest.mark.points(10)
@pytest.mark.hint("from_roman: small letters.")
def test_small_letters():
    assert [arabic(text) for text in ("iv", "mMxXvI")] == [4, 2026]


@pytest.mark.points(20)
@pytest.mark.hint("from_roman: only the one right way is taken.")
def test_wrong_numerals():
    assert arabic("IX") == 9
    for text in ("", "IIII", "VV", "VX", "IC", "IIX", "XCX", "MMMM", "A", " I", "I ", "ⅳ", "CDC"):
        with pytest.raises(ValueError):
            numerals.from_roman(text)
    for text in (5, None, b"I"):
        with pytest.raises(TypeError):
            numerals.from_roman(text)


@pytest.mark.points(15)
@pytest.mark.hint("from_roman(to_roman(n)) is n.")
def test_there_and_back():
    assert roman(949) == "CMXLIX"
    assert [arabic(roman(number)) for number in range(1, 4000)] == list(range(1, 4000))
