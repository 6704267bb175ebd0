"""Kernels that work in pieces: the same whatever the pieces, and where taps lie too far apart to be read together.

The oracle is `naive.py`: loops over positions and taps.
"""

from __future__ import annotations

import sys
from fractions import Fraction

import numpy as np
import pytest

from convcost import numpy_backend
from convcost.numpy_backend.kernels.core import grouped
from convcost.numpy_backend.kernels.core.windows import Gathered, Line, gathered, in_step, touching
from convcost.numpy_backend.kernels.resize import Grid
from tests.numpy_backend.naive import NAIVE
from tests.numpy_backend.running import positive_where_needed, real, run, shapes_of_weights
from tests.ops.samples import step

LAYERS = [
    ("conv: {out: 2, kernel: 3, dilation: 1000, padding: same}", (2, 40)),
    ("conv: {out: 2, kernel: 3, dilation: 9, padding: 9}", (2, 12, 11)),
    ("conv: {out: 3, kernel: [3, 5], dilation: [20, 7], stride: [1, 3], padding: [20, 14]}", (2, 9, 30)),
    ("conv: {out: 6, kernel: 3, stride: 9, padding: 1}", (50, 12, 30)),
    ("conv: {out: 2, kernel: [12, 1], padding: [11, 0]}", (50, 5, 3)),
    ("conv: {out: 24, kernel: 3, padding: 1, groups: 8}", (24, 2, 40)),
    ("conv: {out: 24, kernel: 3, dilation: 8, padding: 8, groups: 12}", (24, 9, 9)),
    ("depthwise: {kernel: 3, dilation: 100, padding: same}", (3, 50)),
    ("depthwise: {kernel: 3, dilation: [9, 20], padding: same}", (3, 10, 11)),
    ("depthwise: {kernel: 2, stride: 9, padding: 1, multiplier: 2}", (3, 30, 31)),
    ("depthwise: {kernel: [2, 3, 2], dilation: [9, 1, 4], padding: [9, 1, 4]}", (2, 6, 5, 7)),
    ("max_pool: {kernel: 3, stride: 2, padding: 1}", (2, 9, 9)),
    ("adaptive_avg_pool: [7, 12]", (3, 5, 13)),
    ("adaptive_avg_pool: 19", (1, 20)),
    ("resize: {size: [3, 20], mode: bilinear}", (2, 7, 5)),
    ("resize: {scale: [0.4, 1.7], mode: bilinear}", (2, 9, 8)),
    ("resize: {size: [4, 9], mode: bilinear, align_corners: true}", (2, 7, 5)),
    ("resize: {size: [4, 9]}", (2, 7, 5)),
    ("layer_norm", (5, 6, 7)),
    ("group_norm: 3", (6, 5, 7)),
    ("lrn: 3", (6, 5, 7)),
    ("gelu", (6, 5, 7)),
    ("softmax", (6, 5, 7)),
]


@pytest.mark.parametrize("block", [1, 50])
@pytest.mark.parametrize(("text", "shape"), LAYERS, ids=str)
def test_pieces_change_nothing(text: str, shape: tuple[int, ...], block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = np.random.default_rng(1)
    op = step(text)
    inputs = [real(numbers, shape)]
    wanted = shapes_of_weights(op, shape)
    weights = {name: positive_where_needed(name, real(numbers, own)) for name, own in wanted.items()}
    run(op, *inputs, weights=weights)  # imports its kernel
    for name, module in list(sys.modules.items()):
        if name.startswith(f"{numpy_backend.__name__}.") and hasattr(module, "BLOCK"):
            monkeypatch.setattr(module, "BLOCK", block)
    monkeypatch.setattr(grouped, "FEW", 7)
    found = run(op, *inputs, weights=weights)
    assert found.shape == op.shape(shape)
    assert found == pytest.approx(NAIVE[op.word](op, inputs, weights, found.shape), rel=1e-9, abs=1e-9)


def test_taps_far_apart_are_gathered_by_themselves() -> None:
    near, far = Line(9, 9, 3, 1, 2, 2, 2), Line(9, 9, 3, 1, 100, 100, 100)
    assert gathered(near) == [Gathered(slice(0, 3), Line(9, 13, 1, 1, 1, 2, 2), 1, 2)]
    assert [(some.taps, some.positions.m, some.positions.before) for some in gathered(far)] == [
        (slice(0, 1), 9, 100),
        (slice(1, 2), 9, 0),
        (slice(2, 3), 9, -100),
    ]


def test_taps_in_step_reach_over_a_few_times_the_windows() -> None:
    assert in_step(Line(9, 9, 5, 2), 9) == [[0, 2, 4], [1, 3]]
    assert in_step(Line(99, 99, 12, 1), 1) == [list(range(9)), [9, 10, 11]]
    assert in_step(Line(9, 9, 3, 1, 5), 4) == [[0], [1], [2]]


@pytest.mark.parametrize(("n", "m"), [(5, 3), (3, 5), (7, 7), (1, 4), (4, 1), (20, 19)])
def test_parts_that_touch(n: int, m: int) -> None:
    """By fractions: part o of m and position i of n share more than a border."""
    first, last = touching(n, m, 0, m)
    for o in range(m):
        ends = [(max(Fraction(o, m), Fraction(i, n)), min(Fraction(o + 1, m), Fraction(i + 1, n))) for i in range(n)]
        shared = [i for i, (low, high) in enumerate(ends) if low < high]
        assert (first[o], last[o]) == (shared[0], shared[-1])


def test_a_grid_of_any_numbers_is_exact() -> None:
    """Marks 10**19 apart and places a little farther, which numbers of 64 bits cannot say."""
    large = 10**19
    lower, rest = Grid(4, 3, large, large + 1).below(0, 3)
    assert lower.tolist() == [0, 1, 2]
    assert rest.tolist() == pytest.approx([0, 1 / large, 2 / large], rel=1e-12)
