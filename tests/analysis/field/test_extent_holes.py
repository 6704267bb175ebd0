"""Fields of networks of which some positions read nothing: what reads nothing along one axis reads nothing.

Where such paths meet others, the field along one axis depends on the place along the others. Every figure that is
published is compared with what `definitions.py` finds by following every path from every position of a whole period.
"""

from __future__ import annotations

from collections import Counter
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

import pytest

from convcost.analysis.field.coverage import coverage, read_sets
from convcost.analysis.field.extent import IRREGULAR, MAX_TABLE, Extent, receptive_fields
from convcost.api.network import Network
from convcost.graph import Graph
from tests.analysis.field.definitions import Nowhere, Truth, grow, hull, random_layer
from tests.ops.samples import dice

if TYPE_CHECKING:
    from random import Random

    from convcost.graph import Node

MOST = 150
"""Positions of a period that are looked at; networks with more are passed over."""


def length(interval: tuple[int, int] | None) -> int:
    return interval[1] - interval[0] + 1 if interval else 0


def graph_of(layers: str, input: str) -> Any:
    return Network.from_text(layers, input=input).graph()


def figures(layers: str, input: str) -> list[tuple[int, int, int | None]]:
    field = receptive_fields(graph_of(layers, input))[-1]
    assert isinstance(field, tuple)
    return [(extent.smallest, extent.largest, extent.start) for extent in field]


# Worked out by hand -----------------------------------------------------------------------------------------

NAILS = "unpool: {scale: 2, mode: bed_of_nails}"
COLUMN = "conv: {out: 1, kernel: [5, 1], padding: [2, 0]}"


def test_columns_without_values_see_the_other_path_alone() -> None:
    """Even columns read rows -1 to 1 or 0 to 1 of a, and row 0 of b; odd columns of a hold nothing."""
    assert figures(f"[concat: {{a: [{NAILS}, {COLUMN}], b: [unpool: 2]}}]", "1x12x12") == [(1, 3, -1), (1, 1, 0)]


def test_a_path_that_keeps_nothing_but_zeros_adds_nothing() -> None:
    zeros = "unpool: {scale: [1, 2], mode: bed_of_nails}, crop: {margins: [[0, 0], [1, 1]]}"
    path = f"{zeros}, {COLUMN}, max_pool: {{kernel: 1, stride: [1, 2]}}"
    found = figures(f"[concat: {{a: [{path}], b: [crop: {{margins: [[0, 0], [0, 1]]}}]}}]", "1x12x12")
    assert found == [(1, 1, 0), (1, 1, 0)]


def test_a_hole_along_one_axis_is_one_along_all() -> None:
    found = figures("[unpool: {scale: [1, 2], mode: bed_of_nails}, crop: {margins: [[0, 0], [1, 0]]}]", "1x4x4")
    assert found == [(0, 1, None), (0, 1, None)]


def test_holes_that_are_filled_leave_one_path() -> None:
    """Rows -1 to 1 of the merge read rows -1 to 1, rows 0 to 2 read rows -1 to 2: one of three columns has values."""
    layers = f"[concat: {{a: [{NAILS}, {COLUMN}], b: [unpool: 2]}}, max_pool: {{kernel: 3, padding: 1, stride: 1}}]"
    field = receptive_fields(graph_of(layers, "1x12x12"))[-1]
    assert isinstance(field, tuple)
    assert [extent.cases for extent in field] == [(), ()]
    assert figures(layers, "1x12x12") == [(3, 4, -1), (2, 2, -1)]


@pytest.mark.parametrize("rows", [2048, 2049])
def test_a_pattern_of_all_axes_together_is_kept_up_to_the_limit(rows: int) -> None:
    field = receptive_fields(graph_of(f"[unpool: {{scale: [{rows}, 2], mode: bed_of_nails}}]", "1x2x2"))[-1]
    assert (field is IRREGULAR) == (2 * rows > MAX_TABLE)


# Against the definitions ------------------------------------------------------------------------------------


def random_graph(seed: object) -> Graph:
    """A network with a bed of nails or a sparse transposed convolution beside another path, once or twice."""
    rng = dice(seed)
    graph = Graph("holes")
    graph.add_input("input", (4, rng.randint(3, 5), rng.randint(3, 5)), Nowhere())
    for _ in range(rng.randint(1, 2)):
        beside(graph, rng)
        for _ in range(rng.randint(0, 2)):
            random_layer(graph, rng.choice(["conv", "max_pool", "crop", "concat", "concat", "unpool"]), rng)
    graph.outputs = graph.nodes[-1:]
    return graph


def axes(rng: Random, *choices: int) -> tuple[int, int]:
    return rng.choice(choices), rng.choice(choices)


def beside(graph: Graph, rng: Random) -> None:
    """Two or three paths from one node: some with holes, then perhaps a window along one axis, a shift, a pool."""
    start = rng.choice([*graph.inputs, *graph.nodes][-3:])
    scale = axes(rng, 1, 2, 2, 3)
    ends = [hollow(graph, start, scale, rng) for _ in range(rng.randint(1, 2))]
    if rng.random() < 0.8:
        mode: dict[str, Any] = rng.choice([{}, {"mode": "bilinear"}])
        word = "resize" if mode else "unpool"
        ends.append(grow(graph, word, start, scale=scale, **mode))
    alike = [end for end in ends if end and end.shape == (ends[-1] or end).shape]
    if len(alike) > 1:
        grow(graph, "concat", *alike)


def hollow(graph: Graph, start: Node, scale: tuple[int, int], rng: Random) -> Node | None:
    kernel = axes(rng, 1, 1, 3)
    if rng.random() < 0.6:
        node = grow(graph, "unpool", start, scale=scale, mode="bed_of_nails")
    else:
        more = {"output_padding": tuple(s - 1 for s in scale), "padding": 0, "dilation": 1, "groups": 1}
        node = grow(graph, "conv_transpose", start, out=start.shape[0], kernel=1, stride=scale, **more)
    if node and rng.random() < 0.5:
        shift = tuple(rng.choice([(1, -1), (0, 0)]) for _ in range(2))
        pads = tuple((0, 1) if before else (0, 0) for before, _ in shift)
        crops = tuple((1, 0) if before else (0, 0) for before, _ in shift)
        padded = grow(graph, "pad", node, padding=pads, mode="zeros") if any(map(any, pads)) else node
        node = grow(graph, "crop", padded, margins=crops) if padded and any(map(any, crops)) else padded
    if node and rng.random() < 0.7:
        sides = tuple((k // 2, k // 2) for k in kernel)
        node = grow(graph, "conv", node, out=4, kernel=kernel, padding=sides, stride=1, dilation=1, groups=1)
    return node


def compare(graph: Graph, seen: Counter[str]) -> None:
    truth = Truth(graph, unbounded=True)
    for node, field, read in zip(graph.nodes, receptive_fields(graph), read_sets(graph)):
        if not isinstance(field, tuple) or any(extent.bounded for extent in field):
            seen["bounded"] += isinstance(field, tuple)
            continue
        periods = [len(extent.table) for extent in field]
        if prod(periods) > MOST:
            continue
        seen["cases"] += any(extent.cases for extent in field)
        seen["all read"] += any(extent.cases for extent in field) and all(extent.smallest for extent in field)
        found = [truth.read(node, place).positions for place in product(*map(range, periods))]
        hulls = [[hull(positions, axis) for axis in range(2)] for positions in found]
        for axis, extent in enumerate(field):
            sizes = [length(ends[axis]) for ends in hulls]
            assert (extent.smallest, extent.largest) == (min(sizes), max(sizes)), (node, axis)
            first = hulls[0][axis]
            assert extent.start == (first[0] if first else None)
            assert (extent.center is None) == (first is None)
        shares = {(len(positions), prod(map(length, ends))) for positions, ends in zip(found, hulls)}
        widest = max(inside for _, inside in shares)
        assert read is not None
        share = coverage(field, read)
        assert share is None if not widest else share in shares and share[1] == widest, (node, share, shares)


@pytest.mark.parametrize("part", range(4))
def test_figures_are_those_of_the_positions_that_exist(part: int) -> None:
    seen: Counter[str] = Counter()
    for number in range(part * 100, part * 100 + 100):
        compare(random_graph(("holes", number)), seen)
    assert seen["cases"] > 100
    assert seen["all read"] > 10


def test_an_axis_alone_is_what_it_was() -> None:
    extent = Extent(1, ((0, 2), None), cases=(((0, 2), None), (None, None)))
    assert (extent.alone, extent.alone.cases) == (Extent(1, ((0, 2), None)), ())
    assert extent.at(2) == (1, 3)
