"""How is the influence inside a receptive field distributed?

Counts, along one axis, the paths from one position of a layer to every input position: the gradient of that position
when all weights are equal. Exact whole numbers. The share that the middle holds is often called the effective
receptive field (Luo et al. 2016); it is that on the assumption of equal weights and no nonlinearity.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ...ops.core.axis import Window
from ...ops.core.operation import Use
from .extent import endless, reads_everything

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...graph import Graph, Node
    from ...ops.core.axis import Axis

    _Step: TypeAlias = tuple[Node, Node, Sequence[Axis]]
    """A layer, one of the layers that feed it, and how it reads that one along each axis."""

MAX_POSITIONS = 1 << 16
"""Input positions of one profile."""
MAX_BYTES = 1 << 20
"""Bytes of all its counts: those of a very deep chain are numbers of thousands of digits."""


class Profile(NamedTuple):
    """Paths to the input positions ``start``, ``start + 1``, ... of one axis."""

    start: int
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """All paths."""
        return sum(self.counts)

    def width(self, percent: int = 95) -> tuple[int, int]:
        """(first, last) of the shortest run of positions that holds that percentage of all paths; of several, the
        first."""
        wanted = -(-self.total * percent // 100)
        best = (0, len(self.counts) - 1)
        held, first = 0, 0
        for last, count in enumerate(self.counts):
            held += count
            while held - self.counts[first] >= wanted:
                held -= self.counts[first]
                first += 1
            if held >= wanted and last - first < best[1] - best[0]:
                best = (first, last)
        return self.start + best[0], self.start + best[1]


class TooWide(Exception):
    """A profile has more positions, or larger counts, than are kept."""


class _Paths:
    """Path counts at the positions ``start``, ``start + 1``, ... of one layer, packed into one whole number, `width`
    bytes each: to count through a window is to add shifted numbers."""

    __slots__ = ("packed", "size", "start")

    def __init__(self, start: int, size: int, packed: int) -> None:
        self.start = start
        self.size = size
        self.packed = packed


def profile(graph: Graph, node: Node, axis: int, position: int, wrt: str | None = None) -> Profile | None:
    """Paths from a position of a layer to the input (the first), along one axis, on an unbounded input; None where it
    depends on the whole input or none of it.

    Raises TooWide.
    """
    source = next(n for i, n in enumerate(graph.inputs) if n.name == wrt or (wrt is None and i == 0))
    steps = _steps(graph, node, source)
    if any(reads_everything(layer.op, axes) for layer, _, axes in steps):
        return None
    width = _bytes_needed(steps, node, axis)
    _refuse_early(steps, node, axis, width)
    paths = {id(node): _Paths(position, 1, 1)}
    for layer, out_of_it in groupby(steps, key=lambda step: step[0]):
        own = paths.pop(id(layer))
        for _, feeder, axes in out_of_it:
            paths[id(feeder)] = _added(paths.get(id(feeder)), _back(own, axes[axis], width), width)
    found = paths.get(id(source))
    return _trimmed(found.start, _unpacked(found, width)) if found else None


def _steps(graph: Graph, node: Node, source: Node) -> list[_Step]:
    """All steps from a layer back to the input, those out of a layer after all those into it."""
    reached = {id(source)}
    forward: list[_Step] = []
    for layer in graph.nodes:
        shapes = layer.input_shapes
        for index, (use, feeder) in enumerate(zip(layer.op.uses(len(shapes)), layer.inputs)):
            if use != Use.SHAPE and id(feeder) in reached:
                reached.add(id(layer))
                forward.append((layer, feeder, layer.op.input_axes(index, *shapes)))
    needed = {id(node)}
    steps = []
    for step in reversed(forward):
        if id(step[0]) in needed:
            needed.add(id(step[1]))
            steps.append(step)
    return steps


def _bytes_needed(steps: list[_Step], node: Node, axis: int) -> int:
    """Bytes that hold every count: no position has more paths than lead to its layer."""
    most = {id(node): 1}
    for layer, feeder, axes in steps:
        period, _ = axes[axis].phases()
        taps = max(len(axes[axis].reads(o)) for o in range(min(period, MAX_POSITIONS)))
        most[id(feeder)] = most.get(id(feeder), 0) + most[id(layer)] * taps
    return max(most.values()).bit_length() // 8 + 1


def _refuse_early(steps: list[_Step], node: Node, axis: int, width: int) -> None:
    """TooWide where windows alone lead to more than is kept: their sizes are known before anything is counted."""
    spans = {id(node): (0, 1)}
    for layer, out_of_it in groupby(steps, key=lambda step: step[0]):
        low, end = spans.pop(id(layer))
        for _, feeder, axes in out_of_it:
            line = endless(axes[axis])
            if not isinstance(line, Window) or line.stride != 1:
                return
            first = low - line.before
            last = first + _checked(end - low + (line.kernel - 1) * line.dilation, width)
            other = spans.get(id(feeder), (first, last))
            spans[id(feeder)] = min(first, other[0]), max(last, other[1])


def _checked(size: int, width: int) -> int:
    if size > MAX_POSITIONS or size * width > MAX_BYTES:
        raise TooWide
    return size


def _back(paths: _Paths, axis: Axis, width: int) -> _Paths:
    """Paths one layer nearer to the input."""
    axis = endless(axis)
    if isinstance(axis, Window) and axis.stride == 1:
        size = _checked(paths.size + (axis.kernel - 1) * axis.dilation, width)
        packed = 0
        for tap in range(axis.kernel):
            packed += paths.packed << (8 * width * axis.dilation * tap)
        return _Paths(paths.start - axis.before, size, packed)
    counts: dict[int, int] = {}
    for place, count in enumerate(_unpacked(paths, width), paths.start):
        if count:
            for i in axis.reads(place):
                counts[i] = counts.get(i, 0) + count
    if not counts:
        return _Paths(0, 1, 0)
    low, high = min(counts), max(counts)
    if high - low >= MAX_POSITIONS:
        raise TooWide
    data = b"".join(counts.get(i, 0).to_bytes(width, "little") for i in range(low, high + 1))
    return _Paths(low, high - low + 1, int.from_bytes(data, "little"))


def _added(first: _Paths | None, second: _Paths, width: int) -> _Paths:
    if first is None or not first.packed:
        return second
    if not second.packed:
        return first
    low = min(first.start, second.start)
    high = max(first.start + first.size, second.start + second.size)
    if high - low > MAX_POSITIONS:
        raise TooWide
    bits = 8 * width
    packed = (first.packed << bits * (first.start - low)) + (second.packed << bits * (second.start - low))
    return _Paths(low, high - low, packed)


def _unpacked(paths: _Paths, width: int) -> list[int]:
    data = paths.packed.to_bytes(paths.size * width, "little")
    return [int.from_bytes(data[i : i + width], "little") for i in range(0, len(data), width)]


def _trimmed(start: int, counts: list[int]) -> Profile | None:
    """A profile without the zeros at its ends; None where nothing is left."""
    used = [i for i, count in enumerate(counts) if count]
    return Profile(start + used[0], tuple(counts[used[0] : used[-1] + 1])) if used else None
