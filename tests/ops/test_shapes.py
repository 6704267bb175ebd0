"""Sizes and places from the arithmetic guides and the papers."""

from __future__ import annotations

from fractions import Fraction

import pytest

from convcost.ops.core.operation import Use
from tests.ops.samples import example, inside, made, random_cases


@pytest.mark.parametrize(
    ("word", "fields", "shape", "output"),
    [
        # Alexnet, VGG, GoogLeNet, MobileNet, FCN, SegNet, DCGAN
        ("conv", {"out": 96, "kernel": 11, "stride": 4}, (3, 227, 227), (96, 55, 55)),
        ("conv", {"out": 64, "kernel": 3, "padding": 100}, (3, 500, 500), (64, 698, 698)),
        ("conv", {"out": 32, "kernel": 3, "stride": 2, "padding": "same"}, (3, 224, 224), (32, 112, 112)),
        ("conv", {"out": 4, "kernel": [1, 7], "padding": [0, 3]}, (3, 17, 17), (4, 17, 17)),
        ("conv", {"out": 4, "kernel": 3, "padding": [[0, 1], [1, 0]], "stride": [2, 1]}, (3, 8, 8), (4, 4, 7)),
        ("conv", {"out": 4, "kernel": 3, "padding": "valid"}, (3, 8, 8, 8), (4, 6, 6, 6)),
        ("depthwise", {"kernel": 3, "multiplier": 2}, (3, 8), (6, 6)),
        ("pointwise", {"out": 8, "stride": 2}, (3, 7, 7), (8, 4, 4)),
        ("separable", {"out": 8, "kernel": 3, "stride": 2, "padding": 1}, (3, 7, 7), (8, 4, 4)),
        ("conv_transpose", {"out": 21, "kernel": 64, "stride": 32}, (21, 16, 16), (21, 544, 544)),
        ("conv_transpose", {"out": 21, "kernel": 16, "stride": 8}, (21, 70, 70), (21, 568, 568)),
        ("conv_transpose", {"out": 6, "kernel": 3, "stride": 2, "dilation": 2}, (4, 8, 8), (6, 19, 19)),
        ("conv_transpose", {"out": 3, "kernel": 4, "stride": 2, "padding": 1}, (64, 8, 8), (3, 16, 16)),
        ("max_pool", {"kernel": 3, "stride": 2, "ceil_mode": True}, (64, 112, 112), (64, 56, 56)),
        ("max_pool", {"kernel": 3, "stride": 2, "padding": 1, "ceil_mode": True}, (64, 513, 513), (64, 257, 257)),
        ("max_pool", {"kernel": 2, "ceil_mode": True}, (64, 45, 60), (64, 23, 30)),
        ("max_pool", {"kernel": 2}, (64, 45, 60), (64, 22, 30)),
        ("avg_pool", {"kernel": [7, 1]}, (64, 7, 7), (64, 1, 7)),
        ("global_avg_pool", {}, (64, 7, 7), (64, 1, 1)),
        ("global_max_pool", {}, (64, 7), (64, 1)),
        ("adaptive_avg_pool", {"size": [7, 1]}, (64, 3, 9), (64, 7, 1)),
        ("unpool", {"scale": 2}, (64, 3, 9), (64, 6, 18)),
        ("unpool", {"scale": [1, 3], "mode": "bed_of_nails"}, (64, 3, 9), (64, 3, 27)),
        ("resize", {"scale": 1.5}, (64, 5, 4), (64, 7, 6)),
        ("resize", {"scale": [2, 0.5]}, (64, 5, 4), (64, 10, 2)),
        ("resize", {"size": 9}, (64, 5, 4), (64, 9, 9)),
        ("pixel_shuffle", {"scale": 2}, (64, 5, 4), (16, 10, 8)),
        ("pixel_shuffle", {"scale": [1, 4]}, (64, 5, 4), (16, 5, 16)),
        ("space_to_depth", {"scale": 2}, (3, 6, 4), (12, 3, 2)),
        ("space_to_depth", {"scale": 2}, (3, 6, 4, 2), (24, 3, 2, 1)),
        ("linear", {"out": 10}, (64, 5, 4), (10,)),
        ("flatten", {}, (64, 5, 4), (1280,)),
        ("slice", {"range": [16, 48]}, (64, 5, 4), (32, 5, 4)),
        ("pad", {"padding": [[0, 1], [2, 3]]}, (3, 5, 4), (3, 6, 9)),
        ("pad", {"padding": 1, "mode": "replicate"}, (3, 5), (3, 7)),
        ("crop", {"margins": [[0, 1], [2, 1]]}, (3, 5, 4), (3, 4, 1)),
        ("crop", {"margins": 1}, (3, 5, 4), (3, 3, 2)),
        ("channel_shuffle", {"groups": 2}, (4, 5, 4), (4, 5, 4)),
    ],
)
def test_sizes(word, fields, shape, output):
    assert made(word, fields).shape(shape) == output


@pytest.mark.parametrize(
    "word",
    ["relu", "softmax", "batch_norm", "layer_norm", "group_norm", "dropout", "identity", "prelu", "scale", "lrn"],
)
def test_what_keeps_the_shape(word):
    for op, inputs in random_cases(word, 10):
        assert op.shape(*inputs) == inputs[0]


def test_concat_adds_channels():
    assert made("concat").shape((64, 9, 9), (32, 9, 9), (1, 9, 9)) == (97, 9, 9)
    assert made("concat").shape((64,), (32,)) == (96,)


def test_add_stretches_whichever_is_small():
    assert made("add").shape((64, 1, 1), (64, 9, 9)) == (64, 9, 9)
    assert made("mul").shape((64, 9, 9), (64, 1, 1)) == (64, 9, 9)


def test_a_stretched_tensor_is_read_at_its_one_position():
    shapes = (64, 1, 1), (64, 9, 7)
    for word in ("add", "mul"):
        gate, full = (made(word).input_axes(index, *shapes) for index in (0, 1))
        assert [[list(axis.reads(o)) for o in (0, 6)] for axis in gate] == [[[0], [0]]] * 2
        assert [[list(axis.reads(o)) for o in (0, 6)] for axis in full] == [[[0], [6]]] * 2
        assert full == made(word).axes(*shapes)


@pytest.mark.parametrize("word", ["conv", "max_unpool", "concat"])
def test_other_inputs_are_read_alike(word):
    for op, inputs in random_cases(word, 5):
        assert all(op.input_axes(index, *inputs) == op.axes(*inputs) for index in range(len(inputs)))


@pytest.mark.parametrize(
    ("n", "m", "offset", "first"),
    [(544, 500, 19, 19), (34, 34, None, 0), (44, 34, None, 5), (88, 70, None, 9), (560, 500, 27, 27), (7, 4, None, 1)],
)
def test_crops_of_fcn(n, m, offset, first):
    op = made("crop", like="other", offset=offset)
    shape, other = (21, n, n), (512, m, m)
    assert op.shape(shape, other) == (21, m, m)
    assert [list(axis.reads(0)) for axis in op.axes(shape, other)] == [[first]] * 2
    assert [list(axis.reads(m - 1)) for axis in op.axes(shape, other)] == [[first + m - 1]] * 2


def test_a_margin_is_where_a_crop_starts():
    [axis] = made("crop", margins=[[2, 1]]).axes((3, 9))
    assert [axis.reads(o)[0] for o in range(axis.m)] == [2, 3, 4, 5, 6, 7]


def test_resize_like_another_tensor():
    op = made("resize", like="skip", mode="bilinear")
    assert op.shape((64, 5, 4), (7, 10, 9)) == (64, 10, 9)
    assert op.axes((64, 5, 4), (7, 10, 9)) == made("resize", size=[10, 9], mode="bilinear").axes((64, 5, 4))


def test_with_scale_the_source_is_o_over_scale_and_with_size_o_n_over_m():
    # 5 * 1.5 is 7.5: 7 positions, at steps of 2/3 or of 5/7
    [by_scale] = made("resize", 1.5).axes((1, 5))
    [by_size] = made("resize", size=7).axes((1, 5))
    assert [inside(by_scale, o) for o in range(7)] == [[0], [0], [1], [2], [2], [3], [4]]
    assert [inside(by_size, o) for o in range(7)] == [[0], [0], [1], [2], [2], [3], [4]]
    [by_scale] = made("resize", 2.75).axes((1, 2))
    [by_size] = made("resize", size=5).axes((1, 2))
    assert [inside(by_scale, o) for o in range(5)] == [[0], [0], [0], [1], [1]]
    assert [inside(by_size, o) for o in range(5)] == [[0], [0], [0], [1], [1]]
    [by_scale] = made("resize", Fraction(9, 5)).axes((1, 3))
    [by_size] = made("resize", size=5).axes((1, 3))
    assert [inside(by_scale, o) for o in range(5)] == [[0], [0], [1], [1], [2]]
    assert by_scale != by_size


def test_bilinear_keeps_whole_coordinates_apart():
    [half] = made("resize", scale=2, mode="bilinear").axes((1, 3))
    assert [inside(half, o) for o in range(6)] == [[0], [0, 1], [0, 1], [1, 2], [1, 2], [2]]
    [down] = made("resize", scale=0.5, mode="bilinear").axes((1, 4))
    assert [inside(down, o) for o in range(2)] == [[0, 1], [2, 3]]
    [third] = made("resize", size=1, mode="bilinear").axes((1, 3))
    assert inside(third, 0) == [1]
    [corners] = made("resize", size=5, mode="bilinear", align_corners=True).axes((1, 3))
    assert [inside(corners, o) for o in range(5)] == [[0], [0, 1], [1], [1, 2], [2]]
    [single] = made("resize", size=1, mode="bilinear", align_corners=True).axes((1, 3))
    assert inside(single, 0) == [0]


def test_unpooling_fills_blocks_or_drives_nails():
    [filled] = made("unpool", 3).axes((1, 2))
    assert [inside(filled, o) for o in range(6)] == [[0], [0], [0], [1], [1], [1]]
    [nails] = made("unpool", scale=3, mode="bed_of_nails").axes((1, 2))
    assert [inside(nails, o) for o in range(6)] == [[0], [], [], [1], [], []]


def test_unpooling_is_a_transposed_convolution():
    for scale in (1, 2, 3):
        [filled] = made("unpool", scale).axes((1, 4))
        [nails] = made("unpool", scale=scale, mode="bed_of_nails").axes((1, 4))
        [block] = made("conv_transpose", out=1, kernel=scale, stride=scale).axes((1, 4))
        assert filled == block
        [row] = made("conv_transpose", out=1, kernel=1, stride=scale, output_padding=scale - 1).axes((1, 4))
        assert nails == row


def test_pixel_shuffle_and_space_to_depth_are_inverse():
    shape = (16, 6, 4)
    shuffled = made("pixel_shuffle", 2).shape(shape)
    assert made("space_to_depth", 2).shape(shuffled) == shape
    [forth, _] = made("pixel_shuffle", 2).axes(shape)
    [back, _] = made("space_to_depth", 2).axes(shuffled)
    for o in range(back.m):
        assert [inside(forth, i) for i in back.reads(o)] == [[o], [o]]


def test_a_max_unpool_returns_values_into_their_windows():
    for op, inputs in random_cases("max_unpool", 40):
        pools = op.source.axes(op.size)
        assert op.shape(*inputs) == op.size
        for pool, axis in zip(pools, op.axes(*inputs)):
            assert (axis.n, axis.m) == (pool.m, pool.n)
            for o in range(pool.m):
                for i in range(pool.n):
                    assert (i in pool.reads(o)) == (o in inside(axis, i))


def test_max_unpool_gets_the_size_its_pool_had():
    pool = made("max_pool", kernel=2, ceil_mode=True)
    op = made("max_unpool", "pool4").bind((pool, ((512, 45, 60),)))
    assert op.shape((512, 23, 30), (512, 23, 30)) == (512, 45, 60)


def test_a_bound_max_unpool_is_a_value():
    pool, shape = made("max_pool", 2), (8, 6, 6)
    op = made("max_unpool", "p")
    bound = op.bind((pool, (shape,)))
    assert bound == op.bind((pool, (shape,)))
    assert hash(bound) == hash(op.bind((pool, (shape,))))
    assert bound != op.bind((pool, ((8, 7, 7),)))
    assert bound != op
    assert repr(bound) == repr(op) == "MaxUnpool(pool='p')"
    assert list(bound.fields) == ["pool"]


@pytest.mark.parametrize("word", ["conv", "relu", "add", "crop"])
def test_other_operations_need_no_binding(word):
    op, inputs = example(word)
    assert op.bind((op, inputs)) is op


def test_what_is_taken_of_each_input():
    assert made("add").uses(3) == (Use.DATA,) * 3
    assert made("conv", out=1, kernel=1).uses(1) == (Use.DATA,)
    assert made("max_unpool", "p").uses(2) == (Use.DATA, Use.INDICES)
    for word in ("crop", "resize"):
        assert made(word, like="x").uses(2) == (Use.DATA, Use.SHAPE)
    assert made("resize", 2).uses(1) == made("crop", margins=1).uses(1) == (Use.DATA,)


@pytest.mark.parametrize("word", ["linear", "flatten"])
def test_what_has_no_axes_reads_all_of_the_inputs(word):
    op = made(word, 10 if word == "linear" else None)
    axes = op.axes((8, 5, 4))
    assert [list(axis.reads(0)) for axis in axes] == [[0, 1, 2, 3, 4], [0, 1, 2, 3]]
    assert [axis.m for axis in axes] == [1, 1]
    assert op.axes((8,)) == []


@pytest.mark.parametrize("word", ["instance_norm", "group_norm"])
def test_what_normalises_over_positions_reads_all_of_them(word):
    op = made(word, 2 if word == "group_norm" else None)
    assert [list(axis.reads(3)) for axis in op.axes((8, 5, 4))] == [[0, 1, 2, 3, 4], [0, 1, 2, 3]]


def test_a_composite_has_parts_instead_of_axes():
    with pytest.raises(NotImplementedError, match="separable has no axes of its own"):
        made("separable", out=4, kernel=3).axes((4, 8, 8))


@pytest.mark.parametrize(
    ("step", "label"),
    [
        (("conv", {"out": 8, "kernel": 3}), "conv 3x3"),
        (("conv", {"out": 8, "kernel": 3, "stride": 2, "dilation": 2, "groups": 4}), "conv 3x3 /2 d2 g4"),
        (("conv", {"out": 8, "kernel": [1, 7], "stride": [1, 2]}), "conv 1x7 /1x2"),
        (("conv", {"out": 8, "kernel": [5]}), "conv 5"),
        (("conv", {"out": 8, "kernel": [3, 3, 3], "stride": [1, 1, 1]}), "conv 3x3x3"),
        (("conv_transpose", {"out": 8, "kernel": 4, "stride": 2}), "conv_transpose 4x4 /2"),
        (("depthwise", {"kernel": 5, "multiplier": 2}), "depthwise 5x5 x2"),
        (("pointwise", 8), "pointwise"),
        (("pointwise", {"out": 8, "stride": 2, "groups": 4}), "pointwise /2 g4"),
        (("separable", {"out": 8, "kernel": 3, "stride": 2}), "separable 3x3 /2"),
        (("max_pool", 2), "max_pool 2x2"),
        (("max_pool", {"kernel": 2, "stride": 2}), "max_pool 2x2"),
        (("max_pool", {"kernel": 2, "stride": [2, 2]}), "max_pool 2x2"),
        (("max_pool", {"kernel": 3, "stride": 2}), "max_pool 3x3 /2"),
        (("max_pool", {"kernel": 3, "stride": 1, "dilation": 2}), "max_pool 3x3 /1 d2"),
        (("avg_pool", 7), "avg_pool 7x7"),
        (("adaptive_avg_pool", 6), "adaptive_avg_pool 6x6"),
        (("global_avg_pool", None), "global_avg_pool"),
        (("max_unpool", "pool1"), "max_unpool pool1"),
        (("unpool", 2), "unpool x2"),
        (("unpool", {"scale": [2, 1], "mode": "bed_of_nails"}), "unpool x2x1 bed_of_nails"),
        (("resize", {"scale": 2, "mode": "bilinear"}), "resize x2 bilinear"),
        (("resize", 1.5), "resize x1.5"),
        (("resize", {"scale": [Fraction(1, 3), 2]}), "resize x1/3x2"),
        (("resize", {"size": 64}), "resize to 64x64"),
        (("resize", {"size": [64, 32], "mode": "bilinear"}), "resize to 64x32 bilinear"),
        (("resize", {"like": "skip"}), "resize like skip"),
        (("pixel_shuffle", 2), "pixel_shuffle x2"),
        (("space_to_depth", [2, 1]), "space_to_depth x2x1"),
        (("linear", 10), "linear"),
        (("group_norm", 32), "group_norm 32 groups"),
        (("batch_norm", None), "batch_norm"),
        (("channel_shuffle", 3), "channel_shuffle 3 groups"),
        (("lrn", None), "lrn 5"),
        (("leaky_relu", None), "leaky_relu 0.01"),
        (("leaky_relu", 0.1), "leaky_relu 0.1"),
        (("dropout", None), "dropout 0.5"),
        (("crop", "skip"), "crop like skip"),
        (("crop", {"margins": 2}), "crop 2"),
        (("pad", 1), "pad 1"),
        (("pad", {"padding": [1, 2], "mode": "reflect"}), "pad 1x2 reflect"),
        (("pad", {"padding": [[0, 1], [0, 1]]}), "pad [0, 1]x[0, 1]"),
        (("slice", [0, 32]), "slice [0, 32)"),
        (("add", None), "add"),
    ],
)
def test_labels(step, label):
    assert made(*step).label() == label
