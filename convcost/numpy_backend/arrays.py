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

PARALLEL_FROM = 30_000
"""Elements above which a second thread pays for its start."""


def channels_last(x: Array) -> Array:
    """``(*sizes, C)``, contiguous; a view where it already lies so in memory."""
    return np.ascontiguousarray(np.moveaxis(x, 0, -1))


def channels_first(x: Array) -> Array:
    """A view ``(C, *sizes)`` of ``(*sizes, C)``."""
    return np.moveaxis(x, -1, 0)


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
