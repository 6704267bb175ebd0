"""Which input positions does a position of each layer depend on?

Along an axis a field is quasi-affine: ``F(o + q) = F(o) + p``. So a field is a shift p and a table of q intervals, and
one pass through the network composes them layer by layer from the one question each axis answers, ``reads(o)``.
"""

from __future__ import annotations

from functools import lru_cache
from math import gcd, lcm
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ..ops.axis import Adaptive, Border, Window
from ..ops.base import Op, Use
from ..types import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..graph import Graph, Node
    from ..ops.axis import Axis
    from ..types import Shape

Interval: TypeAlias = "tuple[int, int] | None"
"""First and last position; None reads nothing."""

MAX_TABLE = 4096
"""Entries in the table of one axis."""


class Extent(NamedTuple):
    """The fields of all positions of one axis: position ``o + q`` reads what o reads, shifted by p; q intervals are
    kept. Where paths of different strides meet there is no such q, or it is too large: a `bounded` table has every
    position of the map, and what lies outside a map reads nothing."""

    p: int
    table: tuple[Interval, ...]
    bounded: bool = False

    @property
    def smallest(self) -> int:
        """The size of the smallest field over all phases."""
        return min(map(_size, self.table))

    @property
    def largest(self) -> int:
        """The size of the largest field over all phases: the published figure."""
        return max(map(_size, self.table))

    @property
    def stride(self) -> tuple[int, int] | None:
        """Input positions per output position, as numerator and denominator; None where there is no such number."""
        if self.bounded:
            return None
        common = gcd(self.p, len(self.table))
        return self.p // common, len(self.table) // common

    @property
    def start(self) -> int | None:
        """The first input position that position 0 reads; padding lies below 0."""
        return None if self.table[0] is None else self.table[0][0]

    @property
    def center(self) -> tuple[int, int] | None:
        """The center of position 0's field, as numerator and denominator, in input positions whose own centers are at
        0, 1, 2, ..."""
        if self.table[0] is None:
            return None
        twice = sum(self.table[0])
        return (twice, 2) if twice % 2 else (twice // 2, 1)

    def at(self, position: int) -> Interval:
        """The field of a position."""
        turns, phase = divmod(position, len(self.table))
        entry = self.table[phase]
        shift = self.p * turns
        return (entry[0] + shift, entry[1] + shift) if entry else None

    def gathered(self, positions: range) -> Interval:
        """What some positions read together. Positions q apart read the same, shifted upwards: one round of them at
        either end decides."""
        q, reach = len(self.table), len(positions)
        if q == 1 and reach and (entry := self.table[0]):
            return entry[0] + self.p * positions[0], entry[1] + self.p * positions[-1]
        turn = reach if self.bounded else min(q // gcd(positions.step, q), reach)
        low = [entry[0] for i in positions[:turn] if (entry := self.at(i))]
        high = [entry[1] for i in positions[reach - turn :] if (entry := self.at(i))]
        return (min(low), max(high)) if low else None

    @staticmethod
    def joined(entries: list[Interval]) -> Interval:
        """The hull of several fields."""
        present = [entry for entry in entries if entry]
        return (min(low for low, _ in present), max(high for _, high in present)) if present else None


POINT = Extent(1, ((0, 0),))
"""The field of the network's input itself: each position reads its own."""


def _size(entry: Interval) -> int:
    return 0 if entry is None else entry[1] - entry[0] + 1


class Unbounded:
    """A field that is no list of extents: the whole input, none of it, or too irregular to be listed."""

    def __init__(self, meaning: str) -> None:
        self.meaning = meaning

    def __repr__(self) -> str:
        return self.meaning


WHOLE = Unbounded("the whole input")
NOTHING = Unbounded("none of the input")
IRREGULAR = Unbounded(f"a pattern that repeats after more than {MAX_TABLE:,} positions")

Field: TypeAlias = "tuple[Extent, ...] | Unbounded"


class NetworkField(Record):
    """The field of a network: that of its spatial output, with the name of the layer it was taken at."""

    layer: str
    extents: tuple[Extent, ...]


def receptive_fields(graph: Graph, wrt: str | None = None, instead: Mapping[int, Op] | None = None) -> list[Field]:
    """The field of every layer with respect to an input (the first), in the order of the graph.

    `instead` has, by the place of a layer, an operation of the same output shape to reckon with.
    """
    of = {
        id(node): (POINT,) * (len(node.shape) - 1) if node.name == wrt or (wrt is None and i == 0) else NOTHING
        for i, node in enumerate(graph.inputs)
    }
    fields = []
    for i, node in enumerate(graph.nodes):
        op = instead.get(i, node.op) if instead else node.op
        field = _merged([_through(node, op, k, of[id(source)]) for k, source in enumerate(node.inputs)], node.shape)
        of[id(node)] = field
        fields.append(field)
    return fields


def network_field(graph: Graph, fields: Sequence[Field]) -> NetworkField | None:
    """The field of the spatial output; None where that is not bounded by windows, or is the input itself."""
    end = spatial_output(graph)
    if end is None:
        return None
    field = fields[end]
    return NetworkField(graph.nodes[end].title, field) if isinstance(field, tuple) and field else None


def spatial_output(graph: Graph) -> int | None:
    """Which layer is the spatial output: back from the first output through layers with one input, the layer before
    the earliest global pool, flatten or linear so met; the output itself where there is none. None for an input."""
    if not graph.outputs:
        return None
    node = found = graph.outputs[0]
    while len(node.inputs) == 1:
        if _ends_space(node):
            found = node.inputs[0]
        node = node.inputs[0]
    return next((i for i, layer in enumerate(graph.nodes) if layer is found), None)


def _ends_space(node: Node) -> bool:
    return max(node.shape[1:], default=1) == 1 and reads_everything(node.op, node.op.axes(*node.input_shapes))


def reads_everything(op: Op, axes: Sequence[Axis]) -> bool:
    """Whether every output position depends on every input position."""
    return op.whole_input or (bool(axes) and all(isinstance(a, Adaptive) and a.m == 1 for a in axes))


def keeps_places(op: Op) -> bool:
    """Whether each output position reads its own place."""
    kind = type(op)
    return kind.axes is Op.axes and kind.input_axes is Op.input_axes and not op.whole_input


def _through(node: Node, op: Op, index: int, field: Field) -> Field:
    """What the node's output depends on through one of its inputs."""
    if field is NOTHING or op.uses(len(node.inputs))[index] == Use.SHAPE:
        return NOTHING
    if keeps_places(op):
        return field
    axes = op.input_axes(index, *node.input_shapes)
    if field is WHOLE or reads_everything(op, axes):
        return WHOLE
    if not isinstance(field, tuple):
        return field
    return _checked(_composed(extent, axis) for extent, axis in zip(field, axes))


def _checked(extents: Iterable[Extent | None]) -> Field:
    found = tuple(extents)
    regular = tuple([extent for extent in found if extent])
    return regular if len(regular) == len(found) else IRREGULAR


@lru_cache(maxsize=65536, typed=True)  # typed: axes of different kinds may hold equal numbers
def _composed(extent: Extent, axis: Axis) -> Extent | None:
    """The extent after an operation; None where its table would be too long."""
    q = len(extent.table)
    period, jump = axis.phases()
    turns = q // gcd(jump, q)
    if not extent.bounded and period * turns <= MAX_TABLE:
        axis = endless(axis)
        table = tuple([extent.gathered(axis.reads(o)) for o in range(period * turns)])
        return Extent(extent.p * jump * turns // q, table)
    if axis.m > MAX_TABLE:
        return None
    return Extent(0, tuple([extent.gathered(clipped(axis.reads(o), axis.n)) for o in range(axis.m)]), True)


def endless(axis: Axis) -> Axis:
    """The axis on an unbounded input, which has no ends to mirror or repeat."""
    return Window(axis.n, axis.m, before=axis.before) if isinstance(axis, Border) else axis


def clipped(positions: range, size: int) -> range:
    """The positions that lie inside ``[0, size)``."""
    skipped = max(0, -(positions.start // positions.step)) if positions.start < 0 else 0
    start = positions.start + skipped * positions.step
    return range(start, min(positions.stop, size), positions.step)


def _merged(fields: list[Field], shape: Shape) -> Field:
    """The union of what the paths of a merge depend on."""
    if len(fields) == 1:
        return fields[0]
    if WHOLE in fields:
        return WHOLE
    if IRREGULAR in fields:
        return IRREGULAR
    listed = [field for field in fields if isinstance(field, tuple)]
    if not listed:
        return NOTHING
    return _checked(_united(tuple(extents), m) for extents, m in zip(zip(*listed), shape[1:]))


@lru_cache(maxsize=65536)
def _united(extents: tuple[Extent, ...], m: int) -> Extent | None:
    """The union of several extents of one axis with m positions; None where its table would be too long."""
    first = extents[0]
    if all(extent == first for extent in extents):
        return first
    q = lcm(*(len(extent.table) for extent in extents))
    meet = len({extent.stride for extent in extents}) == 1 and not first.bounded
    if meet and q <= MAX_TABLE:
        return Extent(first.p * q // len(first.table), _rows(extents, q))
    return Extent(0, _rows(extents, m), True) if m <= MAX_TABLE else None


def _rows(extents: tuple[Extent, ...], count: int) -> tuple[Interval, ...]:
    return tuple([Extent.joined([extent.at(o) for extent in extents]) for o in range(count)])
