"""Reads notebooks (nbformat 4) with nbgrader's metadata or with tags, and puts a learner's cells and the lab's together. Pure."""

import ast
import json
import re
from dataclasses import dataclass

MOST_CELLS = 2000
MOST_BRACKETS = 200_000
HIDDEN_BEGIN = re.compile(r"\s*#+\s*BEGIN HIDDEN TESTS\s*$")
HIDDEN_END = re.compile(r"\s*#+\s*END HIDDEN TESTS\s*$")


class BadNotebook(Exception):
    """Why a file is no notebook that can be graded: a sentence without anything from the file."""


@dataclass(frozen=True)
class Cell:
    """One cell. `role`: "solution", "manual", "test", "locked" or "" (an ordinary cell)."""

    kind: str  # "code", "markdown", "raw"
    source: str
    identifier: str | None = None
    role: str = ""
    points: float = 0
    learner_only: bool = False  # a locked cell that cannot run in the grader's room


def read(data):
    """The cells of a notebook."""
    # Brackets cost a hundred times their size once they are lists and dicts; a large table in a notebook has some thousand.
    if data.count(b"[") + data.count(b"{") > MOST_BRACKETS:
        raise BadNotebook("is nested too much")
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise BadNotebook("is not JSON in UTF-8") from None
    if not isinstance(content, dict) or content.get("nbformat") != 4 or not isinstance(content.get("cells"), list):
        raise BadNotebook("is not a notebook of format 4; save it anew with Jupyter")
    if len(content["cells"]) > MOST_CELLS:
        raise BadNotebook(f"has more than {MOST_CELLS} cells")
    return [_cell(one, number) for number, one in enumerate(content["cells"], 1)]


def _cell(found, number):
    kind = found.get("cell_type") if isinstance(found, dict) else None
    source = found.get("source") if isinstance(found, dict) else None
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if kind not in ("code", "markdown", "raw") or not isinstance(source, str):
        raise BadNotebook(f"has a cell that is none (cell {number})")
    source = source.encode(errors="replace").decode()  # lone surrogates are no text
    metadata = found.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    tags = metadata.get("tags")
    tags = [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
    return Cell(kind, source, *(_nbgrader(metadata.get("nbgrader")) or _tags(tags) or ()), learner_only="learner-only" in tags)


def _nbgrader(given):
    """(identifier, role, points) of nbgrader's metadata, schema 1 to 3; None without."""
    if not isinstance(given, dict) or not isinstance(given.get("grade_id"), str) or not given["grade_id"]:
        return None
    grade, solution = given.get("grade") is True, given.get("solution") is True
    points = given.get("points", 0)
    points = points if isinstance(points, (int, float)) and not isinstance(points, bool) and 0 <= points <= 1e6 else 0
    if given.get("task") is True or (grade and solution):
        role = "manual"
    else:
        role = "test" if grade else "solution" if solution else "locked" if given.get("locked") is True else ""
    return given["grade_id"], role, points


def _tags(tags):
    """The same of tags: `id:square` with one of `solution`, `manual`, `test`, `locked`, and `points:5`."""
    identifier = next((tag[3:] for tag in tags if tag.startswith("id:") and len(tag) > 3), None)
    role = next((tag for tag in tags if tag in ("solution", "manual", "test", "locked")), "")
    if identifier is None:
        return None
    points = next((tag[7:] for tag in tags if re.fullmatch(r"points:\d{1,6}(\.\d{1,3})?", tag)), "0")
    return identifier, role, float(points)


def check_source(cells):
    """Raises BadNotebook, for the instructor, when the lab's own notebook cannot be graded with."""
    identifiers = [cell.identifier for cell in cells if cell.identifier]
    if len(set(identifiers)) != len(identifiers):
        raise BadNotebook("has an identifier (grade_id) twice")
    tests = [cell for cell in cells if cell.role == "test"]
    if not tests:
        raise BadNotebook("has no test cell (grade: true, solution: false)")
    for cell in tests + [cell for cell in cells if cell.role == "locked" and cell.kind == "code"]:
        if cell.kind != "code":
            raise BadNotebook(f"has a test cell that is not code ({cell.identifier})")
        try:
            ast.parse(cell.source)
        except SyntaxError as error:
            raise BadNotebook(f"has a cell that is not Python, {cell.identifier} line {error.lineno}: {error.msg}") from None


def merged(lab, handed_in):
    """(cells in the order to run them, sentences about what was mended).

    The learner's cells in the learner's order; locked cells and tests are the lab's, whatever was done to them; what is missing of
    the lab's comes back after the cell before it. Roles and points are the lab's alone. A copy of a cell is an ordinary cell.
    """
    known = {cell.identifier: cell for cell in lab if cell.identifier}
    cells, seen, notes = [], set(), []
    for cell in handed_in:
        original = known.get(cell.identifier) if cell.identifier not in seen else None
        if original is None:
            cells.append(Cell(cell.kind, cell.source))
            continue
        seen.add(cell.identifier)
        if original.role in ("test", "locked"):
            cells.append(original)
        else:
            cells.append(Cell(cell.kind, cell.source, original.identifier, original.role, original.points))
    before = None
    for cell in lab:
        if cell.identifier and cell.identifier not in seen:
            if cell.role in ("test", "locked"):
                place = next((index + 1 for index, one in enumerate(cells) if before and one.identifier == before), None)
                cells.insert(len(cells) if place is None and before else place or 0, cell)
            else:
                notes.append(f"The cell “{cell.identifier}” is missing.")
                continue
        before = cell.identifier or before
    return cells, notes


def solution_names(lab):
    """The names that the lab's own solution cells define at their top: in tests these are always the learner's."""
    names = set()
    for cell in lab:
        if cell.kind != "code" or cell.role not in ("solution", "manual"):
            continue
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:
            continue
        for node in tree.body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                names.add(node.name)
            names.update(one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store))
    return names


def imports(lab):
    """The import statements at the top of the lab's cells, as Python."""
    found = []
    for cell in lab:
        if cell.kind != "code":
            continue
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:
            continue
        found += [ast.unparse(node) for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    return found


def hidden_lines(source):
    """The numbers of the lines between BEGIN HIDDEN TESTS and END HIDDEN TESTS."""
    hidden, inside = set(), False
    for number, line in enumerate(source.splitlines(), 1):
        if HIDDEN_BEGIN.match(line):
            inside = True
        if inside:
            hidden.add(number)
        if HIDDEN_END.match(line):
            inside = False
    return hidden
