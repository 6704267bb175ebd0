"""Inference by tiles: how far must tiles overlap, and how much work is done twice?

A tile goes through the network as an input of its size: its shapes are those that the operations themselves give for
it. An output is valid where nothing on the way to it lies beside a map: there the whole input has more to give.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ...ops.core.operation import Use
from .extent import endless, reads_everything

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...graph import Graph, Node
    from ...ops.core.axis import Axis
    from ...ops.core.operation import Op
    from ...types import Shape
    from .extent import Extent


class Tile(NamedTuple):
    """One axis of a tile: its input positions, those before and after the ones its outputs stand for, the output
    positions that no tile border touches, and the distance to the next tile."""

    size: int
    before: int
    after: int
    outputs: int
    step: int

    @property
    def overlap(self) -> int:
        """Input positions that two neighbors share."""
        return self.size - self.step


class Misfit(Exception):
    """Why an input of a tile's size does not go through the network as the whole one does."""


MAX_TRIES = 128
"""Sizes that are tried for the smallest tile."""


class Cut(NamedTuple):
    """A layer that is computed from tiles of an input, along one axis; its field there has one stride."""

    graph: Graph
    node: Node
    source: Node
    axis: int
    extent: Extent

    def tile(self, size: int) -> Tile | None:
        """The tile of so many positions; None where not one whole period of output positions is valid.

        Tiles begin at multiples of the stride's period, so that all are alike. Raises Misfit.
        """
        if size < 1:
            return None
        first, last = _valid(self.graph, self.node, self.source, self.axis, size)
        p, q = self.extent.p, len(self.extent.table)
        turn = -(-first // q)
        turns = (last + 1) // q - turn
        if turns < 1:
            return None
        before, step = turn * p, turns * p
        return Tile(size, before, size - before - step, turns * q, step)

    def smallest(self, above: int) -> int | None:
        """The smallest size above another that goes through and has a valid output; None where it is not among those
        that are tried."""
        least = max(above + 1, _holding(self.extent))
        return next(filter(self._works, range(least, least + MAX_TRIES)), None)

    def _works(self, size: int) -> bool:
        try:
            return self.tile(size) is not None
        except Misfit:
            return False


def done_twice(tiles: list[Tile]) -> tuple[int, int]:
    """The share of the work that neighbors do too, as numerator and denominator of input positions."""
    area = kept = 1
    for one in tiles:
        area *= one.size
        kept *= min(one.step, one.size)
    return area - kept, area


def _holding(extent: Extent) -> int:
    """The size of the smallest tile that holds the fields of a period of outputs: none that is smaller does."""
    entries = [entry for entry in extent.table if entry]
    turn = max([0, *[-(first // extent.p) for first, _ in entries]])
    return max([last for _, last in entries], default=0) + turn * extent.p + 1


def _valid(graph: Graph, node: Node, source: Node, axis: int, size: int) -> tuple[int, int]:
    """First and last output position along an axis of a layer that meets nothing beside a map of a tile."""
    needed = _ancestors(node)
    valid: dict[int, tuple[int, int]] = {}
    shapes: dict[int, Shape] = {}
    for one in graph.inputs:
        shape = one.shape
        if shape[1:] == source.shape[1:]:  # inputs of one size are cut alike
            shape = (*shape[: 1 + axis], size, *shape[2 + axis :])
        shapes[id(one)] = shape
        valid[id(one)] = (0, shape[1 + axis] - 1) if len(shape) > 1 else (0, 0)
    ops: dict[int, tuple[Op, tuple[Shape, ...]]] = {id(one): (one.op, ()) for one in graph.inputs}
    for layer in graph.nodes:
        if id(layer) not in needed:
            continue
        given = tuple([shapes[id(feeder)] for feeder in layer.inputs])
        op = layer.op.bind(*[ops[id(named)] for named in layer.inputs[1:]])
        ops[id(layer)] = op, given
        shapes[id(layer)] = shape = _shape(layer, op, given)
        first, last = 0, shape[1 + axis] - 1 if len(shape) > 1 else 0
        for feeder, reading in _read_alike(layer, op, given, axis):
            low, high = _inside(reading, *valid[id(feeder)])
            first, last = max(first, low), min(last, high)
        valid[id(layer)] = first, last
    return valid[id(node)]


def _ancestors(node: Node) -> set[int]:
    found: set[int] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if id(one) not in found:
            found.add(id(one))
            waiting += one.inputs
    return found


def _shape(layer: Node, op: Op, given: tuple[Shape, ...]) -> Shape:
    """The shape that a layer makes of a tile's."""
    complaints = list(op.complaints(*given)) or list(op.check(*given))
    shape = op.shape(*given) if not complaints else ()
    if complaints or min(shape) < 1:
        raise Misfit(f"at {layer.name} {complaints[0].message if complaints else 'nothing is left of it'}")
    return shape


def _read_alike(layer: Node, op: Op, given: tuple[Shape, ...], axis: int) -> Iterator[tuple[Node, Axis]]:
    """Each tensor that a layer reads, with how it reads it along an axis of a tile: as on the whole input."""
    whole = layer.input_shapes
    for index, (use, feeder) in enumerate(zip(layer.op.uses(len(whole)), layer.inputs)):
        if use == Use.SHAPE:
            continue
        was, now = layer.op.input_axes(index, *whole), op.input_axes(index, *given)
        if not was:
            continue
        if (reads_everything(op, now) and whole != given) or not _alike(was[axis], now[axis]):
            raise Misfit(f"{layer.name} places its windows by the size of its input")
        yield feeder, now[axis]


def _alike(one: Axis, other: Axis) -> bool:
    """Whether two axes read alike: on inputs of different sizes, the same positions."""
    if one == other and type(one) is type(other):
        return True
    period, _ = phases = one.phases()
    one, other = endless(one), endless(other)
    return phases == other.phases() and all(one.reads(o) == other.reads(o) for o in range(period))


def _inside(axis: Axis, low: int, high: int) -> tuple[int, int]:
    """The longest row of output positions, first and last, of which each reads between `low` and `high` alone."""
    period, jump = axis.phases()
    axis = endless(axis)
    first, last = 0, axis.m - 1
    for phase in range(period):
        positions = axis.reads(phase)
        if not positions:
            continue
        if not jump:
            return (first, last) if low <= positions[0] and positions[-1] <= high else (0, -1)
        # of those of one phase, the last that reads too low and the first that reads too high
        first = max(first, phase + period * -((positions[0] - low) // jump) - period + 1)
        last = min(last, phase + period * ((high - positions[-1]) // jump) + period - 1)
    return first, last
