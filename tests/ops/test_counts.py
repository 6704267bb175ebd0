"""MACs, useful MACs and elementwise operations against loops that do what the operation means."""

from __future__ import annotations

import math
from itertools import product
from typing import TYPE_CHECKING

import pytest

from convcost.types import Shape, volume
from tests.ops.samples import example, inside, made, positions, random_cases

if TYPE_CHECKING:
    from convcost.ops.core.operation import Op


def pairs_of_channels(op: Op, channels: int) -> int:
    """Counted one by one: input and output channels of one group."""
    groups = op.groups
    return sum(i // (channels // groups) == o // (op.out // groups) for i in range(channels) for o in range(op.out))


def placed(op: Op, rank: int, name: str) -> tuple[int, ...]:
    value = getattr(op, name)
    return value if isinstance(value, tuple) else (value,) * rank


def before(op: Op, inputs: tuple[Shape, ...]) -> tuple[int, ...]:
    return tuple(axis.before for axis in op.axes(*inputs))


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_products_of_a_convolution(rank):
    for op, inputs in of_rank("conv", rank):
        sizes, output = inputs[0][1:], op.shape(*inputs)[1:]
        kernel, stride, dilation = (placed(op, rank, name) for name in ("kernel", "stride", "dilation"))
        starts = before(op, inputs)
        products = useful = 0
        for place, tap in product(positions(*output), positions(*kernel)):
            read = [o * s + j * d - b for o, s, j, d, b in zip(place, stride, tap, dilation, starts)]
            products += 1
            useful += all(0 <= i < n for i, n in zip(read, sizes))
        pairs = pairs_of_channels(op, inputs[0][0])
        assert op.macs(*inputs) == pairs * products, (op, inputs)
        assert op.useful_macs(*inputs) == pairs * useful, (op, inputs)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_products_of_a_transposed_convolution(rank):
    for op, inputs in of_rank("conv_transpose", rank):
        sizes, output = inputs[0][1:], op.shape(*inputs)[1:]
        kernel, stride, dilation = (placed(op, rank, name) for name in ("kernel", "stride", "dilation"))
        starts = before(op, inputs)
        products = useful = 0
        for place, tap in product(positions(*sizes), positions(*kernel)):
            written = [i * s + j * d - b for i, s, j, d, b in zip(place, stride, tap, dilation, starts)]
            products += 1
            useful += all(0 <= o < m for o, m in zip(written, output))
        pairs = pairs_of_channels(op, inputs[0][0])
        assert op.macs(*inputs) == pairs * products, (op, inputs)
        assert op.useful_macs(*inputs) == pairs * useful, (op, inputs)


def of_rank(word: str, rank: int) -> list[tuple[Op, tuple[Shape, ...]]]:
    def size(op: Op, inputs: tuple[Shape, ...]) -> int:
        return volume(op.shape(*inputs)[1:]) * volume(placed(op, rank, "kernel"))

    cases = [case for case in random_cases(word, 300) if len(case[1][0]) == rank + 1]
    return [case for case in cases if size(*case) < 12_000][:25]


def test_enough_of_each_rank_is_tried():
    assert [len(of_rank("conv", rank)) for rank in (1, 2, 3)] == [25, 25, 25]
    assert min(len(of_rank("conv_transpose", rank)) for rank in (1, 2, 3)) >= 10


@pytest.mark.parametrize(("word", "less"), [("max_pool", 1), ("avg_pool", 0)])
def test_elementwise_operations_of_pools(word, less):
    for op, inputs in random_cases(word, 40):
        output = op.shape(*inputs)
        window = len(list(positions(*placed(op, len(output) - 1, "kernel"))))
        assert op.elementwise(*inputs) == (window - less) * volume(output), (op, inputs)
        assert op.params(*inputs) == op.macs(*inputs) == op.useful_macs(*inputs) == 0


def test_elementwise_operations_of_adaptive_pools():
    for op, inputs in random_cases("adaptive_avg_pool", 30):
        axes = op.axes(*inputs)
        read = sum(
            math.prod(len(inside(axis, o)) for axis, o in zip(axes, place))
            for place in positions(*op.shape(*inputs)[1:])
        )
        assert op.elementwise(*inputs) == inputs[0][0] * read


@pytest.mark.parametrize("word", ["conv", "conv_transpose"])
def test_groups_are_so_many_separate_layers(word):
    for op, inputs in random_cases(word, 60):
        g = op.groups
        (channels, *sizes) = inputs[0]
        fields = {name: getattr(op, name) for name in op.fields}
        part = type(op)(**{**fields, "out": op.out // g, "groups": 1})
        piece = (channels // g, *sizes)
        for figure in ("params", "macs", "useful_macs", "elementwise"):
            assert getattr(op, figure)(*inputs) == g * getattr(part, figure)(piece), (figure, op)
        assert op.shape(*inputs)[1:] == part.shape(piece)[1:]


def test_depthwise_is_one_convolution_per_channel():
    for op, inputs in random_cases("depthwise", 60):
        (channels, *sizes) = inputs[0]
        fields = {name: getattr(op, name) for name in ("kernel", "stride", "padding", "dilation", "bias")}
        single = made("conv", out=op.multiplier, **fields)
        for figure in ("params", "macs", "useful_macs", "elementwise"):
            assert getattr(op, figure)(*inputs) == channels * getattr(single, figure)((1, *sizes))
        assert op.shape(*inputs) == (channels * op.multiplier, *single.shape((1, *sizes))[1:])


def test_pointwise_is_a_convolution_with_kernel_1():
    for op, inputs in random_cases("pointwise", 30):
        same = made("conv", out=op.out, kernel=1, stride=op.stride, groups=op.groups, bias=op.bias)
        for figure in ("shape", "params", "macs", "useful_macs", "elementwise", "axes"):
            assert getattr(op, figure)(*inputs) == getattr(same, figure)(*inputs)


def test_separable_is_its_parts():
    for op, inputs in random_cases("separable", 40):
        names, (depthwise, pointwise) = zip(*op.parts())
        between = depthwise.shape(*inputs)
        assert names == ("depthwise", "pointwise")
        assert op.shape(*inputs) == pointwise.shape(between)
        for figure in ("params", "macs", "useful_macs", "elementwise"):
            assert getattr(op, figure)(*inputs) == getattr(depthwise, figure)(*inputs) + getattr(pointwise, figure)(
                between
            )
        assert depthwise.bias is False
        assert pointwise.bias is op.bias


@pytest.mark.parametrize(
    ("word", "value", "shape", "figures"),
    [
        # params, MACs, useful MACs, elementwise
        ("conv", {"out": 8, "kernel": 3, "padding": 1}, (4, 8, 8), (4 * 8 * 9 + 8, 18_432, 15_488, 8 * 64)),
        ("conv", {"out": 8, "kernel": 3, "padding": 2, "dilation": 2}, (4, 8, 8), (296, 18_432, 12_800, 512)),
        ("conv_transpose", {"out": 6, "kernel": 4, "stride": 2, "padding": 1}, (4, 8, 8), (390, 24_576, 21_600, 1536)),
        ("conv", {"out": 6, "kernel": 3, "groups": 2}, (4, 5, 5), (114, 972, 972, 54)),
        ("conv", {"out": 2, "kernel": [1, 7], "bias": False}, (3, 9, 9), (42, 1134, 1134, 0)),
        ("depthwise", {"kernel": 3, "multiplier": 2}, (4, 3, 3), (80, 72, 72, 8)),
        ("separable", {"out": 8, "kernel": 3, "multiplier": 2}, (4, 3, 3), (144, 136, 136, 8)),
        ("pointwise", {"out": 10, "stride": 2}, (4, 5, 5), (50, 360, 360, 90)),
        ("linear", 10, (3, 4, 5), (610, 600, 600, 10)),
        ("linear", {"out": 10, "bias": False}, (60,), (600, 600, 600, 0)),
        ("batch_norm", None, (8, 4, 4), (16, 0, 0, 256)),
        ("batch_norm", False, (8, 4, 4), (0, 0, 0, 256)),
        ("instance_norm", None, (8, 4, 4), (16, 0, 0, 256)),
        ("layer_norm", None, (8, 4, 4), (16, 0, 0, 256)),
        ("group_norm", 4, (8, 4, 4), (16, 0, 0, 256)),
        ("group_norm", {"groups": 4, "affine": False}, (8,), (0, 0, 0, 16)),
        ("lrn", None, (8, 4, 4), (0, 0, 0, 10 * 128)),
        ("lrn", 3, (8, 4, 4), (0, 0, 0, 6 * 128)),
        ("relu", None, (8, 8, 8), (0, 0, 0, 512)),
        ("leaky_relu", 0.2, (8,), (0, 0, 0, 8)),
        ("softmax", None, (1000,), (0, 0, 0, 3000)),
        ("prelu", None, (8, 4, 4), (8, 0, 0, 128)),
        ("scale", None, (8, 4, 4), (8, 0, 0, 128)),
        ("scale", True, (8, 4, 4), (16, 0, 0, 256)),
        ("dropout", None, (8, 4, 4), (0, 0, 0, 0)),
        ("identity", None, (8, 4, 4), (0, 0, 0, 0)),
        ("flatten", None, (8, 4, 4), (0, 0, 0, 0)),
        ("max_pool", {"kernel": 3, "stride": 2}, (4, 9, 9), (0, 0, 0, 512)),
        ("avg_pool", {"kernel": 3, "stride": 2}, (4, 9, 9), (0, 0, 0, 576)),
        ("avg_pool", {"kernel": 3, "stride": 1, "padding": 1}, (1, 2), (0, 0, 0, 6)),
        ("global_avg_pool", None, (8, 4, 4), (0, 0, 0, 128)),
        ("global_max_pool", None, (8, 4, 4), (0, 0, 0, 128)),
        ("adaptive_avg_pool", 3, (1, 7), (0, 0, 0, 9)),
        ("resize", {"scale": 2}, (4, 8, 8), (0, 0, 0, 0)),
        ("resize", {"scale": 2, "mode": "bilinear"}, (4, 8, 8), (0, 0, 0, 6 * 1024)),
        ("resize", {"size": 5, "mode": "bilinear"}, (2, 3, 3, 3), (0, 0, 0, 9 * 250)),
        ("unpool", 2, (4, 8, 8), (0, 0, 0, 0)),
        ("pixel_shuffle", 2, (4, 8, 8), (0, 0, 0, 0)),
        ("space_to_depth", 2, (4, 8, 8), (0, 0, 0, 0)),
        ("pad", 3, (4, 8, 8), (0, 0, 0, 0)),
        ("slice", [1, 3], (4, 8, 8), (0, 0, 0, 0)),
        ("channel_shuffle", 2, (4, 8, 8), (0, 0, 0, 0)),
    ],
)
def test_figures(word, value, shape, figures):
    op = made(word, value)
    assert (op.params(shape), op.macs(shape), op.useful_macs(shape), op.elementwise(shape)) == figures


def test_figures_of_merges():
    shape, gate = (64, 5, 5), (64, 1, 1)
    assert made("add").elementwise(shape, shape) == 1600
    assert made("add").elementwise(shape, shape, shape) == 3200
    assert made("mul").elementwise(gate, shape) == 1600
    assert made("concat").elementwise(shape, shape) == 0


def test_a_max_unpool_costs_nothing():
    op, inputs = example("max_unpool")
    assert (op.params(*inputs), op.macs(*inputs), op.elementwise(*inputs)) == (0, 0, 0)


@pytest.mark.parametrize(("dilation", "percent"), [(1, 96), (6, 77), (12, 57), (18, 40), (36, 11)])
def test_useful_share_of_a_dilated_convolution(dilation, percent):
    op = made("conv", out=1, kernel=3, padding=dilation, dilation=dilation)
    shape = (1, 33, 33)
    assert round(100 * op.useful_macs(shape) / op.macs(shape)) == percent
