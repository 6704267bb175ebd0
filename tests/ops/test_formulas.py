"""The formulas that a docstring shows are those the methods compute."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from convcost import ops
from tests.ops.samples import WORDS, example, random_cases, sections

if TYPE_CHECKING:
    from convcost.ops.core.operation import Op
    from convcost.types import Shape

FUNCTIONS = {"min": min, "max": max, "floor": math.floor, "ceil": math.ceil, "round": round}
METHODS = ("params", "macs", "elementwise")


def formulas(word: str) -> list[tuple[str, str]]:
    kind = ops.find(word)
    assert kind is not None
    lines = sections(kind).get("Formulas", [])
    return [(left, right) for left, _, right in (line.partition(" = ") for line in lines)]


def evaluated(formula: str, numbers: dict[str, Any]) -> Any:
    """The value of a formula; divisions are exact."""
    names = {name.replace("'", "_prime"): Fraction(value) for name, value in numbers.items()}
    text = re.sub(r"\b(\d+)\b", r"Fraction(\1)", formula.replace("'", "_prime"))
    return eval(text, {"__builtins__": {}, "Fraction": Fraction, **FUNCTIONS}, names)  # noqa: S307 - our own docstrings


def computed(name: str, op: Op, inputs: tuple[Shape, ...]) -> Any:
    if name in METHODS:
        return getattr(op, name)(*inputs)
    return op.shape(*inputs)[1] if name == "size" else op.quantities(*inputs)[name]


WITH_FORMULAS = [word for word in WORDS if formulas(word)]


@pytest.mark.parametrize("word", WITH_FORMULAS)
def test_formulas_agree_with_the_methods(word):
    for op, inputs in [example(word), *random_cases(word, 40)]:
        numbers = op.quantities(*inputs)
        for name, formula in formulas(word):
            assert evaluated(formula, numbers) == computed(name, op, inputs), (name, op, inputs, numbers)


@pytest.mark.parametrize("word", WORDS)
def test_every_number_is_exact(word):
    for op, inputs in random_cases(word, 5):
        figures = [op.params(*inputs), op.macs(*inputs), op.useful_macs(*inputs), op.elementwise(*inputs)]
        assert all(type(figure) is int for figure in (*figures, *op.shape(*inputs))), op
        assert all(type(number) in (int, Fraction) for number in op.quantities(*inputs).values()), op


def test_a_wrong_formula_is_seen():
    op, inputs = example("conv")
    assert evaluated("C * out * taps * positions + 1", op.quantities(*inputs)) != op.macs(*inputs)


def test_a_worked_example():
    op, inputs = example("conv_transpose")
    numbers = op.quantities(*inputs)
    wanted = {"C": 64, "out": 32, "n": 28, "kernel": 4, "stride": 2, "pads": 2, "k'": 4, "taps": 16, "positions": 784}
    assert {name: numbers[name] for name in wanted} == wanted
    assert op.shape(*inputs) == (32, 56, 56)
    assert op.macs(*inputs) == 64 * 32 * 16 * 784
