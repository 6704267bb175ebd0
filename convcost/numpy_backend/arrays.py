"""What all kernels need: the two layouts in memory, and numbers per axis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from .threads import spread

if TYPE_CHECKING:
    from collections.abc import Sequence

Array: TypeAlias = npt.NDArray[Any]
"""Channels first, ``(C, *sizes)``, unless a docstring says otherwise."""

CACHED = 1 << 13
"""Elements that fit a core's first cache, and their copy too."""


def channels_last(x: Array) -> Array:
    """``(*sizes, C)``, contiguous; a view where it already lies so in memory."""
    y = turned(x)
    if y.flags.c_contiguous or not x.flags.c_contiguous:
        return np.ascontiguousarray(y)
    return _transposed(x.reshape(len(x), -1)).reshape(y.shape)


def own_channels_last(x: Array) -> Array:
    """``(*sizes, C)``, contiguous, in memory of its own."""
    y = channels_last(x)
    return y.copy() if owner(y) is owner(x) else y


def channels_first_in_memory(x: Array) -> Array:
    """``(C, *sizes)``, contiguous; the array itself where it already is."""
    y = turned(x)
    if x.flags.c_contiguous or not y.flags.c_contiguous:
        return np.ascontiguousarray(x)
    return _transposed(y.reshape(-1, len(x))).reshape(x.shape)


def _transposed(x: Array) -> Array:
    """A contiguous copy of ``x.T``, made in tiles that stay in the cache: three times as fast."""
    rows, columns = x.shape
    y = np.empty((columns, rows), x.dtype)
    high = max(16, CACHED // columns)
    wide = max(1, CACHED // high)

    def work(first: int, end: int) -> None:
        for row in range(first, end, high):
            down = slice(row, min(row + high, end))
            for column in range(0, columns, wide):
                across = slice(column, column + wide)
                y[across, down] = x[down, across].T

    spread(work, rows, x.size)
    return y


def turned(x: Array) -> Array:
    """A view ``(*sizes, C)`` of ``(C, *sizes)``."""
    return x.transpose(*range(1, x.ndim), 0)


def channels_first(x: Array) -> Array:
    """A view ``(C, *sizes)`` of ``(*sizes, C)``."""
    return x.transpose(-1, *range(x.ndim - 1))


def per_axis(value: Any, rank: int) -> tuple[Any, ...]:
    """One value per axis, from one for all or one for each."""
    return value if isinstance(value, tuple) else (value,) * rank


def shrinking_first(sizes: Sequence[int], wanted: Sequence[int]) -> list[int]:
    """The axes in the order in which what is between them stays smallest: those that shrink most come first."""
    return sorted(range(len(wanted)), key=lambda axis: wanted[axis] / sizes[axis])


def owner(x: Array) -> Array:
    """The array whose memory `x` shows."""
    while isinstance(x.base, np.ndarray):
        x = x.base
    return x
