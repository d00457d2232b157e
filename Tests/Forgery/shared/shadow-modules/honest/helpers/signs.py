PLUS = '+'
