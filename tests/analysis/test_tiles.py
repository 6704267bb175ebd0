"""Tiles: networks computed tile by tile give what they give on the whole input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from convcost.analysis.receptive_field import Extent, receptive_fields
from convcost.analysis.tiles import Tile, done_twice, smallest_tile, tile
from convcost.network import Network
from tests.analysis.definitions import chain, taps_of
from tests.ops.samples import dice

if TYPE_CHECKING:
    from random import Random

    from convcost.graph import Graph


def extent_of(layers: str, input: str = "1x640") -> Extent:
    graph = Network.from_text(layers, input=input).graph()
    return receptive_fields(graph)[-1][0]


# A network run on numbers -----------------------------------------------------------------------------------

PRIME = 2_147_483_647
BARE = ("pad", "unpool", "crop")
"""Layers that copy; the others add something at every position, so that padding is told from a value."""


def run(graph: Graph, values: list[int]) -> list[int]:
    """The outputs of a chain of one channel, its weights 2, 3, 4, ... by tap, modulo a prime."""
    for node in graph.nodes:
        taps = taps_of(node.op, 0, node.input_shapes, node.shape, at_ends=True)
        assert taps
        [read] = taps
        bias = node.op.word not in BARE
        values = [
            sum(weight * values[i] for weight, i in enumerate(read(o), 2) if 0 <= i < len(values)) % PRIME + bias
            for o in range(node.shape[1])
        ]
    return values


def random_steps(rng: Random) -> list[tuple[str, dict[str, Any]]]:
    """Layers whose windows lie alike on inputs of any size."""
    return [random_step(rng) for _ in range(rng.randint(1, 5))]


def random_step(rng: Random) -> tuple[str, dict[str, Any]]:
    word = rng.choice(["conv", "conv", "max_pool", "conv_transpose", "unpool", "resize", "pad", "relu"])
    kernel, stride, dilation = rng.randint(1, 4), rng.choice([1, 1, 2, 3]), rng.choice([1, 1, 2])
    sides = ((rng.randint(0, 2), rng.randint(0, 2)),)
    if word == "conv":
        return word, {"out": 1, "kernel": kernel, "stride": stride, "dilation": dilation, "padding": sides}
    if word == "max_pool":
        return word, {"kernel": kernel, "stride": stride, "padding": rng.randint(0, kernel // 2)}
    if word == "conv_transpose":  # what it crops is what padding would have added: at most kernel - stride
        kernel = stride + rng.randint(0, 3)
        return word, {"out": 1, "kernel": kernel, "stride": stride, "padding": rng.randint(0, kernel - stride)}
    if word in ("unpool", "resize"):
        mode = {"mode": rng.choice(["nearest", "bilinear"])} if word == "resize" else {}
        return word, {"scale": rng.randint(1, 3), **mode}
    return (
        (word, {"padding": sides, "mode": rng.choice(["zeros", "reflect", "replicate"])})
        if word == "pad"
        else (word, {})
    )


@pytest.mark.parametrize("part", range(4))
def test_tiles_together_give_the_outputs_of_the_whole_input(part: int) -> None:
    for number in range(part * 60, part * 60 + 60):
        rng = dice(("tile", number))
        steps = random_steps(rng)
        size = rng.randint(20, 60)
        [extent] = receptive_fields(chain((size,), *steps))[-1]
        found = tile(extent, size)
        if found is None:
            assert size < smallest_tile(extent) + extent.p
            continue
        whole = size + 3 * found.step
        values = [rng.randint(1, PRIME - 1) for _ in range(whole)]
        expected = run(chain((whole,), *steps), values)
        first = found.before // extent.p * len(extent.table)  # the first valid output of a tile
        joined: list[int] = []
        for start in range(0, whole - size + 1, found.step):
            outputs = run(chain((size,), *steps), values[start : start + size])
            valid = outputs[first : first + found.outputs]
            assert len(valid) == found.outputs, (number, found)
            joined += valid
        assert joined == expected[first : first + 4 * found.outputs], (number, found)


def test_the_smallest_tile_has_a_valid_output_and_no_smaller_one_has() -> None:
    for number in range(200):
        [extent] = receptive_fields(chain((50,), *random_steps(dice(("small", number)))))[-1]
        least = smallest_tile(extent)
        assert tile(extent, least - 1) is None
        found = tile(extent, least)
        assert found
        assert found.outputs == len(extent.table)
        assert found.step == extent.p


# Figures known by hand --------------------------------------------------------------------------------------


def test_a_tile_loses_the_reach_of_its_windows_on_either_side() -> None:
    extent = extent_of("[{conv: {out: 1, kernel: 3, padding: 1}, repeat: 5}]")
    assert tile(extent, 100) == Tile(100, before=5, after=5, outputs=90, step=90)
    assert tile(extent, 10) is None
    assert smallest_tile(extent) == 11


def test_a_network_without_padding_overlaps_on_one_side_only() -> None:
    """Ronneberger, Fischer and Brox 2015, figure 1: U-Net makes 388 positions of 572."""
    unet = """
    - for: n
      in: [1, 2, 3, 4]
      do:
        - {conv: {out: 1, kernel: 3}, name: a$n}
        - {conv: {out: 1, kernel: 3}, name: skip$n}
        - max_pool: 2
    - {conv: {out: 1, kernel: 3}, repeat: 2}
    - for: n
      in: [4, 3, 2, 1]
      do:
        - {conv_transpose: {out: 1, kernel: 2, stride: 2}, name: up$n}
        - {crop: {like: up$n}, from: skip$n, name: crop$n}
        - concat: up$n
        - {conv: {out: 1, kernel: 3}, repeat: 2}
    """
    extent = extent_of(unet, "1x572")
    assert (extent.p, len(extent.table)) == (16, 16)
    found = tile(extent, 572)
    assert found
    assert found == Tile(572, before=0, after=572 - 384, outputs=384, step=384)  # 388 is no multiple of 16


def test_tiles_of_a_strided_network_begin_at_multiples_of_its_stride() -> None:
    extent = extent_of(
        "[conv: {out: 1, kernel: 7, stride: 2, padding: 3}, max_pool: {kernel: 3, stride: 2, padding: 1}]"
    )
    found = tile(extent, 64)  # fields are [4 o - 5, 4 o + 5]: positions 2 to 14
    assert found == Tile(64, before=8, after=4, outputs=13, step=52)
    assert found
    assert found.overlap == 12


def test_what_a_crop_takes_away_is_no_output() -> None:
    extent = extent_of("[conv: {out: 1, kernel: 3}, crop: {margins: [[4, 0]]}]")
    assert extent.start == 4
    assert tile(extent, 20) == Tile(20, before=0, after=6, outputs=14, step=14)


@pytest.mark.parametrize(
    ("extent", "least"),
    [(Extent(0, ((0, 1), (0, 2)), bounded=True), 3), (Extent(0, ((0, 6),)), 7), (Extent(1, (None,)), 1)],
)
def test_fields_without_a_period_or_that_do_not_move_have_no_tiles(extent: Extent, least: int) -> None:
    assert tile(extent, 100) is None
    assert smallest_tile(extent) == least  # such a tile holds the field of one position


def test_the_work_done_twice_is_what_neighbors_share_on_all_axes() -> None:
    assert done_twice([Tile(100, 5, 5, 90, 90)]) == (10, 100)
    assert done_twice([Tile(100, 5, 5, 90, 90), Tile(10, 0, 0, 10, 10)]) == (100, 1000)
    assert done_twice([Tile(100, 10, 10, 80, 80)] * 2) == (3600, 10000)


def test_positions_that_no_tile_reads_are_not_counted_as_shared() -> None:
    extent = extent_of("[max_pool: {kernel: 1, stride: 2}]")
    found = tile(extent, 7)
    assert found == Tile(7, before=0, after=-1, outputs=4, step=8)
    assert found
    assert done_twice([found]) == (0, 7)
