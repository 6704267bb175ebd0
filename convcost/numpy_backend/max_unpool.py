from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .arrays import channels_first, channels_last

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .arrays import Array
    from .meter import Meter
    from .pool import Places


def max_unpool(meter: Meter, inputs: Sequence[Array], weights: Mapping[str, Array], *, pool: Places) -> Array:
    """Values return to where the pool took them, the rest is 0; where two return to one place, the later window wins.

    A window whose value or place is NaN is NaN as a whole: any of its positions might have been the one.
    """
    values = channels_last(inputs[0])
    y = np.zeros((*[a.n for a in pool.lines], values.shape[-1]), values.dtype)
    lost = (pool.taps == pool.unknown) | np.isnan(values)
    rank = len(pool.lines)
    tap = pool.taps.astype(np.intp)
    tap[lost] = 0
    flat = np.zeros_like(tap)
    inside = ~lost
    kernels = [a.kernel for a in pool.lines]
    for axis, (a, along) in enumerate(zip(pool.lines, np.unravel_index(tap, kernels))):
        column = (-1,) + (1,) * (rank - axis)
        at = np.arange(a.m).reshape(column) * a.stride + along * a.dilation - a.before
        inside &= (at >= 0) & (at < a.n)
        flat = flat * a.n + at
    channels = values.shape[-1]
    flat = flat * channels + np.arange(channels)
    y.reshape(-1)[flat[inside]] = values[inside]
    if lost.any():
        for number in range(pool.unknown):
            taps = np.unravel_index(number, kernels)
            pairs = [a.meets(int(t)) for a, t in zip(pool.lines, taps)]
            windows, positions = (tuple(pair[side] for pair in pairs) for side in (0, 1))
            np.copyto(y[positions], np.nan, where=lost[windows])
    return channels_first(y)
