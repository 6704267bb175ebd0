"""The whole network, run once by the kernels, with two poisoned positions and every product counted."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..analysis.memory import INDEX_BYTES
from ..numpy_backend.meter import Meter
from ..numpy_backend.program import execute
from ..numpy_backend.weights import generate_input
from ..types import size_in_bytes
from .program import program_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..graph import Graph, Node
    from ..types import Shape
    from .masks import Mask
    from .reduced import Array


class Seen(NamedTuple):
    """What the execution showed of one layer."""

    shape: Shape
    params: int
    macs: int
    poison: Mask


class Pass(NamedTuple):
    """What it showed of the layers that ran; the bytes of the tensors alive while each did; why it stopped before the
    end, if it did."""

    layers: list[Seen]
    alive: list[int]
    stopped: str | None


def metered_pass(graph: Graph, seed: int, dtype: str, progress: Callable[[int], None] | None = None) -> Pass:
    """What the execution showed of every layer and of the memory they held.

    Poison enters at `poison_places` of the first input, in all channels. Where it comes out of a layer in some channels
    only it is spread over the others: a field says which positions matter, not which channels.
    """
    inputs = {node.name: generate_input(seed, i, node.shape, dtype) for i, node in enumerate(graph.inputs)}
    first = graph.inputs[0]
    inputs[first.name][:, poison_mask(first.shape[1:])] = np.nan
    readers = Counter(id(source) for node in graph.nodes for source in node.inputs)
    shapes: list[Shape] = []
    poison: list[Mask] = []
    meter = Meter()

    def look(number: int, array: Array) -> None:
        node = graph.nodes[number]
        shapes.append(array.shape)
        poison.append(_spread(array, not _read_elsewhere(node, readers)))
        if progress:
            progress(number + 1)

    stopped = None
    try:
        with np.errstate(invalid="ignore"):  # poison is meant
            execute(program_of(graph), inputs, seed=seed, dtype=dtype, meter=meter, on_layer=look)
    except (LookupError, ValueError) as error:
        stopped = str(error)
    layers = [
        Seen(shape, counts.weights, counts.macs, mask) for shape, counts, mask in zip(shapes, meter.layers, poison)
    ]
    kind = graph.dtype.activations
    alive = [
        sum(size_in_bytes(size, kind) for size in held.tensors) + INDEX_BYTES * sum(held.places) for held in meter.alive
    ]
    return Pass(layers, alive, stopped)


def _read_elsewhere(node: Node, readers: Mapping[int, int]) -> bool:
    """Whether a layer is a view, through whatever views, of memory that others read too."""
    while node.inputs and node.op.shares:
        node = node.inputs[0]
        if readers[id(node)] > 1:
            return True
    return False


def _spread(array: Array, writable: bool) -> Mask:
    """The poisoned positions; all their channels are poisoned, where they were not. Infinity, which the largest of
    nothing is, becomes 0: less infinity it would look like poison."""
    with np.errstate(over="ignore"):
        mask: Mask = np.asarray(~np.isfinite(array.sum(axis=0)))  # what is finite in all channels need not be looked at
    if not mask.any():
        return mask
    found = array[:, mask]
    poison, infinite = np.isnan(found), np.isinf(found)
    if infinite.any():
        array[:, mask] = np.where(infinite, 0, found)
    mask[mask] = poison.any(axis=0)
    if writable and not poison.all():
        array[:, mask] = np.nan
    return mask


def poison_places(sizes: Shape) -> list[tuple[int, ...]]:
    """Where the input is poisoned: off center, and at the last position of all axes.

    >>> poison_places((224, 224))
    [(74, 74), (223, 223)]
    """
    return [tuple([size // 3 for size in sizes]), tuple([size - 1 for size in sizes])]


def poison_mask(sizes: Shape) -> Mask:
    """The poisoned positions of the first input."""
    mask = np.zeros(sizes, bool)
    for place in poison_places(sizes):
        mask[place] = True
    return mask
