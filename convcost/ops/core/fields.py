"""What a field of an operation may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from fractions import Fraction

    from ...types import Number


T = TypeVar("T")


Axes: TypeAlias = "int | tuple[int, ...]"
"""One whole number for all axes, or one per axis."""


Scale: TypeAlias = "int | Fraction | tuple[int | Fraction, ...]"


Sides: TypeAlias = "int | tuple[int | tuple[int, int], ...]"
"""One number for all sides, one per axis, or ``(before, after)`` per axis."""


Pads: TypeAlias = "Sides | str"
"""`Sides`, or one of the words `valid`, `same`, `same_lower`."""


SAME = ("same", "same_lower")


AXIS_NAMES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}


class Decl:
    """The declaration of one field: what it means, what it may be, what it is when left out."""

    __slots__ = ("choices", "default", "doc", "kind", "minimum", "required", "whole")

    def __init__(
        self,
        kind: str,
        doc: str,
        default: object = ...,
        minimum: int = 0,
        choices: tuple[str, ...] = (),
        whole: bool = True,
    ) -> None:
        self.kind = kind
        self.doc = doc
        self.required = default is ...
        self.default = None if default is ... else default
        self.minimum = minimum
        self.choices = choices
        self.whole = whole


# The declaring functions say what mypy sees, so a field has the type of its values, not that of its declaration.
def count(doc: str, *, default: Any = ..., minimum: int = 1) -> Any:
    """A whole number."""
    return Decl("count", doc, default, minimum)


def number(doc: str, *, default: Any = ..., minimum: int = 0) -> Any:
    """A number that need not be whole."""
    return Decl("number", doc, default, minimum, whole=False)


def axes(doc: str, *, default: Any = ..., minimum: int = 1, whole: bool = True) -> Any:
    """One number for all axes or one per axis."""
    return Decl("axes", doc, default, minimum, whole=whole)


def padding(doc: str, *, default: Any = ..., choices: tuple[str, ...] = ("valid", *SAME)) -> Any:
    """One number for all sides, one per axis, ``[before, after]`` per axis, or one of the words."""
    return Decl("padding", doc, default, 0, choices)


def flag(doc: str, *, default: Any = ...) -> Any:
    """true or false."""
    return Decl("flag", doc, default)


def choice(doc: str, *choices: str, default: Any = ...) -> Any:
    """One of some words."""
    return Decl("choice", doc, default, choices=choices)


def reference(doc: str, *, default: Any = ...) -> Any:
    """The name of a layer; its output becomes one more input of the operation."""
    return Decl("reference", doc, default)


def span(doc: str, *, default: Any = ...) -> Any:
    """``[from, to)``: two whole numbers."""
    return Decl("span", doc, default)


def per_axis(value: T | tuple[T, ...], rank: int) -> tuple[T, ...]:
    """One value for each of `rank` axes.

    >>> per_axis(3, 2)
    (3, 3)
    """
    return value if isinstance(value, tuple) else (value,) * rank


def abreast(*values: Any) -> list[tuple[Any, ...]]:
    """Several fields axis by axis, without an input that says how many axes there are: as many as one of them has.

    >>> abreast(3, (1, 2))
    [(3, 1), (3, 2)]
    """
    rank = max([len(value) for value in values if isinstance(value, tuple)], default=1)
    return list(zip(*[per_axis(value, rank) for value in values]))


def axis_name(rank: int, axis: int) -> str:
    """What people call an axis.

    >>> axis_name(2, 0)
    'height'
    """
    return AXIS_NAMES[rank][axis]


def by(value: Number | tuple[Number, ...], rank: int = 2) -> str:
    """Numbers per axis as people write them.

    >>> by(3), by((1, 7))
    ('3x3', '1x7')
    """
    numbers: tuple[Number, ...] = per_axis(value, rank)
    return "x".join(plain(number) for number in numbers)


def plain(number: Number) -> str:
    """A number as people write it: decimals where they are exact.

    >>> from fractions import Fraction
    >>> plain(Fraction(3, 2)), plain(Fraction(1, 3)), plain(2)
    ('1.5', '1/3', '2')
    """
    if isinstance(number, int):
        return str(number)
    decimal = f"{float(number):g}"
    return decimal if type(number)(decimal) == number else str(number)
