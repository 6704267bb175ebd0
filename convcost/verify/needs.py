"""How much memory a run needs, and whether there is as much."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from ..analysis.memory import peak_activations
from ..errors import UsageError
from ..numpy_backend.program import elements_held
from ..numpy_backend.threads import processors
from ..types import Dtype, size_in_bytes, volume
from . import longer, ones
from .free import memory_free
from .program import instruction_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..graph import Graph, Node

FRACTION = (4, 5)
"""The share of the free memory that is taken unless a limit is given."""
FIXED = 150_000_000
"""Bytes for the interpreter, NumPy and the blocks of work of two processors."""
BLOCKS = 40_000_000
"""Bytes for the blocks of work of each processor more."""
PER_LAYER = 3_000
"""Bytes for a layer's formulas and figures."""


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
    """Bytes that running a network takes at most: a fifth more than weights and peak activations, the inputs, what its
    kernels hold beside that, and what is fixed."""
    held = copy(graph)
    held.dtype = Dtype(dtype, dtype)
    params = sum(node.op.params(*node.input_shapes) for node in graph.nodes)
    kept = sum(volume(node.shape) for node in graph.inputs)
    work = max([_held(node) for node in graph.nodes], default=0)
    return 6 * (size_in_bytes(params, dtype) + peak_activations(held)) // 5 + size_in_bytes(kept + work, dtype) + FIXED


def memory_to_verify(graph: Graph, dtype: str = "float32") -> int:
    """Bytes that verifying a network takes at most: what is kept of every layer, and the largest of three runs."""
    largest = max(
        memory_needed(graph, dtype) - FIXED,
        longer.memory_needed(graph),
        max([ones.memory_needed(node) for node in graph.nodes], default=0),
    )
    kept = sum(3 * volume(node.shape[1:]) + PER_LAYER for node in graph.nodes)
    return largest + kept + FIXED


def _held(node: Node) -> int:
    """Elements that a kernel holds beside its inputs, output and weights."""
    step = instruction_of(node, {id(source): place for place, source in enumerate(node.inputs)})
    many = 16 * (sum(map(volume, node.input_shapes)) + volume(node.shape))
    blocks = min(max(0, processors() - 2) * BLOCKS // 4, many)
    return elements_held(step, node.input_shapes, node.shape) + blocks


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
