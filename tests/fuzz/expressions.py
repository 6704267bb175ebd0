"""Expressions against Python's fractions: the same tree, computed here without a bound and checked for ours."""

from __future__ import annotations

import ast
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from convcost.language.expressions import LIMIT, ExpressionError, compiled
from tests.fuzz.kind import SPEC, Case, Kind, written
from tests.fuzz.running import SECONDS, Hang, time_limit
from tests.fuzz.texts import bytes_changed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from tests.fuzz.kind import Asker

SCOPE = {"n": 3, "half": Fraction(1, 2), "big": 10**9, "yes_": True, "zero": 0}
DAMAGED = 0.3
"""The share of expressions that are damaged, in a document of their own; only places and exit codes are judged then."""


class Refused(Exception):
    """What ours has to refuse: a division by zero, a number beyond the bound, no truth value."""


def text(rng: Random, depth: int = 0) -> str:
    """An expression, as people write them: parentheses where needed and where not, and spaces at will."""
    draw = rng.random()
    if depth > 4 or draw < 0.25:
        return rng.choice(
            [*SCOPE, "true", "false", "0", "1", "2", "7", "0.5", "1.15", "1e3", "0x10", ".25", "10", "999999"]
        )
    inner = [text(rng, depth + 1) for _ in range(3)]
    space = rng.choice(["", " ", " ", "  "])
    if draw < 0.65:
        return f"({inner[0]}){space}{rng.choice(['+', '-', '*', '/', '//', '%'])}{space}({inner[1]})"
    if draw < 0.72:
        return f"{inner[0]} {rng.choice(['+', '-', '*', '/', '//', '%'])} {inner[1]}"
    if draw < 0.78:
        return rng.choice([f"-{inner[0]}", f"+{inner[0]}", f"- -{inner[0]}", f"(not {inner[0]})"])
    if draw < 0.84:
        signs = [rng.choice(["<", "<=", ">", ">=", "==", "!="]) for _ in range(2)]
        return (
            f"({inner[0]} {signs[0]} {inner[1]})"
            if rng.random() < 0.7
            else f"({inner[0]} {signs[0]} {inner[1]} {signs[1]} {inner[2]})"
        )
    if draw < 0.89:
        return f"({inner[0]} {rng.choice(['and', 'or'])} {inner[1]})"
    if draw < 0.94:
        return f"({inner[0]} if {inner[1]} else {inner[2]})"
    name = rng.choice(["min", "max", "round", "ceil", "floor", "div8"])
    count = rng.randint(1, 3) if name in ("min", "max") else 1
    return f"{name}({', '.join(inner[:count])})"


def value(node: ast.expr, source: str) -> Any:
    """What an expression is worth. Raises Refused."""
    match node:
        case ast.Constant():
            written_ = source[node.col_offset : node.end_col_offset]
            return _checked(Fraction(int(written_, 0)) if written_.startswith("0x") else Fraction(written_))
        case ast.Name():
            return {**SCOPE, "true": True, "false": False}[node.id]
        case ast.UnaryOp(op=ast.Not()):
            return not _truth(value(node.operand, source))
        case ast.UnaryOp():
            operand = value(node.operand, source)
            return -operand if isinstance(node.op, ast.USub) else +operand
        case ast.BinOp():
            return _checked(_joined(node.op, value(node.left, source), value(node.right, source)))
        case ast.BoolOp():
            stop = isinstance(node.op, ast.Or)
            for part in node.values:
                if _truth(value(part, source)) == stop:
                    return stop
            return not stop
        case ast.Compare():
            values = [value(part, source) for part in (node.left, *node.comparators)]
            return all(_compared(sign, a, b) for sign, a, b in zip(node.ops, values, values[1:]))
        case ast.IfExp():
            return value(node.body if _truth(value(node.test, source)) else node.orelse, source)
        case ast.Call(func=ast.Name()):
            return _called(node.func.id, [value(part, source) for part in node.args])
    raise AssertionError(ast.dump(node))


def _joined(sign: ast.operator, a: Any, b: Any) -> Any:
    a, b = Fraction(a), Fraction(b)
    if isinstance(sign, (ast.Div, ast.FloorDiv, ast.Mod)) and b == 0:
        raise Refused
    match sign:
        case ast.Add():
            return a + b
        case ast.Sub():
            return a - b
        case ast.Mult():
            return a * b
        case ast.Div():
            return a / b
        case ast.FloorDiv():
            return Fraction(floor(a / b))
    return a - b * floor(a / b)


def _compared(sign: ast.cmpop, a: Any, b: Any) -> bool:
    match sign:
        case ast.Lt():
            return bool(a < b)
        case ast.LtE():
            return bool(a <= b)
        case ast.Gt():
            return bool(a > b)
        case ast.GtE():
            return bool(a >= b)
        case ast.Eq():
            return bool(a == b)
    return bool(a != b)


def _called(name: str, arguments: list[Any]) -> Any:
    first = Fraction(arguments[0])
    match name:
        case "min" | "max":
            return (min if name == "min" else max)(map(Fraction, arguments))
        case "round":
            return floor(first + Fraction(1, 2))
        case "ceil":
            return ceil(first)
        case "floor":
            return floor(first)
    nearest = max(8, floor((first + 4) / 8) * 8)  # MobileNetV2's _make_divisible
    return nearest + 8 if nearest < Fraction(9, 10) * first else nearest


def _truth(found: Any) -> bool:
    if found not in (0, 1):
        raise Refused
    return bool(found)


def _checked(found: Any) -> Any:
    if abs(found.numerator) > LIMIT or found.denominator > LIMIT:
        raise Refused
    return found


def expected(source: str) -> Any:
    try:
        return value(ast.parse(source, mode="eval").body, source)
    except Refused:
        return "refused"


def ours(source: str) -> Any:
    try:
        return compiled(source)(SCOPE)
    except ExpressionError as error:
        return "refused" if error.code == "CC008" and 0 <= error.offset <= len(source) else f"{error.code}: {error}"


def make(rng: Random) -> Case:
    source = text(rng)
    while len(source) > 900:
        source = text(rng)
    if rng.random() > DAMAGED:
        return Case(source.encode())
    broken = bytes_changed(source.encode(), rng) if rng.random() < 0.8 else source.encode()
    where = rng.choice(
        [
            b"layers:\n  - pointwise: %s\n",
            b"layers: [{relu: , if: %s}]\n",
            b"layers:\n  - {repeat: 2, relu: , name: r$(%s)}\n",
        ]
    )
    quoted = rng.choice([b"%s", b"'%s'", b'"%s"', b">\n   %s"])
    head = b"vars: {n: 3, half: 1 / 2, big: 1e9, yes_: true, zero: 0}\ninput: [2, 4, 4]\n"
    return Case(head + where % (quoted % broken), ("analyze", SPEC))


def wrong(case: Case, asker: Asker) -> Iterator[str]:
    if case.words:
        asker.ask(case.words, documents=written(case.document))
        yield from asker.found
        return
    asker.calls += 1
    source = case.document.decode()
    try:
        with time_limit(SECONDS):
            found = ours(source)
    except (Exception, Hang) as failure:  # noqa: BLE001 (whatever comes out is what is looked for)
        yield f"{type(failure).__name__}: {failure}"
        return
    right = expected(source)
    if found != right:
        yield f"is {found}, but Python's fractions say {right}"


KIND = Kind("expressions", make, wrong)
