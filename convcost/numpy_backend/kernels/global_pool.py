"""`global_avg_pool` and `global_max_pool`: one window as large as the input."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..arrays import Array
    from ..meter import Meter


def global_avg_pool(meter: Meter, inputs: Sequence[Array], weights: Mapping[str, Array]) -> Array:
    """The mean of each channel, along one axis after the other: short sums keep their digits."""
    y = inputs[0]
    for axis in range(y.ndim - 1, 0, -1):
        y = y.mean(axis=axis, keepdims=True)
    return np.array(y)


def global_max_pool(meter: Meter, inputs: Sequence[Array], weights: Mapping[str, Array]) -> Array:
    """The largest value of each channel."""
    x = inputs[0]
    return np.array(x.max(axis=tuple(range(1, x.ndim)), keepdims=True))
