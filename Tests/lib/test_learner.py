"""provost_learner against learners' modules, honest and otherwise: python3 -m unittest discover -s Tests/lib"""

import builtins
import datetime
import gc
import json
import math
import os
import sys
import textwrap
import time
import unittest
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT / "graders" / "lib"), str(Path(__file__).parent)]

import provost_handles  # noqa: E402
from fake_supervisor import Supervisor  # noqa: E402
from provost_errors import learner_error  # noqa: E402
from provost_learner import (  # noqa: E402
    GraderMistake,
    Handle,
    LearnerDied,
    LearnerError,
    LearnerTimeout,
    as_object,
    evaluate,
    hold,
    keep,
    load,
    raises,
    restart,
    value,
)
from provost_values import Decoder, Unreadable, parse  # noqa: E402

HONEST = """
import datetime, enum, sys
from collections import Counter, defaultdict, namedtuple
from decimal import Decimal
from fractions import Fraction

print("a module may print while it is imported")
LIMIT = 7
values = []

class InsufficientFunds(ValueError):
    def __init__(self, needed):
        super().__init__(f"{needed} short")
        self.needed = needed

class Account:
    def __init__(self, owner, balance=0):
        self.owner, self.balance = owner, balance
        self._secret = 5
    def deposit(self, amount):
        if amount < 0:
            raise ValueError("negative")
        self.balance += amount
    def withdraw(self, amount):
        if amount > self.balance:
            raise InsufficientFunds(amount - self.balance)
        self.balance -= amount
    def copy(self):
        return Account(self.owner, self.balance)
    def __repr__(self):
        return f"Account({self.owner!r}, {self.balance})"
    def __eq__(self, other):
        return isinstance(other, Account) and self.owner == other.owner

class Vector:
    def __init__(self, x, y):
        self.x, self.y = x, y
    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)
    def __mul__(self, factor):
        return Vector(self.x * factor, self.y * factor)
    __rmul__ = __mul__
    def __neg__(self):
        return Vector(-self.x, -self.y)
    def __lt__(self, other):
        return self.x < other.x
    def __eq__(self, other):
        return (self.x, self.y) == (other.x, other.y)
    def __len__(self):
        return 2
    def __iter__(self):
        return iter((self.x, self.y))
    def __getitem__(self, index):
        return (self.x, self.y)[index]
    def __contains__(self, item):
        return item in (self.x, self.y)
    def __bool__(self):
        return bool(self.x or self.y)
    def __float__(self):
        return float(self.x)

class Opened:
    def __init__(self):
        self.events = []
    def __enter__(self):
        self.events.append("in")
        return self
    def __exit__(self, kind, error, trace):
        self.events.append("failed" if kind else "out")
        return False

def echo(value):
    print("echo", file=sys.stdout)
    return value
def sort(items):
    items.sort()
def numbers():
    n = 0
    while True:
        yield n
        n += 1
def apply(function, items):
    return [function(item) for item in items]
def asked():
    return sys.stdin.read()
Point = namedtuple("Point", "x y")
class Color(enum.Enum):
    RED = 1
class Level(enum.IntEnum):
    LOW = 3
def assorted():
    d = defaultdict(list); d["a"].append(1)
    return [Counter("aab"), d, Point(1, 2), Level.LOW, True]
def deep():
    a = []
    a.append(a)
    return a
def large():
    return "x" * 100_000_000
def div(a, b):
    return a / b
"""


class LearnerTests(unittest.TestCase):
    """`module` is the learner's file learned.py; each test has a process of its own."""

    def start(self, source, **options):
        self.supervisor = Supervisor({"learned.py": textwrap.dedent(source)})
        self.enterContext(self.supervisor)
        self.addCleanup(restart)
        return load("learned", **{"seconds": 5, **options})

    def assertDies(self, source, use, kind=LearnerDied, **options):
        module = self.start(source, **options)
        started = time.monotonic()
        with self.assertRaises(kind) as caught:
            use(module)
        self.assertLess(time.monotonic() - started, 8)
        json.dumps(caught.exception.public).encode()
        return caught.exception


class HonestTests(LearnerTests):
    def setUp(self):
        self.learned = self.start(HONEST)

    def test_objects_attributes_and_methods(self):
        account = self.learned.Account("민지", balance=2)
        account.deposit(5)
        self.assertEqual((account.owner, account.balance, account._secret), ("민지", 7, 5))
        account.balance = 100
        self.assertEqual(account.balance, 100)
        self.assertEqual(repr(account), "Account('민지', 100)")
        self.assertEqual(self.learned.LIMIT, 7)
        self.assertIn("deposit", dir(account))
        del account.owner
        with self.assertRaises(AttributeError):
            account.owner  # noqa: B018

    def test_exceptions_are_theirs_by_name_and_by_what_they_derive_from(self):
        account = self.learned.Account("minji")
        with self.assertRaisesRegex(ValueError, "negative") as caught:
            account.deposit(-1)
        self.assertIsInstance(caught.exception, LearnerError)
        self.assertEqual(caught.exception.public, "ValueError was raised")
        with raises("InsufficientFunds") as caught:
            account.withdraw(3)
        self.assertEqual(caught.error.object.needed, 3)
        self.assertIn("learned.py", caught.error.place)
        self.assertEqual(caught.error.public, "a kind of ValueError was raised")
        with raises(self.learned.InsufficientFunds):
            account.withdraw(3)
        with self.assertRaises(ZeroDivisionError):
            self.learned.div(1, 0)
        with self.assertRaises(AssertionError), raises("InsufficientFunds"):
            account.deposit(1)
        with self.assertRaises(ValueError), raises("InsufficientFunds"):
            account.deposit(-1)

    def test_every_plain_value_comes_back_as_it_went(self):
        for one in (
            [None, True, False, 0, -1, 2**62, -(2**70), 10**4000, 1.5, -0.0, 1e300, "", "가\ud800\0\n", [], [[1], {}]],
            (1, (2, [3])),
            {1, "a", (2, 3)},
            frozenset({1}),
            {"a": 1, 2: [3], (4, 5): None},
            b"\xff\0",
            bytearray(b"x"),
            1 + 2j,
            Decimal("1.10"),
            Fraction(1, 3),
            datetime.date(2026, 3, 1),
            datetime.datetime(2026, 3, 1, 9, 30),
            datetime.time(1, 2),
            datetime.timedelta(days=1, microseconds=3),
            range(1, 9, 2),
            float("inf"),
            slice(None, 3),
        ):
            if isinstance(one, slice):
                continue
            back = self.learned.echo(one)
            self.assertEqual(back, one)
            self.assertIs(type(back), type(one))
        self.assertTrue(math.isnan(self.learned.echo(float("nan"))))
        self.assertEqual(math.copysign(1, self.learned.echo(-0.0)), -1)

    def test_subclasses_of_plain_types_come_back_plain(self):
        back = self.learned.assorted()
        self.assertEqual(back, [{"a": 2, "b": 1}, {"a": [1]}, (1, 2), 3, True])
        self.assertEqual([type(one) for one in back], [dict, dict, tuple, int, bool])
        self.assertEqual(keep(self.learned.Point, 1, 2).x, 1)

    def test_operators_of_objects_that_the_test_made(self):
        vector = self.learned.Vector(1, 2)
        self.assertEqual(vector + self.learned.Vector(3, 4), self.learned.Vector(4, 6))
        self.assertEqual((vector * 3).y, 6)
        self.assertEqual((3 * vector).x, 3)
        self.assertEqual((-vector).x, -1)
        self.assertLess(vector, self.learned.Vector(2, 0))
        self.assertEqual((len(vector), list(vector), vector[1], vector[-1], float(vector)), (2, [1, 2], 2, 2, 1.0))
        self.assertIn(2, vector)
        self.assertNotIn(9, vector)
        self.assertFalse(self.learned.Vector(0, 0))
        self.assertEqual(as_object(vector + vector) * 2, self.learned.Vector(4, 8))
        self.assertIsInstance(vector, self.learned.Vector)
        self.assertNotIsInstance(vector, self.learned.Account)
        self.assertNotIsInstance(5, self.learned.Vector)

    def test_iterators_and_generators(self):
        numbers = self.learned.numbers()
        self.assertEqual([next(numbers), next(numbers)], [0, 1])
        self.assertEqual([n for n, _ in zip(numbers, range(3))], [2, 3, 4])
        self.assertEqual(list(evaluate(self.learned, "iter([1, 2])")), [1, 2])

    def test_context_managers(self):
        with self.learned.Opened() as opened:
            self.assertEqual(opened.events, ["in"])
        self.assertEqual(opened.events, ["in", "out"])
        with self.assertRaises(KeyError), opened:
            raise KeyError
        self.assertEqual(opened.events[-1], "failed")

    def test_changes_in_place_and_functions_of_the_test(self):
        items = hold(self.learned, [3, 1, 2])
        self.learned.sort(items)
        self.assertEqual(value(items), [1, 2, 3])
        self.assertEqual(self.learned.apply(evaluate(self.learned, "lambda x: x + LIMIT"), [1, 2]), [8, 9])
        with self.assertRaises(GraderMistake):
            self.learned.apply(lambda x: x + 1, [1])
        with self.assertRaises(GraderMistake):
            self.learned.echo(object())

    def test_the_same_object_is_the_same_handle(self):
        account = self.learned.Account("a")
        self.assertIs(self.learned.echo(account), account)
        self.assertIsNot(account.copy(), account)
        self.assertEqual(self.learned.Color.RED, self.learned.Color.RED)

    def test_its_standard_streams_are_not_the_protocol(self):
        self.assertEqual(self.learned.asked(), "")
        self.assertEqual(self.learned.echo("x"), "x")

    def test_too_deep_and_too_large_are_told_and_survived(self):
        for use in (self.learned.deep, self.learned.large):
            with self.assertRaisesRegex(LearnerError, "too large"):
                use()
        self.assertEqual(self.learned.LIMIT, 7)

    def test_restart_gives_a_fresh_module_and_voids_handles(self):
        account = self.learned.Account("a")
        self.learned.values = [1]
        restart()
        self.assertEqual(self.learned.values, [])
        with self.assertRaises(LearnerDied):
            account.balance  # noqa: B018
        with self.assertRaises(LearnerDied):
            self.learned.echo(account)
        with self.assertRaises(GraderMistake):
            self.learned.echo(load("learned").Account)

    def test_test_runners_questions_stay_here(self):
        self.assertEqual(self.supervisor.runs, [])
        for name in ("__test__", "_pytestfixturefunction", "pytestmark", "__wrapped__", "_mock_methods"):
            self.assertFalse(hasattr(self.learned, name))
        self.assertEqual(self.supervisor.runs, [])


class BrokenTests(LearnerTests):
    def test_module_that_is_absent_or_does_not_import(self):
        with self.assertRaises(ModuleNotFoundError):
            load_absent = self.start("")
            load_absent = load("absent")
            load_absent.x  # noqa: B018
        for source, kind in (("x = (", SyntaxError), ("1 / 0", ZeroDivisionError), ("import sys; sys.exit(0)", LearnerError)):
            module = self.start(source)
            for _ in range(2):
                with self.assertRaises(kind):
                    module.anything  # noqa: B018

    def test_exits_hangs_and_crashes_are_the_learners(self):
        self.assertDies("import os\ndef f(): os._exit(0)", lambda m: m.f())
        self.assertDies("import os\nos._exit(0)", lambda m: m.f())
        self.assertDies("import os, signal\ndef f(): os.kill(os.getpid(), signal.SIGSEGV)", lambda m: m.f())
        self.assertDies("def f():\n while True: pass", lambda m: m.f(), LearnerTimeout, seconds=0.5)
        self.assertDies("while True: pass", lambda m: m.f(), LearnerTimeout, seconds=0.5)
        self.assertDies("import threading\ndef f(): threading.Event().wait()", lambda m: m.f(), LearnerTimeout, seconds=0.5)

    def test_the_next_use_after_a_death_starts_anew(self):
        module = self.start("import os\ndef f(): os._exit(3)\ndef g(): return 1")
        with self.assertRaisesRegex(LearnerDied, "status 3"):
            module.f()
        self.assertEqual(module.g(), 1)

    def test_system_exit_and_recursion_are_exceptions(self):
        module = self.start("import sys\ndef f(): sys.exit(0)\ndef g(): return g()\ndef h(): raise KeyboardInterrupt")
        for use in (module.f, module.h):
            with self.assertRaises(LearnerError):
                use()
        with self.assertRaises(RecursionError):
            module.g()


# Finds what the host writes its answers to, as a learner could.
FIND = """
import gc, json, os, sys, time
def host():
    return next(o for o in gc.get_objects() if type(o).__name__ == "Host")
def say(text):
    r = host().replies
    r.write(text); r.flush()
"""


class HostileTests(LearnerTests):
    def test_nothing_of_theirs_runs_before_python_does(self):
        module = self.start("x = 1")
        packages = self.supervisor.work / f".local/lib/python3.{sys.version_info.minor}/site-packages"
        packages.mkdir(parents=True)
        (packages / "e.pth").write_text("import os; os._exit(1)\n")
        with mock.patch.dict(os.environ, HOME=str(self.supervisor.work)):
            self.assertEqual(module.x, 1)

    def test_answers_written_ahead_are_refused(self):
        self.assertDies(FIND + 'def f():\n say(\'{"id": 3, "value": 42}\\n\' * 3)\n return 1', lambda m: [m.f(), m.f()])
        self.assertDies(FIND + 'say(\'{"id": 1, "value": 42}\\n\')', lambda m: [m.f(), m.f()])
        self.assertDies(
            FIND + 'say(\'{"id": 1, "value": {"t": "object", "v": 1}}\\n{"id": 2, "value": 42}\\n\')', lambda m: [m.f()]
        )

    def test_process_that_writes_into_the_answers(self):
        source = (
            FIND
            + """
def f():
    if os.fork() == 0:
        os.setsid()
        while True:
            os.write(host().replies.fileno(), b'{"id": 4, "value": 42}\\n')
            time.sleep(0.001)
    time.sleep(0.1)
    return 1
"""
        )
        self.assertDies(source, lambda m: [m.f() for _ in range(50)])

    def test_answers_that_are_no_answers(self):
        for text in (
            "[]",
            "5",
            "x",
            "{}",
            '{"id": 2}',
            '{"id": true, "value": 1}',
            '{"id": 2, "value": NaN}',
            '{"id": 2, "value": 1e999}',
            '{"id": 2, "value": {"t": "object", "v": -1}}',
            '{"id": 2, "value": {"t": "object", "v": "1"}}',
            '{"id": 2, "value": {"t": []}}',
            '{"id": 2, "value": {"t": "set", "v": [[1]]}}',
            '{"id": 2, "value": {"t": "dict", "v": [[1]]}}',
            '{"id": 2, "value": {}}',
            '{"id": 2, "value": {"t": "range", "v": [0, 1000000000000, 1]}}',
            '{"id": 2, "value": {"t": "Decimal", "v": "1E+999999999"}}',
            '{"id": 2, "value": {"t": "Decimal", "v": "sNaN"}}',
            '{"id": 2, "value": {"t": "Fraction", "v": ["1", "0"]}}',
            '{"id": 2, "value": {"t": "bytes", "v": "*"}}',
            '{"id": 2, "value": {"t": "date", "v": "soon"}}',
            '{"id": 2, "value": {"t": "eval", "v": "1"}}',
            '{"id": 2, "error": {}}',
            '{"id": 2, "error": {"names": [5], "message": "", "place": ""}}',
            '{"id": 2, "error": 5}',
            '{"id": 2, "value": ' + "[" * 5000,
            '{"id": 2, "value": ' + "[" * 300 + "]" * 300 + "}",
            '{"id": 2, "value": ' + "9" * 5000 + "}",
            '{"id": 2, "value": {"t": "complex", "v": 5}}',
            '{"id": 2, "value": {"t": "int", "v": 5}}',
            '{"id": 2, "value": {"t": "tuple", "v": {}}}',
        ):
            with self.subTest(text[:60]):
                self.assertDies(FIND + f"say({text + chr(10)!r})\nos._exit(0)", lambda m: m.f)

    def test_bytes_that_are_no_text_and_floods(self):
        write = "os.write(host().replies.fileno(), {})\ntime.sleep(9)"
        self.assertDies(FIND + write.format(r"b'\xff\xfe\0\n'"), lambda m: m.f)
        self.assertDies(FIND + "while True: os.write(host().replies.fileno(), b'x' * 65536)", lambda m: m.f)
        self.assertDies(FIND + "while True: os.write(host().replies.fileno(), b'{}\\n' * 9999)", lambda m: m.f)

    def test_closed_and_replaced_descriptors(self):
        self.assertDies(FIND + "def f(): os.closerange(0, 100)", lambda m: m.f(), seconds=2)
        self.assertDies(FIND + "def f(): os.dup2(os.open('/dev/null', 1), host().replies.fileno())", lambda m: m.f(), seconds=1)

    def test_prints_of_protocol_lines_do_no_harm(self):
        module = self.start(
            'import os, sys\ndef f():\n print(\'{"id": 2, "value": 42}\')\n os.write(1, b\'{"id": 3, "value": 42}\\n\')\n return 1'
        )
        self.assertEqual([module.f(), module.f()], [1, 1])

    def test_value_that_is_equal_to_everything_is_equal_to_nothing(self):
        module = self.start("""
            class Always:
                seen = []
                def __eq__(self, other): self.seen.append(other); return True
                def __lt__(self, other): return True
                __gt__ = __le__ = __ge__ = __contains__ = __lt__
                def __hash__(self): return 1
                def __sub__(self, other): self.seen.append(other); return 0
                __rsub__ = __add__ = __mul__ = __truediv__ = __sub__
                def __abs__(self): return 0
                def __iter__(self): return iter([self])
            class Text(str):
                def __eq__(self, other): return True
                def __hash__(self): return 1
            class Number(int):
                def __eq__(self, other): return True
                __hash__ = int.__hash__
            class Items(list):
                def __eq__(self, other): return True
                def __iter__(self): return iter([1, 2, 3])
                def __len__(self): return 3
            def always(): return Always()
            def many(): return [Text("x"), Number(7), Items([9]), [Always()]]
            def seen(): return Always.seen
        """)
        always = module.always()
        self.assertFalse(always == 5)
        self.assertTrue(always != 5)
        self.assertFalse(5 == always)
        self.assertFalse(always == module.always())
        self.assertNotIn(always, [1, 2, 3])
        self.assertNotIn(5, always)
        self.assertNotEqual([always], [5])
        for use in (
            lambda: always < 5,
            lambda: 5 < always,
            lambda: always - 5,
            lambda: 5 - always,
            lambda: abs(always),
            lambda: always * 1.0,
            lambda: always - module.always(),
            lambda: always < module.always(),
        ):
            with self.assertRaises(TypeError):
                use()
        with self.assertRaises((TypeError, AssertionError)):
            self.assertAlmostEqual(always, 3.14)
        text, number, items, inner = module.many()
        self.assertEqual((type(text), type(number), type(items)), (str, int, list))
        self.assertEqual((text, number, items), ("x", 7, [9]))
        self.assertNotEqual((text, number, items), ("y", 8, [1, 2, 3]))
        self.assertNotEqual(inner, [5])
        self.assertEqual(module.seen(), [])

    def test_object_that_lies_about_its_class_stays_a_handle(self):
        module = self.start("""
            class Liar:
                __class__ = int
                def __int__(self): return 5
                def __index__(self): return 5
            class Raises:
                def __getattribute__(self, name): raise SystemExit
                def __repr__(self): raise KeyboardInterrupt
            def liar(): return Liar()
            def raises(): return Raises()
            class Hidden(Exception):
                def __str__(self): raise SystemExit
            def hidden(): raise Hidden
        """)
        with self.assertRaises(LearnerError):
            self.assertNotEqual(module.liar(), 5)
            raise LearnerError
        found = module.raises()
        self.assertIsInstance(found, Handle)
        for use in (lambda: found.x, lambda: repr(found), module.hidden):
            with self.assertRaises(LearnerError):
                use()

    def test_endless_iterators_are_bounded(self):
        module = self.start("import itertools\ndef f(): return itertools.repeat(1)")
        before, provost_handles.MOST_ITEMS = provost_handles.MOST_ITEMS, 50
        self.addCleanup(setattr, provost_handles, "MOST_ITEMS", before)
        with self.assertRaises(LearnerError):
            list(module.f())

    def test_handles_that_nobody_gave_out_reach_only_the_learners_room(self):
        module = self.start(FIND + 'say(\'{"id": 1, "value": {"t": "object", "v": 999, "c": "x"}}\\n\')\ntime.sleep(0.2)')
        with self.assertRaises(LearnerError):
            module.f  # noqa: B018
            module.f()

    def test_exception_class_names_cannot_speak_to_other_learners(self):
        module = self.start("def f(secret): raise type('answer is ' + str(secret), (Exception,), {})(secret)")
        with self.assertRaises(LearnerError) as caught:
            module.f(1234)
        self.assertNotIn("1234", caught.exception.public)

    def test_names_of_exceptions_that_end_loops_or_programs_are_not_taken(self):
        module = self.start("""
            def stop(): raise StopIteration
            def leave(): raise SystemExit(0)
            class GraderMistake(TypeError): pass
            def mistake(): raise GraderMistake("x")
        """)
        for use, bad in ((module.stop, StopIteration), (module.leave, SystemExit), (module.mistake, GraderMistake)):
            with self.assertRaises(LearnerError) as caught:
                use()
            self.assertNotIsInstance(caught.exception, bad)

    def test_every_name_of_an_exception_can_be_raised(self):
        for name in [*vars(builtins), "Own"]:
            found = {"names": [name, "Exception"], "message": "x", "place": ""}
            self.assertIsInstance(learner_error(found, Decoder(None)), LearnerError, name)

    def test_hash_collisions_are_bounded(self):
        modulus = (1 << 61) - 1
        items = [{"t": "int", "v": hex(modulus * (n + 10))} for n in range(20_000)]
        started = time.monotonic()
        with self.assertRaises(Unreadable):
            Decoder(None).value({"t": "set", "v": items})
        self.assertLess(time.monotonic() - started, 1)

    def test_any_bytes_are_read_or_refused(self):
        import random

        draw = random.Random(3)
        good = b'{"id": 1, "value": {"t": "dict", "v": [[{"t": "tuple", "v": [1, "a"]}, [1.5, {"t": "int", "v": "0xff"}]]]}}'
        pieces = [
            b"{",
            b"[",
            b'"t"',
            b'"set"',
            b'"dict"',
            b'"range"',
            b"[1, 2, 3]",
            b"null",
            b"1e999",
            b'"object"',
            b'"Fraction"',
            b"-1",
            b"\xff",
            b"\\ud800",
        ]
        read = 0
        for _ in range(20_000):
            data = bytearray(good)
            for _ in range(draw.randrange(1, 4)):
                place = draw.randrange(len(data) + 1)
                data[place : place + draw.randrange(10)] = draw.choice(pieces)
            try:
                Decoder(lambda *_: "handle").value(parse(bytes(data)).get("value"))
                read += 1
            except Unreadable:
                pass
        self.assertGreater(read, 100)
        gc.collect()


if __name__ == "__main__":
    unittest.main()
