"""Grids: published networks and single steps by hand, and random networks against every path from the definition."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from math import lcm
from time import perf_counter
from typing import TYPE_CHECKING, Any

import pytest

from convcost.analysis.field.grid import MAX_TERM, grid_of, grids
from convcost.api.network import Network
from tests.analysis.field.definitions import Truth, random_graph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from convcost.analysis.field.grid import Grid
    from convcost.graph import Node


@pytest.mark.parametrize(
    ("name", "scale"),
    [
        # Long, Shelhamer and Darrell 2015: the stride of each net's prediction is in its name
        ("fcn32s", 32),
        ("fcn16s", 16),
        ("fcn8s", 8),
        ("deeplab_largefov", 8),  # Chen et al. 2015: two of five poolings without stride
        ("segnet", 32),  # Badrinarayanan et al. 2017: five poolings of 2; indices are no path
        ("deconvnet", 32),
        ("unet", 1),  # Ronneberger et al. 2015: the uppermost skip leads past all poolings
        ("mobilenet_v1", 32),  # 224 / 7
        ("efficientnet_b0", 32),  # its field is the whole input, its grid is not
        ("dcgan_generator", 1),  # nothing is skipped on the way up
        ("context_module", 1),
    ],
)
def test_a_published_network(name: str, scale: int) -> None:
    assert Network.from_file(name).analyze().grid == (scale, scale)


@pytest.mark.parametrize(("variant", "scale"), [("depth", 1), ("pooling", 8), ("dilation", 1)])
def test_pooling_loses_the_grid_that_depth_and_dilation_keep(variant: str, scale: int) -> None:
    assert Network.from_file("examples/large_field.yaml").analyze(variant).grid == (scale, scale)


def grid(layers: str, input: str = "4x24x24") -> Grid:
    return Network.from_text(layers, input=input).analyze().grid


def test_of_every_axis_its_own() -> None:
    assert grid("[conv: {out: 4, kernel: 3, stride: [2, 1]}, max_pool: [4, 2]]") == (8, 2)


@pytest.mark.parametrize(
    ("layers", "scale"),
    [
        ("relu", 1),
        ("crop: {margins: 2}", 1),
        ("pad: {padding: 2, mode: reflect}", 1),
        ("conv: {out: 4, kernel: 3, dilation: 3}", 1),
        ("avg_pool: {kernel: 3, stride: 2}", 2),
        ("space_to_depth: 2", 2),
        ("adaptive_avg_pool: 6", 4),
        ("adaptive_avg_pool: 16", Fraction(3, 2)),
        ("resize: 0.5", 2),
        ("resize: {size: 16}", Fraction(3, 2)),
        ("resize: {size: 12, mode: bilinear, align_corners: true}", Fraction(23, 11)),  # the ends meet
        ("conv_transpose: {out: 4, kernel: 4, stride: 2}", 1),  # the input itself is on the way
        ("pixel_shuffle: 2", 1),
        ("unpool: {scale: 2, mode: bed_of_nails}", 1),
        ("resize: {scale: 3, mode: bilinear}", 1),
    ],
)
def test_a_step_by_itself(layers: str, scale: int | Fraction) -> None:
    assert grid(f"[{layers}]") == (scale, scale)


@pytest.mark.parametrize(
    ("layers", "scale"),
    [
        ("conv: {out: 4, kernel: 3, stride: 2}, unpool: 2", 2),  # what was skipped does not come back
        ("unpool: 2, max_pool: 4", 2),  # 1/2, then 2
        ("pixel_shuffle: 2, max_pool: 2", 1),
        ("max_pool: 2, conv_transpose: {out: 4, kernel: 2, stride: 2}, max_pool: 4, resize: 4", 4),
        ("max_pool: 2, max_unpool: max_pool1", 2),
        ("max_pool: 2, resize: {like: input}", 2),
        ("concat: {a: [max_pool: 2, unpool: 2], b: [max_pool: 4, unpool: 4]}", 2),
        ("add: {a: [max_pool: 2, unpool: 2], b: []}", 1),
        ("concat: {a: [], b: [max_pool: 2, unpool: 2]}, max_pool: 3", 3),
        ("mul: {a: [max_pool: 2], gate: [global_avg_pool]}", 2),  # Hu et al. 2018: the gate is passed over
        ("concat: {a: [max_pool: 2, unpool: 2], b: [instance_norm]}", 2),
        ("max_pool: 8, global_avg_pool, linear: 10", 8),  # at the layer that the field is taken at
        ("max_pool: 8, adaptive_avg_pool: 1", 8),
    ],
)
def test_steps_together(layers: str, scale: int) -> None:
    assert grid(f"[{layers}]") == (scale, scale)


def test_the_finest_way_to_a_merge_need_not_be_the_finest_way_on() -> None:
    low = "avg_pool: {kernel: 4, padding: [[0, 2]]}, resize: {size: 30}"  # 30 -> 8 -> 30: 4, then 4 * 8/30 = 16/15
    high = "avg_pool: 7, resize: {size: 30}"  # 30 -> 4 -> 30: 7, then 7 * 4/30 = 14/15
    both = f"concat: {{low: [{low}], high: [{high}]}}"
    assert grid(f"[{both}]", "1x30") == (4,)  # max(4, 16/15)
    assert grid(f"[{both}, max_pool: 7]", "1x30") == (7,)  # of 7 * 14/15 and 7 * 16/15 the first, but 7 was on its way
    assert grid(f"[{both}, max_pool: 10]", "1x30") == (Fraction(28, 3),)  # 10 * 14/15


@pytest.mark.parametrize("layers", ["flatten, linear: 3", "linear: 3", "instance_norm", "max_pool: 2, group_norm: 2"])
def test_none_where_every_path_reads_the_whole_input(layers: str) -> None:
    assert grid(f"[{layers}]") is None


def test_none_of_a_vector_or_where_the_input_is_not_read() -> None:
    assert grid("[linear: 3]", "8") is None
    spec = "{input: {a: [4, 8, 8], b: [4, 8, 8]}, layers: [{max_pool: 2, from: b}]}"
    graph = Network.from_text(spec).graph()
    assert [grid_of(ways) for ways in grids(graph)] == [None]
    assert [grid_of(ways) for ways in grids(graph, "b")] == [(2, 2)]


def test_none_through_a_stretched_operand() -> None:
    spec = "{input: {a: [4, 1, 1], b: [4, 8, 8]}, layers: [{add: [a, b]}]}"
    graph = Network.from_text(spec).graph()
    assert [grid_of(grids(graph, name)[0]) for name in ("a", "b")] == [None, (1, 1)]
    assert grid("[max_pool: 24, resize: {size: 8, mode: bilinear, align_corners: true}]") is None


# Every path of random networks. -----------------------------------------------------------------------------

LARGEST = 12
FAR = lcm(*range(1, 2 * LARGEST + 1))
"""A multiple of every period that occurs: so far on, a window has moved by a whole number of jumps."""


def paths(truth: Truth, node: Node, axis: int) -> Iterator[list[Fraction]]:
    """The scales of all tensors on each path from the input, by the definition of the layers."""
    if not node.inputs:
        if node is truth.source:
            yield [Fraction(1)]
        return
    sources = node.inputs[:1] if node.op.word in ("crop", "resize", "max_unpool") else node.inputs
    for i, source in enumerate(sources):
        taps = truth.taps(node, i)
        if taps is None:
            continue
        steps = [moved(one) for one in taps]
        if all(steps):
            for path in paths(truth, source, axis):
                yield [*path, path[-1] * steps[axis]]


def moved(taps: Any) -> Fraction:
    """Input positions per output position."""
    start = next(o for o in range(10) if taps(o))
    return Fraction(min(taps(start + FAR)) - min(taps(start)), FAR)


def test_of_random_networks_every_path_is_looked_at() -> None:
    seen: Counter[str] = Counter()
    for seed in range(450):
        rank = 3 if seed % 10 == 0 else 1 + seed % 2
        graph = random_graph(f"grid {seed}", rank, LARGEST)
        for wrt in graph.inputs:
            truth = Truth(graph, unbounded=True, wrt=wrt)
            for node, ways in zip(graph.nodes, grids(graph, wrt.name)):
                every = [[max(path) for path in paths(truth, node, axis)] for axis in range(len(node.shape) - 1)]
                wanted = tuple(map(min, every)) if every and all(every) else None
                assert grid_of(ways) == wanted, (seed, node)
                seen["none" if wanted is None else "coarse" if max(wanted) > 1 else "fine"] += 1
                seen["fraction"] += wanted is not None and any(one.denominator > 1 for one in wanted)
                seen["paths"] += bool(every) and len(set(every[0])) > 1
    assert min(seen[kind] for kind in ("none", "coarse", "fine", "fraction", "paths")) >= 10, seen


# Limits. ----------------------------------------------------------------------------------------------------


def test_a_scale_without_end_is_passed_over() -> None:
    steps = "{conv: {out: 1, kernel: 3, stride: 2, padding: 1}, repeat: %d}"
    most = MAX_TERM.bit_length() - 1
    assert grid(f"[{steps % most}]", "1x1x1") == (2**most, 2**most)
    assert grid(f"[{steps % (most + 1)}]", "1x1x1") is None


def test_many_merges_of_uneven_paths_take_no_time() -> None:
    merges = ", ".join(
        f"concat: {{a: [avg_pool: {k}, resize: {{size: 997}}], b: []}}, conv: {{out: 1, kernel: 1}}"
        for k in range(2, 400)
    )
    graph = Network.from_text(f"[{merges}]", input="1x997").graph()
    start = perf_counter()
    assert grid_of(grids(graph)[-1]) == (1,)
    assert perf_counter() - start < 1
