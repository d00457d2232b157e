"""The notebook grader: python3 -m unittest discover -s Tests/graders"""

import json
import subprocess
import unittest

from loading import ROOT, grade, load, tests

notebooks, test_cells = load("notebook", "notebooks", "tests")
BadNotebook, Cell = notebooks.BadNotebook, notebooks.Cell

PARAMETERS = {"notebook": "n.ipynb", "source": "tests/n.ipynb", "seconds": 20, "test-seconds": 1, "partial": False, "largest": 64}


def cell(source, identifier=None, role="", points=None, kind="code", **metadata):
    if identifier:
        flags = {
            "test": (True, False, True),
            "solution": (False, True, False),
            "locked": (False, False, True),
            "manual": (True, True, False),
        }
        grade_, solution, locked = flags[role]
        given = {
            "schema_version": 3,
            "grade_id": identifier,
            "grade": grade_,
            "solution": solution,
            "locked": locked,
            "cell_type": kind,
        }
        metadata["nbgrader"] = given | ({"points": points} if points is not None else {})
    return {"cell_type": kind, "metadata": metadata, "source": source.splitlines(keepends=True)}


def book(*cells, **more):
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells), **more})


def graded(lab, handed_in, **parameters):
    """The tests that are reported, and the messages."""
    status, reports, errors = grade(
        "notebook",
        {"n.ipynb": handed_in},
        lab={"tests/n.ipynb": lab},
        parameters=PARAMETERS | parameters,
        settings={"points": 10},
    )
    messages = [words[-1] for words in reports if "message" in words[:2]]
    return status, tests(reports), messages, errors


class ReadingTests(unittest.TestCase):
    def test_nbgrader_and_tags_say_the_same(self):
        by_tags = {"cell_type": "code", "source": "assert 1", "metadata": {"tags": ["id:one", "test", "points:2.5"]}}
        cells = notebooks.read(book(cell("assert 1", "one", "test", 2.5), by_tags).encode())
        self.assertEqual(cells[0], cells[1])
        self.assertEqual(cells[0], Cell("code", "assert 1", "one", "test", 2.5))

    def test_what_is_no_notebook_is_told(self):
        for data in (b"", b"\xff", b"[]", b"{}", b'{"nbformat": 3, "cells": []}', b'{"nbformat": 4, "cells": {}}', b"[" * 100_000,
                     b'{"nbformat": 4, "cells": [1]}', b'{"nbformat": 4, "cells": [{"cell_type": "code"}]}',
                     b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": [1]}]}', b'{"nbformat": 4, "cells": ' + b"9" * 5000 + b"}"):  # fmt: skip
            with self.assertRaises(BadNotebook):
                notebooks.read(data)

    def test_what_would_fill_the_memory_is_refused_before_it_is_read(self):
        many = b",".join([b"[]"] * (notebooks.MOST_BRACKETS + 1))
        with self.assertRaisesRegex(BadNotebook, "nested too much"):
            notebooks.read(book().encode()[:-1] + b', "x": [' + many + b"]}")

    def test_odd_metadata_is_no_role(self):
        for metadata in (
            None,
            [],
            {"nbgrader": []},
            {"nbgrader": {"grade_id": 5}},
            {"nbgrader": {"grade_id": ""}},
            {"tags": "test"},
            {"tags": [5, "test"]},
        ):
            (found,) = notebooks.read(book({"cell_type": "code", "source": "", "metadata": metadata}).encode())
            self.assertEqual((found.role, found.identifier), ("", None))
        for points in ("NaN", "1e999", "-5", '"5"', "true", "null"):
            text = book(cell("", "x", "test", 7)).replace('"points": 7', f'"points": {points}')
            self.assertEqual(notebooks.read(text.encode())[0].points, 0)


class MergingTests(unittest.TestCase):
    LAB = [
        Cell("code", "setup", "setup", "locked"),
        Cell("code", "answer", "s", "solution"),
        Cell("code", "assert x", "t", "test", 5),
    ]

    def merge(self, *cells):
        return notebooks.merged(self.LAB, list(cells))

    def test_tests_and_locked_cells_are_the_labs(self):
        cells, notes = self.merge(
            Cell("code", "evil", "setup", "locked"),
            Cell("code", "mine", "s", "solution", 99),
            Cell("code", "pass", "t", "test", 1000),
        )
        self.assertEqual([(one.source, one.points) for one in cells], [("setup", 0), ("mine", 0), ("assert x", 5)])
        self.assertEqual(notes, [])

    def test_what_is_missing_comes_back_in_its_place(self):
        cells, notes = self.merge(Cell("code", "mine", "s", "solution"), Cell("code", "more"))
        self.assertEqual([one.source for one in cells], ["setup", "mine", "assert x", "more"])
        cells, notes = self.merge(Cell("code", "more"))
        self.assertEqual([one.source for one in cells][0], "setup")
        self.assertIn("assert x", [one.source for one in cells])
        self.assertEqual(notes, ["The cell “s” is missing."])

    def test_copies_and_invented_cells_have_no_role(self):
        cells, _ = self.merge(*self.LAB, Cell("code", "copy", "t", "test", 5), Cell("code", "bonus", "bonus", "test", 50))
        self.assertEqual([(one.role, one.points) for one in cells[3:]], [("", 0), ("", 0)])

    def test_lab_that_cannot_grade_is_refused(self):
        for lab in ([], [self.LAB[2], self.LAB[2]], [Cell("code", "assert (", "t", "test", 5)], [Cell("code", "%magic", "t", "test", 5)],
                    [Cell("markdown", "x", "t", "test", 5)], [*self.LAB, Cell("code", "!ls", "l", "locked")]):  # fmt: skip
            with self.assertRaises(BadNotebook):
                notebooks.check_source(lab)

    def test_hidden_lines(self):
        self.assertEqual(notebooks.hidden_lines("a\n### BEGIN HIDDEN TESTS\nb\n### END HIDDEN TESTS\nc"), {2, 3, 4})
        self.assertEqual(notebooks.hidden_lines("a\n# BEGIN HIDDEN TESTS\nb"), {2, 3})


class GradingTests(unittest.TestCase):
    LAB = book(
        cell("import math\n\ndef close(a, b):\n    return abs(a - b) < 0.001\n\nLIMIT = 3\ndata = [3, 1, 2]", "setup", "locked"),
        cell("def f(x):\n    return 2 * x\n\ndata.sort()", "s", "solution"),
        cell("assert close(f(2), 4), 'f doubles'\nassert data == [1, 2, 3] and LIMIT == 3\n### BEGIN HIDDEN TESTS\nassert f(-7) == -14\n### END HIDDEN TESTS", "t", "test", 10),
    )  # fmt: skip

    def one(self, source, lab=None, **parameters):
        status, found, messages, errors = graded(lab or self.LAB, book(cell(source, "s", "solution")), **parameters)
        self.assertEqual(status, 0, errors)
        return found["t"], messages

    def test_right_work_earns_all(self):
        self.assertEqual(self.one("def f(x):\n    return x + x\n\ndata.sort()")[0][:3], ("pass", 10, 10))

    def test_helpers_and_constants_are_genuine_and_data_is_the_notebooks(self):
        found, _ = self.one("def f(x):\n    return 0\n\nclose = lambda a, b: True\nLIMIT = 3\nabs = lambda x: 0\ndata.sort()")
        self.assertEqual(found[:2], ("fail", 0))
        self.assertEqual(found[3], "f doubles")
        found, _ = self.one("def f(x):\n    return 2 * x\n\nLIMIT = 99\ndata = sorted(data)")
        self.assertEqual(found[0], "pass")

    def test_hidden_tests_are_not_told_of(self):
        found, messages = self.one("def f(x):\n    return abs(2 * x)\n\ndata.sort()")
        self.assertEqual(found[3], "a check failed, in a hidden test")
        self.assertEqual(messages, [])

    def test_errors_of_cells_are_told_from_before_the_tests(self):
        source = (
            "heard = []\n\ndef f(x):\n    heard.append(x)\n    return 2 * x\n\ndata.sort()\nraise ValueError(f'heard {heard}')"
        )
        found, messages = self.one(source)
        self.assertEqual(found[0], "pass")
        self.assertEqual(messages, ["cell 2 (s), line 8: ValueError: heard []"])

    def test_what_cells_are_run_by_may_answer_anything(self):
        for answer in ("['x', 'y', 10**5000]", "['x', 'y', -1]", "['x', 'y', True]", "[1, 2, 3]", "{}"):
            source = f"provost_cell.__code__ = (lambda source, name: {answer}).__code__\ndef f(x):\n    return 2 * x\n"
            mine = book(cell(source, "s", "solution"), cell("data.sort()"))
            status, found, messages, errors = graded(self.LAB, mine)
            self.assertEqual((status, found["t"][1]), (0, 0), errors)
            self.assertNotIn(", line", messages[0])

    def test_magics(self):
        found, messages = self.one("%matplotlib inline\n%time data.sort()\ndef f(x):\n    return 2 * x\n")
        self.assertEqual((found[0], messages), ("pass", []))
        found, messages = self.one("!pip install cheat\ndef f(x):\n    return 2 * x\n")
        self.assertEqual(found[0], "fail")
        self.assertIn("known to IPython only", messages[0])
        text = 'text = """\n%run\n!ls\n"""\ndef f(x):\n    return 2 * x\ndata.sort()'
        self.assertEqual(self.one(text)[0][0], "pass")

    def test_state_is_that_of_the_place_of_the_test(self):
        lab = book(
            cell("x = 1", "s", "solution"),
            cell("assert x == 1", "t", "test", 4),
            cell("x = 2", "s2", "solution"),
            cell("assert x == 2", "t2", "test", 6),
        )
        _, found, _, _ = graded(lab, lab)
        self.assertEqual([one[0] for one in found.values()], ["pass", "pass"])

    def test_process_that_ended_is_started_anew(self):
        lab = book(
            cell("def f(): return 1\ndef g(): return 2", "s", "solution"),
            cell("assert f() == 1", "t", "test", 4),
            cell("assert g() == 2", "t2", "test", 6),
        )
        mine = book(cell("import os\ndef f(): os._exit(0)\ndef g(): return 2", "s", "solution"))
        _, found, _, _ = graded(lab, mine)
        self.assertEqual((found["t"][0], found["t2"][0]), ("fail", "pass"))

    def test_objects_from_before_the_end_are_the_learners_loss(self):
        lab = book(cell("class A:\n    def end(self): pass\ndef use(a): return 1", "s", "solution"), cell("a = A()\nassert use(a) == 1", "t", "test", 2),
                   cell("A().end()", "t2", "test", 3), cell("assert use(a) == 1", "t3", "test", 5))  # fmt: skip
        mine = book(cell("import os\nclass A:\n    def end(self): os._exit(0)\ndef use(a): return 1", "s", "solution"))
        status, found, _, errors = graded(lab, mine)
        self.assertEqual(status, 0, errors)
        self.assertEqual([found[name][0] for name in ("t", "t2", "t3")], ["pass", "fail", "fail"])

    def test_what_cannot_be_handed_over_fails_the_test_and_is_told_to_the_instructor(self):
        lab = book(cell("def f(g): return g()", "s", "solution"), cell("assert f(lambda: 1) == 1", "t", "test", 10))
        status, found, _, errors = graded(lab, lab)
        self.assertEqual((status, found["t"][1]), (0, 0))
        self.assertIn("test t: ", errors)
        # As deep as may come back, and one deeper than may be handed over: no way to get an attempt back.
        lab = book(cell("def f(): return []\ndef g(x): return 1", "s", "solution"), cell("assert g([f()]) == 1", "t", "test", 10))
        mine = book(
            cell(
                "def f():\n    x = []\n    for _ in range(38):\n        x = [x]\n    return x\ndef g(x): return 1",
                "s",
                "solution",
            )
        )
        for depth in (30, 38, 39, 45, 49, 50, 60):
            status, _, _, errors = graded(lab, mine.replace("range(38)", f"range({depth})"))
            self.assertEqual(status, 0, errors)

    def test_locked_cell_that_cannot_run_here_is_our_fault_unless_it_says_so_or_asks_the_notebook(self):
        def lab(locked, **metadata):
            return book(
                cell(locked, "l", "locked", **metadata), cell("x = 1", "s", "solution"), cell("assert x == 1", "t", "test", 10)
            )

        self.assertNotEqual(graded(lab("open('no-such-file')"), book())[0], 0)
        self.assertEqual(graded(lab("open('no-such-file')", tags=["learner-only"]), book())[0], 0)
        asks = book(cell("x = 1", "s", "solution"), cell("print(1 / x)", "l", "locked"), cell("assert x == 0", "t", "test", 10))
        self.assertEqual(graded(asks, book(cell("x = 0", "s", "solution")))[1]["t"][0], "pass")

    def test_test_that_runs_for_ever_with_what_came_back_ends(self):
        lab = book(cell("x = 1", "s", "solution"), cell("while x != 1:\n    pass", "t", "test", 10))
        _, found, _, _ = graded(lab, book(cell("x = 2", "s", "solution")))
        self.assertIn("took too long", found["t"][3])

    def test_partial_points(self):
        lab = book(cell("x = 1", "s", "solution"), cell("score = 0\nif x > 0:\n    score += 4\nscore", "t", "test", 10))
        self.assertEqual(graded(lab, lab, partial=True)[1]["t"][:2], ("fail", 4))
        self.assertEqual(graded(lab, lab)[1]["t"][:2], ("pass", 10))

    def test_answers_in_words_are_for_people(self):
        lab = book(
            cell("x = 1", "s", "solution"),
            cell("assert x", "t", "test", 10),
            cell("Because.", "why", "manual", 5, kind="markdown"),
        )
        found = graded(lab, lab)[1]["why"]
        self.assertEqual(found[:3], ("skip", 0, 0))

    def test_release_leaves_no_solution_and_no_hidden_test(self):
        path = ROOT / "labs" / "temperatures"
        made = subprocess.run(
            [ROOT / "graders/notebook/release.py", path / "tests/notebook.ipynb"], capture_output=True, check=True
        ).stdout
        for name in ("starter", "public"):
            self.assertEqual((path / name / "notebook.ipynb").read_bytes(), made)
        for word in (b"HIDDEN", b"BEGIN SOLUTION", b"isnan(value)", b"sensor fail"):
            self.assertNotIn(word, made)


if __name__ == "__main__":
    unittest.main()
