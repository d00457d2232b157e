"""The notebook's namespace, in the learner's room: this module's own names are the notebook's. Never imported by the grader.

It promises nothing: everything here is in the learner's hands.
"""

import os
import re

os.environ.setdefault("MPLBACKEND", "Agg")

# Those that change how things look or how long they took; the others would do something that is not there.
PROVOST_DROPPED = {"matplotlib", "config", "load_ext", "autoreload", "time", "timeit", "capture", "precision", "pprint"}


def provost_python(source):
    """(Python, None) or (None, sentence): lines that only IPython knows are dropped where they do no harm."""
    try:
        compile(source, "<cell>", "exec", dont_inherit=True)
        return source, None
    except (SyntaxError, ValueError):
        lines = source.split("\n")
    for number, line in enumerate(lines):
        magic = re.match(r"(\s*)(%%?|!!?)\s*(\w*)", line)
        if magic is None:
            continue
        if magic[2].startswith("!") or magic[3] not in PROVOST_DROPPED:
            return None, f"{magic[2]}{magic[3]} is known to IPython only and cannot be used here"
        rest = line[magic.end() :].strip() if magic[3] in ("time", "timeit") and magic[2] == "%" else ""
        lines[number] = magic[1] + (rest or "pass")
    return "\n".join(lines), None


def provost_cell(source, name):
    """Runs one cell. None, or [kind of error, message, line or None]."""
    python, why = provost_python(source)
    if why:
        return ["SyntaxError", why, None]
    try:
        code = compile(python, name, "exec", dont_inherit=True)
    except SyntaxError as error:
        return ["SyntaxError", str(error.msg), error.lineno]
    except BaseException as error:
        return [type(error).__name__, "", None]
    try:
        exec(code, globals())
    except BaseException as error:
        trace, line = error.__traceback__, None
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == name:
                line = trace.tb_lineno
            trace = trace.tb_next
        try:
            message = str(error)
        except BaseException:
            message = ""
        return [type(error).__name__, message[:500], line]
    return None


def display(*things):
    """What IPython calls by this name shows things; here they are printed."""
    for thing in things:
        print(repr(thing))
