"""Takes memory until there is none."""

pieces = []
while True:
    pieces.append(bytearray(4 << 20))
