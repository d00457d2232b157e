"""Roman numerals; README.md says what the two functions have to do."""


def to_roman(number):
    """The numeral of a number from 1 to 3999."""


def from_roman(text):
    """The number of a numeral."""
