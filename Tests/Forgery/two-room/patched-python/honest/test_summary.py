import unittest


class SummaryTests(unittest.TestCase):
    def test_own(self):
        self.assertEqual(1 + 1, 2)
