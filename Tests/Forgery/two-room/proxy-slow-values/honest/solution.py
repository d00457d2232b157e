GRID = {(row, column): row * column for row in range(60) for column in range(60)}


def add(left, right):
    return left + right + GRID[0, 5]
