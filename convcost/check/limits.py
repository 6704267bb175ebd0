"""What a limit says: its form, its side, its arithmetic, its words."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from ..spec.demands import BOUNDS, IN_BYTES, PER_AXIS, Figure, Limit, json_name
from ..spec.reader import Scalar
from ..types import divided
from .measured import EVERYTHING, SUMS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..types import Number
    from .measured import Value

EACH = "each"


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


def check_form(metric: str, of: str | None, bounds: Mapping[str, Limit | tuple[Limit, ...]]) -> None:
    """What no network could meet, or what means nothing; raises Cannot."""
    name = json_name(metric)
    if name == "output":
        raise Cannot("output is a shape and has no limit; `expect` and `require` judge it")
    if of is not None and name not in (*SUMS, *PER_AXIS, "layers"):
        raise Cannot(f"{metric} is a figure of the whole network, so its budget must have no `of`")
    for word, found in bounds.items():
        for limit in found if isinstance(found, tuple) else [found]:
            _check_bound(metric, of, word, limit)
    _check_order(bounds)


def _check_bound(metric: str, of: str | None, word: str, limit: Limit) -> None:
    if limit.relative and metric in PER_AXIS:
        raise Cannot(f"a limit on {metric} must be a number of positions, but is {as_written(limit)}")
    if limit.relative == "%" and word != "max_increase" and of is None:
        raise Cannot(
            f"{as_written(limit)} is a share of the network's total, so it needs `of`: a layer, a glob or each"
        )
    if word == "max_increase" and (limit.relative == "x" or metric in PER_AXIS or of == EACH):
        what = as_written(limit) if limit.relative == "x" else "this figure" if metric in PER_AXIS else "each layer"
        raise Cannot(f"max_increase is a number or a percentage of one sum, but there is none of {what}")
    if of == EACH and limit.relative == "x":
        raise Cannot(f"{as_written(limit)} is of the baseline's sum, but each layer is judged alone")


def _check_order(bounds: Mapping[str, Limit | tuple[Limit, ...]]) -> None:
    """Bounds of one kind leave room between them."""
    low, high, warn = (bound if isinstance(bound := bounds.get(word), Limit) else None for word in BOUNDS)
    if low and high and low.relative == high.relative and low.value > high.value:
        raise Cannot(f"min {as_written(low)} must be at most max {as_written(high)}, but is above it")
    wanted = None
    if warn and high and warn.relative == high.relative and warn.value >= high.value:
        wanted = f"below max {as_written(high)}"
    elif warn and low and not high and warn.relative == low.relative and warn.value <= low.value:
        wanted = f"above min {as_written(low)}"
    if warn and wanted:
        raise Cannot(f"warn {as_written(warn)} must be {wanted}, but is not: it would never be told")


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


def holds(figure: Figure | list[Figure], value: Value) -> bool:
    """Whether a printed figure is a value, rounded half up or truncated to its digits; one stands for every axis."""
    if isinstance(figure, list):
        return isinstance(value, tuple) and len(figure) == len(value) and all(map(_printed, figure, value))
    if isinstance(value, str | None):
        return False
    return all(_printed(figure, one) for one in (value if isinstance(value, tuple) else (value,)))


def _printed(figure: Figure, value: Number) -> bool:
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


def as_written(limit: Limit) -> str:
    """A limit as the spec has it."""
    return limit.node.text if isinstance(limit.node, Scalar) else ""


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
