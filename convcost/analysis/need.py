"""Which one layer, dilated or enlarged, brings the network's field to a wanted size, and for how many MACs?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..ops.base import SAME, per_axis
from .receptive_field import network_field, receptive_fields

if TYPE_CHECKING:
    from ..graph import Graph
    from ..ops.base import Op


class Change(NamedTuple):
    """One layer with one field changed: the field's new value, the network's field with it, the MACs it adds."""

    layer: str
    field: str
    value: int | tuple[int, ...]
    size: int
    added_macs: int


def changes(graph: Graph, wanted: int) -> tuple[list[Change], int]:
    """Every single change that brings the smallest axis of the network's field to `wanted`, cheapest first, and the
    largest size that any reaches. Padding grows with the window, so that no shape changes."""
    found: list[Change] = []
    now = size_with(graph, {})
    best = now
    for place, node in enumerate(graph.nodes):
        for name in ("dilation", "kernel"):
            if name not in node.op.fields:
                continue
            change, reached = _smallest(graph, place, name, wanted)
            best = max(best, reached)
            if change and reached > now:
                found.append(change)
    return sorted(found, key=lambda change: change.added_macs), best


def size_with(graph: Graph, instead: dict[int, Op]) -> int:
    """The smallest axis of the network's field with some operations replaced; 0 where it is not bounded."""
    field = network_field(graph, receptive_fields(graph, instead=instead))
    return min(extent.largest for extent in field.extents) if field else 0


def _smallest(graph: Graph, place: int, name: str, wanted: int) -> tuple[Change | None, int]:
    """The smallest growth of a field that suffices, and the size that the largest sensible growth reaches."""
    node = graph.nodes[place]

    def size(steps: int) -> int:
        return size_with(graph, {place: _grown(node.op, name, steps, node.input_shapes[0])})

    high = _largest_growth(node.op, name, node.input_shapes[0])
    reached = size(high) if high > 0 else 0
    if reached < wanted:
        return None, reached
    low = 0
    while high - low > 1:  # a field grows with its window
        middle = (low + high) // 2
        low, high = (low, middle) if size(middle) >= wanted else (middle, high)
    op = _grown(node.op, name, high, node.input_shapes[0])
    added = op.macs(*node.input_shapes) - node.op.macs(*node.input_shapes)
    return Change(node.name, name, getattr(op, name), size(high), added), reached


def _largest_growth(op: Any, name: str, shape: tuple[int, ...]) -> int:
    """Steps until the window reaches from one end of the map to the other: beyond, new taps meet padding only."""
    rank = len(shape) - 1
    limits = []
    for n, kernel, dilation in zip(shape[1:], per_axis(op.kernel, rank), per_axis(getattr(op, "dilation", 1), rank)):
        if name == "kernel":
            limits.append((2 * (n - 1) // dilation + 1 - kernel) // 2)
        elif kernel > 1:
            limits.append(2 * (n - 1) // (kernel - 1) - dilation)
    return min(limits, default=0)


def _grown(op: Any, name: str, steps: int, shape: tuple[int, ...]) -> Any:
    """The operation with a dilation larger by `steps`, or a kernel by twice that; padding takes up the growth."""
    if not steps:
        return op
    rank = len(shape) - 1
    values: dict[str, Any] = {field: getattr(op, field) for field in op.fields}
    kernel, dilation = per_axis(values["kernel"], rank), per_axis(values.get("dilation", 1), rank)
    before = [d * (k - 1) for k, d in zip(kernel, dilation)]
    if name == "dilation":
        dilation = tuple(d + steps for d in dilation)
        values["dilation"] = _short(dilation)
    else:
        kernel = tuple(k + 2 * steps for k in kernel)
        values["kernel"] = _short(kernel)
        if values.get("stride", 1) is None:
            values["stride"] = op.kernel
    growth = [d * (k - 1) - old for k, d, old in zip(kernel, dilation, before)]
    if values["padding"] not in SAME:
        pads = per_axis(0 if values["padding"] == "valid" else values["padding"], rank)
        values["padding"] = tuple(_padded(pad, more) for pad, more in zip(pads, growth))
    return type(op)(**values)


def _padded(pad: Any, more: int) -> tuple[int, int]:
    before, after = pad if isinstance(pad, tuple) else (pad, pad)
    return before + more // 2, after + more - more // 2


def _short(values: tuple[int, ...]) -> int | tuple[int, ...]:
    return values[0] if len(set(values)) == 1 else values
