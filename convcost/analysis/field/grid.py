"""How coarsely is the output computed?

On the way from the input a stride makes the grid of positions coarser and upsampling makes it finer, but what was
skipped does not come back. So along a path its coarsest tensor counts, and over all paths the finest of these.
"""

from __future__ import annotations

from functools import cmp_to_key, lru_cache
from itertools import chain
from math import gcd
from typing import TYPE_CHECKING, TypeAlias

from ...ops.core.operation import Use
from ...types import divided
from .extent import keeps_places, reads_everything

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...graph import Graph, Node
    from ...types import Number

Grid: TypeAlias = "tuple[Number, ...] | None"
"""Per axis, input positions from one position that is computed to the next: 8 is written `1/8`. None where there is no
path that counts."""

Scale: TypeAlias = "tuple[int, int]"
"""Input positions per position of a tensor: numerator and denominator in lowest terms."""

Ways: TypeAlias = "tuple[tuple[Scale, Scale], ...]"
"""Along one axis, the paths that lead to a tensor, each as the scale it ends with and the coarsest on it. Of two paths
of which one is no coarser in both, it alone is kept: the finer the end, the coarser the way. Mostly one is left."""

MAX_TERM = 10**100
"""A path whose scale has a longer numerator or denominator is passed over."""


def grids(graph: Graph, wrt: str | None = None) -> list[tuple[Ways, ...]]:
    """The paths from an input (the first) to every layer, per axis, in the order of the graph; `grid_of` says what
    they come to."""
    of: dict[int, tuple[Ways, ...]] = {
        id(node): (INPUT,) * (len(node.shape) - 1) if node.name == wrt or (wrt is None and i == 0) else ()
        for i, node in enumerate(graph.inputs)
    }
    found = []
    for node in graph.nodes:
        ways = of[id(node)] = _joined([_through(node, i, of[id(source)]) for i, source in enumerate(node.inputs)])
        found.append(ways)
    return found


def grid_of(ways: tuple[Ways, ...]) -> Grid:
    """The grid of a tensor: per axis, the smallest of what its paths come to."""
    return tuple([divided(*axis[-1][1]) for axis in ways]) if ways and all(ways) else None


INPUT: Ways = (((1, 1), (1, 1)),)
PLACES = tuple([((1, 1),) * rank for rank in range(4)])
"""What `phases` say of axes whose positions are as far apart as the input's."""


def _through(node: Node, index: int, ways: tuple[Ways, ...]) -> tuple[Ways, ...]:
    """The paths that lead on through one of the node's inputs."""
    op = node.op
    if not ways or op.uses(len(node.inputs))[index] != Use.DATA:
        return ()
    if keeps_places(op):
        return ways
    axes = op.input_axes(index, *node.input_shapes)
    if reads_everything(op, axes):
        return ()
    steps = tuple([axis.phases() for axis in axes])
    return ways if steps == PLACES[len(steps)] else _stepped(ways, steps)


@lru_cache(maxsize=4096)
def _stepped(ways: tuple[Ways, ...], steps: tuple[tuple[int, int], ...]) -> tuple[Ways, ...]:
    """The paths after an operation: per axis, `period` of its output positions are `jump` input positions apart."""
    if not all(jump for _, jump in steps):
        return ()  # stretched: all positions read the same
    return tuple([_along(axis, period, jump) for axis, (period, jump) in zip(ways, steps)])


def _along(ways: Ways, period: int, jump: int) -> Ways:
    found = []
    for before, coarsest in ways:
        above, below = before[0] * jump, before[1] * period
        common = gcd(above, below)
        scale = above // common, below // common
        if max(scale) < MAX_TERM:
            found.append((scale, max(coarsest, scale, key=_size)))
    return _kept(tuple(found))


def _joined(paths: Sequence[tuple[Ways, ...]]) -> tuple[Ways, ...]:
    """The paths to a layer through all of its inputs."""
    leading = [ways for ways in paths if ways]
    first = leading[0] if leading else ()
    if all(ways is first or ways == first for ways in leading):
        return first
    return tuple([_kept(tuple(dict.fromkeys(chain(*axis)))) for axis in zip(*leading)])


@lru_cache(maxsize=4096)
def _kept(ways: Ways) -> Ways:
    """Without those that are coarser than another one, or as coarse, in both."""
    kept: list[tuple[Scale, Scale]] = []
    for way in sorted(ways, key=lambda way: (_size(way[0]), _size(way[1]))):
        if not kept or _beyond(kept[-1][1], way[1]) > 0:
            kept.append(way)
    return tuple(kept)


def _beyond(one: Scale, other: Scale) -> int:
    """Above 0 where one scale is coarser than the other, 0 where they are equal."""
    return one[0] * other[1] - other[0] * one[1]


_size = cmp_to_key(_beyond)
