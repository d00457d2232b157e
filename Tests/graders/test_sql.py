"""The sql grader without rooms: python3 -m unittest discover -s Tests/graders"""

import json
import tempfile
import unittest
from pathlib import Path

from loading import ROOT, load

compare, engine, cases = load("sql", "compare", "engine", "cases")

SCHEMA = "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, price REAL);"
DATA = "INSERT INTO t VALUES (1, 'hidden-name', 1.5), (2, NULL, 2), (3, x'ff00', 9e999);"


def perform(query=None, **job):
    with tempfile.TemporaryDirectory() as folder:
        files = job.pop("files", {})
        if query is not None:
            files["q.sql"] = query
            job["query"] = "q.sql"
        for name, text in files.items():
            Path(folder, name).write_bytes(text.encode() if isinstance(text, str) else text)
        job = {"setup": [SCHEMA], "data": [DATA], "rows": 100, "root": folder, **job}
        return json.loads(json.dumps(engine.perform(job)))  # as it travels


class EngineTests(unittest.TestCase):
    def test_values_of_every_kind_come_back(self):
        rows = compare.result(perform("SELECT name, price, id FROM t ORDER BY id"))["rows"]
        self.assertEqual(rows, [["hidden-name", 1.5, 1], [None, 2.0, 2], [b"\xff\x00", float("inf"), 3]])

    def test_honest_beginnings_are_accepted(self):
        for query in ("-- a comment\nSELECT 1;", "\ufeffSELECT 1 ; -- the end\n", "WITH a AS (SELECT 1) SELECT * FROM a;"):
            self.assertEqual(perform(query)["stage"], "done", query)
        schema = "PRAGMA foreign_keys = ON; PRAGMA journal_mode=WAL; BEGIN; CREATE TABLE u (id); COMMIT;"
        self.assertIn("u", perform(setup=[], data=[], files={"s.sql": schema}, schema="s.sql")["tables"])

    def test_what_may_not_be_is_refused_by_name(self):
        for query in (
            "INSERT INTO t (id) VALUES (9)", "DELETE FROM t", "DROP TABLE t", "CREATE TABLE u (id)", "ATTACH '/etc/passwd' AS p",
            "DETACH main", "PRAGMA writable_schema = 1", "VACUUM INTO '/tmp/x'", "SELECT load_extension('x')",
        ):  # fmt: skip
            answer = perform(query)
            self.assertNotEqual(answer["stage"], "done", query)
        for query in ("SELECT 1; SELECT 2", "", "-- nothing", ".shell id", "SELECT readfile('x')", "SELECT 1\0"):
            self.assertNotEqual(perform(query)["stage"], "done", query)
        for schema in (
            "ATTACH ':memory:' AS x;",
            "CREATE VIRTUAL TABLE v USING fts5(a);",
            "PRAGMA writable_schema = 1;",
            "VACUUM INTO '/tmp/x';",
        ):
            answer = perform(setup=[], data=[], files={"s.sql": schema}, schema="s.sql")
            self.assertEqual(answer["stage"], "schema", schema)

    def test_no_message_carries_hidden_data(self):
        for query in (
            "SELECT json_extract('{}', name) FROM t",
            "SELECT abs(-9223372036854775808), name FROM t",
            "SELECT json(name) FROM t",
        ):
            answer = perform(query)
            self.assertEqual(answer["stage"], "run")
            self.assertNotIn("hidden-name", json.dumps(answer))
        answer = perform("SELECT 1", files={"i.sql": "CREATE INDEX i ON t (json_extract('{}', name));"}, indexes="i.sql")
        self.assertEqual(answer["stage"], "indexes")
        self.assertNotIn("hidden-name", json.dumps(answer))

    def test_index_files_make_indexes_only(self):
        good = perform(
            "SELECT 1",
            files={"i.sql": "CREATE INDEX i ON t (name); CREATE INDEX j ON t (price) WHERE price > 1;"},
            indexes="i.sql",
        )
        self.assertEqual(good["stage"], "done")
        for script in (
            "CREATE TRIGGER x AFTER INSERT ON t BEGIN DELETE FROM t; END;",
            "CREATE VIEW v AS SELECT 1;",
            "DROP TABLE t;",
            "INSERT INTO t (id) VALUES (7);",
        ):
            answer = perform("SELECT 1", files={"i.sql": script}, indexes="i.sql")
            self.assertEqual(answer["stage"], "index-file", script)

    def test_endless_rows_end(self):
        answer = perform("WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT i FROM n")
        self.assertEqual(answer["stage"], "large")
        self.assertEqual(perform("SELECT zeroblob(100000000)")["stage"], "run")

    def test_each_try_has_a_database_of_its_own(self):
        schema = "CREATE TABLE u (id INTEGER PRIMARY KEY, n INTEGER UNIQUE ON CONFLICT REPLACE CHECK (n > 0));"
        tries = [["INSERT INTO u VALUES (1, 5)"], ["INSERT INTO u VALUES (1, 5)"], ["INSERT INTO u VALUES (1, 0)"], ["INSERT INTO v VALUES (1)"],
                 ["INSERT INTO u VALUES (1, 0)", "SELECT 1"], ["INSERT INTO u VALUES (1, 5)", "SELECT * FROM u"]]  # fmt: skip
        found = perform(setup=[], data=[], files={"s.sql": schema}, schema="s.sql", tries=tries)["tries"]
        self.assertEqual(found, ["accepted", "accepted", "refused", "failed: SQLITE_ERROR", "refused before", [[1, 5]]])

    def test_foreign_keys_hold_whatever_the_schema_says(self):
        schema = "PRAGMA foreign_keys = OFF; CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a REFERENCES a (id));"
        found = perform(setup=[], data=[], files={"s.sql": schema}, schema="s.sql", tries=[["INSERT INTO b VALUES (1)"]])
        self.assertEqual(found["tries"], ["refused"])

    def test_steps_tell_a_scan_from_a_search(self):
        data = [
            "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO t SELECT i, 'n' || i, i FROM n;"
        ]
        query = "SELECT id FROM t WHERE name = 'n77'"
        scan = perform(query, data=data)["steps"]
        search = perform(query, data=data, files={"i.sql": "CREATE INDEX i ON t (name);"}, indexes="i.sql")["steps"]
        self.assertGreater(scan, 20 * (search + 1000))


class CompareTests(unittest.TestCase):
    def differs(self, found, expected, **options):
        sides = ({"columns": ["a", "b"][: len(rows[0])] if rows else ["a"], "rows": rows} for rows in (found, expected))
        return compare.difference(*sides, **{"ordered": False, **options})

    def test_multisets(self):
        self.assertIsNone(self.differs([[1], [2], [1]], [[1], [1], [2]]))
        self.assertIsNotNone(self.differs([[1], [2], [2]], [[1], [1], [2]]))
        self.assertIsNotNone(self.differs([[1], [2], [1]], [[1], [1], [2]], ordered=True))

    def test_null_text_and_numbers(self):
        self.assertIsNone(self.differs([[None], [3]], [[3.0], [None]]))
        for found, expected in (
            (None, 0),
            ("3", 3),
            (b"3", "3"),
            (None, ""),
            (True, 2),
            (float("nan"), 1.0),
            (float("inf"), 1e300),
        ):
            self.assertIsNotNone(self.differs([[found]], [[expected]]), (found, expected))

    def test_tolerance_is_absolute_below_one_and_relative_above(self):
        self.assertIsNone(self.differs([[0.1 + 0.2]], [[0.3]]))
        self.assertIsNone(self.differs([[1e9 + 0.5]], [[1e9]], tolerance=1e-6))
        self.assertIsNotNone(self.differs([[1.01]], [[1.0]]))

    def test_rows_with_close_numbers_find_their_partners(self):
        # In sorted order 1.0000001 and 1.0 would meet the wrong second numbers.
        found, expected = [[1.0000001, 1], [1.0, 2]], [[1.0, 1], [1.0000001, 2]]
        self.assertIsNone(self.differs(found, expected, tolerance=1e-3))
        self.assertIsNotNone(self.differs(found, [[1.0, 1], [1.0, 3]], tolerance=1e-3))

    def test_huge_whole_numbers_do_not_end_the_comparison(self):
        self.assertIsNotNone(self.differs([[10**400]], [[1.5]]))
        self.assertIsNotNone(self.differs([[10**400]], [[float("inf")]]))

    def test_columns(self):
        one, other = {"columns": ["Name"], "rows": []}, {"columns": ["name"], "rows": []}
        self.assertIsNone(compare.difference(one, other, ordered=True))
        self.assertIn("not called", compare.difference({"columns": ["x"], "rows": []}, other, ordered=True))
        self.assertIsNone(compare.difference({"columns": ["x"], "rows": []}, other, ordered=True, columns="count"))

    def test_results_that_are_none_are_told(self):
        for answer in ({}, {"columns": [1], "rows": []}, {"columns": ["a"], "rows": [[1, 2]]}, {"columns": ["a"], "rows": [[True]]},
                       {"columns": ["a"], "rows": [[{"real": "x"}]]}, {"columns": ["a"], "rows": [[{"real": 1}]]},
                       {"columns": ["a"], "rows": [[{"blob": "zz"}]]}, {"columns": ["a"], "rows": [[[]]]}):  # fmt: skip
            with self.assertRaises(ValueError):
                compare.result(answer)


class CasesTests(unittest.TestCase):
    LAB = ROOT / "labs" / "bike-share" / "tests"

    def test_reference_of_the_shipped_lab_agrees_with_its_cases(self):
        shipped = cases.Cases(self.LAB / "cases.json", self.LAB / "reference", 5000)
        for case in shipped.cases:
            self.assertTrue(shipped.expected(case))

    def test_case_that_the_reference_breaks_is_the_labs_fault(self):
        content = json.loads((self.LAB / "cases.json").read_text(encoding="utf-8"))
        for change in (
            lambda one: one["cases"][1]["tries"][0].update(expect="refused"),
            lambda one: one["cases"][0]["tables"].update(unicorns={"columns": ["id"]}),
            lambda one: one["cases"][-1].update(data=["nothing"]),
            lambda one: one["cases"][-2].update(data=["example"]),
            lambda one: one["cases"][-1].update(typo=1),
            lambda one: one.update(cases=[]),
        ):
            changed = json.loads(json.dumps(content))
            change(changed)
            with tempfile.TemporaryDirectory() as folder:
                for name in ("setup.sql", "data"):
                    Path(folder, name).symlink_to(self.LAB / name)
                Path(folder, "cases.json").write_text(json.dumps(changed))
                with self.assertRaises(cases.BadLab):
                    read = cases.Cases(Path(folder, "cases.json"), self.LAB / "reference", 5000)
                    for case in read.cases:
                        read.expected(case)


if __name__ == "__main__":
    unittest.main()
