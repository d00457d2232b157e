"""Takes memory until there is none."""

held = []
while True:
    held.append(bytearray(8 << 20))
    held[-1][::4096] = b"x" * (len(held[-1]) // 4096)
