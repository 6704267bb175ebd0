"""The arithmetic allowed in a spec: exact, bounded before anything is computed, and nothing else.

Python's own parser reads the text; a whitelist over its tree decides what may stand there. Values are whole numbers,
fractions where a quotient is not whole, and booleans.
"""

from __future__ import annotations

import ast
import operator
import re
from functools import cache, lru_cache
from keyword import iskeyword
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from fractions import Fraction

    from .reading.located import Scalar

MAX_LENGTH = 1_000
MAX_NESTING = 50
MAX_DIGITS = 60
MAX_ITEMS = 8
"""Items of a list that a message shows."""
LIMIT = 10**15
"""The largest number, numerator or denominator."""


class Word:
    """A value that is a word: `relu`, `same`, the name of a layer. It remembers where it was written."""

    __slots__ = ("origin", "text")

    def __init__(self, text: str, origin: Scalar | None = None) -> None:
        self.text = text
        self.origin = origin

    def __str__(self) -> str:
        """For messages: a long one is cut."""
        return shortened(self.text)


class Unknown:
    """A value that an earlier error hides; what depends on it is skipped in silence."""


UNKNOWN = Unknown()

Value: TypeAlias = "int | Fraction | bool | Word | list[Any] | Unknown | None"
Scope: TypeAlias = "Mapping[str, Value]"
Compiled: TypeAlias = "Callable[[Scope], Any]"


class ExpressionError(Exception):
    """What is wrong with an expression; `offset` characters from its start. `word` is the word that got in."""

    def __init__(self, code: str, message: str, offset: int = 0, word: Word | None = None) -> None:
        self.code = code
        self.message = message
        self.offset = offset
        self.word = word
        super().__init__(message)


class Hidden(Exception):
    """The value depends on one that an earlier error hides."""


# Patterns are compiled when first used: most specs need few of them, and every start would pay for all.
_NUMBER = r"0x[0-9a-fA-F]+|0o[0-7]+|((?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE]([+-]?[0-9]+))?"
_NUMBERISH = r"(?<![\w.$])(?:0[xX]\w*|\.?[0-9](?:[eE][+-](?=[0-9])|:(?=[0-9])|[\w.])*)"
_LONE = r"([+-]?)([0-9.][^\s]*?)\s*(k|M|G|T|)"
_IDENTIFIER = r"(?<![\w.$])[A-Za-z_]\w*"
_ODD = r"[^ -~]|[#\\]|[0-9]\.?(?=[A-Za-z_])"
SUFFIXES = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
OPERATORS = frozenset(("and", "or", "not", "if", "else"))


@lru_cache(maxsize=4096)
def literal(text: str) -> int | Fraction | None:
    """The number a text is, with its suffix (`2k`), or None where it is something else."""
    if not text or text[0] not in "0123456789.+-":
        return None
    if text.isdecimal() and text.isascii() and (text[0] != "0" or text == "0") and len(text) < 16:
        return int(text)
    whole, point, decimals = text.partition(".")
    if point and whole.isdecimal() and decimals.isdecimal() and text.isascii() and (whole[0] != "0" or whole == "0"):
        return _bounded(_decimal(whole, decimals, 0))
    match = re.fullmatch(_LONE, text)
    if not match or not re.fullmatch(_NUMBER, match[2]):
        return None
    value = _plain(_exact(match[2]) * SUFFIXES[match[3]])
    return _bounded(-value if match[1] == "-" else value)


def _exact(text: str) -> int | Fraction:
    """A number as YAML 1.2 writes it, without rounding."""
    if text[:2] in ("0x", "0o"):
        if len(text) > MAX_DIGITS:
            _too_large()
        return int(text, 0)
    match = re.fullmatch(_NUMBER, text)
    assert match
    digits, _, decimals = match[1].partition(".")
    exponent = match[2] or "0"
    return _decimal(digits, decimals, int(exponent) if len(exponent) < 4 else MAX_DIGITS + 1)


def _decimal(digits: str, decimals: str, exponent: int) -> int | Fraction:
    """The number `digits.decimals * 10**exponent`."""
    if len(digits) + len(decimals) > MAX_DIGITS or abs(exponent) > MAX_DIGITS:
        _too_large()
    power = exponent - len(decimals)
    whole = int(digits + decimals or "0")
    return whole * 10**power if power >= 0 else _divide(whole, 10**-power)


def _divide(a: int | Fraction, b: int | Fraction) -> int | Fraction:
    if b == 0:
        raise ExpressionError("CC008", "division by zero")
    if isinstance(a, int) and isinstance(b, int) and a % b == 0:
        return a // b
    from fractions import Fraction

    return _plain(Fraction(a) / b)


def _plain(value: int | Fraction) -> int | Fraction:
    return value.numerator if value.denominator == 1 else value


def _too_large() -> NoReturn:
    raise ExpressionError("CC008", "numbers must stay within 10^15")


def _bounded(value: int | Fraction) -> int | Fraction:
    if not -LIMIT <= value.numerator <= LIMIT or value.denominator > LIMIT:
        _too_large()
    return value


def _floor_divide(a: Any, b: Any) -> Any:
    if b == 0:
        raise ExpressionError("CC008", "division by zero")
    return a // b


def _modulo(a: Any, b: Any) -> Any:
    if b == 0:
        raise ExpressionError("CC008", "division by zero")
    return a % b


def half_up(value: int | Fraction) -> int:
    """Rounded to whole, a half towards plus infinity.

    >>> half_up(3)
    3
    """
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def div8(value: int | Fraction) -> int:
    """MobileNetV2's rounding of channels: the nearest multiple of 8, at least 8, never more than 10 % below.

    >>> div8(33), div8(10)
    (32, 16)
    """
    result = max(8, int(value + 4) // 8 * 8)
    return result + 8 if 10 * result < 9 * value else result


_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: _divide,
    ast.FloorDiv: _floor_divide,
    ast.Mod: _modulo,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
FUNCTIONS: dict[str, tuple[Callable[..., Any], str]] = {
    "min": (min, "the smallest of its arguments"),
    "max": (max, "the largest of its arguments"),
    "round": (half_up, "to the nearest whole number, a half upwards"),
    "ceil": (lambda v: -(-v.numerator // v.denominator), "up to a whole number"),
    "floor": (lambda v: v.numerator // v.denominator, "down to a whole number"),
    "div8": (div8, "to a multiple of 8, at least 8 and at least 90 % (MobileNetV2's channels)"),
}
RESERVED = frozenset(("i", "in", "input", "cin", "true", "false", "null", *OPERATORS, *FUNCTIONS))
"""What cannot be a variable."""
MODERN = {"yes": "true", "on": "true", "no": "false", "off": "false"}
"""Booleans of YAML 1.1, as they are written today."""
CONSTANTS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


@cache
def compiled(text: str) -> Compiled:
    """An expression as a function of the variables; the text was checked to the last character.

    Raises ExpressionError.
    """
    if len(text) > MAX_LENGTH:
        message = f"an expression must be at most {MAX_LENGTH:,} characters long, but this one has {len(text):,}"
        raise ExpressionError("CC008", message)
    for odd in re.finditer(_ODD, text):
        if odd[0][0] not in "0123456789":
            raise ExpressionError("CC007", f"{odd[0]!r} must not stand in an expression", odd.start())
        _refuse_numbers(text)  # before Python's parser warns of 1if and 1.if
    return _Compiler(text).compile(_parsed(text), 0)


def _parsed(text: str) -> ast.expr:
    """The tree of an expression.

    Raises ExpressionError.
    """
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        _refuse_numbers(text)
    try:
        return ast.parse(_mangle(text), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        offset = (getattr(error, "offset", None) or 1) - 1
        if cut_in_two(text):
            raise ExpressionError("CC007", f"`{shortened(text)}` lacks a parenthesis; {QUOTE_COMMAS}") from None
        raise ExpressionError("CC007", f"`{shortened(text)}` is not an expression", min(offset, len(text))) from None


def _refuse_numbers(text: str, offset: int = 0) -> None:
    """Raise ExpressionError for the first number that YAML 1.2 does not know, saying what was probably meant."""
    for match in re.finditer(_NUMBERISH, text):
        if not re.fullmatch(_NUMBER, match[0]):
            message = f"{match[0]} is not a number{_intended(match[0])}"
            raise ExpressionError("CC006", message, offset + match.start())


QUOTE_COMMAS = 'inside { } and [ ] an expression with a comma must be quoted: {out: "max(8, c // 4)"}'


def cut_in_two(text: str) -> bool:
    """Whether a text is half of an expression that a comma has ended too soon."""
    return text.count("(") != text.count(")")


def shortened(text: str) -> str:
    """At most 60 characters of a text, for messages."""
    return text if len(text) <= 60 else f"{text[:57]}..."


def _mangle(text: str) -> str:
    """Names that are keywords of Python, but not of a spec (`class`, `from`), in the other case: offsets stay right."""
    return re.sub(_IDENTIFIER, lambda m: m[0] if m[0] in OPERATORS or not iskeyword(m[0]) else m[0].swapcase(), text)


def _intended(text: str) -> str:
    """What was probably meant by a number that YAML 1.2 does not know."""
    if text.isdecimal():
        return (
            f"; write {text.lstrip('0') or '0'}, or 0o{text.lstrip('0')} for octal" if text.strip("0") else "; write 0"
        )
    for separator in ("_", ":", "x", "X"):
        parts = text.split(separator)
        if len(parts) > 1 and all(part.isdecimal() for part in parts):
            return f"; write {''.join(parts)}" if separator == "_" else f"; write [{', '.join(parts)}]"
    return ""


class _Compiler:
    """Turns the whitelisted part of Python's tree into closures."""

    def __init__(self, text: str) -> None:
        self.text = text

    def compile(self, node: ast.expr, depth: int) -> Compiled:
        if depth > MAX_NESTING:
            raise ExpressionError("CC008", f"an expression must be nested at most {MAX_NESTING} deep", node.col_offset)
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            self._refuse(node)
        run: Compiled = method(node, depth + 1)
        return run

    def _refuse(self, node: ast.AST) -> NoReturn:
        offset = getattr(node, "col_offset", 0)
        part = self.text[offset : getattr(node, "end_col_offset", len(self.text))]
        what = _REFUSED.get(type(node).__name__, "this")
        raise ExpressionError("CC007", f"{what} must not stand in an expression: `{shortened(part)}`", offset)

    def _constant(self, node: ast.Constant, depth: int) -> Compiled:
        text = self.text[node.col_offset : node.end_col_offset]
        if text.isidentifier():
            return self._variable(text, node.col_offset)  # True and None are constants of Python, not of a spec
        if isinstance(node.value, complex):
            _refuse_numbers(text, node.col_offset)
        if not isinstance(node.value, (int, float)):
            self._refuse(node)
        if not text.isdecimal() or text[0] == "0":
            _refuse_numbers(text, node.col_offset)  # Python's parser also takes 1_000 and 0b1
        value = _bounded(_exact(text))
        return lambda scope: value

    def _name(self, node: ast.Name, depth: int) -> Compiled:
        return self._variable(self.text[node.col_offset : node.end_col_offset], node.col_offset)

    def _variable(self, name: str, offset: int) -> Compiled:
        if name in CONSTANTS:
            constant = CONSTANTS[name]
            return lambda scope: constant

        def look(scope: Scope) -> Value:
            try:
                value = scope[name]
            except KeyError:
                raise unknown_variable(name, offset) from None
            if isinstance(value, (Word, list)) or value is None:
                kind = "nothing" if value is None else "a list" if isinstance(value, list) else f"the word `{value}`"
                word = value if isinstance(value, Word) else None
                hint = modern(word.text) if word else ""
                raise ExpressionError("CC210", f"{name} is {kind}, but a number is wanted here{hint}", offset, word)
            if value is UNKNOWN:
                raise Hidden
            return value

        return look

    def _binop(self, node: ast.BinOp, depth: int) -> Compiled:
        if type(node.op) not in _ARITHMETIC:
            self._refuse(node)
        apply = _ARITHMETIC[type(node.op)]
        left, right, offset = self.compile(node.left, depth), self.compile(node.right, depth), node.col_offset

        def run(scope: Scope) -> Any:
            try:
                return _bounded(_plain(apply(left(scope), right(scope))))
            except ExpressionError as error:
                error.offset = error.offset or offset
                raise

        return run

    def _unaryop(self, node: ast.UnaryOp, depth: int) -> Compiled:
        operand = self.compile(node.operand, depth)
        if isinstance(node.op, ast.USub):
            return lambda scope: -operand(scope)
        if isinstance(node.op, ast.UAdd):
            return lambda scope: +operand(scope)
        if isinstance(node.op, ast.Not):
            return lambda scope: not truth(operand(scope))
        self._refuse(node)

    def _boolop(self, node: ast.BoolOp, depth: int) -> Compiled:
        values = [self.compile(value, depth) for value in node.values]
        if isinstance(node.op, ast.And):
            return lambda scope: all(truth(value(scope)) for value in values)
        return lambda scope: any(truth(value(scope)) for value in values)

    def _compare(self, node: ast.Compare, depth: int) -> Compiled:
        if any(type(op) not in _COMPARISONS for op in node.ops):
            self._refuse(node)
        tests = [_COMPARISONS[type(op)] for op in node.ops]
        operands = [self.compile(value, depth) for value in (node.left, *node.comparators)]

        def run(scope: Scope) -> bool:
            values = [value(scope) for value in operands]
            return all(test(a, b) for test, a, b in zip(tests, values, values[1:]))

        return run

    def _ifexp(self, node: ast.IfExp, depth: int) -> Compiled:
        test, then, other = (self.compile(part, depth) for part in (node.test, node.body, node.orelse))
        return lambda scope: then(scope) if truth(test(scope)) else other(scope)

    def _call(self, node: ast.Call, depth: int) -> Compiled:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in FUNCTIONS or node.keywords:
            known = ", ".join(FUNCTIONS)
            raise ExpressionError("CC007", f"the functions are {known}, but not `{shortened(name)}`", node.col_offset)
        several = name in ("min", "max")
        if not (len(node.args) == 1 or (several and node.args)):
            wanted = "at least one argument" if several else "one argument"
            raise ExpressionError("CC007", f"{name} takes {wanted}, but {len(node.args)} are given", node.col_offset)
        apply = FUNCTIONS[name][0]
        arguments = [self.compile(argument, depth) for argument in node.args]
        if several:
            return lambda scope: apply([argument(scope) for argument in arguments])
        return lambda scope: apply(arguments[0](scope))


_REFUSED = {
    "Attribute": "a name with a dot",
    "Subscript": "a subscript",
    "List": "a list",
    "Tuple": "a tuple",
    "Constant": "a text",
    "BinOp": "this operator",
    "UnaryOp": "this operator",
    "Compare": "this comparison",
}


def unknown_variable(name: str, offset: int = 0) -> ExpressionError:
    """The error for a name that no variable has; words of YAML 1.1 get their modern spelling."""
    if name.lower() in MODERN:
        return ExpressionError("CC006", f"{name} is neither a number nor a boolean{modern(name)}", offset)
    if name == "cin":
        message = "cin, the channels that enter a block, exists only inside a block"
        return ExpressionError("CC206", message, offset)
    return ExpressionError("CC206", f"there is no variable {shortened(name)}", offset)


def modern(word: str) -> str:
    """`; write true` for a boolean of YAML 1.1, or nothing."""
    return f"; write {MODERN[word.lower()]}" if word.lower() in MODERN else ""


def truth(value: Any) -> bool:
    """A boolean, or 0 or 1 that serve as one."""
    if value is True or value is False or value in (0, 1):
        return bool(value)
    raise ExpressionError("CC008", f"true or false is wanted here (0 and 1 serve), but the value is {shown(value)}")


def shown(value: Any, depth: int = 0) -> str:
    """A value as a spec would write it; fractions as decimals where that is exact. Of a list its beginning: variables
    in variables make lists of any size.

    >>> shown(True), shown([1, 2])
    ('true', '[1, 2]')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        if depth > 1:
            return "[...]"
        parts = [shown(item, depth + 1) for item in value[:MAX_ITEMS]]
        return f"[{', '.join(parts)}{', ...' if len(value) > MAX_ITEMS else ''}]"
    if value is None:
        return "nothing"
    if isinstance(value, Unknown):
        return "?"
    if isinstance(value, (int, Word)):
        return str(value)
    for places in range(1, 7):
        if 10**places % value.denominator == 0:
            digits = value.numerator * 10**places // value.denominator
            sign, whole = ("-" if digits < 0 else ""), f"{abs(digits):0{places + 1}d}"
            return f"{sign}{whole[:-places]}.{whole[-places:]}"
    return f"{value.numerator}/{value.denominator}"
