from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from .arrays import channels_first, channels_last, per_axis
from .kernel import has

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..types import Shape
    from .arrays import Array
    from .meter import Meter


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
    rank = y.ndim - 1
    for axis, (factor, wanted) in enumerate(zip(per_axis(scale, rank), per_axis(like or size, rank))):
        n = y.shape[axis]
        step = Fraction(n, wanted) if factor is None else 1 / Fraction(factor)
        m = int(n * factor) if wanted is None else wanted
        along = np.moveaxis(y, axis, 0)
        if mode == "nearest":
            y = along[[int(o * step) for o in range(m)]]
        else:
            y = _between(meter, along, _sources(n, m, step, align_corners))
        y = np.moveaxis(y, 0, axis)
    return channels_first(y)


def _sources(n: int, m: int, step: Fraction, align_corners: bool) -> list[Fraction]:
    """Where each output position lies on the input: centres on centres, or ends on ends; never outside."""
    if align_corners:
        places = [Fraction(o * (n - 1), max(m - 1, 1)) for o in range(m)]
    else:
        places = [(o + Fraction(1, 2)) * step - Fraction(1, 2) for o in range(m)]
    return [min(max(place, Fraction(0)), Fraction(n - 1)) for place in places]


def _between(meter: Meter, x: Array, places: list[Fraction]) -> Array:
    """Along the first axis: on a position its value, between two the mean by distance. What has no weight is not read:
    zero times NaN would be NaN."""
    lower = [int(place) for place in places]
    y = x[lower]
    rest = np.array([float(place % 1) for place in places], x.dtype)
    mixed = np.flatnonzero(rest)
    if mixed.size:
        share = rest[mixed].reshape(-1, *[1] * (x.ndim - 1))
        upper = x[[lower[o] + 1 for o in mixed]]
        y[mixed] = meter.multiply(y[mixed], 1 - share) + meter.multiply(upper, share)
    return y
