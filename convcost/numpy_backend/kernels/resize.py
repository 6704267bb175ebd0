from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ...types import volume
from ..arrays import channels_first, channels_last, per_axis, shrinking_first
from .core.kernel import has

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...types import Shape
    from ..arrays import Array
    from ..meter import Meter

BLOCK = 1 << 16
"""Elements of the result at a time."""


def resize_work(shapes: Sequence[Shape], output: Shape, **_: Any) -> int:
    """What is between the axes, and whole numbers, of any size, for the positions of one."""
    return 2 * max(volume(shapes[0]), volume(output)) + 24 * max(shapes[0][1:])


@has(shape_of="like")
def resize(
    meter: Meter,
    inputs: Sequence[Array],
    weights: Mapping[str, Array],
    *,
    scale: Any,
    size: Any,
    like: Shape | None,
    mode: str,
    align_corners: bool,
) -> Array:
    """Values between positions, one axis after the other; by scale, to a size, or to the sizes in `like`."""
    y = channels_last(inputs[0])
    sizes, rank = y.shape[:-1], y.ndim - 1
    to = per_axis(like or size, rank)
    laid = [
        _scaled(n, Fraction(s)) if m is None else Grid(n, m, m, n) for n, s, m in zip(sizes, per_axis(scale, rank), to)
    ]
    for axis in shrinking_first(sizes, [grid.m for grid in laid]):
        grid = laid[axis]
        if mode != "nearest":
            grid = grid.of_ends() if align_corners else grid.of_centres()
        along = np.moveaxis(y, axis, 0)
        found = np.empty((grid.m, *along.shape[1:]), y.dtype)
        rows = max(1, BLOCK * grid.m // found.size)
        for first in range(0, grid.m, rows):
            lower, rest = grid.below(first, min(first + rows, grid.m))
            if mode == "nearest":
                found[first : first + rows] = along[lower]
            else:
                _between(meter, along, lower, rest, found[first : first + rows])
        y = np.moveaxis(found, 0, axis)
    return channels_first(y)


class Grid(NamedTuple):
    """n marks on a line, `apart` from each other, the first at 0, and m places, `step` from each other, of which the
    first lies at `start`. All are whole numbers."""

    n: int
    m: int
    apart: int
    step: int
    start: int = 0

    def of_centres(self) -> Grid:
        """What began at the same end, centre on centre: half a step less half of what lies between marks."""
        return Grid(self.n, self.m, 2 * self.apart, 2 * self.step, self.step - self.apart)

    def of_ends(self) -> Grid:
        """The first place on the first mark, and the last on the last."""
        return Grid(self.n, self.m, max(self.m - 1, 1), self.n - 1)

    def below(self, first: int, end: int) -> tuple[Array, Array]:
        """For the places from `first` up to `end` the last mark at or below each, and what is left from there to the
        place, in parts of `apart`; outside the marks the nearest one, and nothing."""
        whole = max(self.n * self.apart, abs(self.start) + self.m * self.step) < 1 << 62
        count = np.arange if whole else _as_objects
        marks, places = count(0, self.n) * self.apart, count(first, end) * self.step + self.start
        lower = np.maximum(np.searchsorted(marks, places, "right") - 1, 0)
        rest = np.clip(places - marks[lower], 0, None)
        rest[lower == self.n - 1] = 0
        return lower, rest / self.apart


def _as_objects(first: int, end: int) -> Array:
    """Whole numbers of any size."""
    return np.array(range(first, end), object)


def _scaled(n: int, scale: Fraction) -> Grid:
    """So many times as many places as there are marks: as many as have all of their step on the line."""
    apart, step = scale.numerator, scale.denominator
    return Grid(n, len(range(step, n * apart + 1, step)), apart, step)


def _between(meter: Meter, x: Array, lower: Array, rest: Array, y: Array) -> None:
    """Along the first axis: on a position its value, between two the mean by distance. What has no weight is not read:
    zero times NaN would be NaN."""
    y[...] = x[lower]
    mixed = np.flatnonzero(rest)
    if mixed.size:
        share = rest[mixed].astype(x.dtype).reshape(-1, *[1] * (x.ndim - 1))
        upper = x[lower[mixed] + 1]
        y[mixed] = meter.multiply(y[mixed], 1 - share) + meter.multiply(upper, share)
