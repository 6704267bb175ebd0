"""Which share of a receptive field is really read? Dilation and stride leave holes that the extent does not show.

A read set is a union of products of per-axis sets: 1x7 beside 7x1 is a cross. Each per-axis set is quasi-affine like an
extent, with a set of positions, kept as the bits of a number, in place of an interval.
"""

from __future__ import annotations

from math import gcd, lcm
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ..ops.base import Use
from .receptive_field import MAX_TABLE, endless, reads_everything

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..graph import Graph
    from ..ops.axis import Axis
    from ..ops.base import Op
    from ..types import Shape
    from .receptive_field import Extent, Field

Bits: TypeAlias = "tuple[int, int]"
"""(base, bits): position base + i is in the set where bit i is 1; bits 0 is the empty set."""

MAX_BITS = 1 << 20
MAX_PRODUCTS = 256
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
    of: dict[int, ReadSet] = {}
    for i, node in enumerate(graph.inputs):
        start = node.name == wrt or (wrt is None and i == 0)
        of[id(node)] = [(Positions(1, ((0, 1),)),) * (len(node.shape) - 1)] if start else []
    known: Known = {}
    result = []
    for i, node in enumerate(graph.nodes):
        op = instead.get(i, node.op) if instead else node.op
        try:
            found = _read_set(op, node.input_shapes, [of[id(source)] for source in node.inputs], known)
        except TooLarge:
            found = None
        of[id(node)] = found
        result.append(found)
    return result


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
    phases = [_widest(extent) for extent in field]
    sets = [[positions.at(o) for positions, o in zip(item, phases)] for item in read]
    sets = [item for item in sets if all(bits for _, bits in item)]
    if not sets:
        return None
    inside = 1
    for factors in zip(*sets):
        inside *= union(factors)[1].bit_length()
    return _count(sets), inside


def _widest(extent: Extent) -> int:
    sizes = [0 if entry is None else entry[1] - entry[0] + 1 for entry in extent.table]
    return sizes.index(max(sizes))


def _count(sets: list[list[Bits]]) -> int:
    """The number of points in a union of products: along the first axis, positions that lie in the same factors share
    what the other axes contribute."""
    if len(sets) == 1:
        result = 1
        for _, bits in sets[0]:
            result *= bits.bit_count()
        return result
    if len(sets[0]) == 1:
        return union([item[0] for item in sets])[1].bit_count()
    total = 0
    for pattern in _patterns(sets):
        chosen = [item[1:] for item, taken in zip(sets, pattern) if taken]
        count = _shared([item[0] for item in sets], pattern).bit_count()
        total += count * _count(chosen)
    return total


def _patterns(sets: list[list[Bits]]) -> set[tuple[bool, ...]]:
    """The combinations of factors that positions of the first axis lie in."""
    base, bits = union([item[0] for item in sets])
    found = set()
    for i in range(bits.bit_length()):
        if bits >> i & 1:
            at = base + i
            found.add(tuple(at >= low and bool(mask >> (at - low) & 1) for low, mask in (item[0] for item in sets)))
    return found


def _shared(factors: list[Bits], pattern: tuple[bool, ...]) -> int:
    """The bits of the positions that lie in exactly those factors that the pattern takes."""
    base, result = union(factors)
    for (low, bits), taken in zip(factors, pattern):
        aligned = bits << (low - base) if bits else 0
        result &= aligned if taken else ~aligned
    return result
