"""What a calculator can prove and a designer may have missed: notes with codes CC4xx, never errors.

One function per piece of advice; each yields problems of severity `advice` at the field that causes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Note, Problem
from ..ops.axis import Scatter, Window
from ..ops.base import axis_name
from .coverage import coverage, read_sets
from .receptive_field import IRREGULAR, network_field, receptive_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..graph import Graph, Node
    from .coverage import ReadSet
    from .receptive_field import Extent, Field

LONG_COVERED = 2
"""A layer whose input already sees this many times the network's input, on every axis, adds no context."""


def advise(graph: Graph) -> list[Problem]:
    """All advice on a network, in the order of its layers; what one place causes often is said once."""
    fields = receptive_fields(graph)
    sets = read_sets(graph)
    seen: set[tuple[object, ...]] = set()
    result = []
    for rule in RULES:
        for problem in rule(graph, fields, sets):
            key = (problem.code, *problem.location)
            if key not in seen:
                seen.add(key)
                result.append(problem)
    return result


def _advice(node: Node, field: str, code: str, message: str, *notes: str) -> Problem:
    layer = Note(f"in layer {node.name} ({node.op.word})")
    found = (layer, *map(Note, notes))
    return Problem(node.site.locate(field), code, f"{message}", "advice", found, node.name)


def gridding(graph: Graph, fields: list[Field], sets: list[ReadSet]) -> Iterator[Problem]:
    """Dilations that share a divisor leave a grid of holes in the network's field; said at the last of them."""
    found = network_field(graph, fields)
    end = next((i for i, node in enumerate(graph.nodes) if found and node.title == found.layer), None)
    share = coverage(fields[end], sets[end]) if end is not None else None
    if not share or share[0] == share[1]:
        return
    for node in reversed(graph.nodes[: end + 1] if end is not None else []):
        axes = node.op.axes(*node.input_shapes)
        if any(isinstance(a, (Window, Scatter)) and a.dilation > 1 and a.kernel > 1 for a in axes):
            message = f"{share[0]:,} of the {share[1]:,} input positions in the network's receptive field are read"
            hint = "dilations with a common divisor leave a grid of holes; mix them, as 1, 2, 5"
            yield _advice(node, "dilation", "CC401", f"only {message} ({100 * share[0] // share[1]} %)", hint)
            return


def checkerboard(graph: Graph, fields: list[Field], sets: list[ReadSet]) -> Iterator[Problem]:
    """A transposed convolution whose kernel its stride does not divide writes some positions more often than others."""
    for node in graph.nodes:
        if node.op.word != "conv_transpose":
            continue
        for i, a in enumerate(node.op.axes(*node.input_shapes)):
            if isinstance(a, Scatter) and a.stride > 1 and a.kernel % a.stride:
                counts = [len(a.reads(o + a.stride * a.kernel)) for o in range(a.stride)]
                yield _advice(
                    node,
                    "kernel",
                    "CC402",
                    f"kernel {a.kernel} is no multiple of stride {a.stride}: along the {axis_name(len(node.shape) - 1, i)}, "
                    f"outputs add {', '.join(map(str, counts))} products in turn (checkerboard)",
                )
                break


def unread_input(graph: Graph, fields: list[Field], sets: list[ReadSet]) -> Iterator[Problem]:
    """A window smaller than its stride jumps over input positions."""
    for node in graph.nodes:
        for i, a in enumerate(node.op.axes(*node.input_shapes)):
            if isinstance(a, Window) and a.stride > a.kernel and a.m > 1:
                name = axis_name(len(node.input_shapes[0]) - 1, i)
                message = f"stride {a.stride} is larger than kernel {a.kernel}: along the {name}, "
                yield _advice(
                    node, "stride", "CC403", f"{message}{a.stride - a.kernel} of {a.stride} inputs are never read"
                )
                break


def lost_taps(graph: Graph, fields: list[Field], sets: list[ReadSet]) -> Iterator[Problem]:
    """A dilation as large as the map lets only the middle tap meet data."""
    for node in graph.nodes:
        for i, a in enumerate(node.op.axes(*node.input_shapes)):
            if isinstance(a, Window) and a.kernel > 1 and 1 < a.dilation >= a.n:
                macs, useful = node.op.macs(*node.input_shapes), node.op.useful_macs(*node.input_shapes)
                notes = [f"{100 * useful // macs} % of its MACs are useful"] if macs else []
                name = axis_name(len(node.shape) - 1, i)
                message = f"dilation {a.dilation} is as large as the input {name} {a.n}: all taps but one meet padding"
                yield _advice(node, "dilation", "CC404", message, *notes)
                break


def small_field(graph: Graph, fields: list[Field], sets: list[ReadSet]) -> Iterator[Problem]:
    """A classifier whose last map does not see the whole input."""
    found = network_field(graph, fields)
    output = graph.outputs[0] if graph.outputs else None
    if not found or not output or any(size > 1 for size in output.shape[1:]):
        return
    sizes = graph.inputs[0].shape[1:]
    if any(extent.largest < n for extent, n in zip(found.extents, sizes)):
        seen, whole = (_by(values) for values in ([e.largest for e in found.extents], list(sizes)))
        node = next(node for node in graph.nodes if node.title == found.layer)
        yield _advice(
            node, "", "CC405", f"{found.layer} sees {seen} of the {whole} input before space is averaged away"
        )


def long_covered(graph: Graph, fields: list[Field], sets: list[ReadSet]) -> Iterator[Problem]:
    """The first layer with a window whose input sees far more than the network's input already."""
    place = {id(node): i for i, node in enumerate(graph.nodes)}
    sizes = graph.inputs[0].shape[1:]
    for node in graph.nodes:
        before = fields[place[id(node.inputs[0])]] if id(node.inputs[0]) in place else None
        windows = [a for a in node.op.axes(*node.input_shapes) if isinstance(a, Window) and a.kernel > 1]
        if not windows or not isinstance(before, tuple):
            continue
        if all(extent.largest >= LONG_COVERED * n for extent, n in zip(before, sizes)):
            seen = _by([extent.largest for extent in before])
            message = f"the input of this layer already sees {seen}, {LONG_COVERED} times the network's input or more"
            yield _advice(node, "", "CC406", message)
            return


def shifted_merges(graph: Graph, fields: list[Field], sets: list[ReadSet]) -> Iterator[Problem]:
    """Paths that meet with different centers or strides."""
    place = {id(node): i for i, node in enumerate(graph.nodes)}
    for node in graph.nodes:
        if not node.op.merges:
            continue
        inputs = [(source.name, fields[place[id(source)]]) for source in node.inputs if id(source) in place]
        bounded = [(name, field) for name, field in inputs if isinstance(field, tuple) and field]
        for i in range(len(node.shape) - 1):
            message = _disagreement([(name, field[i]) for name, field in bounded])
            if message:
                yield _advice(node, "", "CC407", f"along the {axis_name(len(node.shape) - 1, i)}, {message}")
                break


def _disagreement(paths: list[tuple[str, Extent]]) -> str:
    """What differs between the fields of paths that meet, or nothing."""
    if len({extent.stride for _, extent in paths}) > 1:
        strides = [f"{name} moves by {_fraction(extent.stride)}" for name, extent in paths]
        return f"the strides of the paths differ: {', '.join(strides)} input positions a step"
    twice = {2 * center[0] // center[1]: name for name, extent in paths if (center := extent.center)}
    if len(twice) < 2:
        return ""
    low, high = min(twice), max(twice)
    shift = _fraction((high - low, 2))
    unit = "input position" if shift == "1" else "input positions"
    return f"the fields of the paths are shifted: {twice[high]} lies {shift} {unit} behind {twice[low]}"


def irregular(graph: Graph, fields: list[Field], sets: list[ReadSet]) -> Iterator[Problem]:
    """The first layer whose field repeats too late to be listed."""
    for node, field in zip(graph.nodes, fields):
        if field is IRREGULAR:
            yield _advice(node, "", "CC408", f"the receptive field from here on is not computed: it is {IRREGULAR}")
            return


def _fraction(value: tuple[int, int] | None) -> str:
    if value is None:
        return "no constant number of"
    above, below = value
    if above % below == 0:
        return str(above // below)
    return f"{above}/{below}"


def _by(sizes: list[int]) -> str:
    return "x".join(map(str, sizes))


RULES: tuple[Callable[[Graph, list[Field], list[ReadSet]], Iterator[Problem]], ...] = (
    gridding,
    checkerboard,
    unread_input,
    lost_taps,
    small_field,
    long_covered,
    shifted_merges,
    irregular,
)
