"""Which share of a receptive field is really read? Dilation and stride leave holes that the extent does not show.

A read set is a union of products of per-axis sets: 1x7 beside 7x1 is a cross. Each per-axis set is quasi-affine like an
extent, with a set of positions, kept as the bits of a number, in place of an interval.
"""

from __future__ import annotations

from copy import copy
from functools import partial
from itertools import product
from math import gcd, lcm, prod
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ...ops.core.operation import Use
from .extent import MAX_TABLE, endless, reads_everything
from .runs import points, runs_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ...graph import Graph
    from ...ops.core.axis import Axis
    from ...ops.core.operation import Op
    from ...types import Shape
    from .extent import Extent, Field

Bits: TypeAlias = "tuple[int, int]"
"""(base, bits): position base + i is in the set where bit i is 1; bits 0 is the empty set."""

MAX_BITS = 1 << 20
MAX_PRODUCTS = 256
MAX_KNOWN = 128
"""Compositions that are remembered: parallel paths and axes repeat each other, distant layers do not."""
EMPTY = (0, 0)


class Positions(NamedTuple):
    """The sets that the positions of one axis read: position ``o + q`` reads what o reads, shifted by p."""

    p: int
    table: tuple[Bits, ...]

    def at(self, position: int) -> Bits:
        """The set that a position reads."""
        turns, phase = divmod(position, len(self.table))
        base, bits = self.table[phase]
        return base + self.p * turns, bits

    def gathered(self, positions: range) -> Bits:
        """The union of what some positions read.

        Raises TooLarge for a set that is too large to be listed.
        """
        if len(positions) > MAX_BITS:
            raise TooLarge
        return union([self.at(i) for i in positions])


class TooLarge(Exception):
    """A set is too large, or too irregular, to be listed."""


Product: TypeAlias = "tuple[Positions, ...]"
Known: TypeAlias = "dict[tuple[Positions, type[Axis], Axis], Positions]"
"""What was composed before; with the kind of the axis, for axes of different kinds may hold equal numbers."""
ReadSet: TypeAlias = "list[Product] | None"
"""The union of products that a layer reads; None where it is not listed (the whole input, nothing, too large)."""


def union(sets: Sequence[Bits]) -> Bits:
    """The union of sets of positions."""
    present = [(base, bits) for base, bits in sets if bits]
    if not present:
        return EMPTY
    low = min(base for base, _ in present)
    if max(base + bits.bit_length() for base, bits in present) - low > MAX_BITS:
        raise TooLarge
    result = 0
    for base, bits in present:
        result |= bits << (base - low)
    return low, result


def read_sets(graph: Graph, wrt: str | None = None, instead: Mapping[int, Op] | None = None) -> list[ReadSet]:
    """What the positions of every layer read of an input (the first), in the order of the graph; `instead` as in
    `receptive_fields`."""
    return list(each_read_set(graph, wrt, instead))


def each_read_set(graph: Graph, wrt: str | None = None, instead: Mapping[int, Op] | None = None) -> Iterator[ReadSet]:
    """`read_sets` one after another: those of deep networks are large, and none is kept longer than it is read."""
    sets = _Sets(graph, wrt)
    yield from (sets.next(instead or {}) for _ in graph.nodes)


def read_sets_of(graph: Graph, place: int, changes: Sequence[Mapping[int, Op]]) -> list[ReadSet]:
    """What the positions of one layer read of the first input, with each of several changes by itself: until something
    is changed all go the same way."""
    found: list[ReadSet] = [None] * len(changes)
    sets = _Sets(graph)
    for i in range(place + 1):
        for k, instead in enumerate(changes):
            if i == min([*instead, place]):
                own = copy(sets)
                own.live = dict(sets.live)
                found[k] = [own.next(instead) for _ in range(i, place + 1)][-1]
        sets.next({})
    return found


class _Sets:
    """The read sets of one layer after another, and those that are still needed."""

    def __init__(self, graph: Graph, wrt: str | None = None) -> None:
        self._nodes = graph.nodes
        self._last = {id(source): i for i, node in enumerate(graph.nodes) for source in node.inputs}
        self._place = 0
        self._known: Known = {}
        self.live: dict[int, ReadSet] = {}
        for i, node in enumerate(graph.inputs):
            start = node.name == wrt or (wrt is None and i == 0)
            self.live[id(node)] = [(Positions(1, ((0, 1),)),) * (len(node.shape) - 1)] if start else []

    def next(self, instead: Mapping[int, Op]) -> ReadSet:
        """What the next layer reads."""
        place = self._place
        node = self._nodes[place]
        try:
            sources = [self.live[id(source)] for source in node.inputs]
            found = _read_set(instead.get(place, node.op), node.input_shapes, sources, self._known)
        except TooLarge:
            found = None
        for source in node.inputs:
            if self._last[id(source)] == place:
                self.live.pop(id(source), None)
        if id(node) in self._last:
            self.live[id(node)] = found
        if len(self._known) > MAX_KNOWN:
            self._known.clear()
        self._place += 1
        return found


def _read_set(op: Op, shapes: tuple[Shape, ...], sources: list[ReadSet], known: Known) -> ReadSet:
    products: list[Product] = []
    for index, (use, source) in enumerate(zip(op.uses(len(shapes)), sources)):
        if use == Use.SHAPE or source == []:
            continue
        axes = op.input_axes(index, *shapes)
        if source is None or reads_everything(op, axes):
            return None
        products += [tuple([_composed(p, axis, known) for p, axis in zip(item, axes)]) for item in source]
    return _reduced(products) if len(products) > 1 else products


def _composed(positions: Positions, axis: Axis, known: Known) -> Positions:
    """The sets after an operation, as `receptive_field` composes extents."""
    key = (positions, type(axis), axis)
    if key not in known:
        axis = endless(axis)
        size = len(positions.table)
        period, jump = axis.phases()
        turns = size // gcd(jump, size)
        if period * turns > MAX_TABLE:
            raise TooLarge
        table = tuple([positions.gathered(axis.reads(o)) for o in range(period * turns)])
        known[key] = Positions(positions.p * jump * turns // size, table)
    return known[key]


def _reduced(products: list[Product]) -> list[Product]:
    """The products without those that lie inside another one."""
    kept: list[Product] = []
    for candidate in dict.fromkeys(products):
        if any(_inside(candidate, other) for other in kept):
            continue
        kept = [other for other in kept if not _inside(other, candidate)]
        kept.append(candidate)
        if len(kept) > MAX_PRODUCTS:
            raise TooLarge
    return kept


def _inside(inner: Product, outer: Product) -> bool:
    return all(a == b or _axis_inside(a, b) for a, b in zip(inner, outer))


def _axis_inside(inner: Positions, outer: Positions) -> bool:
    size, other = len(inner.table), len(outer.table)
    if size == other:
        return inner.p == outer.p and all(map(_subset, inner.table, outer.table))
    q = lcm(size, other)
    if q > MAX_TABLE or inner.p * other != outer.p * size:
        return False
    return all(_subset(inner.at(o), outer.at(o)) for o in range(q))


def _subset(inner: Bits, outer: Bits) -> bool:
    (low, bits), (base, whole) = inner, outer
    if not bits:
        return True
    return low >= base and not bits & ~(whole >> (low - base))


def coverage(field: Field, read: ReadSet) -> tuple[int, int] | None:
    """(positions read, positions inside the extent), all axes together, for the widest phase; None where the field is
    not bounded or not listed, or reads nothing."""
    if not isinstance(field, tuple) or not field or not read:
        return None
    if any(extent.cases for extent in field):
        sets = max(_together(read, [len(extent.table) for extent in field]), key=_inside_extent, default=[])
    else:
        sets = _at(read, [_widest(extent) for extent in field])
    return (_count(sets), _inside_extent(sets)) if sets else None


def _widest(extent: Extent) -> int:
    sizes = [0 if entry is None else entry[1] - entry[0] + 1 for entry in extent.table]
    return sizes.index(max(sizes))


def _at(read: Sequence[Product], place: Sequence[int]) -> list[list[Bits]]:
    """The products that a position reads: what reads nothing along one axis reads nothing."""
    sets = [[positions.at(o) for positions, o in zip(item, place)] for item in read]
    return [item for item in sets if all(bits for _, bits in item)]


def _together(read: Sequence[Product], phases: Sequence[int]) -> Iterator[list[list[Bits]]]:
    """What a position reads of which some products read something and the others nothing, for all that occur: that
    which is widest along each axis."""
    reading: list[dict[frozenset[int], list[int]]] = [{} for _ in phases]
    for axis, q in enumerate(phases):
        for o in range(q):
            some = frozenset([i for i, item in enumerate(read) if item[axis].at(o)[1]])
            reading[axis].setdefault(some, []).append(o)
    for chosen in product(*[along.items() for along in reading]):
        these = [read[i] for i in frozenset.intersection(*[some for some, _ in chosen])]
        yield _at(these, [max(places, key=partial(_width, these, axis)) for axis, (_, places) in enumerate(chosen)])


def _width(read: Sequence[Product], axis: int, position: int) -> int:
    return _hull([item[axis].at(position) for item in read])


def _hull(sets: Sequence[Bits]) -> int:
    """The size of the smallest interval that holds some sets, none of which is empty."""
    if not sets:
        return 0
    return max([base + bits.bit_length() for base, bits in sets]) - min([base for base, _ in sets])


def _count(sets: list[list[Bits]]) -> int:
    if len(sets) == 1:
        return prod([bits.bit_count() for _, bits in sets[0]])
    return points([[runs_of(*bits) for bits in item] for item in sets])


def _inside_extent(sets: list[list[Bits]]) -> int:
    return prod(map(_hull, zip(*sets))) if sets else 0
