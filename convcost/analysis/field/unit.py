"""Which input positions does one position of a layer read?

Backwards from that position, as a union of products of per-axis sets: 1x7 beside 7x1 is a cross. A set is kept as runs,
so that a window may be as large as it likes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from ...ops.core.axis import Window
from ...ops.core.operation import Use
from .extent import endless, reads_everything
from .runs import count, joined, within

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...graph import Graph, Node
    from ...ops.core.axis import Axis
    from .runs import Runs

MAX_RUNS = 1 << 16
"""Runs of a set, and positions of one that are looked at one by one."""
MAX_INTERVALS = 8 * MAX_RUNS
"""What these may read in all."""
MAX_PRODUCTS = 256

Product: TypeAlias = "tuple[Runs, ...]"


class TooLarge(Exception):
    """What a position reads has too many parts to be listed."""


def read_by(graph: Graph, node: Node, place: Sequence[int], source: Node, unbounded: bool) -> list[Product]:
    """The products that one position of a layer reads of an input: on an unbounded input, where no layer on the way
    may read all of its own input, or through the positions that exist.

    Raises TooLarge.
    """
    reading: dict[int, list[Product]] = {id(node): [tuple([((o, o),) for o in place])]}
    for layer in reversed(graph.nodes):
        products = reading.pop(id(layer), [])
        for index, (use, feeder) in enumerate(zip(layer.op.uses(len(layer.inputs)), layer.inputs)):
            if not products or use == Use.SHAPE:
                continue
            axes = layer.op.input_axes(index, *layer.input_shapes)
            known = reading.setdefault(id(feeder), [])
            if reads_everything(layer.op, axes):
                _add(known, tuple([((0, n - 1),) for n in feeder.shape[1:]]))
                continue
            for item in products:
                found = tuple([_back(runs, axis, unbounded) for runs, axis in zip(item, axes)])
                if all(found):  # what reads nothing along one axis reads nothing at all
                    _add(known, found)
    return reading.get(id(source), [])


def _back(runs: Runs, axis: Axis, unbounded: bool) -> Runs:
    """What some positions of an axis read."""
    if unbounded:
        axis = endless(axis)
    found = joined(_shifted(runs, axis) if isinstance(axis, Window) and axis.stride == 1 else _each(runs, axis))
    if len(found) > MAX_RUNS:
        raise TooLarge
    if unbounded:
        return found
    return tuple([(max(first, 0), min(last, axis.n - 1)) for first, last in found if first < axis.n and last >= 0])


def _shifted(runs: Runs, axis: Window) -> list[tuple[int, int]]:
    """Neighbors read neighbors: a run for each tap, or for all taps where they are neighbors too."""
    taps, more = (axis.kernel, 0) if axis.dilation > 1 else (1, axis.kernel - 1)
    if len(runs) * taps > MAX_RUNS:
        raise TooLarge
    shifts = [tap * axis.dilation - axis.before for tap in range(taps)]
    return [(first + shift, last + shift + more) for first, last in runs for shift in shifts]


def _each(runs: Runs, axis: Axis) -> Iterator[tuple[int, int]]:
    """Position by position."""
    if count(runs) > MAX_RUNS:
        raise TooLarge
    left = MAX_INTERVALS
    for first, last in runs:
        for positions in map(axis.reads, range(first, last + 1)):
            if positions and positions.step == 1:
                yield positions[0], positions[-1]
                continue
            left -= len(positions)
            if left < 0:
                raise TooLarge
            yield from ((i, i) for i in positions)


def _add(products: list[Product], new: Product) -> None:
    """Put a product beside others; those that differ along one axis are one, one inside another is left out."""
    for i, old in enumerate(products):
        differ = [axis for axis, (one, other) in enumerate(zip(old, new)) if one != other]
        if len(differ) <= 1 or all(map(within, old, new)):
            del products[i]
            if len(differ) == 1:
                [axis] = differ
                new = (*new[:axis], joined([*old[axis], *new[axis]]), *new[axis + 1 :])
            _add(products, new)
            return
        if all(map(within, new, old)):
            return
    if len(products) == MAX_PRODUCTS:
        raise TooLarge
    products.append(new)
