TABLE = list(range(10))
