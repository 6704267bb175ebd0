"""What all kernels need: the two layouts, numbers per axis, and work dealt to the processors."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Array: TypeAlias = npt.NDArray[Any]
"""Channels first, ``(C, *sizes)``, unless a docstring says otherwise."""

CACHED = 1 << 13
"""Elements that fit a core's first cache, and their copy too."""

PARALLEL_FROM = 30_000
"""Elements above which a second thread pays for its start."""


def channels_last(x: Array) -> Array:
    """``(*sizes, C)``, contiguous; a view where it already lies so in memory."""
    y = turned(x)
    if y.flags.c_contiguous or not x.flags.c_contiguous:
        return np.ascontiguousarray(y)
    return _transposed(x.reshape(len(x), -1)).reshape(y.shape)


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


def owner(x: Array) -> Array:
    """The array whose memory `x` shows."""
    while isinstance(x.base, np.ndarray):
        x = x.base
    return x


@lru_cache(maxsize=1)
def processors() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@lru_cache(maxsize=1)
def keep_freed_memory() -> None:
    """Let the allocator keep what is freed for what comes next, instead of fetching zeroed pages for every array.

    glibc takes arrays below a threshold from its heap; freeing a larger one raises the threshold to that size, at most
    to 32 MB (mallopt(3), M_MMAP_THRESHOLD). Elsewhere this does nothing; no page is touched.
    """
    np.empty((32 << 20) - (64 << 10), np.uint8)


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(processors(), thread_name_prefix="kernel")


def spread(work: Callable[[int, int], None], count: int, elements: int, block: int | None = None) -> None:
    """Call ``work(first, end)`` on pieces of ``range(count)``, in threads where there are enough elements.

    Pieces have about `block` elements where that is given, else there is one for each processor.
    """
    threads = processors()
    small = elements < PARALLEL_FROM or count < 2 or threads < 2
    least = 1 if small else threads
    pieces = max(least, 1 if block is None else -(-elements // block))
    size = max(1, -(-count // pieces))
    starts = range(0, count, size)
    if small:
        for start in starts:
            work(start, min(start + size, count))
        return
    # each thread takes neighbouring pieces, one after the other, while they are in its cache
    share = -(-len(starts) // threads)
    floating = np.geterr()  # a thread begins with NumPy's defaults, not with what the caller has set

    def several(mine: Sequence[int]) -> None:
        with np.errstate(**floating):
            for start in mine:
                work(start, min(start + size, count))

    for _ in _pool().map(several, [starts[i : i + share] for i in range(0, len(starts), share)]):
        pass
