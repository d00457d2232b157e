"""Roman numerals: there and back."""

_STEPS = [
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"),
    (4, "IV"), (1, "I"),
]  # fmt: skip


def to_roman(number):
    if isinstance(number, bool) or not isinstance(number, int):
        raise TypeError("a numeral is made of an int")
    if not 1 <= number <= 3999:
        raise ValueError("numerals go from 1 to 3999")
    text = ""
    for value, letters in _STEPS:
        count, number = divmod(number, value)
        text += letters * count
    return text


def from_roman(text):
    if not isinstance(text, str):
        raise TypeError("a numeral is a str")
    capital, number, rest = text.upper(), 0, text.upper()
    for value, letters in _STEPS:
        while rest.startswith(letters):
            number, rest = number + value, rest[len(letters) :]
    # The shortest proof that it was written the one right way: write it again.
    if rest or not 1 <= number <= 3999 or to_roman(number) != capital:
        raise ValueError("this is no numeral")
    return number
