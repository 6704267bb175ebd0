from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import numpy as np

from .core.kernel import InPlace

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from ..arrays import Array
    from ..meter import Meter
    from .core.kernel import Rewrite


@InPlace
def leaky_relu(meter: Meter, weights: Mapping[str, Array], *, slope: int | Fraction) -> Rewrite:
    """x where it is positive, else slope * x."""
    factor = float(slope)

    def change(x: Array) -> None:
        negative = np.clip(x, -inf, 0)
        np.clip(x, 0, inf, out=x)
        x += meter.multiply(negative, factor, out=negative)

    return change
