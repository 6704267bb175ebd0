"""What a calculator can prove and a designer may have missed: notes with codes CC4xx, never errors.

One function per piece of advice; each yields problems of severity `advice` at the field that causes them.
"""

from __future__ import annotations

from heapq import heappop, heappush
from math import gcd, lcm
from typing import TYPE_CHECKING, Any

from ..errors import Note, Problem, merge_repeats
from ..ops.core.axis import Border, Scatter, Window
from ..ops.core.fields import axis_name, per_axis
from ..ops.core.operation import Use
from ..types import dims
from .field.coverage import coverage, read_sets_of
from .field.extent import IRREGULAR, POINT, network_field, receptive_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeAlias

    from ..graph import Graph, Node
    from ..ops.core.axis import Axis
    from ..ops.core.operation import Op
    from .field.extent import Extent, Field

    _Readers: TypeAlias = dict[int, list[tuple[Node, Sequence[Axis]]]]
    """By the id of a tensor, the layers that read it, each with how it reads it along each axis."""

LONG_COVERED = 2
"""A layer whose input already sees this many times the network's input, on every axis, adds no context."""

MAX_PERIOD = 4096
"""Positions after which windows that read one tensor repeat together, where they are compared."""

MANY = 8
"""Phases of a checkerboard that are listed."""


def advise(graph: Graph) -> list[Problem]:
    """All advice on a network, in the order of the spec; what one place causes in many layers is said once."""
    fields = receptive_fields(graph)
    return merge_repeats([problem for rule in RULES for problem in rule(graph, fields)])


def _advice(node: Node, field: str, code: str, message: str, *notes: str) -> Problem:
    layer = Note(f"in layer {node.name} ({node.op.word})")
    return Problem(node.site.locate(field), code, message, "advice", (layer, *map(Note, notes)), node.name)


def gridding(graph: Graph, fields: list[Field]) -> Iterator[Problem]:
    """Dilations that share a divisor leave a grid of holes in the network's field; said at the last of them."""
    found = network_field(graph, fields)
    if not found:
        return
    end = next(i for i, node in enumerate(graph.nodes) if node.title == found.layer)
    share = coverage(found.extents, read_sets_of(graph, end, [{}])[0])
    if not share or share[0] == share[1]:
        return
    # other holes, those of a stride, remain where dilated windows are filled
    dense = {i: filled for i, node in enumerate(graph.nodes[: end + 1]) if (filled := _filled(node))}
    filled_share = coverage(found.extents, read_sets_of(graph, end, [dense])[0])
    if filled_share and filled_share[0] > share[0]:
        percent = min((200 * share[0] + share[1]) // (2 * share[1]), 99)
        message = f"only {share[0]:,} of the {share[1]:,} input positions in the network's field are read ({percent} %)"
        hint = "dilations with a common divisor leave a grid of holes; mix them, as 1, 2, 5"
        yield _advice(graph.nodes[max(dense)], "dilation", "CC401", message, hint)


def _filled(node: Node) -> Op | None:
    """A dilated operation with a window as large and without gaps."""
    op: Any = node.op
    rank = len(node.input_shapes[0]) - 1
    pairs = list(zip(per_axis(getattr(op, "kernel", 1), rank), per_axis(getattr(op, "dilation", 1), rank)))
    if all(kernel == 1 or dilation == 1 for kernel, dilation in pairs):
        return None
    values = {name: getattr(op, name) for name in op.fields}
    kernel = tuple([dilation * (kernel - 1) + 1 for kernel, dilation in pairs])
    filled: Op = type(op)(**{**values, "kernel": kernel, "dilation": 1, "stride": op.stride or op.kernel})
    return filled


def checkerboard(graph: Graph, fields: list[Field]) -> Iterator[Problem]:
    """A transposed convolution whose kernel its stride does not divide writes some positions more often than others."""
    for node in graph.nodes:
        if not node.op.macs(*node.input_shapes):
            continue
        for i, a in enumerate(node.op.axes(*node.input_shapes)):
            counts = [len(a.reads(o)) for o in range(a.stride)] if isinstance(a, Scatter) else []
            if isinstance(a, Scatter) and len(set(counts)) > 1:
                dilated = f", dilation {a.dilation}" if a.dilation > 1 else ""
                turns = ", ".join(map(str, counts)) if len(counts) <= MANY else f"{min(counts)} to {max(counts)}"
                message = (
                    f"kernel {a.kernel} with stride {a.stride}{dilated}: along the {_axis(node, i)}, "
                    f"outputs add {turns} products in turn (checkerboard)"
                )
                yield _advice(node, "kernel", "CC402", message)
                break


def unread_input(graph: Graph, fields: list[Field]) -> Iterator[Problem]:
    """Windows that jump over positions which nothing else reads; said at the first that reads the tensor."""
    readers: _Readers = {}
    for node in graph.nodes:
        for index, (use, source) in enumerate(zip(node.op.uses(len(node.inputs)), node.inputs)):
            if use != Use.SHAPE:
                readers.setdefault(id(source), []).append((node, _axes_read(node, index)))
    read_whole = {id(node) for node in graph.outputs}
    for source in (*graph.inputs, *graph.nodes):
        for i in range(len(source.shape) - 1):
            if source.inputs and _passes_on(source, _axes_read(source, 0), i):
                continue  # its positions are those of its own input
            found = _windows(source, i, readers, read_whole)
            unread = _unread(found)
            if unread:
                node, a, _ = found[0]
                jumps = f"stride {a.stride} jumps over {_skipped(a)} of every {a.stride} input positions"
                left = "them" if unread == _lowest(_skipped(a), a.stride) else "{} of every {}".format(*unread)
                message = f"{jumps} along the {_axis(node, i)}, and nothing else reads {left}"
                yield _advice(node, "stride", "CC403", message)
                break


def _axes_read(node: Node, index: int) -> Sequence[Axis]:
    return node.op.input_axes(index, *node.input_shapes)


def _passes_on(node: Node, axes: Sequence[Axis], i: int) -> bool:
    """Whether an operation only hands on the positions of its one input along an axis, shifted at most: an activation,
    a normalisation, a slice, a pad, a crop."""
    a = axes[i] if i < len(axes) else None
    in_place = isinstance(a, Border) or (isinstance(a, Window) and a.kernel == a.stride == 1)
    return in_place and not node.op.merges and not node.op.macs(*node.input_shapes)


def _windows(source: Node, axis: int, readers: _Readers, read_whole: set[int]) -> list[tuple[Node, Window, int]]:
    """The windows that read a tensor with gaps, each with the shift of the positions it is given; none where something
    reads all of it."""
    found = []
    ways = [(source, 0)]
    for tensor, shift in ways:
        if id(tensor) in read_whole:
            return []
        for node, axes in readers.get(id(tensor), ()):
            a = axes[axis] if axis < len(axes) else None
            if isinstance(a, Window | Border) and _passes_on(node, axes, axis):
                ways.append((node, shift + a.before))
            elif isinstance(a, Window) and a.m > 1 and _skipped(a):
                found.append((node, a, shift))
            else:
                return []
    return found


def _skipped(a: Window) -> int:
    """How many positions of each stride a window jumps over."""
    return a.stride - min(a.kernel, a.stride // gcd(a.stride, a.dilation))


def _unread(found: list[tuple[Node, Window, int]]) -> tuple[int, int] | None:
    """(positions that none of the windows reads, of so many) in lowest terms; None where they read all together, or
    meet too rarely to be listed."""
    period = lcm(*[a.stride for _, a, _ in found])
    if len({(a, shift) for _, a, shift in found}) == 1:
        return _lowest(_skipped(found[0][1]), period)
    if not found or period > MAX_PERIOD:
        return None
    read = set()
    for _, a, shift in found:
        taps = range(min(a.kernel, a.stride))
        firsts = range(0, period, a.stride)
        read |= {(first + tap * a.dilation - a.before - shift) % period for first in firsts for tap in taps}
    return _lowest(period - len(read), period) if len(read) < period else None


def _lowest(above: int, below: int) -> tuple[int, int]:
    common = gcd(above, below)
    return above // common, below // common


def lost_taps(graph: Graph, fields: list[Field]) -> Iterator[Problem]:
    """A dilation as large as the map lets only one tap of a window meet data."""
    for node in graph.nodes:
        for i, a in enumerate(node.op.axes(*node.input_shapes)):
            if isinstance(a, Window) and a.kernel > 1 and 1 < a.dilation >= a.n:
                macs, useful = node.op.macs(*node.input_shapes), node.op.useful_macs(*node.input_shapes)
                notes = [f"{100 * useful // macs} % of its MACs are useful"] if macs else []
                message = f"dilation {a.dilation} is as large as the input {_axis(node, i)} {a.n}"
                yield _advice(node, "dilation", "CC404", f"{message}: all taps but one meet padding", *notes)
                break


def small_field(graph: Graph, fields: list[Field]) -> Iterator[Problem]:
    """A classifier whose last map does not see the whole input."""
    found = network_field(graph, fields)
    sizes = graph.inputs[0].shape[1:]
    if not found or any(size > 1 for size in graph.outputs[0].shape[1:]):
        return
    if any(extent.largest < n for extent, n in zip(found.extents, sizes)):
        node = next(node for node in graph.nodes if node.title == found.layer)
        message = f"no position of {found.layer} sees more than {_by(found.extents)} of the {dims(sizes)} input"
        yield _advice(node, "", "CC405", message)


def long_covered(graph: Graph, fields: list[Field]) -> Iterator[Problem]:
    """The first layer with a window whose input sees far more than the network's input already."""
    known = _known(graph, fields)
    sizes = graph.inputs[0].shape[1:]
    for node in graph.nodes:
        before = known[id(node.inputs[0])]
        has_window = any(isinstance(a, Window) and a.kernel > 1 for a in node.op.axes(*node.input_shapes))
        if has_window and before and all(e.largest >= LONG_COVERED * n for e, n in zip(before, sizes)):
            message = f"the input of this layer already sees {_by(before)}, {LONG_COVERED} times the network's input"
            yield _advice(node, "", "CC406", f"{message} or more")
            return


def shifted_merges(graph: Graph, fields: list[Field]) -> Iterator[Problem]:
    """Paths that meet with different centers or strides."""
    known = _known(graph, fields)
    place = {id(node): i for i, node in enumerate((*graph.inputs, *graph.nodes))}
    for node in graph.nodes:
        if not node.op.merges:
            continue
        alike = [source for source in node.inputs if source.shape[1:] == node.shape[1:]]
        for i in range(len(node.shape) - 1):
            paths = [source for source in alike if known[id(source)]]
            part = _parting(paths, place) if len(paths) > 1 else None
            step = known[id(part)][i] if part and known[id(part)] else POINT
            message = _disagreement([(source.name, known[id(source)][i]) for source in paths], step)
            if message:
                yield _advice(node, "", "CC407", f"along the {_axis(node, i)}, {message}")
                break


def _parting(paths: list[Node], place: dict[int, int]) -> Node | None:
    """The last tensor that lies on all of some paths; None where they never meet on the way back."""
    reached: dict[int, tuple[Node, set[int]]] = {}
    latest: list[int] = []

    def reach(node: Node, by: set[int]) -> None:
        at = place[id(node)]
        if at not in reached:
            reached[at] = (node, set())
            heappush(latest, -at)
        reached[at][1].update(by)

    for i, path in enumerate(paths):
        reach(path, {i})
    while latest:
        node, by = reached.pop(-heappop(latest))
        if len(by) == len(paths):
            return node
        for source in node.inputs:
            reach(source, by)
    return None


def _disagreement(paths: list[tuple[str, Extent]], step: Extent) -> str:
    """What differs between the fields of paths that meet, or nothing; nothing new where one has no stride any more.

    `step` is the field of the tensor they parted at. A shift by a part of its step is what even windows leave, and what
    no padding mends; paths that end at the same position are causal.
    """
    if len(paths) < 2 or any(extent.bounded for _, extent in paths):
        return ""
    if len({extent.stride for _, extent in paths}) > 1:
        strides = [f"{name} moves by {_fraction(extent.p, len(extent.table))}" for name, extent in paths]
        return f"the strides of the paths differ: {', '.join(strides)} input positions a step"
    q = lcm(*[len(extent.table) for _, extent in paths])
    rounds = [[extent.at(o) for o in range(q)] for _, extent in paths]
    met = [entries for entries in zip(*rounds) if all(entries)]
    twice = [sum(sum(entry) for entry in path if entry) for path in zip(*met)]  # sums of 2 x center over a round
    if len(set(twice)) < 2:
        return ""
    low, high = min(twice), max(twice)
    ends = all(len({entry[1] for entry in entries if entry}) == 1 for entries in met)
    if ends or (high - low) * len(step.table) % (2 * len(met) * step.p):
        return ""
    shift = _fraction(high - low, 2 * len(met))
    names = [paths[twice.index(sums)][0] for sums in (high, low)]
    unit = "input position" if shift == "1" else "input positions"
    return f"the fields of the paths are shifted: {names[0]} lies {shift} {unit} behind {names[1]}"


def irregular(graph: Graph, fields: list[Field]) -> Iterator[Problem]:
    """The first layer whose field repeats too late to be listed."""
    for node, field in zip(graph.nodes, fields):
        if field is IRREGULAR:
            yield _advice(node, "", "CC408", f"the receptive field from here on is not computed: it is {IRREGULAR}")
            return


def _known(graph: Graph, fields: list[Field]) -> dict[int, tuple[Extent, ...]]:
    """By the id of a node, its field where that is a list of extents, else nothing."""
    known = {id(node): field if isinstance(field, tuple) else () for node, field in zip(graph.nodes, fields)}
    known |= {id(node): () for node in graph.inputs}
    known[id(graph.inputs[0])] = (POINT,) * (len(graph.inputs[0].shape) - 1)
    return known


def _axis(node: Node, axis: int) -> str:
    return axis_name(len(node.input_shapes[0]) - 1, axis)


def _fraction(above: int, below: int) -> str:
    common = gcd(above, below)
    return f"{above // common}/{below // common}" if below > common else str(above // common)


def _by(extents: tuple[Extent, ...]) -> str:
    return dims(tuple([extent.largest for extent in extents]))


RULES: tuple[Callable[[Graph, list[Field]], Iterator[Problem]], ...] = (
    gridding,
    checkerboard,
    unread_input,
    lost_taps,
    small_field,
    long_covered,
    shifted_merges,
    irregular,
)
