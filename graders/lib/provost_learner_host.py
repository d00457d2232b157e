"""The learner's side of `provost_learner`: its text is given to `python3 -c` in the learner's room. It never runs in the
grader's.

Everything here is in the learner's hands: their module lives in this very process and can change it, read it and speak for it.
So it promises nothing; it only makes honest modules work. What comes out of it is judged in provost_learner.py.
"""

import base64
import importlib
import json
import math
import operator
import os
import sys
import traceback
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

DEPTH, NODES, LARGEST = 40, 200_000, 512 << 10


class TooMuch(Exception):
    pass


class Host:
    def __init__(self, requests, replies):
        self.requests, self.replies = requests, replies
        self.objects, self.numbers = {}, {}

    def number_of(self, value):
        """The same object has the same number; it is kept alive, so that its id stays its own."""
        number = self.numbers.get(id(value))
        if number is None:
            number = self.numbers[id(value)] = len(self.numbers) + 1
            self.objects[number] = value
        return number

    def handle(self, value):
        kind = type(value)
        return {"t": "object", "v": self.number_of(value), "c": str(kind.__name__)[:80], "k": issubclass(kind, type)}

    def encode(self, value, depth=DEPTH):
        self.nodes += 1
        if depth < 0 or self.nodes > NODES:
            raise TooMuch
        if value is None or value is True or value is False:
            return value
        kind = type(value)  # not isinstance: that believes what a value says of itself
        more = lambda inner: self.encode(inner, depth - 1)  # noqa: E731
        # Subclasses of the plain types go over as what they are below: int.__int__ and the like ask the value, not its class.
        if issubclass(kind, int):
            value = int.__int__(value)
            return value if -(2**62) < value < 2**62 else {"t": "int", "v": hex(value)}
        if issubclass(kind, float):
            value = float.__float__(value)
            return value if math.isfinite(value) else {"t": "float", "v": repr(value)}
        if issubclass(kind, str):
            return str.__str__(value)
        if issubclass(kind, (bytes, bytearray)):
            return {"t": ("bytes" if issubclass(kind, bytes) else "bytearray"), "v": base64.b64encode(bytes(value)).decode()}
        if issubclass(kind, list):
            return [more(one) for one in list.__iter__(value)]
        if issubclass(kind, tuple):
            return {"t": "tuple", "v": [more(one) for one in tuple.__iter__(value)]}
        if issubclass(kind, (set, frozenset)):
            base = set if issubclass(kind, set) else frozenset
            return {"t": base.__name__, "v": [more(one) for one in base.__iter__(value)]}
        if issubclass(kind, dict):
            return {"t": "dict", "v": [[more(key), more(one)] for key, one in dict.items(value)]}
        if issubclass(kind, complex):
            return {"t": "complex", "v": [repr(value.real), repr(value.imag)]}
        if issubclass(kind, Decimal):
            return {"t": "Decimal", "v": str(value)}
        if issubclass(kind, Fraction):
            return {"t": "Fraction", "v": [hex(value.numerator), hex(value.denominator)]}
        for base in (datetime, date, time):
            if issubclass(kind, base) and (base is date or value.tzinfo is None):
                return {"t": base.__name__, "v": base.isoformat(value)}
        if issubclass(kind, timedelta):
            return {"t": "timedelta", "v": [value.days, value.seconds, value.microseconds]}
        if issubclass(kind, range):
            return {"t": "range", "v": [value.start, value.stop, value.step]}
        return self.handle(value)

    def decode(self, value):
        if isinstance(value, list):
            return [self.decode(one) for one in value]
        if not isinstance(value, dict):
            return value
        tag, inner = value["t"], value["v"]
        if tag == "object":
            return self.objects[inner]
        if tag in ("tuple", "set", "frozenset"):
            return {"tuple": tuple, "set": set, "frozenset": frozenset}[tag](self.decode(one) for one in inner)
        if tag == "dict":
            return {self.decode(key): self.decode(one) for key, one in inner}
        if tag in ("bytes", "bytearray"):
            return {"bytes": bytes, "bytearray": bytearray}[tag](base64.b64decode(inner))
        if tag == "int":
            return int(inner, 16)
        if tag == "complex":
            return complex(float(inner[0]), float(inner[1]))
        if tag == "Fraction":
            return Fraction(int(inner[0], 16), int(inner[1], 16))
        if tag in ("datetime", "date", "time"):
            return {"datetime": datetime, "date": date, "time": time}[tag].fromisoformat(inner)
        if tag in ("timedelta", "range", "slice"):
            return {"timedelta": timedelta, "range": range, "slice": slice}[tag](*inner)
        return {"float": float, "Decimal": Decimal}[tag](inner)

    def do(self, request):
        what = request["do"]
        if what == "start":
            return None
        if what == "import":
            return importlib.import_module(request["name"])
        target = self.objects[request["on"]]
        if what == "get":
            return getattr(target, request["name"])
        if what == "set":
            return setattr(target, request["name"], self.decode(request["value"]))
        if what == "delete":
            return delattr(target, request["name"])
        if what == "names":
            return [name for name in dir(target) if isinstance(name, str)]
        arguments = [self.decode(one) for one in request["arguments"]]
        if what == "call":
            return target(*arguments, **{name: self.decode(one) for name, one in request["keywords"].items()})
        if what == "operator":
            return self.operator(request["name"], target, arguments)
        raise LookupError(what)

    def operator(self, name, target, arguments):
        functions = {
            "repr": repr,
            "str": str,
            "len": len,
            "iter": iter,
            "bool": bool,
            "int": int,
            "float": float,
            "complex": complex,
        }
        functions |= {"round": round, "format": format, "divmod": divmod, "reversed": reversed, "bytes": bytes, "abs": abs}
        functions |= {"contains": operator.contains, "isinstance": lambda kind, value: isinstance(value, kind)}
        functions |= {"issubclass": lambda kind, value: issubclass(value, kind), "pow": pow}
        functions |= {"enter": lambda value: type(value).__enter__(value)}
        functions |= {"exit": lambda value, failed: type(value).__exit__(value, *self.failure(failed))}
        if name == "next":
            missing = object()
            value = next(target, missing)
            return (False, None) if value is missing else (True, value)
        if name == "hold":
            return arguments[0]
        if name == "value":
            return target
        if name == "evaluate":
            return eval(arguments[0], vars(target))
        if name.startswith("r-"):
            return getattr(operator, name[2:])(arguments[0], target)
        return (functions.get(name) or getattr(operator, name))(target, *arguments)

    @staticmethod
    def failure(failed):
        if not failed:
            return None, None, None
        error = RuntimeError("the test failed inside the with block")
        return RuntimeError, error, None

    def explain(self, error):
        names = [kind.__name__[:80] for kind in type(error).__mro__]
        try:
            message = str(error)[:2000]
        except BaseException:
            message = ""
        place = ""
        for frame in traceback.extract_tb(error.__traceback__)[-30:]:
            if not frame.filename.startswith("<"):
                place = f"{os.path.basename(frame.filename)}:{frame.lineno} in {frame.name}"
        return {"names": names[:20], "message": message, "place": place[:200], "object": self.handle(error)}

    def answer(self, request):
        self.nodes = 0
        reply = {"id": request["id"]}
        try:
            value = self.do(request)
            reply["value"] = self.handle(value) if request.get("keep") else self.encode(value)
        except TooMuch:
            reply["much"] = True
        except BaseException as error:
            reply["error"] = self.explain(error)
        text = json.dumps(reply)
        if len(text) > LARGEST:
            text = json.dumps({"id": request["id"], "much": True})
        return text

    def serve(self):
        for line in self.requests:
            self.replies.write(self.answer(json.loads(line)) + "\n")
            self.replies.flush()


def main():
    # The module's own prints and reads must not meet the protocol: it moves to other descriptors.
    requests = os.fdopen(os.dup(0), "r", encoding="ascii")
    replies = os.fdopen(os.dup(1), "w", encoding="ascii")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.argv = [""]
    sys.path.insert(0, os.getcwd())
    Host(requests, replies).serve()


main()
