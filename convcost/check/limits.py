"""What a limit says: its side, its arithmetic, its words."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from ..language.demands import IN_BYTES, Limit, Published
from ..types import divided
from .measured import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..types import Number
    from .measured import Value


class Threshold(NamedTuple):
    """A bound as a quotient, so that shares stay exact, and what it is said to be."""

    above: int
    below: int
    text: str

    def excess(self, value: Number) -> Number:
        """What a value has beyond the bound, times `below`."""
        return value * self.below - self.above


class Cannot(Exception):
    """A demand that cannot be judged, with the reason."""


def sided(bounds: Mapping[str, Limit | tuple[Limit, ...]]) -> Iterator[tuple[str, str, Limit]]:
    """min, max, then warn, each with the side it bounds: warn goes with max, or with min where that is alone."""
    for word in ("min", "max", "warn"):
        limit = bounds.get(word)
        if isinstance(limit, Limit):
            lone_min = "min" in bounds and "max" not in bounds
            yield word, "min" if word == "min" or lone_min else "max", limit


def must(word: str, side: str) -> str:
    """The verb of a limit's sentence."""
    return f"{'should' if word == 'warn' else 'must'} be at {'least' if side == 'min' else 'most'}"


def within(value: Value, bound: Threshold, side: str) -> bool:
    """Whether a figure keeps to a bound, on every axis; the whole input is more than any number."""
    if value == EVERYTHING:
        return side == "min"
    worst = extreme(value, side)
    if worst is None:
        return False
    return bound.excess(worst) >= 0 if side == "min" else bound.excess(worst) <= 0


def extreme(value: Value, side: str) -> Number | None:
    """The axis on which a bound is hardest to keep; None for what is no number."""
    if isinstance(value, tuple):
        return min(value) if side == "min" else max(value)
    return value if isinstance(value, int) else None


def magnitude(value: Value) -> Number:
    """For sorting: the whole input first."""
    found = extreme(value, "max")
    return found if found is not None else 10**40 if value == EVERYTHING else -1


def quotient(factor: object, by: int, below: int) -> tuple[int, int]:
    """`factor * by / below` as two whole numbers; a factor may be a fraction."""
    numerator: int = factor.numerator  # type: ignore[attr-defined]
    denominator: int = factor.denominator  # type: ignore[attr-defined]
    return numerator * by, denominator * below


def holds(figure: Published | list[Published], value: Value) -> bool:
    """Whether a printed figure is a value, rounded half up or truncated to its digits; one stands for every axis."""
    if isinstance(figure, list):
        return isinstance(value, tuple) and len(figure) == len(value) and all(map(_printed, figure, value))
    if isinstance(value, str | None):
        return False
    return all(_printed(figure, one) for one in (value if isinstance(value, tuple) else (value,)))


def _printed(figure: Published, value: Number) -> bool:
    if figure.exact:
        return value == figure.value
    return figure.value in (
        value // figure.unit * figure.unit,
        (2 * value + figure.unit) // (2 * figure.unit) * figure.unit,
    )


def written(metric: str, value: Value | Number) -> str:
    """A figure as sentences have it, all digits."""
    if isinstance(value, tuple):
        return "x".join(map(str, value))
    if isinstance(value, int):
        return f"{value:,} B" if metric in IN_BYTES else f"{value:,}"
    return "none" if value is None else "the whole input" if value == EVERYTHING else str(value)


def share(part: Number, whole: int) -> str:
    """` (8.3 %)`, or nothing where there is no whole."""
    if whole <= 0:
        return ""
    tenths = (2000 * part + whole) // (2 * whole)
    return f" ({tenths // 10:,}.{tenths % 10} %)" if tenths else " (<0.1 %)"


def scopes(name: str) -> Iterator[str]:
    """A dotted name and every scope it lies in."""
    yield name
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


def beyond(metric: str, value: Value, bound: Threshold, side: str) -> str:
    """What a figure is, and by how much it is beyond its bound."""
    worst = extreme(value, side)
    if worst is None:
        return f"is {written(metric, value)}"
    sign, direction = (-1, "less") if side == "min" else (1, "more")
    excess: Number = divided(*quotient(sign * bound.excess(worst), 1, bound.below))
    if metric != "grid":  # all others are whole, their bounds need not be
        excess = ceil(excess)
    return (
        f"is {written(metric, value)}: {written(metric, excess)}{share(excess * bound.below, bound.above)} {direction}"
    )
