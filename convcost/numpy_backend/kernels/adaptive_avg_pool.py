from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...types import volume
from ..arrays import channels_first, channels_last, per_axis, shrinking_first
from .core.windows import touching

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...types import Shape
    from ..arrays import Array
    from ..meter import Meter

BLOCK = 1 << 16
"""Elements of the result at a time."""

WIDE = 1 << 10
"""Elements at a position that are worth a call."""


def adaptive_avg_pool_work(shapes: Sequence[Shape], output: Shape, **_: Any) -> int:
    """What is between the axes, and whole numbers of 64 bits for the positions of one."""
    return 2 * max(volume(shapes[0]), volume(output)) + 6 * max(shapes[0][1:])


def adaptive_avg_pool(meter: Meter, inputs: Sequence[Array], weights: Mapping[str, Array], *, size: Any) -> Array:
    """As many means as asked for, one axis after the other: the axis is cut into so many equal parts, and each is the
    mean of the positions that it touches."""
    y = channels_last(inputs[0])
    wanted = per_axis(size, y.ndim - 1)
    for axis in shrinking_first(y.shape, wanted):
        m = wanted[axis]
        along = np.moveaxis(y, axis, 0)
        means = np.zeros((m, *along.shape[1:]), y.dtype)
        rows = max(1, BLOCK * m // means.size)
        for first in range(0, m, rows):
            _average(along, *touching(len(along), m, first, min(first + rows, m)), means[first : first + rows])
        y = np.moveaxis(means, 0, axis)
    return channels_first(y)


def _average(x: Array, first: Array, last: Array, means: Array) -> None:
    """Means of ``x[first]`` to ``x[last]``: one after the other, or where they are many and small, tap by tap."""
    longest = int((last - first).max()) + 1
    if len(means) <= longest or x[0].size >= WIDE:
        for o, (low, high) in enumerate(zip(first.tolist(), last.tolist())):
            x[low : high + 1].mean(axis=0, out=means[o])
        return
    for tap in range(longest):
        read = np.flatnonzero(first + tap <= last)
        means[read] += x[first[read] + tap]
    means /= (last - first + 1).reshape(-1, *[1] * (x.ndim - 1))
