"""Depthwise convolution: every channel by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .arrays import channels_first, channels_last
from .kernel import apply

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .arrays import Array
    from .kernel import Change
    from .meter import Meter
    from .windows import Line


def channelwise(meter: Meter, x: Array, weight: Array, placed: Sequence[Line], finish: Change | None) -> Array:
    """Channels first in, and out; the weights ``(C * multiplier, 1, *kernel)``."""
    channels = x.shape[0]
    x = channels_last(x)
    rank = len(placed)
    y = np.empty((*[a.m for a in placed], weight.shape[0]), x.dtype)
    padded = _padded(x, placed)
    shape, strides = list(y.shape[:-1]), []
    for a, step in zip(placed, padded.strides):
        strides.append(step * a.stride)
    for a, step in zip(placed, padded.strides):
        shape.append(a.kernel)
        strides.append(step * a.dilation)
    windows = np.lib.stride_tricks.as_strided(padded, (*shape, channels), (*strides, padded.strides[-1]))
    places, taps = "uvw"[:rank], "ijk"[:rank]
    for i in range(weight.shape[0] // channels):
        times = weight.shape[0] // channels
        window = np.ascontiguousarray(np.moveaxis(weight[i::times, 0], 0, -1))
        meter.einsum(f"{places}{taps}c,{taps}c->{places}c", windows, window, out=y[..., i::times])
    apply(finish, y)
    return channels_first(y)


def _padded(x: Array, placed: Sequence[Line]) -> Array:
    around = [
        (a.before, max(0, (a.m - 1) * a.stride + (a.kernel - 1) * a.dilation + 1 - a.before - a.n)) for a in placed
    ]
    return np.pad(x, [*around, (0, 0)])
