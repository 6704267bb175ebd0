"""Receptive fields of random networks of every operation, against the definitions of their layers.

`definitions.py` follows every path from every position back to the input, one tap at a time. Two things are compared:

- on an unbounded input, where every map goes on in all directions: a field is exactly the first and the last position
  read, for every position of the map and some beyond its ends;
- on the input as it is: wherever no padding inside the network takes part, a field that lies inside the input is
  exactly the first and the last position really read. Where it does take part, less is read, for what lies outside a
  map inside the network reads nothing. Then what is read lies inside the field, unless a padding repeats the ends of
  its input (reflect, replicate): that reads further inwards than an endless map would.

A `bounded` table holds for the map only, so just the second comparison applies to it. In two dimensions a position that
reads nothing along one axis reads nothing at all, while each axis has its own field: networks with such positions are
compared in one dimension.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from convcost import ops
from convcost.analysis.field.extent import NOTHING, WHOLE, composed, receptive_fields
from convcost.ops.core.axis import EMPTY, Resample, Scatter, Window
from convcost.ops.core.operation import Composite
from tests.analysis.field.definitions import DRAWN, Truth, hull, places, random_graph, repeats_its_ends

if TYPE_CHECKING:
    from collections.abc import Iterator

    from convcost.analysis.field.extent import Extent, Field, Interval
    from convcost.graph import Graph, Node

BEYOND = 3
"""Positions on either side of a map that are looked at too."""


def sort(field: Field) -> str:
    return "whole" if field is WHOLE else "nothing" if field is NOTHING else "some"


def compare(graph: Graph, wrt: Node, seen: Counter[str]) -> None:
    fields = receptive_fields(graph, wrt.name)
    endless, real = Truth(graph, unbounded=True, wrt=wrt), Truth(graph, unbounded=False, wrt=wrt)
    listed = [field for field in fields if isinstance(field, tuple)]
    if len(wrt.shape) > 2 and any(None in extent.table for field in listed for extent in field):
        return
    repeating = any(repeats_its_ends(node, place) for node in graph.nodes for place in places(node.shape))
    for node, field in zip(graph.nodes, fields):
        assert sort(field) == endless.reached(node), node
        seen[sort(field)] += 1
        seen[node.op.word] += 1
        if isinstance(field, tuple) and len(node.shape) > 1:
            if not any(extent.bounded for extent in field):
                compare_endless(endless, node, field)
                seen["endless"] += 1
            for place in places(node.shape):
                compare_real(real, node, field, place, repeating, seen)


def compare_endless(truth: Truth, node: Node, field: tuple[Extent, ...]) -> None:
    beyond = [(o,) for n in node.shape[1:2] for o in (*range(-BEYOND, 0), *range(n, n + BEYOND))]
    for place in (*places(node.shape), *(beyond if len(field) == 1 else [])):
        read = truth.read(node, place).positions
        assert [extent.at(o) for extent, o in zip(field, place)] == [hull(read, i) for i in range(len(place))], node


def compare_real(
    truth: Truth, node: Node, field: tuple[Extent, ...], place: tuple[int, ...], repeating: bool, seen: Counter[str]
) -> None:
    read = truth.read(node, place)
    ends = [(hull(read.positions, i), extent.at(o)) for i, (extent, o) in enumerate(zip(field, place))]
    within = all(wide and wide[0] >= 0 and wide[1] < n for (_, wide), n in zip(ends, truth.source.shape[1:]))
    if not read.edge and within:
        seen["inside"] += 1
        assert [found for found, _ in ends] == [wide for _, wide in ends], (node, place)
    elif not read.edge or not repeating:
        seen["at the edge"] += 1
        assert all(contains(wide, found) for found, wide in ends), (node, place)


def contains(wide: Interval, found: Interval) -> bool:
    return found is None or (wide is not None and wide[0] <= found[0] and found[1] <= wide[1])


def compared(rank: int, part: int, count: int, largest: int) -> Counter[str]:
    seen: Counter[str] = Counter()
    for number in range(part * count, (part + 1) * count):
        graph = random_graph(("field", rank, number), rank, largest)
        for wrt in graph.inputs:
            compare(graph, wrt, seen)
    return seen


@pytest.mark.parametrize("part", range(8))
def test_fields_are_what_definitions_read(part: int) -> None:
    seen = compared(1, part, 250, 16)
    assert set(seen) >= {"endless", "inside", "at the edge", "whole", "nothing", "some"}


@pytest.mark.parametrize("part", range(4))
def test_fields_are_what_definitions_read_in_two_dimensions(part: int) -> None:
    assert compared(2, part, 50, 6)["inside"] > 2000


def test_random_networks_hold_every_operation() -> None:
    assert {word for word in ops.names() if not issubclass(ops.find(word), Composite)} == DRAWN
    words = Counter(node.op.word for i in range(2000) for node in random_graph(("field", 1, i), 1, 16).nodes)
    assert min(words[word] for word in DRAWN) > 20


# The comparison must be able to fail. -----------------------------------------------------------------------


def without_dilation(self: Window, o: int) -> range:
    first = o * self.stride - self.before
    return range(first, first + self.kernel)


def without_padding(self: Window, o: int) -> range:
    return range(o * self.stride, o * self.stride + (self.kernel - 1) * self.dilation + 1, self.dilation)


def only_the_position_below(self: Any, o: int) -> range:
    low = (o + self.before) // self.stride if isinstance(self, Scatter) else (o * self.step + self.shift) // self.unit
    return range(low, low + 1)


def nothing_when_cropped(self: Scatter, o: int) -> range:
    return EMPTY if self.before else range(o // self.stride, o // self.stride + 1)


MISTAKES = [
    (Window, without_dilation),
    (Window, without_padding),
    (Scatter, only_the_position_below),
    (Scatter, nothing_when_cropped),
    (Resample, only_the_position_below),
]


@pytest.fixture
def fresh() -> Iterator[None]:
    """Nothing composed with a mistake is remembered."""
    composed.cache_clear()
    yield
    composed.cache_clear()


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize(("kind", "mistake"), MISTAKES)
def test_a_mistake_is_found(kind: Any, mistake: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kind, "reads", mistake)
    with pytest.raises(AssertionError):
        compared(1, 0, 250, 16)
