"""Are the receptive fields those that the kernels show? Along every axis, with respect to every input.

Two questions. Does a layer read of its own input what its formula says: is the poison of each of its positions where
`reads` puts it, at the borders and in every phase (`own_faults`)? And is what the analysis publishes of the network's
input (`analysis/field/extent.py`, `coverage.py`) what reaches each layer (`longer.py`)?
"""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..analysis.field.extent import reads_everything
from ..ops.core.axis import Border
from ..ops.core.fields import axis_name
from ..ops.core.operation import Use
from .masks import dependent, padded, through
from .reduced import along, given, start

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from ..analysis.field.coverage import Positions
    from ..analysis.field.extent import Extent
    from ..graph import Graph, Node
    from .masks import Mask
    from .reduced import Probes

MAX_PROBES = 256
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

    >>> probes(200), probes(4000, 20)
    ([range(0, 200)], [range(0, 16), range(1984, 2004), range(2004, 2016), range(3984, 4000)])
    """
    part = MAX_PROBES // 16
    wanted = [range(size)]
    if size > MAX_PROBES:
        wanted = [range(part), range(size // 2 - part, size // 2 + part), range(size - part, size)]
    return [some[first : first + most] for some in wanted for first in range(0, len(some), most)]


def _at_once(node: Node, axis: int) -> int:
    """How many probes of a layer's own inputs are run at a time."""
    return max(1, CELLS // _longest(node, axis))


def _longest(node: Node, axis: int) -> int:
    return max(size_along(one, axis) for one in (node, *node.inputs, *given(node)))


def memory_needed(node: Node) -> int:
    """Bytes that the probes of a layer's own inputs take at most."""
    needed = [0]
    for axis in range(max(1, len(node.input_shapes[0]) - 1)):
        longest = _longest(node, axis)
        widest = max(len(some) for one in given(node) for some in probes(size_along(one, axis), _at_once(node, axis)))
        channels = along(node, axis, 1)[1]
        needed.append(longest * (widest * (PER_CELL + PER_CHANNEL * channels) + PER_POSITION))
    return max(needed)


def own_faults(graph: Graph, run: Probes) -> Iterator[Fault]:
    """The layers that do not read of their own inputs what their formulas say; layers that are alike are asked once."""
    known: dict[tuple[object, ...], str | None] = {}
    for place, node in enumerate(graph.nodes):
        key = (node.op, node.input_shapes)
        if key not in known:
            known[key] = next(_own(node, run), None)
        if message := known[key]:
            yield Fault(place, message)


def _own(node: Node, run: Probes) -> Iterator[str]:
    uses = node.op.uses(len(node.inputs))
    for index, use in enumerate(uses):
        entered = given(node)[index]
        for axis in range(max(1, len(entered.shape) - 1)):
            for some in probes(size_along(entered, axis), _at_once(node, axis)):
                poison = start(entered.shape, axis, some)
                clean = [np.zeros((len(some), size_along(one, axis)), bool) for one in given(node)]
                mask = run.after(node, axis, [poison if k == index else other for k, other in enumerate(clean)])
                source = node.inputs[index]
                shown = [np.zeros((len(some), size_along(one, axis)), bool) for one in node.inputs]
                shown[index] = run.after(source, axis, [poison]) if use == Use.INDICES else poison
                if mask.shape[1] == size_along(node, axis):
                    message = difference(dependent(node, shown, axis), mask, node, axis, some)
                    if message:
                        yield message


def last_uses(nodes: Sequence[Node], place: Mapping[int, int]) -> list[list[int]]:
    """For each place what nobody needs after it."""
    last = list(range(len(nodes)))
    for i, node in enumerate(nodes):
        for source in (*node.inputs, *(given(node) if node.inputs else ())):
            last[place[id(source)]] = i
    done: list[list[int]] = [[] for _ in nodes]
    for i, end in enumerate(last):
        done[end].append(i)
    return done


def size_along(node: Node, axis: int) -> int:
    return node.shape[1 + axis] if len(node.shape) > 1 + axis else 1


def edges_after(node: Node, sources: Sequence[int], edges: Mapping[int, Mask], inputs: int, axis: int) -> Mask | None:
    """The positions whose dependence meets padding inside the network, and those where that repeats other positions;
    None where nothing leads to the poisoned input. Beside the network's own input there is nothing to be met."""
    shapes = node.input_shapes
    found = np.zeros((2, size_along(node, axis)), bool)
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


@lru_cache(maxsize=256)
def read_by(positions: Positions, count: int, some: range, origin: int = 0) -> Mask:
    """(probe, position): the read sets of some positions, of which the one at `origin` is the first, cut off at the
    ends of the probes."""
    result = np.zeros((len(some), count), bool)
    probe = np.arange(some.start, some.stop)[:, np.newaxis]
    size = len(positions.table)
    for phase, (base, bits) in enumerate(positions.table):
        places = np.arange((phase + origin) % size, count, size)
        if not (bits and places.size):
            continue
        taps = _bits(bits).astype(bool)
        at = probe - base - positions.p * ((places - origin - phase) // size)
        result[:, places] = taps.take(at, mode="clip") & (at >= 0) & (at < taps.size)
    return result


def _bits(number: int) -> NDArray[np.uint8]:
    data = number.to_bytes(number.bit_length() // 8 + 1, "little")
    return np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")


@lru_cache(maxsize=256)
def hulls(extent: Extent, count: int, some: range, origin: int = 0) -> Mask:
    """(probe, position): what lies between the ends of the fields of some positions, as `read_by` has them."""
    turns, phase = np.divmod(np.arange(count) - origin, len(extent.table))
    low, high = np.array([entry or (0, -1) for entry in extent.table])[phase].T + extent.p * turns
    probe = np.arange(some.start, some.stop)[:, np.newaxis]
    result: Mask = (probe >= low) & (probe <= high)
    return result


def quotient(value: tuple[int, int] | None) -> str:
    return "none" if value is None else str(value[0]) if value[1] == 1 else f"{value[0]}/{value[1]}"


def _position(o: int, node: Node, axis: int) -> str:
    rank = len(node.shape) - 1
    return f"position {o} of the {axis_name(rank, axis)}" if rank else "the output"


def difference(expected: Mask, shown: Mask, node: Node, axis: int, some: range, origin: int = 0) -> str | None:
    """The first position that depends on other ones than expected."""
    if expected is shown or np.array_equal(expected, shown):
        return None
    wrong = np.flatnonzero((expected != shown).any(axis=0))
    o = int(wrong[0])
    by_formula, in_run = (listed(some.start + np.flatnonzero(mask[:, o])) for mask in (expected, shown))
    place = _position(o - origin, node, axis)
    return f"{place} depends on {by_formula} of the input by the formula, but on {in_run} in the run"


def listed(places: Sequence[int] | NDArray[np.int64], most: int = 4) -> str:
    """Positions as people write them.

    >>> listed([0, 2, 3, 4]), listed([])
    ('0, 2 to 4', 'nothing')
    """
    runs = [[int(i) for _, i in run] for _, run in groupby(enumerate(places), lambda pair: int(pair[1]) - pair[0])]
    texts = [str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs]
    return ", ".join([*texts[:most], *(["..."] if len(texts) > most else [])]) or "nothing"
