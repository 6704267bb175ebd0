"""Laws of the per-axis records."""

from __future__ import annotations

from time import perf_counter

import pytest

from convcost.ops.core.axis import Adaptive, Border, Resample, Scatter, Whole, Window, pairs_inside
from convcost.ops.core.windows import scatter, window
from tests.ops.samples import PLACED, dice, inside, made, random_cases

HUGE = 10**15


@pytest.mark.parametrize("word", PLACED)
def test_reads_repeat_with_their_phases(word):
    for op, inputs in random_cases(word, 25):
        for axis in op.axes(*inputs):
            period, jump = axis.phases()
            assert period >= 1
            away = axis.before + axis.n if isinstance(axis, Border) else 0
            for o in range(axis.m if not away else 0):
                before, after = axis.reads(o), axis.reads(o + period)
                assert [i + jump for i in before] == list(after), (op, axis, o)


def test_a_border_repeats_inside():
    axis = Border(9, 13, 2, mirrored=True)
    assert [list(axis.reads(o)) for o in range(13)] == [[i] for i in [2, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 7, 6]]
    assert [next(iter(axis._replace(mirrored=False).reads(o))) for o in range(13)] == [0, 0, *range(9), 8, 8]
    period, jump = axis.phases()
    assert all(axis.reads(o + period)[0] == axis.reads(o)[0] + jump for o in range(2, 10))


@pytest.mark.parametrize("word", PLACED)
def test_every_output_reads_something_inside_or_padding(word):
    for op, inputs in random_cases(word, 10):
        for axis in op.axes(*inputs):
            assert axis.n in inputs[0][1:] or op.merges
            assert all(list(axis.reads(o)) == sorted(set(axis.reads(o))) for o in range(axis.m)), (op, axis)


@pytest.mark.parametrize(
    "word", ["conv", "depthwise", "pointwise", "max_pool", "avg_pool", "conv_transpose", "max_unpool"]
)
def test_reads_and_useful_say_the_same(word):
    for op, inputs in random_cases(word, 60):
        for axis in op.axes(*inputs):
            assert sum(len(inside(axis, o)) for o in range(axis.m)) == axis.useful, (op, axis)


def test_a_window_reads_what_its_taps_touch():
    for axis in random_windows(200):
        for o in range(axis.m):
            touched = [o * axis.stride + j * axis.dilation - axis.before for j in range(axis.kernel)]
            assert list(axis.reads(o)) == touched


def test_a_scatter_reads_whoever_writes():
    for axis in random_scatters(300):
        writers: dict[int, list[int]] = {o: [] for o in range(axis.m)}
        for i in range(-60, axis.n + 60):
            for j in range(axis.kernel):
                writers.get(i * axis.stride + j * axis.dilation - axis.before, []).append(i)
        for o in range(axis.m):
            assert list(axis.reads(o)) == sorted(writers[o]), (axis, o)


def random_windows(count: int) -> list[Window]:
    rng = dice("windows")
    made = [
        window(
            rng.randint(1, 9), rng.randint(1, 4), rng.randint(1, 5), rng.randint(1, 4), rng.choice([0, 1, 2, 5, "same"])
        )
        for _ in range(count)
    ]
    return [axis for axis in made if axis.m > 0]


def random_scatters(count: int) -> list[Scatter]:
    rng = dice("scatters")
    made = [
        scatter(
            rng.randint(1, 6), rng.randint(1, 5), rng.randint(1, 6), rng.randint(1, 6), rng.choice([0, 1, "same"]), 0
        )
        for _ in range(count)
    ]
    return [axis for axis in made if axis.m > 0]


def test_pairs_inside_counts():
    rng = dice("pairs")
    for _ in range(500):
        positions, kernel, stride, dilation, size = (rng.randint(1, 8) for _ in range(5))
        before = rng.randint(-6, 12)
        counted = sum(0 <= p * stride + t * dilation - before < size for p in range(positions) for t in range(kernel))
        assert pairs_inside(positions, kernel, stride, dilation, before, size) == counted


def test_conv_and_conv_transpose_are_adjoint():
    rng = dice("adjoint")
    for _ in range(200):
        n, kernel, stride, dilation = rng.randint(1, 6), rng.randint(1, 5), rng.randint(1, 5), rng.randint(1, 4)
        padding, extra = rng.choice([0, 0, 1, 2, ((1, 0),), ((0, 2),)]), rng.randint(0, stride - 1)
        fields = {"out": 1, "kernel": kernel, "stride": stride, "dilation": dilation, "padding": padding}
        [back] = made("conv_transpose", output_padding=extra, **fields).axes((1, n))
        if back.m < 1:
            continue
        [forth] = made("conv", **fields).axes((1, back.m))
        assert (forth.n, forth.m) == (back.m, n)
        for i in range(n):
            for o in range(back.m):
                assert (o in forth.reads(i)) == (i in back.reads(o)), (fields, i, o)


@pytest.mark.parametrize("pads", ["same", "same_lower"])
def test_same_gives_n_over_stride_and_back_n_times_stride(pads):
    for n in range(1, 12):
        for kernel in range(1, 6):
            for stride in range(1, 5):
                for dilation in (1, 2, 3):
                    for ceil in (False, True):
                        assert window(n, kernel, stride, dilation, pads, ceil).m == -(-n // stride)
                    assert scatter(n, kernel, stride, dilation, pads, 0).m == n * stride


def test_same_puts_the_odd_position_at_the_end_and_same_lower_at_the_start():
    assert window(6, 3, 2, 1, "same")[-2:] == (0, 1)
    assert window(6, 3, 2, 1, "same_lower")[-2:] == (1, 0)
    assert scatter(3, 3, 2, 1, "same", 0).before == 0
    assert scatter(3, 3, 2, 1, "same_lower", 0).before == 1


def test_adaptive_windows_tile_the_input():
    for n in range(1, 14):
        for m in range(1, 14):
            axis = Adaptive(n, m)
            assert axis.window_sum == sum(len(axis.reads(o)) for o in range(m))
            assert sorted({i for o in range(m) for i in axis.reads(o)}) == list(range(n))


def test_bilinear_reads_only_neighbours_with_a_weight():
    for n in range(1, 9):
        for m in range(1, 17):
            [corner] = made("resize", size=m, mode="bilinear", align_corners=True).axes((1, n))
            [centre] = made("resize", size=m, mode="bilinear").axes((1, n))
            for o in range(m):
                assert inside(corner, o) == neighbours(o * (n - 1), max(m - 1, 1), n)
                assert inside(centre, o) == neighbours(max((2 * o + 1) * n - m, 0), 2 * m, n)


def neighbours(numerator: int, denominator: int, n: int) -> list[int]:
    """Positions whose distance from a coordinate is below 1, after PyTorch's clamp to the last position."""
    return [i for i in range(n) if abs(i * denominator - min(numerator, (n - 1) * denominator)) < denominator]


def test_huge_axes_answer_at_once():
    start = perf_counter()
    axes = [
        window(HUGE, 7, 3, 5, 11),
        window(HUGE, HUGE // 3, 2, 3, 10**14),
        scatter(HUGE, 4, 2, 1, 1, 0),
        scatter(HUGE, HUGE, 7, HUGE - 1, 3, 1),
        Resample(HUGE, 2 * HUGE, 1, 0, 2, linear=True),
        Adaptive(HUGE, 10**14 + 7),
        Whole(HUGE, 1),
        Border(HUGE, HUGE + 2, 1, mirrored=True),
    ]
    for axis in axes:
        middle = axis.m // 2
        period, jump = axis.phases()
        reads = axis.reads(middle)
        assert axis.reads(middle + period) == range(reads.start + jump, reads.stop + jump, reads.step)
    assert axes[0].useful == 7 * axes[0].m - (3 + 2 + 1 + 1) - (
        2 + 2 + 1 + 1
    )  # taps on padding at the start, at the end
    assert all(axis.useful <= axis.taps for axis in axes[:4])
    assert perf_counter() - start < 0.5


def test_huge_layers_answer_at_once():
    start = perf_counter()
    shape = (64, HUGE, HUGE)
    conv = made("conv", out=64, kernel=3, padding=1)
    assert conv.macs(shape) == 64 * 64 * 9 * HUGE**2
    assert conv.useful_macs(shape) == 64 * 64 * (3 * HUGE - 2) ** 2
    transposed = made("conv_transpose", out=64, kernel=4, stride=2, padding=1)
    assert transposed.shape(shape) == (64, 2 * HUGE, 2 * HUGE)
    assert transposed.useful_macs(shape) == 64 * 64 * (4 * HUGE - 2) ** 2
    assert made("adaptive_avg_pool", 7).elementwise((1, HUGE)) == HUGE + 6
    assert made("resize", 1.5).shape(shape) == (64, 3 * HUGE // 2, 3 * HUGE // 2)
    assert perf_counter() - start < 0.5
