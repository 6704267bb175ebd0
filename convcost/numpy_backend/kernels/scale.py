from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .core.kernel import InPlace, PerChannel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...types import Shape
    from ..arrays import Array
    from ..meter import Meter
    from .core.kernel import Rewrite


def scale_weights(shapes: Sequence[Shape], *, bias: bool) -> dict[str, Shape]:
    """A factor per channel, and with bias a shift."""
    per_channel = shapes[0][:1]
    return {"weight": per_channel, "bias": per_channel} if bias else {"weight": per_channel}


@InPlace
def scale(meter: Meter, weights: Mapping[str, Array], *, bias: bool) -> Rewrite:
    """x times its channel's factor, and its shift added."""
    return scaling(meter, meter.read(weights, "weight"), meter.read(weights, "bias") if bias else None)


def scaling(meter: Meter, factor: Array, shift: Array | None) -> Rewrite:
    """Multiplies by a number per channel and adds another."""
    factors = PerChannel(factor)
    shifts = None if shift is None else PerChannel(shift)

    def change(x: Array) -> None:
        for view, numbers in factors.meet(x):
            meter.multiply(view, numbers, out=view)
        if shifts is not None:
            for view, numbers in shifts.meet(x):
                np.add(view, numbers, out=view)

    return change
