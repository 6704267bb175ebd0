"""How much memory a run needs, and whether there is as much."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from ..analysis.memory import peak_activations
from ..errors import UsageError
from ..types import Dtype, size_in_bytes
from .free import memory_free

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..graph import Graph

FRACTION = (4, 5)
"""The share of the free memory that is taken unless a limit is given."""
FIXED = 150_000_000
"""Bytes for the interpreter, NumPy and blocks of work."""


DTYPES = ("float32", "float64")
"""What a network is run in."""


def check_dtype(dtype: str) -> None:
    """Refuse a type that networks are not run in."""
    if dtype not in DTYPES:
        raise UsageError(f"dtype must be {' or '.join(DTYPES)}, but is {str(dtype)[:60]}")


def check_seed(seed: int) -> None:
    """Refuse what no stream of numbers begins with."""
    if not hasattr(seed, "__index__") or seed < 0:
        raise UsageError(f"seed must be a whole number from 0 on, but is {str(seed)[:60]}")


def memory_needed(graph: Graph, dtype: str = "float32") -> int:
    """Bytes that running a network takes at most: a fifth more than weights and peak activations, and what is fixed."""
    held = copy(graph)
    held.dtype = Dtype(dtype, dtype)
    params = sum(node.op.params(*node.input_shapes) for node in graph.nodes)
    return 6 * (size_in_bytes(params, dtype) + peak_activations(held)) // 5 + FIXED


def check_memory(graph: Graph, needed: int, limit: int | None, smaller: Callable[[], int]) -> None:
    """Refuse what needs more than the limit, which is four fifths of what is free where none is given.

    Raises UsageError with the figures; `smaller` reckons what --quick would need.
    """
    free = memory_free()
    most = limit if limit is not None else free * FRACTION[0] // FRACTION[1] if free is not None else None
    if most is None or needed <= most:
        return
    what = "--max-memory is" if limit is not None else "four fifths of the free memory are"
    less = smaller()
    instead = f"; --quick needs {at_most(less)}" if less <= most else ""
    raise UsageError(f"to run {graph.name} needs up to {at_most(needed)}, but {what} {at_least(most)}{instead}")


def at_most(size: int) -> str:
    """Bytes as people read them, no fewer than there are.

    >>> at_most(187_400_000), at_least(187_400_000), at_least(1_500), at_least(0)
    ('188 MB', '187 MB', '1 kB', '0 B')
    """
    unit, word = _unit(size)
    return f"{-(-size // unit):,} {word}"


def at_least(size: int) -> str:
    """Bytes as people read them, no more than there are."""
    unit, word = _unit(size)
    return f"{size // unit:,} {word}"


def _unit(size: int) -> tuple[int, str]:
    return next(((unit, word) for unit, word in ((1_000_000, "MB"), (1_000, "kB")) if size >= unit), (1, "B"))
