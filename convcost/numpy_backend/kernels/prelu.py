from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import numpy as np

from .core.kernel import InPlace, PerChannel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...types import Shape
    from ..arrays import Array
    from ..meter import Meter
    from .core.kernel import Rewrite


def prelu_weights(shapes: Sequence[Shape]) -> dict[str, Shape]:
    """A slope per channel."""
    return {"weight": shapes[0][:1]}


@InPlace
def prelu(meter: Meter, weights: Mapping[str, Array]) -> Rewrite:
    """x where it is positive, else x times its channel's slope."""
    slopes = PerChannel(meter.read(weights, "weight"))

    def change(x: Array) -> None:
        for view, slope in slopes.meet(x):
            negative = np.clip(view, -inf, 0)
            np.clip(view, 0, inf, out=view)
            np.add(view, meter.multiply(negative, slope, out=negative), out=view)

    return change
