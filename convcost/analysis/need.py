"""Which one layer, dilated or enlarged, brings the network's field to a wanted size, and for how many MACs?"""

from __future__ import annotations

from bisect import bisect_left
from functools import cache
from itertools import pairwise
from math import lcm
from typing import TYPE_CHECKING, Any, NamedTuple

from ..ops.base import SAME, per_axis
from ..ops.max_unpool import MaxUnpool
from .receptive_field import network_field, receptive_fields

if TYPE_CHECKING:
    from ..graph import Graph, Node
    from ..ops.base import Op
    from .receptive_field import Extent, Field


class Change(NamedTuple):
    """One layer with one field changed: the field's new value, the network's field with it, the MACs it adds."""

    layer: str
    field: str
    value: int | tuple[int, ...]
    size: int
    added_macs: int


def changes(graph: Graph, wanted: int) -> tuple[list[Change], int]:
    """Every single change that brings the smallest axis of the network's field to `wanted`, cheapest first, and the
    largest size that any reaches; none where it is that large already.

    Padding grows with the window, so that no shape changes. A window grows until it reaches from one end of the map to
    the other: beyond, new taps meet padding only.
    """
    best = size_with(graph, {})
    found: list[Change] = []
    if best >= wanted:
        return found, best
    fields = {id(node): field for node, field in zip(graph.nodes, receptive_fields(graph))}
    for node in graph.nodes:
        for field in ("dilation", "kernel"):
            if field in node.op.fields:
                apart = _steps_alike(node, field, fields.get(id(node.inputs[0])))
                change, reached = _smallest(graph, node, field, wanted, apart)
                best = max(best, reached)
                found += [change] if change else []
    return sorted(found, key=lambda change: change.added_macs), best


def size_with(graph: Graph, instead: dict[int, Op]) -> int:
    """The smallest axis of the network's field with some operations replaced; 0 where it is not bounded."""
    field = network_field(graph, receptive_fields(graph, instead=instead))
    return min(extent.largest for extent in field.extents) if field else 0


def _smallest(graph: Graph, node: Node, field: str, wanted: int, apart: int) -> tuple[Change | None, int]:
    """The smallest growth of a field that suffices, if any does, and the size that the largest ones reach."""

    @cache
    def size(steps: int) -> int:
        op = _grown(node, field, steps)
        return size_with(graph, _replaced(graph, node, op)) if op else 0

    enough, reached = [], 0
    most = _most_steps(node, field)
    for first in range(1, min(apart, most) + 1):
        alike = range(first, most + 1, apart)  # among these, a larger window has a larger field
        reached = max(reached, size(alike[-1]))
        if size(alike[-1]) >= wanted:
            enough.append(alike[bisect_left(alike, wanted, key=size)])
    if not enough:
        return None, reached
    op = _grown(node, field, min(enough))
    assert op
    added = op.macs(*node.input_shapes) - node.op.macs(*node.input_shapes)
    return Change(node.name, field, getattr(op, field), size(min(enough)), added), reached


def _replaced(graph: Graph, node: Node, op: Op) -> dict[int, Op]:
    """The operations that change when a layer's does: its own, and those that undo a pool."""
    instead = {}
    for i, other in enumerate(graph.nodes):
        if other is node:
            instead[i] = op
        elif isinstance(other.op, MaxUnpool) and other.inputs[1] is node:
            instead[i] = other.op.bind((op, node.input_shapes))
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
    op: Any = node.op
    if field == "kernel":
        return 1
    phases = [len(extent.table) for extent in before if not _ordered(extent)] if isinstance(before, tuple) else []
    strides = per_axis(op.stride, len(node.shape) - 1) if op.word == "conv_transpose" else ()
    apart = lcm(*phases, *strides)
    return 2 * apart if apart > 1 or op.word == "max_pool" else 1


def _ordered(extent: Extent) -> bool:
    """Whether every position sees something, and none sees earlier at either end than the one before it."""
    if extent.cases:
        return False
    entries = [extent.at(o) for o in range(len(extent.table) + 1)]
    return all(a and b and a[0] <= b[0] and a[1] <= b[1] for a, b in pairwise(entries))


def _grown(node: Node, field: str, steps: int) -> Op | None:
    """The operation with a dilation larger by `steps`, or a kernel by twice that; padding takes up the growth. None
    where that is illegal or changes the shape."""
    op: Any = node.op
    shapes = node.input_shapes
    rank = len(node.shape) - 1
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
    return None if illegal or grown.shape(*shapes) != node.shape else grown


def _padded(pad: int | tuple[int, int], more: int) -> tuple[int, int]:
    before, after = pad if isinstance(pad, tuple) else (pad, pad)
    return before + more // 2, after + more - more // 2


def _short(values: tuple[int, ...]) -> int | tuple[int, ...]:
    return values[0] if len(set(values)) == 1 else values
