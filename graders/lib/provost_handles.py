"""The stand-in of an object of the learner's that stays in the other room; graders meet it by `provost_learner`.

What a handle trusts, and what it refuses to ask of the learner's code, is in README.md.
"""

from provost_errors import GONE, WROTE, LearnerDied, LearnerError, UnexpectedObject

MOST_ITEMS = 100_000

get = object.__getattribute__
# Names that test runners and inspectors ask of everything they meet; they are no business of the learner's.
_FOREIGN = ("__", "_pytest", "_mock", "_is_coroutine", "_spec", "_hypothesis", "_ipython", "_repr_")


def own(name):
    if name.startswith(_FOREIGN) or name in ("pytestmark", "pytest_plugins"):
        raise AttributeError(name)
    return name


class Handle:
    """Stands for an object of the learner's that stays in the other room."""

    __slots__ = (
        "_provost_session",
        "_provost_generation",
        "_provost_number",
        "_provost_class",
        "_provost_is_class",
        "_provost_name",
        "_provost_made",
        "__weakref__",
    )

    def __init__(self, session, number, class_name, is_class):
        put = object.__setattr__
        put(self, "_provost_session", session)
        put(self, "_provost_generation", session.generation)
        put(self, "_provost_number", number)
        put(self, "_provost_class", class_name)
        put(self, "_provost_is_class", is_class)
        put(self, "_provost_name", "")  # under which the test asked for it
        put(self, "_provost_made", False)  # the test asked for an object, by calling a class

    def __getattr__(self, name):
        found = _request(self, do="get", name=own(name))
        if isinstance(found, Handle):
            object.__setattr__(found, "_provost_name", name)
        return found

    def __setattr__(self, name, new):
        _request(self, do="set", name=own(name), value=get(self, "_provost_session").encoded(new))

    def __delattr__(self, name):
        _request(self, do="delete", name=own(name))

    def __dir__(self):
        return [name for name in _request(self, do="names") if isinstance(name, str)]

    def __call__(self, *arguments, **keywords):
        made = call(self, arguments, keywords)
        name = get(self, "_provost_name")
        if isinstance(made, Handle) and name[:1].isupper() and any(letter.islower() for letter in name):
            object.__setattr__(made, "_provost_made", True)
        return made

    def __hash__(self):
        return hash((id(get(self, "_provost_session")), get(self, "_provost_generation"), get(self, "_provost_number")))

    def __bool__(self):
        return _plain(self, "bool", bool)

    def __repr__(self):
        return _plain(self, "repr", str)

    def __str__(self):
        return _plain(self, "str", str)

    def __format__(self, layout):
        return _plain(self, "format", str, layout)

    def __int__(self):
        return _plain(self, "int", int)

    def __float__(self):
        return _plain(self, "float", float)

    def __len__(self):
        return _plain(self, "len", int)

    def __iter__(self):
        source = kept(operate(self, "iter", keep=True))
        for _ in range(MOST_ITEMS):
            more, item = _step(source)
            if not more:
                return
            yield item
        raise LearnerError(f"more than {MOST_ITEMS} items were returned")

    def __next__(self):
        more, item = _step(self)
        if not more:
            raise StopIteration
        return item

    def __contains__(self, item):
        if get(self, "_provost_made"):
            return _plain(self, "contains", bool, item)
        # Not asked of the learner's code, which would hear what is expected and say yes.
        return any(one == item for one in self)

    def __getitem__(self, key):
        return operate(self, "getitem", key)

    def __setitem__(self, key, new):
        operate(self, "setitem", key, new)

    def __delitem__(self, key):
        operate(self, "delitem", key)

    def __enter__(self):
        return operate(self, "enter")

    def __exit__(self, kind, error, trace):
        return bool(operate(self, "exit", kind is not None))

    def __instancecheck__(self, value):
        return isinstance(value, Handle) and _plain(self, "isinstance", bool, value)

    def __eq__(self, other):
        if self is other:
            return True
        if isinstance(other, Handle) and (get(self, "_provost_made") or get(other, "_provost_made")):
            return _plain(self, "eq", bool, other)
        # An object is never equal to a plain value: its own __eq__ is not asked, it would say what it likes.
        return False

    def __ne__(self, other):
        return not self == other


def _request(handle, **request):
    session = get(handle, "_provost_session")
    if get(handle, "_provost_generation") != session.generation:
        raise LearnerDied(GONE)
    return session.request({**request, "on": get(handle, "_provost_number")})


def call(handle, arguments, keywords, **options):
    session = get(handle, "_provost_session")
    encoded = {name: session.encoded(one) for name, one in keywords.items()}
    return _request(handle, do="call", arguments=[session.encoded(one) for one in arguments], keywords=encoded, **options)


def operate(handle, name, *arguments, **options):
    session = get(handle, "_provost_session")
    return _request(handle, do="operator", name=name, arguments=[session.encoded(one) for one in arguments], **options)


def _plain(handle, name, kind, *arguments):
    """An operation whose result has to be of one plain type."""
    found = operate(handle, name, *arguments)
    if type(found) is not kind:
        raise LearnerDied(WROTE)
    return found


def kept(found):
    """What was asked to stay there has to be a handle."""
    if not isinstance(found, Handle):
        raise LearnerDied(WROTE)
    return found


def _step(source):
    found = operate(source, "next")
    if type(found) is not tuple or len(found) != 2 or type(found[0]) is not bool:
        raise LearnerDied(WROTE)
    return found


def _may_operate(handle, other, *, plain):
    """Whether an operator may be asked of the learner's code.

    An object that a test did not make may be an impostor for a number, and would see the expected value in `f(2) - 4`.
    """
    if isinstance(other, Handle):
        return get(handle, "_provost_made") or get(other, "_provost_made")
    return plain and get(handle, "_provost_made")


def refuse(handle):
    raise UnexpectedObject(
        f"an object of the class {get(handle, '_provost_class')} came back where the test needs a plain value "
        "(if it should be an object, say as_object(…))"
    )


def _add_operators():
    def binary(name, *, reflected, plain):
        def operation(self, other):
            if not _may_operate(self, other, plain=plain):
                refuse(self)
            return operate(self, f"r-{name}" if reflected else name, other)

        return operation

    def unary(name):
        def operation(self):
            if not get(self, "_provost_made"):
                refuse(self)
            return operate(self, name)

        return operation

    arithmetic = {"add": "add", "sub": "sub", "mul": "mul", "matmul": "matmul", "truediv": "truediv", "floordiv": "floordiv"}
    arithmetic |= {"mod": "mod", "pow": "pow", "lshift": "lshift", "rshift": "rshift", "and": "and_", "or": "or_", "xor": "xor"}
    for name, function in arithmetic.items():
        setattr(Handle, f"__{name}__", binary(function, reflected=False, plain=True))
        setattr(Handle, f"__r{name}__", binary(function, reflected=True, plain=True))
    for name in ("lt", "le", "gt", "ge"):
        setattr(Handle, f"__{name}__", binary(name, reflected=False, plain=False))
    for name, function in {"neg": "neg", "pos": "pos", "invert": "invert", "abs": "abs"}.items():
        setattr(Handle, f"__{name}__", unary(function))


_add_operators()
