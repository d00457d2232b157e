taken = []
while True:
    taken.append(bytearray(8 << 20))
    taken[-1][::4096] = b"x" * len(taken[-1][::4096])
