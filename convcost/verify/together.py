"""Are the axes of a read set put together as they belong? 1x7 beside 7x1 is a cross and no square.

`fields.py` asks along one axis at a time, which cannot tell the two apart. Where tensors meet, the poison of the real
network can: a position depends on a poisoned pixel if one of the products that it reads contains it.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from ..analysis.field.coverage import read_sets
from .fields import Fault, edges_after, read_by
from .masks import poison_difference
from .program import places
from .whole import poison_places

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..analysis.field.coverage import Product
    from ..graph import Graph
    from .masks import Mask


def product_faults(graph: Graph, poison: Sequence[Mask], spoiled: Iterable[int]) -> Iterator[Fault]:
    """The layers of several inputs that do not read what is published, as the poison of the first input shows.

    `spoiled` are layers that something else was found of: neither they nor those that follow them are judged.
    """
    if all(len(node.inputs) < 2 for node in graph.nodes):
        return
    first = len(graph.inputs)
    sizes = graph.inputs[0].shape[1:]
    place = places(graph)
    edges = [_edges(graph, axis, place) for axis in range(len(sizes))]
    unjudged = {first + i for i in spoiled}
    for i, (node, read, seen) in enumerate(zip(graph.nodes, read_sets(graph), poison), first):
        if unjudged.intersection((i, *[place[id(source)] for source in node.inputs])):
            unjudged.add(i)
        elif len(node.inputs) > 1 and read and read[0]:
            inner, plain = ([~along[i][kind] for along in edges] for kind in (0, 1))
            allowed = _allowed(read, poison_places(sizes), seen)
            wrong = ((seen & ~allowed) | (allowed & ~seen & _all_of(inner))) & _all_of(plain)
            if message := poison_difference(seen ^ wrong, seen):
                unjudged.add(i)
                yield Fault(i - first, message)


def _allowed(read: Sequence[Product], poisoned: Sequence[tuple[int, ...]], like: Mask) -> Mask:
    """The positions whose read set contains a poisoned one."""
    found = np.zeros_like(like)
    for at in poisoned:
        for product in read:
            lines = [read_by(positions, m, range(o, o + 1))[0] for positions, m, o in zip(product, like.shape, at)]
            found |= _all_of(lines)
    return found


def _edges(graph: Graph, axis: int, place: dict[int, int]) -> dict[int, Mask]:
    """Of every tensor that depends on the first input, the positions along an axis that met padding."""
    found = {0: np.zeros((2, graph.inputs[0].shape[1 + axis]), bool)}
    for i, node in enumerate(graph.nodes, len(graph.inputs)):
        edge = edges_after(node, [place[id(source)] for source in node.inputs], found, len(graph.inputs), axis)
        if edge is not None:
            found[i] = edge
    return found


def _all_of(lines: Sequence[Mask]) -> Mask:
    """Where all axes are True."""
    result: Mask = reduce(np.logical_and.outer, lines)
    return result
