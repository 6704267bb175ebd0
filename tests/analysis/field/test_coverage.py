"""Which positions are read, exactly: against the definitions of the layers, and published or counted by hand."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from convcost.analysis.field import coverage as module
from convcost.analysis.field.coverage import Positions, TooLarge, coverage, read_sets, union
from convcost.analysis.field.extent import WHOLE, receptive_fields
from convcost.analysis.field.runs import points, runs_of
from convcost.api.network import Network
from tests.analysis.field.definitions import Truth, hull, places, random_graph
from tests.ops.samples import dice

if TYPE_CHECKING:
    from convcost.analysis.field.coverage import Bits, ReadSet


def graph_of(layers: str, input: str = "1x64x64") -> Any:
    return Network.from_text(layers, input=input).graph()


def share(layers: str, input: str = "1x64x64") -> tuple[int, int] | None:
    graph = graph_of(layers, input)
    return coverage(receptive_fields(graph)[-1], read_sets(graph)[-1])


def members(entry: Bits) -> set[int]:
    base, bits = entry
    return {base + i for i in range(bits.bit_length()) if bits >> i & 1}


def listed(read: ReadSet, place: tuple[int, ...]) -> set[tuple[int, ...]]:
    """The input positions that a position reads, one by one."""
    assert read is not None
    factors = [[members(positions.at(o)) for positions, o in zip(item, place)] for item in read]
    return {position for item in factors for position in product(*item)}


# Against the definitions ------------------------------------------------------------------------------------


def compare(seed: tuple[Any, ...], rank: int, largest: int) -> int:
    """Whether every set is what is read on an unbounded input, and every coverage its share; returns how many
    coverages were below 100 %. On the input as it is, what lies inside the input is read wherever no padding inside the
    network takes part."""
    graph = random_graph(seed, rank, largest)
    endless, real = Truth(graph, unbounded=True), Truth(graph, unbounded=False)
    sizes = graph.inputs[0].shape[1:]
    holes = 0
    for node, field, read in zip(graph.nodes, receptive_fields(graph), read_sets(graph)):
        if endless.reached(node) != "some":
            assert read == (None if endless.reached(node) == "whole" else [])
            continue
        if len(node.shape) == 1:
            continue
        for place in places(node.shape):
            found = listed(read, place)
            assert found == endless.read(node, place).positions, (node, place)
            really = real.read(node, place)
            if not really.edge:
                assert really.positions == {p for p in found if all(0 <= i < n for i, n in zip(p, sizes))}
        assert isinstance(field, tuple)
        widest = tuple([lengths.index(max(lengths)) for e in field for lengths in [[length(i) for i in e.table]]])
        positions = endless.read(node, widest).positions
        inside = 1
        for axis in range(rank):
            inside *= length(hull(positions, axis))
        assert coverage(field, read) == ((len(positions), inside) if positions else None)
        holes += len(positions) < inside
    return holes


def length(interval: tuple[int, int] | None) -> int:
    return interval[1] - interval[0] + 1 if interval else 0


@pytest.mark.parametrize("part", range(4))
def test_sets_are_what_definitions_read(part: int) -> None:
    assert sum(compare(("set", 1, i), 1, 16) for i in range(part * 250, part * 250 + 250)) > 50


@pytest.mark.parametrize("part", range(4))
def test_sets_are_what_definitions_read_in_two_dimensions(part: int) -> None:
    assert sum(compare(("set", 2, i), 2, 6) for i in range(part * 50, part * 50 + 50)) > 20


def test_sets_are_those_of_the_input_asked_for() -> None:
    spec = """
    input: {image: [3, 32], depth: [1, 32]}
    layers:
      - {conv: {out: 1, kernel: 3, padding: 1}, name: a}
      - {conv: {out: 1, kernel: 2, dilation: 4, padding: 2}, from: depth, name: b}
      - add: a
    """
    graph = Network.from_text(spec).graph()
    assert [read and listed(read, (5,)) for read in read_sets(graph, "depth")] == [[], {(3,), (7,)}, {(3,), (7,)}]
    assert [read and listed(read, (5,)) for read in read_sets(graph, "image")] == [
        {(4,), (5,), (6,)},
        [],
        {(4,), (5,), (6,)},
    ]


# Products ---------------------------------------------------------------------------------------------------

LINES = "a: [conv: {out: 1, kernel: [1, 3], padding: [0, 1]}], b: [conv: {out: 1, kernel: [3, 1], padding: [1, 0]}]"


def test_a_square_path_swallows_the_paths_inside_it() -> None:
    graph = graph_of(f"[concat: {{{LINES}, c: [conv: {{out: 1, kernel: 3, padding: 1}}], d: []}}]")
    assert len(read_sets(graph)[-1]) == 1
    assert share(f"[concat: {{{LINES}, d: []}}]") == (5, 9)


def test_crosses_one_after_the_other_make_a_product_more_each() -> None:
    graph = graph_of(f"[{{add: {{{LINES}}}, repeat: 60}}]")
    sets = read_sets(graph)
    assert len(sets[-1]) == 61
    # i steps along one axis and 60 - i along the other: all positions with |x| + |y| <= 60
    assert coverage(receptive_fields(graph)[-1], sets[-1]) == (60 * 60 + 61 * 61, 121 * 121)


def test_three_axes_are_counted_together() -> None:
    line = "conv: {out: 1, kernel: [%s], padding: [%s]}"
    steps = [line % ("3, 1, 1", "1, 0, 0"), line % ("1, 3, 1", "0, 1, 0"), line % ("1, 1, 3", "0, 0, 1")]
    paths = ", ".join(f"p{i}: [{step}]" for i, step in enumerate(steps))
    assert share(f"[add: {{{paths}}}]", "1x8x8x8") == (7, 27)


def test_a_union_is_counted_once_however_its_products_overlap() -> None:
    rng = dice("count")
    for _ in range(300):
        rank = rng.randint(1, 3)
        sets = [[(rng.randint(-3, 3), rng.randint(1, 31) | 1) for _ in range(rank)] for _ in range(rng.randint(1, 4))]
        everything = {point for item in sets for point in product(*map(members, item))}
        assert points([[runs_of(*bits) for bits in item] for item in sets]) == len(everything)


# Limits -----------------------------------------------------------------------------------------------------


def test_a_whole_input_or_none_of_it_has_no_coverage() -> None:
    assert share("[conv: {out: 1, kernel: 3}, global_avg_pool]") is None
    assert coverage(WHOLE, None) is None
    assert share("[linear: 4]", "7") is None
    # all that is kept are the zeros between the values
    assert (
        share(
            "[unpool: {scale: 2, mode: bed_of_nails}, crop: {margins: [[1, 0]]}, max_pool: {kernel: 1, stride: 2}]",
            "1x8",
        )
        is None
    )


def test_sets_beyond_the_limits_are_not_listed() -> None:
    chain = graph_of("[{conv_transpose: {out: 1, kernel: 4, stride: 2, padding: 1}, repeat: 13}]", "1x2")
    assert [read is None for read in read_sets(chain)] == [False] * 12 + [True]
    wide = graph_of("[pad: 2000000, conv: {out: 1, kernel: 2, dilation: 2000000}, conv: {out: 1, kernel: 1}]", "1x8")
    assert [read is None for read in read_sets(wide)] == [False, True, True]
    with pytest.raises(TooLarge):
        Positions(1, ((0, 1),)).gathered(range(2_000_000))


def test_too_many_products_are_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PRODUCTS", 3)
    sets = read_sets(graph_of(f"[{{add: {{{LINES}}}, repeat: 4}}]"))
    assert [read is None for read in sets] == [False] * 8 + [True] * 4


def test_a_union_of_nothing_is_empty() -> None:
    assert union([]) == union([(0, 0), (0, 0)]) == (0, 0)
    assert union([(5, 1), (0, 0), (2, 3)]) == (2, 0b1011)
