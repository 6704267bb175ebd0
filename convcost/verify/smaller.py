"""Less to run: a network on a smaller input, or only what some layers need."""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..graph import Graph
from ..ops.core.axis import Resample, Scatter, Window
from ..wording import suggestion

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..graph import Node
    from ..ops.core.axis import Axis
    from ..types import Shape


def halved(graph: Graph) -> Graph:
    """The network on inputs whose sizes are halved as long as every layer keeps a shape, and a position whose window
    meets no padding where it has one."""
    while (smaller := _resized(graph, _half)) is not None and _keeps_interiors(graph, smaller):
        graph = smaller
    return graph


def _half(shape: Shape) -> Shape:
    return (shape[0], *[size // 2 for size in shape[1:]])


def _resized(graph: Graph, size: Callable[[Shape], Shape]) -> Graph | None:
    """The same layers on inputs of another size; None where that makes none or anything is wrong with it."""
    sizes = [size(node.shape) for node in graph.inputs]
    if any(min(shape) < 1 for shape in sizes) or sizes == [node.shape for node in graph.inputs]:
        return None
    result = Graph(graph.name, graph.dtype)
    result.variant = graph.variant
    of = {id(node): result.add_input(node.name, shape, node.site) for node, shape in zip(graph.inputs, sizes)}
    for node in graph.nodes:
        sources = [of[id(source)] for source in node.inputs]
        op = node.op.bind(*((source.op, source.input_shapes) for source in sources[1:]))
        made, problems = result.add(node.name, op, sources, node.site)
        if made is None or problems:
            return None
        made.title = node.title
        of[id(node)] = made
    result.outputs = [of[id(node)] for node in graph.outputs]
    return result


def _keeps_interiors(whole: Graph, smaller: Graph) -> bool:
    return all(
        has >= had for node, own in zip(whole.nodes, smaller.nodes) for had, has in zip(_interior(node), _interior(own))
    )


def _interior(node: Node) -> list[bool]:
    """Along each axis, whether any position's window meets no padding."""
    return [_has_interior(axis) for axis in node.op.axes(*node.input_shapes)]


def _has_interior(axis: Axis) -> bool:
    """Whether any position reads nothing beside the input; by whole numbers, for an axis may be too long to list."""
    if isinstance(axis, Window):
        return _lies_in(axis, -(-axis.before // axis.stride))
    if isinstance(axis, Resample):
        return _lies_in(axis, -(axis.shift // axis.step) if axis.step else 0)
    if isinstance(axis, Scatter):
        step = gcd(axis.stride, axis.dilation)
        turns = axis.stride // step
        if (step > 1 or turns > axis.kernel) and axis.m >= axis.stride:
            return True  # some positions read nothing
        # of the positions that begin with one tap, the first whose last tap lies on the input; short windows come first
        for first in reversed(range(min(axis.kernel, turns))):
            apart = (axis.kernel - 1 - first) // turns * axis.dilation // step
            if apart >= axis.n:
                return False
            at = first * axis.dilation + apart * axis.stride - axis.before
            if at < 0:
                at %= axis.stride
            if _lies_in(axis, at):
                return True
        return False
    return True


def _lies_in(axis: Axis, position: int) -> bool:
    read = axis.reads(max(position, 0))
    return position < axis.m and (not read or (read[0] >= 0 and read[-1] < axis.n))


def first_layers(graph: Graph, count: int) -> Graph:
    """The network without the layers after the first ones."""
    return _part(graph, graph.nodes[:count], graph.outputs if count == len(graph.nodes) else [])


def _part(graph: Graph, nodes: list[Node], outputs: list[Node]) -> Graph:
    result = Graph(graph.name, graph.dtype)
    result.variant = graph.variant
    result.inputs, result.nodes, result.outputs = graph.inputs, nodes, outputs
    return result


def needed(graph: Graph, name: str) -> tuple[Graph, list[Node]]:
    """What a layer, or the layers of a block, need; and those layers.

    Raises UsageError for a name that is none.
    """
    chosen = [node for node in graph.nodes if node.name == name or node.name.startswith(f"{name}.")]
    if not chosen:
        known = {node.name for node in graph.nodes} | {node.title for node in graph.nodes}
        raise UsageError(f"{graph.name} has no layer {name[:60]}{suggestion(name, known)}")
    wanted = {id(node) for node in chosen}
    for node in reversed(graph.nodes):
        if id(node) in wanted:
            wanted.update(id(source) for source in node.inputs)
    return _part(graph, [node for node in graph.nodes if id(node) in wanted], chosen), chosen
