"""Operations to try: from the examples of their docstrings, from YAML, and at random."""

from __future__ import annotations

import inspect
from fractions import Fraction
from itertools import product
from random import Random
from typing import TYPE_CHECKING, Any

import yaml

from convcost import ops
from convcost.ops.core.fields import Choice, Decl, Flag, Numeric, Padding, PerAxis, Reference, Span
from convcost.ops.core.operation import Composite, Op
from convcost.types import Shape

if TYPE_CHECKING:
    from convcost.errors import Complaint
    from convcost.ops.core.axis import Axis

WORDS = ops.names()
PLACED = tuple(word for word in WORDS if not issubclass(ops.find(word), Composite))
"""Those that have axes of their own."""

Case = tuple[Op, tuple[Shape, ...]]


def made(word: str, value: Any = None, **fields: Any) -> Op:
    """An operation from what YAML gives for `word: value`."""
    kind = ops.find(word)
    assert kind is not None, word
    if isinstance(value, dict):
        fields |= value
    elif value is not None and not kind.merges:
        assert kind.main, f"{word} takes no lone value"
        fields[kind.main] = value
    return kind(**{name: _exact(field) for name, field in fields.items()})


def _exact(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_exact(item) for item in value)
    return Fraction(str(value)) if isinstance(value, float) else value


def step(text: str) -> Op:
    """The operation that one step of a spec writes."""
    value = yaml.safe_load(text)
    return made(value) if isinstance(value, str) else made(*next(iter(value.items())))


def sections(kind: type[Op]) -> dict[str, list[str]]:
    """The parts of a docstring: its text under "", then each section's lines."""
    found: dict[str, list[str]] = {"": []}
    name = ""
    for line in inspect.cleandoc(kind.__doc__ or "").splitlines():
        head, colon, rest = line.partition(":")
        if colon and head in ("Formulas", "Example", "Source"):
            name = head
            found[name] = [rest.strip()] if rest.strip() else []
        elif line.strip():
            found[name].append(line.strip())
    return found


def example(word: str) -> Case:
    """The worked example of a docstring: the shapes of the inputs, then a chain of steps whose last is meant."""
    kind = ops.find(word)
    assert kind is not None
    shapes, *steps = sections(kind)["Example"]
    inputs = tuple(tuple(yaml.safe_load(shape)) for shape in shapes.split(" and "))
    *before, last = (step(text) for text in steps)
    for op in before:
        source = (op, inputs)
        inputs = (op.shape(*inputs),)
        last = last.bind(source)
    if before:
        inputs *= 2
    return last, inputs


def dice(seed: object) -> Random:
    return Random(str(seed))


def random_case(word: str, rng: Random) -> Case:
    """An operation with fields and inputs that nothing is wrong with."""
    kind = ops.find(word)
    assert kind is not None
    while True:
        rank = rng.choice([0, 1, 2, 2, 3] if kind.flat else [1, 2, 2, 3])
        shape = (rng.choice([1, 2, 3, 4, 6, 8]), *(rng.randint(1, 9) for _ in range(rank)))
        op = kind(**{name: _random_value(decl, rank, rng) for name, decl in kind.fields.items()})
        inputs = _random_inputs(op, shape, rng)
        if word == "max_unpool":
            pool, inputs = random_case("max_pool", rng)
            op, inputs = op.bind((pool, inputs)), (pool.shape(*inputs),) * 2
        if not complaints(op, *inputs):
            return op, inputs


def random_cases(word: str, count: int) -> list[Case]:
    rng = dice(word)
    return [random_case(word, rng) for _ in range(count)]


def _random_inputs(op: Op, shape: Shape, rng: Random) -> tuple[Shape, ...]:
    if op.merges:
        return (shape,) * rng.randint(2, 4)
    if getattr(op, "like", None):
        return shape, (rng.randint(1, 4), *(rng.randint(1, n) for n in shape[1:]))
    return (shape,)


def _random_value(decl: Decl, rank: int, rng: Random) -> Any:
    if decl.default is None and not decl.required and rng.random() < 0.6:
        return None
    return _DRAWN[type(decl)](decl, rank, rng)


def _padding(decl: Padding, rank: int, rng: Random) -> Any:
    if decl.choices and rng.random() < 0.3:
        return rng.choice(decl.choices)
    pair = rng.random() < 0.3
    return _one_or_each(rank, rng, lambda: (rng.randint(0, 2), rng.randint(0, 2)) if pair else rng.randint(0, 3))


def _number(decl: Numeric, rank: int, rng: Random) -> Any:
    return rng.randint(decl.minimum, 6) if decl.whole else Fraction(rng.randint(0, 9), 10)


_DRAWN: dict[type[Decl], Any] = {
    Numeric: _number,
    PerAxis: lambda decl, rank, rng: _one_or_each(rank, rng, lambda: _axis_number(decl, rng)),
    Padding: _padding,
    Flag: lambda decl, rank, rng: rng.random() < 0.5,
    Choice: lambda decl, rank, rng: rng.choice(decl.choices),
    Span: lambda decl, rank, rng: (rng.randint(0, 3), rng.randint(1, 6)),
    Reference: lambda decl, rank, rng: "other",
}


def _axis_number(decl: PerAxis, rng: Random) -> Any:
    return rng.randint(decl.minimum, 4) if decl.whole else Fraction(rng.randint(1, 12), rng.randint(1, 5))


def _one_or_each(rank: int, rng: Random, draw: Any) -> Any:
    value = draw()
    if isinstance(value, tuple) or rng.random() < 0.4:
        return (value, *(draw() for _ in range(rank - 1)))
    return value


def complaints(op: Op, *inputs: Shape) -> list[Complaint]:
    """All that is wrong, in the order in which it is asked."""
    for ask in (op.form, lambda: op.complaints(*inputs), lambda: op.check(*inputs)):
        found = list(ask())
        if found:
            return found
    return []


def message(op: Op, *inputs: Shape) -> tuple[str, str, str]:
    """The only complaint."""
    found = complaints(op, *inputs)
    assert len(found) == 1, found
    return tuple(found[0])


def inside(axis: Axis, o: int) -> list[int]:
    """The positions of the input that position `o` reads, padding left out."""
    return [i for i in axis.reads(o) if 0 <= i < axis.n]


def positions(*sizes: int) -> product[tuple[int, ...]]:
    return product(*(range(n) for n in sizes))
