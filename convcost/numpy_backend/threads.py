"""Work dealt to the processors."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import local
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

PARALLEL_FROM = 800_000
"""Elements above which a second thread pays: for its start, and for the turns that threads take between calls."""

MANY_PRODUCTS = 2_000_000
"""Products above which a second thread pays for its start."""

_here = local()


@cache
def processors() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def one_thread_per_product() -> bool:
    """Whether a matrix product runs in one thread, so that several are to run at a time."""
    return os.environ.get("OPENBLAS_NUM_THREADS") == "1" and processors() > 1


@cache
def keep_freed_memory() -> None:
    """Let the allocator keep what is freed for what comes next, instead of fetching zeroed pages for every array.

    glibc takes arrays below a threshold from its heap; freeing a larger one raises the threshold to that size, at most
    to 32 MB (mallopt(3), M_MMAP_THRESHOLD). Elsewhere this does nothing; no page is touched.
    """
    np.empty((32 << 20) - (64 << 10), np.uint8)


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(processors() - 1, thread_name_prefix="kernel")


def shares(elements: int) -> int:
    """In how many parts so many elements are dealt out."""
    return 1 if elements < PARALLEL_FROM or getattr(_here, "busy", False) else processors()


def spread(work: Callable[[int, int], None], count: int, elements: int, block: int | None = None) -> None:
    """Call ``work(first, end)`` on pieces of ``range(count)``, in threads where there are enough elements.

    Pieces have about `block` elements where that is given, else there is one for each processor. Within such a call
    everything stays in its thread.
    """
    threads = min(shares(elements), count)
    rounds = 1 if block is None else -(-elements // (block * threads))
    pieces = min(max(1, rounds) * threads, count)

    def several(mine: range) -> None:
        for piece in mine:
            work(piece * count // pieces, (piece + 1) * count // pieces)

    def elsewhere(mine: range) -> None:
        with np.errstate(**floating):
            apart(mine)

    def apart(mine: range) -> None:
        _here.busy = True
        try:
            several(mine)
        finally:
            _here.busy = False

    if threads == 1:
        several(range(pieces))
        return
    floating = np.geterr()  # a thread begins with NumPy's defaults, not with what the caller has set
    # each thread takes neighbouring pieces, one after the other, while they are in its cache
    mine, *theirs = [range(i * pieces // threads, (i + 1) * pieces // threads) for i in range(threads)]
    others = [_pool().submit(elsewhere, some) for some in theirs]
    try:
        apart(mine)
    finally:
        for other in others:
            other.exception()  # nobody writes any more when this returns, however it does
    for other in others:
        other.result()


def in_blocks(work: Callable[[int, int], None], count: int, size: int, products: int) -> None:
    """Call ``work(first, end)`` on pieces of at most `size` of ``range(count)``, in threads where a product has one."""
    if one_thread_per_product() and products >= MANY_PRODUCTS:
        spread(work, count, products, max(1, products * min(size, count) // count))
        return
    for first in range(0, count, size):
        work(first, min(first + size, count))
