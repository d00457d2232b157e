import unittest


class OwnTests(unittest.TestCase):
    """Tests of the learner's own, in the same file."""

    def test_own(self):
        self.assertEqual(add(1, 1), 2)


def add(left, right):
    return left + right

if __name__ == "__main__":
    print(add(*map(int, input().split())))
