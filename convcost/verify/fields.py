"""Are the receptive fields those that the kernels show? Along every axis, with respect to every input.

Two questions per layer. Does it read what its formula says: is its poison where `reads` puts it, given that of its
inputs? And is what the analysis publishes (`analysis/receptive_field.py`, `analysis/coverage.py`) what reached it: the
read set of every position, holes and phases included, and size, stride, start and center of the field?

The published field is that on an unbounded input. A position whose dependence met no padding inside the network shows
it exactly, cut off at the ends of the input; any other shows no more than it, unless padding repeated other positions.
Where the whole input is published, or a pattern too long to be listed, the first question alone is asked.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..analysis.coverage import read_sets
from ..analysis.receptive_field import reads_everything, receptive_fields
from ..ops.axis import Border
from ..ops.base import Use, axis_name
from .masks import dependent, padded, through
from .program import places
from .reduced import KEPT, Probes, along, given, start

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from ..analysis.coverage import Positions, ReadSet
    from ..analysis.receptive_field import Extent, Field
    from ..graph import Graph, Node
    from .masks import Mask

MAX_PROBES = 1024
"""Positions of one axis that are poisoned, each by itself; of a longer one those at both ends and in the middle."""


class Fault(NamedTuple):
    """A layer whose field is another one than the formulas say, and the sentence about it."""

    place: int
    message: str


PER_CELL, PER_CHANNEL = 24, 16
"""Bytes that a layer needs, at most, for a probe's position while it is run, and for each of its channels."""
PER_POSITION = 160
"""Bytes for what a position reads."""
CELLS = 1 << 21
"""Probes times positions of the longest axis that are run at a time, unless one probe has more."""


def probes(size: int, most: int = MAX_PROBES) -> list[range]:
    """Which positions of an axis are poisoned, in parts of at most so many.

    >>> probes(300), probes(4000, 512)
    ([range(0, 300)], [range(0, 256), range(1744, 2256), range(3744, 4000)])
    """
    part = MAX_PROBES // 4
    wanted = [range(size)]
    if size > MAX_PROBES:
        wanted = [range(part), range(size // 2 - part, size // 2 + part), range(size - part, size)]
    return [some[first : first + most] for some in wanted for first in range(0, len(some), most)]


def _at_once(graph: Graph, axis: int) -> int:
    """How many probes are run at a time."""
    return max(1, CELLS // max(_size(node, axis) for node in (*graph.inputs, *graph.nodes)))


def memory_needed(graph: Graph) -> int:
    """Bytes that the probes of an axis take at most."""
    nodes = [*graph.inputs, *graph.nodes]
    last = _last_uses(nodes, places(graph))
    alive = most = 0
    for done in last:
        alive += 1
        most = max(most, alive)
        alive -= len(done)
    needed, cells = [0], 0
    for axis in range(max(len(node.shape) - 1 for node in nodes)):
        longest = max(_size(node, axis) for node in nodes)
        widest = max([len(some) for node in graph.inputs for some in probes(_size(node, axis), _at_once(graph, axis))])
        channels = max([along(node, min(axis, len(node.input_shapes[0]) - 2), 1)[1] for node in graph.nodes], default=1)
        masks = most + min(16, len(nodes))  # and what `read_by` remembers
        cells += longest * widest
        needed.append(longest * (widest * (masks + PER_CELL + PER_CHANNEL * channels) + PER_POSITION))
    return max(needed) + min(KEPT, 2 * cells * len(nodes))


def field_faults(graph: Graph) -> Iterator[Fault]:
    """The layers whose field was not confirmed; of those that follow such a layer none is judged."""
    spoiled: set[int] = set()
    run = Probes()
    first = len(graph.inputs)
    for wrt, source in enumerate(graph.inputs):
        published = receptive_fields(graph, source.name), read_sets(graph, source.name)
        for axis, size in enumerate(source.shape[1:]):
            for some in probes(size, _at_once(graph, axis)):
                for fault in _faults(graph, run, wrt, axis, some, published, spoiled):
                    spoiled.add(first + fault.place)
                    yield fault


def _faults(
    graph: Graph,
    run: Probes,
    wrt: int,
    axis: int,
    some: range,
    published: tuple[Sequence[Field], Sequence[ReadSet]],
    spoiled: set[int],
) -> Iterator[Fault]:
    nodes = [*graph.inputs, *graph.nodes]
    first = len(graph.inputs)
    place = places(graph)
    last = _last_uses(nodes, place)
    shown = {
        i: start(node.shape, axis, some) if i == wrt else _untouched(node, axis, some)
        for i, node in enumerate(graph.inputs)
    }
    edges = {wrt: np.zeros((2, shown[wrt].shape[1]), bool)}
    unjudged = set(spoiled)
    for i, (node, field, read) in enumerate(zip(graph.nodes, *published), first):
        sources = [place[id(source)] for source in node.inputs]
        handed = [shown[place[id(source)]] for source in given(node)]
        mask = run.after(node, axis, handed) if any(m.any() for m in handed) else _untouched(node, axis, some)
        reason = None
        if mask.shape[1] != _size(node, axis) or unjudged.intersection((i, *sources)):
            unjudged.add(i)
        else:
            masks = [shown[source] for source in sources]
            expected = dependent(node, masks, axis)
            reason = _difference(expected, mask, node, axis, some)
            if not reason:
                mask = expected  # equal tables are one table: what is known of it is known
                edge = edges_after(node, sources, edges, first, axis)
                if edge is not None:
                    edges[i] = edge
                    reason = _published(_Shown(mask, edge, some), field, read, node, axis)
        shown[i] = mask
        if reason:
            unjudged.add(i)
            yield Fault(i - first, reason)
        for done in last[i]:
            del shown[done]
            edges.pop(done, None)


def _last_uses(nodes: Sequence[Node], place: Mapping[int, int]) -> list[list[int]]:
    """For each place what nobody needs after it."""
    last = list(range(len(nodes)))
    for i, node in enumerate(nodes):
        for source in (*node.inputs, *(given(node) if node.inputs else ())):
            last[place[id(source)]] = i
    done: list[list[int]] = [[] for _ in nodes]
    for i, end in enumerate(last):
        done[end].append(i)
    return done


def _untouched(node: Node, axis: int, some: range) -> Mask:
    return np.zeros((len(some), _size(node, axis)), bool)


def _size(node: Node, axis: int) -> int:
    return node.shape[1 + axis] if len(node.shape) > 1 + axis else 1


def edges_after(node: Node, sources: Sequence[int], edges: Mapping[int, Mask], inputs: int, axis: int) -> Mask | None:
    """The positions whose dependence meets padding inside the network, and those where that repeats other positions;
    None where nothing leads to the poisoned input. Beside the network's own input there is nothing to be met."""
    shapes = node.input_shapes
    found = np.zeros((2, _size(node, axis)), bool)
    reached = False
    for index, (use, source) in enumerate(zip(node.op.uses(len(shapes)), sources)):
        if use == Use.SHAPE or source not in edges:
            continue
        reached = True
        axes = node.op.input_axes(index, *shapes)
        if reads_everything(node.op, axes) or not axes:
            return np.ones_like(found)
        found |= through(edges[source], axes[axis], 1)
        repeats = isinstance(axes[axis], Border)
        if source >= inputs or repeats:
            found |= padded(axes[axis]) & np.array([[True], [repeats]])
    return found if reached else None


class _Shown:
    """What the execution showed of one layer along one axis: (probe, position); which positions met padding, and which
    met padding that repeats others."""

    def __init__(self, mask: Mask, edge: Mask, some: range) -> None:
        self.mask = mask
        self.edge, self.repeated = edge
        self.some = some


def _published(shown: _Shown, field: Field, read: ReadSet, node: Node, axis: int) -> str | None:
    """What the analysis says of a layer and the execution does not show."""
    if not isinstance(field, tuple) or not field:
        return None
    extent = field[axis].alone
    count = shown.mask.shape[1]
    if read is None:
        allowed = _hulls(extent, count, shown.some)
    else:
        allowed = np.zeros_like(shown.mask)
        for positions in dict.fromkeys(item[axis] for item in read):
            allowed = allowed | read_by(positions, count, shown.some)
    exact = ~shown.edge if read is not None else np.zeros(count, bool)
    wrong = ((shown.mask & ~allowed) | ((allowed & ~shown.mask) & exact)) & ~shown.repeated
    if wrong.any():
        return _difference(np.where(wrong, allowed, shown.mask), shown.mask, node, axis, shown.some)
    return _figures(shown, extent, node, axis)


@lru_cache(maxsize=16)
def read_by(positions: Positions, count: int, some: range) -> Mask:
    """(probe, position): the read sets of some positions, cut off at the ends of the probes."""
    result = np.zeros((len(some), count), bool)
    for phase, (base, bits) in enumerate(positions.table[:count]):
        offsets = base - some.start + np.flatnonzero(_bits(bits))
        places = np.arange(phase, count, len(positions.table))
        read = offsets[:, np.newaxis] + positions.p * np.arange(len(places))
        inside = (read >= 0) & (read < len(some))
        result[read[inside], np.broadcast_to(places, read.shape)[inside]] = True
    return result


def _bits(number: int) -> NDArray[np.uint8]:
    data = number.to_bytes(number.bit_length() // 8 + 1, "little")
    return np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")


@lru_cache(maxsize=16)
def _ends(extent: Extent, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last position of the fields of some positions; an empty one ends before it begins."""
    read = (extent.at(o) or (0, -1) for o in range(count))
    low, high = np.fromiter(read, np.dtype((np.int64, 2))).T
    return low, high


def _hulls(extent: Extent, count: int, some: range) -> Mask:
    low, high = _ends(extent, count)
    probe = np.arange(some.start, some.stop)[:, np.newaxis]
    return (probe >= low) & (probe <= high)


def _figures(shown: _Shown, extent: Extent, node: Node, axis: int) -> str | None:
    """Size, stride, start and center against the positions that show their whole field."""
    count, q = shown.mask.shape[1], len(extent.table)
    low, high = _ends(extent, count)
    whole = ~shown.edge & (low <= high) & (low >= shown.some.start) & (high < shown.some.stop)
    at = np.flatnonzero(whole)
    mask = shown.mask[:, at]
    first, last = shown.some.start + mask.argmax(axis=0), shown.some.stop - 1 - mask[::-1].argmax(axis=0)
    wrong = (first != low[at]) | (last != high[at]) | ((at % q == 0) & ~_in_line(extent, at, first, last))
    if wrong.any():
        i = int(np.flatnonzero(wrong)[0])
        return (
            f"{_position(int(at[i]), node, axis)} has the field {low[at[i]]} to {high[at[i]]} by the formula "
            f"(start {extent.start}, center {_quotient(extent.center)}, stride {_quotient(extent.stride)}), "
            f"but {first[i]} to {last[i]} in the run"
        )
    sizes = last - first + 1
    if len(set((at % q).tolist())) < q or (sizes.min(), sizes.max()) == (extent.smallest, extent.largest):
        return None
    return (
        f"the field along the {axis_name(len(node.shape) - 1, axis)} has {extent.smallest} to {extent.largest} "
        f"positions by the formula, but {sizes.min()} to {sizes.max()} in the run"
    )


def _in_line(extent: Extent, at: NDArray[np.int64], first: NDArray[np.int64], last: NDArray[np.int64]) -> Mask:
    """Whether start, center and stride lead to the fields of some positions of phase 0."""
    if extent.stride is None or extent.start is None or extent.center is None:
        return np.ones(len(at), bool)
    (step, unit), (twice, half) = extent.stride, extent.center
    from_start = (first - extent.start) * unit == step * at
    from_center = (first + last) * half * unit == 2 * (twice * unit + step * at * half)
    result: Mask = from_start & from_center
    return result


def _quotient(value: tuple[int, int] | None) -> str:
    return "none" if value is None else str(value[0]) if value[1] == 1 else f"{value[0]}/{value[1]}"


def _position(o: int, node: Node, axis: int) -> str:
    rank = len(node.shape) - 1
    return f"position {o} of the {axis_name(rank, axis)}" if rank else "the output"


def _difference(expected: Mask, shown: Mask, node: Node, axis: int, some: range) -> str | None:
    """The first position that depends on other ones than expected."""
    if expected is shown or np.array_equal(expected, shown):
        return None
    wrong = np.flatnonzero((expected != shown).any(axis=0))
    o = int(wrong[0])
    by_formula, in_run = (listed(some.start + np.flatnonzero(mask[:, o])) for mask in (expected, shown))
    return f"{_position(o, node, axis)} depends on {by_formula} of the input by the formula, but on {in_run} in the run"


def listed(places: Sequence[int] | NDArray[np.int64], most: int = 4) -> str:
    """Positions as people write them.

    >>> listed([0, 2, 3, 4]), listed([])
    ('0, 2 to 4', 'nothing')
    """
    runs = [[int(i) for _, i in run] for _, run in groupby(enumerate(places), lambda pair: int(pair[1]) - pair[0])]
    texts = [str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs]
    return ", ".join([*texts[:most], *(["..."] if len(texts) > most else [])]) or "nothing"
