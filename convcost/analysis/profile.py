"""How is the influence inside a receptive field distributed?

Counts, along one axis, the paths from one position of a layer to every input position: the gradient of that position
when all weights are equal. Exact whole numbers. The share that the middle holds is often called the effective
receptive field (Luo et al. 2016); it is that on the assumption of equal weights and no nonlinearity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..ops.axis import Border, Whole, Window
from ..ops.base import Use
from .receptive_field import reads_everything

if TYPE_CHECKING:
    from ..graph import Graph, Node
    from ..ops.axis import Axis

MAX_POSITIONS = 1 << 16
"""Input positions of one profile."""


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
    """A profile has more positions than are counted."""


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
    chain = _needed(graph, node)
    width = _bytes_needed(chain, node, axis)
    if width is None:
        return None
    paths = {id(node): _Paths(position, 1, 1)}
    for layer in chain:
        own = paths.pop(id(layer), None)
        if own is None:
            continue
        for index, feeder in _read(layer):
            through = _back(own, layer.op.input_axes(index, *layer.input_shapes)[axis], width)
            paths[id(feeder)] = _added(paths.get(id(feeder)), through, width)
    found = paths.get(id(source))
    return _trimmed(found.start, _unpacked(found, width)) if found else None


def _needed(graph: Graph, node: Node) -> list[Node]:
    """The layers that a layer depends on, itself first, each before what feeds it."""
    needed = {id(node)}
    chain = []
    for layer in reversed(graph.nodes):
        if id(layer) in needed:
            chain.append(layer)
            needed.update(id(feeder) for _, feeder in _read(layer))
    return chain


def _read(layer: Node) -> list[tuple[int, Node]]:
    """The inputs whose positions a layer reads, with their places."""
    uses = layer.op.uses(len(layer.inputs))
    return [(i, feeder) for i, (use, feeder) in enumerate(zip(uses, layer.inputs)) if use != Use.SHAPE]


def _bytes_needed(chain: list[Node], node: Node, axis: int) -> int | None:
    """Bytes that hold every count; None where some layer reads its whole input."""
    most = {id(node): 1}
    largest = 1
    for layer in chain:
        own = most.get(id(layer), 0)
        for index, feeder in _read(layer):
            axes = layer.op.input_axes(index, *layer.input_shapes)
            if reads_everything(layer.op, axes) or isinstance(axes[axis], Whole):
                return None
            period, _ = axes[axis].phases()
            taps = max(len(axes[axis].reads(o)) for o in range(min(period, MAX_POSITIONS)))
            most[id(feeder)] = most.get(id(feeder), 0) + own * taps
            largest = max(largest, most[id(feeder)])
    return largest.bit_length() // 8 + 1


def _back(paths: _Paths, axis: Axis, width: int) -> _Paths:
    """Paths one layer nearer to the input."""
    if isinstance(axis, Border):
        axis = Window(axis.n, axis.m, before=axis.before)
    if isinstance(axis, Window) and axis.stride == 1:
        size = paths.size + (axis.kernel - 1) * axis.dilation
        if size > MAX_POSITIONS:
            raise TooWide
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
    if first is None:
        return second
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
