from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .arrays import channels_first, channels_last

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .arrays import Array
    from .meter import Meter

ALPHA = 1e-4


def lrn(meter: Meter, inputs: Sequence[Array], weights: Mapping[str, Array], *, size: int) -> Array:
    """x over (1 + alpha * m) ** 0.75, where m is the mean of x squared over `size` neighbouring channels."""
    x = channels_last(inputs[0])
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
    return channels_first(np.divide(x, around, out=around))
