"""Which input positions does a position of each layer depend on?

Along an axis a field is quasi-affine: ``F(o + q) = F(o) + p``. So a field is a shift p and a table of q intervals, and
one pass through the network composes them layer by layer from the one question each axis answers, ``reads(o)``.

Axes go apart until paths meet of which some positions read nothing: what reads nothing along one axis reads nothing. So
the pass carries a list of paths, each with an extent per axis, and joins those whose positions read something at the
same places: as a rule all. A field is the hull, at each position, of the paths that read something there.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from math import gcd, lcm
from operator import eq
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ...ops.core.axis import Adaptive, Border, Window
from ...ops.core.operation import Op, Use
from ...types import Record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...graph import Graph, Node
    from ...ops.core.axis import Axis
    from ...types import Shape

Interval: TypeAlias = "tuple[int, int] | None"
"""First and last position; None reads nothing."""

MAX_TABLE = 4096
"""Entries in the table of one axis."""

MAX_JUMP = 10**100
"""Input positions from one entry of a table to that of the next round; a few hundred strides go beyond."""


class Extent(NamedTuple):
    """The fields of all positions of one axis: position ``o + q`` reads what o reads, shifted by p; q intervals are
    kept. Where paths of different strides meet there is no such q, or it is too large: a `bounded` table has every
    position of the map, and what lies outside a map reads nothing.

    The table is that of the axis alone, of all paths. Where it depends on the place along the other axes which paths
    read anything, `cases` has the tables that occur, that of place 0 first; no cases are the table itself.
    """

    p: int
    table: tuple[Interval, ...]
    bounded: bool = False
    cases: tuple[tuple[Interval, ...], ...] = ()

    @property
    def smallest(self) -> int:
        """The size of the smallest field over all phases."""
        return min(map(_size, chain(*self.cases or (self.table,))))

    @property
    def largest(self) -> int:
        """The size of the largest field over all phases: the published figure."""
        return max(map(_size, chain(*self.cases or (self.table,))))

    @property
    def first(self) -> Interval:
        """The field of the position that is 0 along every axis."""
        return (self.cases or (self.table,))[0][0]

    @property
    def alone(self) -> Extent:
        """The fields as if there were this axis alone."""
        return Extent(self.p, self.table, self.bounded)

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
        return None if self.first is None else self.first[0]

    @property
    def center(self) -> tuple[int, int] | None:
        """The center of position 0's field, as numerator and denominator, in input positions whose own centers are at
        0, 1, 2, ..."""
        if self.first is None:
            return None
        twice = sum(self.first)
        return (twice, 2) if twice % 2 else (twice // 2, 1)

    def at(self, position: int) -> Interval:
        """The field of a position, of this axis alone."""
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
IRREGULAR = Unbounded(f"a pattern that repeats after more than {MAX_TABLE:,} positions, or 10^100 of the input")

Field: TypeAlias = "tuple[Extent, ...] | Unbounded"
Path: TypeAlias = "tuple[Extent, ...]"
"""The fields along some of the ways from the input, axis by axis, all of which read something at the same places."""
Paths: TypeAlias = "tuple[Path, ...] | Unbounded"


class NetworkField(Record):
    """The field of a network: that of its spatial output, with the name of the layer it was taken at."""

    layer: str
    extents: tuple[Extent, ...]


def receptive_fields(graph: Graph, wrt: str | None = None, instead: Mapping[int, Op] | None = None) -> list[Field]:
    """The field of every layer with respect to an input (the first), in the order of the graph.

    `instead` has, by the place of a layer, an operation of the same output shape to reckon with.
    """
    of: dict[int, Paths] = {
        id(node): ((POINT,) * (len(node.shape) - 1),) if node.name == wrt or (wrt is None and i == 0) else NOTHING
        for i, node in enumerate(graph.inputs)
    }
    fields = []
    for i, node in enumerate(graph.nodes):
        op = instead.get(i, node.op) if instead else node.op
        paths = _merged([_through(node, op, k, of[id(source)]) for k, source in enumerate(node.inputs)], node.shape)
        field = _field(paths, node.shape)
        of[id(node)] = field if field is IRREGULAR else paths
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
    if (
        max(node.shape[1:], default=1) > 1 or type(node.op).shape is Op.shape
    ):  # a norm of one position keeps what there is
        return False
    return reads_everything(node.op, node.op.axes(*node.input_shapes))


def reads_everything(op: Op, axes: Sequence[Axis]) -> bool:
    """Whether every output position depends on every input position."""
    return op.whole_input or (bool(axes) and all(isinstance(a, Adaptive) and a.m == 1 for a in axes))


def keeps_places(op: Op) -> bool:
    """Whether each output position reads its own place."""
    kind = type(op)
    return kind.axes is Op.axes and kind.input_axes is Op.input_axes and not op.whole_input


def _through(node: Node, op: Op, index: int, paths: Paths) -> Paths:
    """What the node's output depends on through one of its inputs."""
    if paths is NOTHING or op.uses(len(node.inputs))[index] == Use.SHAPE:
        return NOTHING
    if keeps_places(op):
        return paths
    axes = op.input_axes(index, *node.input_shapes)
    if paths is WHOLE or reads_everything(op, axes):
        return WHOLE
    if not isinstance(paths, tuple):
        return paths
    return _listed([tuple(map(composed, path, axes)) for path in paths])


def _listed(found: list[tuple[Extent | None, ...]]) -> Paths:
    listed = [tuple([extent for extent in path if extent]) for path in found]
    return tuple(listed) if all(map(eq, listed, found)) else IRREGULAR


@lru_cache(maxsize=65536, typed=True)  # typed: axes of different kinds may hold equal numbers
def composed(extent: Extent, axis: Axis) -> Extent | None:
    """The extent after an operation; None where its table would be too long, or of too large numbers."""
    q = len(extent.table)
    period, jump = axis.phases()
    turns = q // gcd(jump, q)
    if not extent.bounded and period * turns <= MAX_TABLE:
        p = extent.p * jump * turns // q
        if p > MAX_JUMP:
            return None
        axis = endless(axis)
        return Extent(p, tuple([extent.gathered(axis.reads(o)) for o in range(period * turns)]))
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


def _merged(fields: list[Paths], shape: Shape) -> Paths:
    """The paths on which a node depends on the input, through all of its inputs."""
    if len(fields) > 1:
        if WHOLE in fields:
            return WHOLE
        if IRREGULAR in fields:
            return IRREGULAR
    paths = tuple(chain(*[field for field in fields if isinstance(field, tuple)]))
    if not paths:
        return fields[0] if len(fields) == 1 else NOTHING
    return paths if len(paths) == 1 else _joined(paths, shape[1:])


@lru_cache(maxsize=65536)
def _joined(paths: tuple[Path, ...], sizes: Shape) -> Paths:
    """Paths that read something at the same places are one path: a hull of boxes is the hull along each axis."""
    alike: list[list[Path]] = []
    for path in dict.fromkeys(paths):
        group = next((group for group in alike if all(map(_same_places, group[0], path, sizes))), None)
        if group:
            group.append(path)
        elif all(any(extent.table) for extent in path):  # another reads nothing anywhere
            alike.append([path])
    return _listed([tuple(map(_united, zip(*group), sizes)) for group in alike]) or paths[:1]


def _same_places(one: Extent, other: Extent, m: int) -> bool:
    """Whether two extents read something at the same of m positions."""
    if None not in one.table and None not in other.table:
        return True
    q = lcm(len(one.table), len(other.table))
    count = m if one.bounded or other.bounded or q > MAX_TABLE else q
    return count <= MAX_TABLE and all((one.at(o) is None) == (other.at(o) is None) for o in range(count))


def _field(paths: Paths, shape: Shape) -> Field:
    """The hull of some paths."""
    if not isinstance(paths, tuple):
        return paths
    if len(paths) == 1 and all(None not in extent.table for extent in paths[0]):
        return paths[0]
    return _hull(paths, shape[1:])


@lru_cache(maxsize=65536)
def _hull(paths: tuple[Path, ...], sizes: Shape) -> Field:
    """The hull, at each position, of the paths that read something there."""
    along = list(zip(*paths))
    field = _listed([tuple(map(_united, along, sizes))])
    if not isinstance(field, tuple):
        return field
    [alone] = field
    reading = [  # along each axis, the sets of paths that read something at one place; that of place 0 first
        dict.fromkeys(frozenset([i for i, one in enumerate(extents) if one.at(o)]) for o in range(len(extent.table)))
        for extent, extents in zip(alone, along)
    ]
    result = []
    for axis, (extent, extents) in enumerate(zip(alone, along)):
        every = frozenset(range(len(paths)))
        cases = {every: None}
        for sets in reading[:axis] + reading[axis + 1 :]:
            if len(cases) * len(sets) * len(extent.table) > MAX_TABLE:
                return IRREGULAR
            cases = dict.fromkeys(case & some for case in cases for some in sets)
        tables = [_rows(tuple([extents[i] for i in case]), len(extent.table)) for case in cases]
        result.append(extent if list(cases) == [every] else extent._replace(cases=tuple(tables)))
    return tuple(result)


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
