"""Tiles: networks computed tile by tile give what they give on the whole input."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from convcost.analysis.field.extent import receptive_fields
from convcost.analysis.field.tiles import Cut, Misfit, Tile, done_twice
from convcost.api.network import Network
from tests.analysis.field.definitions import chain, taps_of
from tests.ops.samples import dice

if TYPE_CHECKING:
    from random import Random

    from convcost.graph import Graph


def cut(graph: Graph) -> Cut:
    field = receptive_fields(graph)[-1]
    assert isinstance(field, tuple)
    return Cut(graph, graph.nodes[-1], graph.inputs[0], 0, field[0])


def cut_of(layers: str, input: str = "1x640") -> Cut:
    return cut(Network.from_text(layers, input=input).graph())


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


def random_other(rng: Random) -> tuple[str, dict[str, Any]]:
    """A layer whose windows may lie otherwise on an input of another size, or that not every size goes through."""
    word = rng.choice(["resize", "resize", "conv", "space_to_depth", "adaptive_avg_pool", "crop", "unpool", "max_pool"])
    match word:
        case "resize":
            size = {"size": rng.randint(5, 99)} if rng.random() < 0.3 else {"scale": Fraction(rng.randint(1, 5), 4)}
            return word, {**size, "mode": rng.choice(["nearest", "bilinear"])}
        case "conv":
            return word, {"out": 1, "kernel": 3, "stride": 2, "padding": rng.choice(["same", "same_lower"])}
        case "space_to_depth":
            return word, {"scale": rng.randint(1, 3)}
        case "adaptive_avg_pool":
            return word, {"size": rng.randint(5, 60)}
        case "crop":
            return word, {"margins": ((rng.randint(0, 3), rng.randint(0, 3)),)}
        case "unpool":
            return word, {"scale": 2, "mode": "bed_of_nails"}
    return word, {"kernel": 2, "stride": 2, "ceil_mode": True}


def joined_is_whole(steps: list[tuple[str, dict[str, Any]]], whole: int, size: int, rng: Random, number: int) -> bool:
    """Whether tiles of a size are made; if so, their valid outputs are those of the whole input, one after another."""
    graph = chain((whole,), *steps)
    found = cut(graph).tile(size)
    if found is None:
        return False
    extent = cut(graph).extent
    values = [rng.randint(1, PRIME - 1) for _ in range(whole)]
    expected = run(graph, values)
    first = found.before // extent.p * len(extent.table)  # the first valid output of a tile
    for k, start in enumerate(range(0, whole - size + 1, found.step)):
        outputs = run(chain((size,), *steps), values[start : start + size])
        valid = outputs[first : first + found.outputs]
        assert len(valid) == found.outputs, (number, found)
        at = first + k * found.outputs
        assert valid == expected[at : at + found.outputs], (number, found, k)
    return True


@pytest.mark.parametrize("part", range(4))
def test_tiles_together_give_the_outputs_of_the_whole_input(part: int) -> None:
    made = 0
    for number in range(part * 60, part * 60 + 60):
        rng = dice(("tile", number))
        made += joined_is_whole(random_steps(rng), 150, rng.randint(20, 60), rng, number)
    assert made > 30


@pytest.mark.parametrize("part", range(4))
def test_tiles_are_those_that_the_network_makes_of_an_input_of_their_size(part: int) -> None:
    seen: Counter[str] = Counter()
    for number in range(part * 150, part * 150 + 150):
        rng = dice(("other", number))
        steps = [random_other(rng) if rng.random() < 0.5 else random_step(rng) for _ in range(rng.randint(1, 4))]
        whole, size = rng.randint(100, 150), rng.randint(5, 60)
        try:
            extent = cut(chain((whole,), *steps)).extent
        except AssertionError:  # these layers make no network
            continue
        if extent.bounded or not extent.p or not extent.largest:
            continue
        try:
            seen["made" if joined_is_whole(steps, whole, size, rng, number) else "too small"] += 1
        except Misfit:
            seen["misfit"] += 1
    assert min(seen["made"], seen["misfit"]) > 10


def test_the_smallest_tile_has_a_valid_output_and_no_smaller_one_has() -> None:
    for number in range(100):
        one = cut(chain((50,), *random_steps(dice(("small", number)))))
        least = one.smallest(0)
        assert least
        found = one.tile(least)
        assert found
        assert found.outputs == len(one.extent.table)
        assert found.step == one.extent.p
        assert not any(one._works(size) for size in range(least))


# Figures known by hand --------------------------------------------------------------------------------------


def test_a_tile_loses_the_reach_of_its_windows_on_either_side() -> None:
    one = cut_of("[{conv: {out: 1, kernel: 3, padding: 1}, repeat: 5}]")
    assert one.tile(100) == Tile(100, before=5, after=5, outputs=90, step=90)
    assert one.tile(10) is None
    assert one.smallest(0) == 11


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
    one = cut_of(unet, "1x572")
    assert (one.extent.p, len(one.extent.table)) == (16, 16)
    found = one.tile(572)
    assert found
    assert found == Tile(572, before=0, after=572 - 384, outputs=384, step=384)  # 388 is no multiple of 16


def test_tiles_of_a_strided_network_begin_at_multiples_of_its_stride() -> None:
    one = cut_of("[conv: {out: 1, kernel: 7, stride: 2, padding: 3}, max_pool: {kernel: 3, stride: 2, padding: 1}]")
    found = one.tile(64)  # fields are [4 o - 5, 4 o + 5]: positions 2 to 14
    assert found == Tile(64, before=8, after=4, outputs=13, step=52)
    assert found
    assert found.overlap == 12


def test_what_a_crop_takes_away_is_no_output() -> None:
    one = cut_of("[conv: {out: 1, kernel: 3}, crop: {margins: [[4, 0]]}]")
    assert one.extent.start == 4
    assert one.tile(20) == Tile(20, before=0, after=6, outputs=14, step=14)


@pytest.mark.parametrize(
    ("layers", "size", "expected"),
    [
        ("[resize: 0.5]", 7, Tile(7, before=0, after=1, outputs=3, step=6)),
        ("[resize: 0.25]", 6, Tile(6, before=0, after=2, outputs=1, step=4)),
        ("[space_to_depth: 2]", 8, Tile(8, before=0, after=0, outputs=4, step=8)),
    ],
)
def test_a_tile_makes_what_the_network_makes_of_such_an_input(layers: str, size: int, expected: Tile) -> None:
    assert cut_of(layers, "1x64").tile(size) == expected


@pytest.mark.parametrize(
    ("layers", "size", "message", "enough"),
    [
        ("[space_to_depth: 2]", 7, "at space_to_depth1 scale=2 must divide the 7 positions of the length", 8),
        (
            "[conv: {out: 1, kernel: 3, stride: 2, padding: same}]",
            7,
            "conv1 places its windows by the size of its input",
            8,
        ),
        ("[adaptive_avg_pool: 8]", 32, "adaptive_avg_pool1 places its windows by the size of its input", 64),
        (
            "[conv: {out: 1, kernel: 5}, max_pool: 2]",
            5,
            "at max_pool1 the output length would be floor((1 + 0 - 2) / 2) + 1 = 0",
            6,
        ),
    ],
)
def test_what_does_not_go_through_as_the_input_does_is_refused(
    layers: str, size: int, message: str, enough: int
) -> None:
    one = cut_of(layers, "1x64")
    with pytest.raises(Misfit) as caught:
        one.tile(size)
    assert str(caught.value).startswith(message)
    assert one.smallest(size) == enough


def test_a_pool_and_what_undoes_it_are_cut_together() -> None:
    one = cut_of("[{max_pool: 2, name: pool}, conv: {out: 1, kernel: 3, padding: 1}, max_unpool: pool]")
    assert one.tile(16) == Tile(16, before=2, after=2, outputs=12, step=12)


def test_inputs_of_one_size_are_cut_alike() -> None:
    spec = """
    input: {a: [1, 40], b: [1, 40]}
    layers: [{conv: {out: 1, kernel: 3, padding: 1}, name: x}, {conv: {out: 1, kernel: 5, padding: 2}, from: b}, add: x]
    """
    one = cut(Network.from_text(spec).graph())  # a reaches 1 beyond, but what is made of b is known 2 inside alone
    assert one.tile(20) == Tile(20, before=2, after=2, outputs=16, step=16)


def test_the_work_done_twice_is_what_neighbors_share_on_all_axes() -> None:
    assert done_twice([Tile(100, 5, 5, 90, 90)]) == (10, 100)
    assert done_twice([Tile(100, 5, 5, 90, 90), Tile(10, 0, 0, 10, 10)]) == (100, 1000)
    assert done_twice([Tile(100, 10, 10, 80, 80)] * 2) == (3600, 10000)


def test_positions_that_no_tile_reads_are_not_counted_as_shared() -> None:
    one = cut_of("[max_pool: {kernel: 1, stride: 2}]")
    found = one.tile(7)
    assert found == Tile(7, before=0, after=-1, outputs=4, step=8)
    assert found
    assert done_twice([found]) == (0, 7)
