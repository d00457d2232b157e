#!/usr/bin/python3 -I
"""Makes the learners' version of a notebook: release.py tests/notebook.ipynb > starter/notebook.ipynb

Between BEGIN SOLUTION and END SOLUTION stands a place to fill in; solution cells without these marks are emptied; hidden tests,
outputs and numbers of execution go. nbgrader's own `generate` does the same and more.
"""

import json
import re
import sys

PLACE = {"code": "# Write your code here.\nraise NotImplementedError()", "markdown": "Your answer."}


def released(cell):
    cell = dict(cell)
    source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
    metadata = cell.get("metadata", {})
    nbgrader, tags = metadata.get("nbgrader", {}), metadata.get("tags", [])
    if nbgrader.get("solution") or "solution" in tags or "manual" in tags:
        if re.search(r"#+\s*BEGIN SOLUTION", source):
            source = re.sub(
                r"(?ms)^([ \t]*)#+[ \t]*BEGIN SOLUTION.*?#+[ \t]*END SOLUTION[ \t]*$",
                lambda found: "\n".join(found[1] + line for line in PLACE["code"].split("\n")),
                source,
            )
        else:
            source = PLACE[cell["cell_type"]]
    source = re.sub(r"(?ms)^[ \t]*#+[ \t]*BEGIN HIDDEN TESTS.*?#+[ \t]*END HIDDEN TESTS[ \t]*\n?", "", source).rstrip("\n")
    cell["source"] = source.splitlines(keepends=True)
    if cell["cell_type"] == "code":
        cell["outputs"], cell["execution_count"] = [], None
    return cell


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        notebook = json.load(file)
    notebook["cells"] = [released(cell) for cell in notebook["cells"]]
    json.dump(notebook, sys.stdout, indent=1, ensure_ascii=False)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
