from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ..arrays import channels_first, own_channels_last
from .core.kernel import apply

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..arrays import Array
    from ..meter import Meter

ALPHA = 1e-4


def lrn(meter: Meter, inputs: Sequence[Array], weights: Mapping[str, Array], *, size: int) -> Array:
    """x over (1 + alpha * m) ** 0.75, where m is the mean of x squared over `size` neighbouring channels."""
    y = own_channels_last(inputs[0])
    apply(partial(_divide, meter, size), y)
    return channels_first(y)


def _divide(meter: Meter, size: int, x: Array) -> None:
    squares = meter.multiply(x, x)
    channels = x.shape[-1]
    around = np.zeros_like(x)
    for offset in range(-(size // 2), (size + 1) // 2):
        first, end = max(0, -offset), min(channels, channels - offset)
        if first < end:
            around[..., first:end] += squares[..., first + offset : end + offset]
    meter.multiply(around, ALPHA / size, out=around)
    around += 1
    root = np.sqrt(around)
    meter.multiply(root, np.sqrt(root), out=around)  # the power 3/4
    x /= around
