"""Which one layer, dilated or enlarged, brings the network's field to a wanted size, and for how many MACs?"""

from __future__ import annotations

from bisect import bisect_left
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import gcd, lcm
from typing import TYPE_CHECKING, Any, NamedTuple

from ...ops.core.axis import Scatter
from ...ops.core.fields import SAME, per_axis
from ...ops.core.operation import Use
from .extent import (
    MAX_TABLE,
    NOTHING,
    POINT,
    Extent,
    composed,
    network_field,
    reads_everything,
    receptive_fields,
    spatial_output,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ...graph import Graph, Node
    from ...ops.core.axis import Axis
    from ...ops.core.operation import Op
    from ...types import Shape
    from .extent import Field


class Widening(NamedTuple):
    """One layer with one field changed: the field's new value, the size of the network's field with it, the MACs it
    adds, how many times as large its window is, the operation it becomes, the network's field."""

    layer: str
    field: str
    value: int | tuple[int, ...]
    size: int
    added_macs: int
    growth: Fraction
    op: Op
    extents: tuple[Extent, ...]


def changes(graph: Graph, wanted: int) -> tuple[list[Widening], int]:
    """Every single change that brings the smallest axis of the network's field to `wanted`, and the largest size that
    any reaches; none where it is that large already. What changes a window least comes first, of equals what adds the
    fewest MACs, then the later layer.

    Padding grows with the window, so that no shape changes. A window grows until it reaches from one end of the map to
    the other: beyond, new taps meet padding only.
    """
    network = _Network(graph)
    best = size_of(network.field)
    found: list[tuple[Widening, int]] = []
    if best >= wanted:
        return [], best
    for place, node in enumerate(graph.nodes):
        for field in ("dilation", "kernel"):
            if field in node.op.fields:
                change, reached = _smallest(network, node, field, wanted)
                best = max(best, reached)
                found += [(change, place)] if change else []
    ranked = sorted(found, key=lambda pair: (pair[0].growth, pair[0].added_macs, -pair[1]))
    return [change for change, _ in ranked], best


def with_change(graph: Graph, change: Widening) -> dict[int, Op]:
    """The operations that a change puts into the places of others."""
    return _replaced(graph, next(node for node in graph.nodes if node.name == change.layer), change.op)


def field_with(graph: Graph, instead: dict[int, Op]) -> tuple[Extent, ...]:
    """The network's field with some operations replaced; nothing where it is not bounded."""
    field = network_field(graph, receptive_fields(graph, instead=instead))
    return field.extents if field else ()


def size_of(field: tuple[Extent, ...]) -> int:
    """The smallest axis of a field."""
    return min([extent.largest for extent in field], default=0)


class _Network:
    """A network of which one layer at a time is changed.

    With a change the whole network is asked again only where it must be. Where positions see later the later they are,
    at both ends and on all ways from a layer to the output, the field becomes the hull of what it was and of what the
    output sees through that layer.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        fields = receptive_fields(graph)
        self.fields = {id(node): field for node, field in zip(graph.nodes, fields)}
        self.fields[id(graph.inputs[0])] = (POINT,) * (len(graph.inputs[0].shape) - 1)
        found = network_field(graph, fields)
        self.field = found.extents if found else ()
        end = spatial_output(graph)
        self.seen = {} if end is None else _seen_from(graph, graph.nodes[end])
        taken = [pair for node in graph.nodes for pair in zip(node.op.uses(len(node.inputs)), node.inputs)]
        self.undone = {id(source) for use, source in taken if use == Use.INDICES}
        """Pools: what undoes them changes with them."""
        self.known: dict[tuple[int, Shape, str, int], Op | None] = {}

    def grown(self, node: Node, field: str, steps: int) -> Op | None:
        """`_grown`, which does not depend on channels; a step makes its operation once, and is often run again."""
        key = (id(node.op), node.input_shapes[0][1:], field, steps)
        if key not in self.known:
            self.known[key] = _grown(node.op, node.input_shapes, field, steps)
        return self.known[key]

    def field_with(self, node: Node, op: Op) -> tuple[Extent, ...]:
        """The field with another operation in a layer's place."""
        seen = self.seen.get(id(node), ())
        before = self.fields.get(id(node.inputs[0]), NOTHING)
        alone = id(node) not in self.undone
        if before is NOTHING or (alone and seen == ()):
            return self.field  # the layer does not see the input, or the output does not see the layer
        old = self.fields[id(node)]
        if alone and seen and isinstance(before, tuple) and isinstance(old, tuple):
            wider = _all(map(_wider, self.field, seen, before, old, op.axes(*node.input_shapes)))
            if wider:
                return wider
        return field_with(self.graph, _replaced(self.graph, node, op))


@lru_cache(maxsize=65536, typed=True)
def _wider(field: Extent, seen: Extent, before: Extent, old: Extent, axis: Axis) -> Extent | None:
    """A field with another axis in a layer through which the output sees the input; None where what the layer sees does
    not simply grow."""
    new = composed(before, axis)
    if new is None or not all(map(_ordered, (field, before, old))) or old.stride != new.stride:
        return None
    if any(a[0] > b[0] or a[1] < b[1] for a, b in _abreast(new, old)):
        return None
    through = _after(new, seen)
    return through and _hull(field, through)


def _abreast(one: Extent, other: Extent) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Two fields, position by position, until both begin anew."""
    pairs = ((one.at(o), other.at(o)) for o in range(lcm(len(one.table), len(other.table))))
    return ((a, b) for a, b in pairs if a and b)


def _seen_from(graph: Graph, end: Node) -> dict[int, tuple[Extent, ...] | None]:
    """By the id of a node, what the positions of another see of it; None where that is not simple."""
    seen: dict[int, tuple[Extent, ...] | None] = {id(end): (POINT,) * (len(end.shape) - 1)}
    for node in reversed(graph.nodes):
        if id(node) not in seen:
            continue
        own = seen[id(node)]
        for index, (use, feeder) in enumerate(zip(node.op.uses(len(node.inputs)), node.inputs)):
            if use == Use.SHAPE:
                continue
            axes = node.op.input_axes(index, *node.input_shapes)
            found = None
            if own is not None and not reads_everything(node.op, axes):
                found = _all(map(_seen_through, own, axes))
            if found and id(feeder) in seen:
                other = seen[id(feeder)]
                found = _all(map(_hull, found, other)) if other is not None else None
            seen[id(feeder)] = found
    return seen


def _all(extents: Iterable[Extent | None]) -> tuple[Extent, ...] | None:
    found = tuple(extents)
    some = tuple([extent for extent in found if extent])
    return some if len(some) == len(found) else None


@lru_cache(maxsize=65536, typed=True)
def _seen_through(seen: Extent, axis: Axis) -> Extent | None:
    """What is seen of a layer's input by what sees its output."""
    own = composed(POINT, axis)
    return own and _after(own, seen)


def _after(own: Extent, seen: Extent) -> Extent | None:
    """What is seen by positions that each see all from one position to another, of which each has its own field; None
    where later positions may see earlier, or nothing."""
    if not _ordered(own) or not _ordered(seen):
        return None
    p, q, period = seen.p, len(seen.table), len(own.table)
    turns = period // gcd(period, p)
    if q * turns > MAX_TABLE:
        return None
    ends = [(own.at(entry[0]), own.at(entry[1])) for o in range(q * turns) if (entry := seen.at(o))]
    table = tuple([(first[0], last[1]) for first, last in ends if first and last])
    return Extent(own.p * p * turns // period, table)


@lru_cache(maxsize=65536)
def _hull(one: Extent, other: Extent) -> Extent | None:
    q = lcm(len(one.table), len(other.table))
    if one == other:
        return one
    if one.stride != other.stride or q > MAX_TABLE:
        return None
    return Extent(
        one.p * q // len(one.table), tuple([(min(a[0], b[0]), max(a[1], b[1])) for a, b in _abreast(one, other)])
    )


def _smallest(network: _Network, node: Node, field: str, wanted: int) -> tuple[Widening | None, int]:
    """The smallest growth of a field that suffices, if any does, and the size that the largest ones reach."""

    def size(steps: int) -> int:
        op = network.grown(node, field, steps)
        return size_of(network.field_with(node, op)) if op else 0

    enough, reached = [], 0
    most = _most_steps(node, field)
    apart = _steps_alike(node, field, network.fields.get(id(node.inputs[0]))) if most > 0 else 1
    for first in range(1, min(apart, most) + 1):
        alike = range(first, most + 1, apart)  # among these, a larger window has a larger field
        largest = size(alike[-1])
        reached = max(reached, largest)
        if largest >= wanted:
            enough.append(_first(alike, wanted, size, size_of(network.field), largest))
    if not enough:
        return None, reached
    steps = min(enough)
    op = _grown(node.op, node.input_shapes, field, steps)
    assert op
    added = op.macs(*node.input_shapes) - node.op.macs(*node.input_shapes)
    wider = network.field_with(node, op)
    return Widening(node.name, field, getattr(op, field), size_of(wider), added, _growth(node, op), op, wider), reached


def _first(alike: range, wanted: int, size: Callable[[int], int], least: int, most: int) -> int:
    """The first of some growths that suffices; as a rule fields grow evenly, so a guess is tried before halves."""
    low, high = 0, len(alike) - 1
    guess = (len(alike) * (wanted - least) - 1) // (most - least)
    for place in (guess, guess - 1):
        if low <= place < high:
            low, high = (low, place) if size(alike[place]) >= wanted else (place + 1, high)
    return alike[bisect_left(alike, wanted, low, high, key=size)]


def _growth(node: Node, op: Op) -> Fraction:
    """How many times as large a window is, along the axis along which it grows most."""
    rank = len(node.shape) - 1
    return max(map(Fraction, _windows(op, rank), _windows(node.op, rank)))


def _windows(op: Any, rank: int) -> list[int]:
    return [d * (k - 1) + 1 for k, d in zip(per_axis(op.kernel, rank), per_axis(getattr(op, "dilation", 1), rank))]


def _replaced(graph: Graph, node: Node, op: Op) -> dict[int, Op]:
    """The operations that change when a layer's does: its own, and those that undo a pool."""
    instead = {}
    for i, other in enumerate(graph.nodes):
        if other is node:
            instead[i] = op
        elif node in other.inputs[1:]:
            named = ((op if source is node else source.op, source.input_shapes) for source in other.inputs[1:])
            bound = other.op.bind(*named)
            if bound is not other.op:
                instead[i] = bound
    return instead


def _most_steps(node: Node, field: str) -> int:
    op: Any = node.op
    sizes = node.input_shapes[0][1:]
    rank = len(sizes)
    limits = []
    for n, kernel, dilation in zip(sizes, per_axis(op.kernel, rank), per_axis(getattr(op, "dilation", 1), rank)):
        if field == "kernel":
            limits.append((2 * (n - 1) // dilation + 1 - kernel) // 2)
        elif kernel > 1:
            limits.append(2 * (n - 1) // (kernel - 1) - dilation)
    return min(limits, default=0)


def _steps_alike(node: Node, field: str, before: Field | None) -> int:
    """How far apart are growths whose fields are sure to grow with them? Larger kernels have all taps of smaller ones.
    Dilations move taps to other phases: of a transposed window, and of what it reads where later positions may see
    earlier or nothing. Half of a growth goes before the input, and the padding of a pool may be illegal for odd ones.
    """
    if field == "kernel":
        return 1
    phases = [len(extent.table) for extent in before if not _ordered(extent)] if isinstance(before, tuple) else []
    strides = [a.stride for a in node.op.axes(*node.input_shapes) if isinstance(a, Scatter)]
    apart = lcm(*phases, *strides)
    return 2 * apart if apart > 1 or node.op.half_padded else 1


@lru_cache(maxsize=65536)
def _ordered(extent: Extent) -> bool:
    """Whether every position sees something, and none sees earlier at either end than the one before it."""
    if extent.cases or extent.bounded:
        return False
    entries = [extent.at(o) for o in range(len(extent.table) + 1)]
    return all(a and b and a[0] <= b[0] and a[1] <= b[1] for a, b in pairwise(entries))


def _grown(old: Op, shapes: tuple[Shape, ...], field: str, steps: int) -> Op | None:
    """The operation with a dilation larger by `steps`, or a kernel by twice that; padding takes up the growth. None
    where that is illegal or changes the shape."""
    op: Any = old
    rank = len(shapes[0]) - 1
    values = {name: getattr(op, name) for name in op.fields}
    kernel, dilation = per_axis(op.kernel, rank), per_axis(values.get("dilation", 1), rank)
    reach = [d * (k - 1) for k, d in zip(kernel, dilation)]
    if field == "dilation":
        dilation = tuple([d + steps for d in dilation])
        values["dilation"] = _short(dilation)
    else:
        kernel = tuple([k + 2 * steps for k in kernel])
        values |= {"kernel": _short(kernel), "stride": op.stride or op.kernel}
    if op.padding not in SAME:
        pads = per_axis(0 if op.padding == "valid" else op.padding, rank)
        growth = [d * (k - 1) - old for k, d, old in zip(kernel, dilation, reach)]
        values["padding"] = tuple([_padded(pad, more) for pad, more in zip(pads, growth)])
    grown: Op = type(op)(**values)
    illegal = [*grown.form(), *grown.check(*shapes)]
    return None if illegal or grown.shape(*shapes) != op.shape(*shapes) else grown


def _padded(pad: int | tuple[int, int], more: int) -> tuple[int, int]:
    before, after = pad if isinstance(pad, tuple) else (pad, pad)
    return before + more // 2, after + more - more // 2


def _short(values: tuple[int, ...]) -> int | tuple[int, ...]:
    return values[0] if len(set(values)) == 1 else values
