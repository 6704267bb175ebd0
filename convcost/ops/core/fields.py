"""What a field of an operation may be: each kind converts what is written, and says in words and as JSON Schema what
that may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence
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


class Written(Protocol):
    """What is written for a field. A kind asks it for what it wants; where that is not there, it fails at its place."""

    def word(self, choices: tuple[str, ...] = ()) -> str:
        """A word, taken as it is written; one of `choices` where there are any."""

    def word_or_number(self, choices: tuple[str, ...]) -> str | None:
        """One of some words; None for what may be a number."""

    def truth(self) -> bool:
        """true or false."""

    def number(self, minimum: int, whole: bool) -> Number:
        """A number within its bounds."""

    def items(self) -> Sequence[Written] | None:
        """The values of a list; None for what is none."""

    def shown(self) -> str:
        """The value as people write it."""

    def fail(self, code: str, message: str) -> NoReturn:
        """Say what is wrong with it, and give up; the message goes on where the field's name ends."""


class Decl:
    """The declaration of one field: what it means, what it may be, what it is when left out."""

    verbatim: ClassVar[bool] = False
    """A word, taken as it is written: a variable of that name does not matter."""
    refers: ClassVar[bool] = False
    """Names a layer, whose output becomes one more input."""
    per_axis: ClassVar[bool] = False
    """One value for all axes, or one per axis."""
    choices: tuple[str, ...] = ()
    """The words that it may be."""

    def __init__(self, doc: str, default: object = ...) -> None:
        self.doc = doc
        self.required = default is ...
        self.default = None if default is ... else default

    def convert(self, written: Written) -> Any:
        """The value of what is written."""
        raise NotImplementedError

    def forms(self) -> str:
        """What may be written, in words, where that is worth a word."""
        return ""

    def schema(self) -> dict[str, Any]:
        """What may be written, as JSON Schema."""
        raise NotImplementedError

    def spelled_out(self, value: Any, rank: int) -> Any:
        """A value with all that a short form leaves out, on so many axes: `3` is `[3, 3]`."""
        return value


class Flag(Decl):
    """true or false."""

    def convert(self, written: Written) -> bool:
        return written.truth()

    def schema(self) -> dict[str, Any]:
        return {"type": ["number", "string", "boolean"]}


class Reference(Decl):
    """The name of a layer."""

    verbatim = True
    refers = True

    def convert(self, written: Written) -> str:
        return written.word()

    def schema(self) -> dict[str, Any]:
        return {"type": "string"}


class Choice(Decl):
    """One of some words."""

    verbatim = True

    def __init__(self, doc: str, default: object, choices: tuple[str, ...]) -> None:
        super().__init__(doc, default)
        self.choices = choices

    def convert(self, written: Written) -> str:
        return written.word(self.choices)

    def forms(self) -> str:
        return f"one of {', '.join(self.choices)}"

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"enum": list(self.choices)}, {"type": "string", "pattern": r"\$"}]}


class Numeric(Decl):
    """A number of at least `minimum`, `whole` or not."""

    def __init__(self, doc: str, default: object = ..., minimum: int = 0, whole: bool = True) -> None:
        super().__init__(doc, default)
        self.minimum = minimum
        self.whole = whole

    def number(self, written: Written) -> Number:
        """A number within its bounds."""
        return written.number(self.minimum, self.whole)

    def number_schema(self) -> dict[str, Any]:
        """A number within its bounds, or an expression."""
        return {"type": ["integer" if self.whole else "number", "string"], "minimum": self.minimum}

    def convert(self, written: Written) -> Any:
        return self.number(written)

    def schema(self) -> dict[str, Any]:
        return self.number_schema()


class Span(Numeric):
    """``[from, to)``: two numbers."""

    def convert(self, written: Written) -> tuple[Number, ...]:
        items = written.items()
        if items is None:
            written.fail("CC005", f"must be a list [from, to), but is {written.shown()}")
        values = tuple([self.number(item) for item in items])
        if len(values) != 2:
            written.fail("CC005", f"must be a list [from, to), but has {len(values)} values")
        return values

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [_pair(self.number_schema()), {"type": "string"}]}


class PerAxis(Numeric):
    """One number for all axes or one per axis."""

    per_axis = True

    def convert(self, written: Written) -> Any:
        items = written.items()
        if items is None:
            return self.number(written)
        values = tuple([self.one(item) for item in items])
        if not values:
            written.fail("CC005", "must be one number or one per axis, but this list is empty")
        return values

    def one(self, written: Written) -> Any:
        """The value of one axis."""
        return self.number(written)

    def one_schema(self) -> dict[str, Any]:
        """The value of one axis, as JSON Schema."""
        return self.number_schema()

    def schema(self) -> dict[str, Any]:
        each = {"type": "array", "items": self.one_schema(), "minItems": 1, "maxItems": 3}
        return {"anyOf": [self.number_schema(), each]}

    def spelled_out(self, value: Any, rank: int) -> Any:
        return value if value is None or isinstance(value, str) else per_axis(value, rank)


class Padding(PerAxis):
    """One number for all sides, one per axis, ``[before, after]`` per axis, or one of some words."""

    def __init__(self, doc: str, default: object, choices: tuple[str, ...]) -> None:
        super().__init__(doc, default)
        self.choices = choices

    def convert(self, written: Written) -> Any:
        word = written.word_or_number(self.choices) if self.choices else None
        return super().convert(written) if word is None else word

    def one(self, written: Written) -> Any:
        sides = written.items()
        if sides is None:
            return self.number(written)
        if len(sides) != 2:
            written.fail("CC005", f"takes pairs [before, after], but {written.shown()} is none")
        return tuple([self.number(side) for side in sides])

    def one_schema(self) -> dict[str, Any]:
        number = self.number_schema()
        return {"anyOf": [number, _pair(number)]}

    def forms(self) -> str:
        return "one number, one per axis, or [before, after] per axis" + "".join(f", or {c}" for c in self.choices)

    def schema(self) -> dict[str, Any]:
        schema = super().schema()
        return {"anyOf": [*schema["anyOf"], {"enum": list(self.choices)}]} if self.choices else schema

    def spelled_out(self, value: Any, rank: int) -> Any:
        each = super().spelled_out(value, rank)
        return tuple([per_axis(sides, 2) for sides in each]) if isinstance(each, tuple) else each


def _pair(number: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": number, "minItems": 2, "maxItems": 2}


# The declaring functions say what mypy sees, so a field has the type of its values, not that of its declaration.
def count(doc: str, *, default: Any = ..., minimum: int = 1) -> Any:
    """A whole number."""
    return Numeric(doc, default, minimum)


def number(doc: str, *, default: Any = ..., minimum: int = 0) -> Any:
    """A number that need not be whole."""
    return Numeric(doc, default, minimum, whole=False)


def axes(doc: str, *, default: Any = ..., minimum: int = 1, whole: bool = True) -> Any:
    """One number for all axes or one per axis."""
    return PerAxis(doc, default, minimum, whole)


def padding(doc: str, *, default: Any = ..., choices: tuple[str, ...] = ("valid", *SAME)) -> Any:
    """One number for all sides, one per axis, ``[before, after]`` per axis, or one of the words."""
    return Padding(doc, default, choices)


def flag(doc: str, *, default: Any = ...) -> Any:
    """true or false."""
    return Flag(doc, default)


def choice(doc: str, *choices: str, default: Any = ...) -> Any:
    """One of some words."""
    return Choice(doc, default, choices)


def reference(doc: str, *, default: Any = ...) -> Any:
    """The name of a layer; its output becomes one more input of the operation."""
    return Reference(doc, default)


def span(doc: str, *, default: Any = ...) -> Any:
    """``[from, to)``: two whole numbers."""
    return Span(doc, default)


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
