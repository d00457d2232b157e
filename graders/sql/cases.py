"""The lab's cases: read, checked, and answered by the reference before anything of the learner is looked at."""

import json

from compare import result, same_row, unpack
from engine import perform

KINDS = {
    "query": {"query", "data", "ordered", "columns", "tolerance", "indexes", "steps", "plan", "expect"},
    "tries": {"schema", "tries"},
    "tables": {"schema", "tables"},
}
COMMON = {"name", "points", "hint"}


class BadLab(Exception):
    """Something in the lab's own files is wrong: the grading ends without a verdict."""


def need(condition, sentence):
    if not condition:
        raise BadLab(sentence)


def texts(value):
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


class Cases:
    """`folder`: where tests/cases.json lies; file names in it are relative to that folder."""

    def __init__(self, path, reference, rows, *, public=False):
        self.folder, self.reference, self.rows, self.public = path.parent, reference, rows, public
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        need(
            isinstance(content, dict) and isinstance(content.get("cases"), list) and content["cases"], "cases.json holds no cases"
        )
        self.setup = [self.script(name) for name in content.get("setup", [])]
        self.data = content.get("data", {})
        need(isinstance(self.data, dict), "“data” must be a map from names to {files, shown}")
        self.cases = content["cases"]
        for case in self.cases:
            self.check(case)

    def script(self, name):
        with open(self.folder / name, encoding="utf-8") as file:
            return file.read()

    def check(self, case):
        name = case.get("name")
        need(isinstance(name, str) and isinstance(case.get("points"), (int, float)), f"a case without name or points: {case}")
        case["kind"] = next((kind for kind in KINDS if kind in case), None)
        need(case["kind"], f"{name}: say one of query, tries, tables")
        unknown = set(case) - KINDS[case["kind"]] - COMMON - {"kind"}
        need(not unknown, f"{name}: unknown keys {sorted(unknown)}")
        if case["kind"] == "query":
            need(texts(case.get("data")) and case["data"], f"{name}: “data” must list data sets")
            need(all(one in self.data for one in case["data"]), f"{name}: a data set that is not in “data”")
            hidden = any(not self.data[one].get("shown") for one in case["data"])
            need(hidden or self.public, f"{name}: at least one data set must be hidden")
            need(case.get("columns", "names") in ("names", "count"), f"{name}: columns is names or count")
        else:
            need(isinstance(case.get("schema"), str), f"{name}: “schema” must name the file")

    def jobs(self, case):
        """What the engine is asked, without the folder: (data set or None, job)."""
        if case["kind"] == "query":
            for name in case["data"]:
                data = [self.script(file) for file in self.data[name]["files"]]
                job = {"setup": self.setup, "query": case["query"], "data": data, "rows": self.rows}
                yield name, job | ({"indexes": case["indexes"]} if "indexes" in case else {})
        elif case["kind"] == "tries":
            yield None, {"schema": case["schema"], "tries": [one["sql"] for one in case["tries"]], "rows": self.rows}
        else:
            yield None, {"schema": case["schema"], "rows": self.rows}

    def expected(self, case):
        """The reference's answers in the order of `jobs`; BadLab when the reference itself is not right."""
        answers = []
        if self.public and not self.reference.is_dir():
            # The public part carries no reference, which would be the solution; what is expected stands in the cases.
            need(
                case["kind"] != "query" or set(case.get("expect", {})) >= set(case["data"]),
                f"{case['name']}: “expect” is missing",
            )
            return (
                [{"result": result(case["expect"][name]), "steps": 0} for name in case["data"]] if case["kind"] == "query" else []
            )
        for name, job in self.jobs(case):
            answer = perform(job | {"root": str(self.reference)})
            where = f"{case['name']}, {name or case['kind']}: the reference"
            need(answer["stage"] == "done", f"{where} ended at {answer['stage']}: {answer.get('message')}")
            if case["kind"] == "query":
                answer["result"] = result(answer)
            elif case["kind"] == "tries":
                wrong = next((one for one, found in zip(case["tries"], answer["tries"]) if not agrees(one, found)), None)
                need(wrong is None, f"{where} does not do what is expected of {wrong}: {answer['tries']}")
            else:
                wrong = table_mistake(case["tables"], answer["tables"])
                need(wrong is None, f"{where} does not have the tables: {wrong}")
            answers.append(answer)
        if case["kind"] == "query":
            need(any(answer["result"]["rows"] for answer in answers), f"{case['name']}: no data set has a row in its result")
        return answers


def agrees(one, found):
    """Whether a try ended as the case says: "accepted", "refused", or the rows of its last statement."""
    expected = one["expect"]
    if isinstance(expected, str) or not isinstance(found, list):
        return found == expected
    try:
        rows = [[unpack(value) for value in row] for row in found]
    except (ValueError, TypeError):
        return False
    return len(rows) == len(expected) and all(same_row(*pair, 1e-9) for pair in zip(rows, expected))


def table_mistake(expected, found):
    """What is missing of the tables a case names, or None. Names are compared without regard to case, more columns do no harm.

    `expected`: table → {"columns": [names], "key": [names in order], "not-null": [names]}; the last two may be left out.
    """
    tables = {name.casefold(): columns for name, columns in found.items()}
    for name, wanted in expected.items():
        columns = tables.get(name.casefold())
        if columns is None:
            return f"there is no table {name}"
        names = {column[0].casefold() for column in columns}
        absent = [column for column in wanted["columns"] if column.casefold() not in names]
        if absent:
            return f"table {name} has no column {absent[0]}"
        key = [column[0].casefold() for column in sorted(columns, key=lambda column: column[3]) if column[3]]
        if "key" in wanted and key != [column.casefold() for column in wanted["key"]]:
            return f"the primary key of {name} is not {', '.join(wanted['key'])}"
        loose = [column[0] for column in columns if not column[2] and not column[3]]
        for column in wanted.get("not-null", []):
            if column.casefold() in [one.casefold() for one in loose]:
                return f"{name}.{column} may be NULL"
    return None
