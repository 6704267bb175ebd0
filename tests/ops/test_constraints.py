"""One test per constraint, with the words a person reads."""

from __future__ import annotations

import pytest

from tests.ops.samples import complaints, made, message

# Channels that must divide ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "fields"),
    [
        ("conv", {"out": 6, "kernel": 3, "groups": 3}),
        ("conv_transpose", {"out": 6, "kernel": 3, "groups": 3}),
        ("pointwise", {"out": 6, "groups": 3}),
        ("group_norm", {"groups": 3}),
        ("channel_shuffle", {"groups": 3}),
    ],
)
def test_groups_must_divide_the_input_channels(word, fields):
    sentence = "groups=3 must divide the 64 input channels"
    assert message(made(word, fields), (64, 8, 8)) == ("CC103", "groups", sentence)


@pytest.mark.parametrize("word", ["conv", "conv_transpose", "pointwise"])
def test_groups_must_divide_the_output_channels(word):
    kernel = {} if word == "pointwise" else {"kernel": 3}
    op = made(word, out=64, groups=3, **kernel)
    assert [tuple(c) for c in op.form()] == [("CC103", "groups", "groups=3 must divide the 64 output channels")]


def test_the_scale_must_divide_the_channels():
    sentence = "the scale 2x2 (in all 4) must divide the 6 input channels"
    assert message(made("pixel_shuffle", 2), (6, 5, 5)) == ("CC103", "scale", sentence)


def test_the_scale_must_divide_the_sizes():
    sentence = "scale=2 must divide the 7 positions of the width"
    assert message(made("space_to_depth", 2), (3, 8, 7)) == ("CC103", "scale", sentence)


# Fields out of their bounds -----------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["max_pool", "avg_pool"])
def test_the_padding_of_a_pool_must_be_at_most_half_of_its_window(word):
    op = made(word, kernel=3, padding=2)
    sentence = "padding=2 must be at most half of the window, but the window spans 3"
    assert message(op, (1, 9, 9)) == ("CC104", "padding", sentence)


def test_half_of_the_window_is_that_of_the_dilated_one_on_each_side_and_axis():
    assert complaints(made("max_pool", kernel=3, padding=2, dilation=2), (1, 9)) == []
    assert complaints(made("max_pool", kernel=4, padding=2), (1, 9)) == []
    assert complaints(made("max_pool", kernel=3, padding="same"), (1, 9)) == []
    op = made("max_pool", kernel=[5, 2], padding=[[2, 2], [0, 2]])
    sentence = "padding=2 must be at most half of the window, but the window spans 2"
    assert message(op, (1, 9, 9)) == ("CC104", "padding", sentence)


def test_output_padding_must_be_below_stride_or_dilation():
    op = made("conv_transpose", out=4, kernel=3, stride=2, padding=1, output_padding=2)
    sentence = "output_padding=2 must be below the stride or the dilation, but these are 2 and 1"
    assert message(op, (4, 8, 8)) == ("CC104", "output_padding", sentence)
    assert complaints(made("conv_transpose", out=4, kernel=3, dilation=2, output_padding=1), (4, 8, 8)) == []
    op = made("conv_transpose", out=4, kernel=3, stride=[2, 1], output_padding=1)
    assert message(op, (4, 8, 8))[2].endswith("but these are 1 and 1")


def test_reflected_padding_must_be_below_the_size():
    sentence = "padding=4 must be below the width 4 where mode is reflect"
    assert message(made("pad", padding=4, mode="reflect"), (1, 9, 4)) == ("CC104", "padding", sentence)
    assert complaints(made("pad", padding=3, mode="reflect"), (1, 9, 4)) == []
    assert complaints(made("pad", padding=9, mode="replicate"), (1, 9, 4)) == []


def test_a_scale_must_be_above_zero():
    assert message(made("resize", 0), (1, 9, 9)) == ("CC104", "scale", "scale must be above 0, but is 0")


# Outputs that vanish ------------------------------------------------------------------------------------------


def test_a_convolution_must_fit():
    sentence = "the output width would be floor((4 + 2 - 7) / 2) + 1 = 0; the input must be at least 5 here, but is 4"
    op = made("conv", out=4, kernel=7, padding=1, stride=2)
    assert message(op, (4, 8, 4)) == ("CC105", "kernel", sentence)
    assert complaints(op, (4, 8, 5)) == []


def test_the_kernel_that_must_fit_is_the_dilated_one():
    op = made("depthwise", kernel=3, dilation=4)
    sentence = "the output length would be floor((8 + 0 - 9) / 1) + 1 = 0; the input must be at least 9 here, but is 8"
    assert message(op, (4, 8)) == ("CC105", "kernel", sentence)
    assert complaints(op, (4, 9)) == []


@pytest.mark.parametrize("word", ["max_pool", "avg_pool"])
def test_a_pool_must_fit(word):
    sentence = "the output depth would be floor((1 + 0 - 2) / 2) + 1 = 0; the input must be at least 2 here, but is 1"
    assert message(made(word, 2), (4, 1, 8, 8)) == ("CC105", "kernel", sentence)
    assert complaints(made(word, kernel=2, ceil_mode=True), (4, 1, 8, 8)) == []


def test_a_pool_with_ceil_mode_must_fit():
    op = made("max_pool", kernel=5, stride=2, ceil_mode=True)
    sentence = "the output length would be ceil((3 + 0 - 5) / 2) + 1 = 0; the input must be at least 4 here, but is 3"
    assert message(op, (4, 3)) == ("CC105", "kernel", sentence)
    assert complaints(op, (4, 4)) == []


def test_a_transposed_convolution_must_leave_something():
    op = made("conv_transpose", out=4, kernel=3, stride=2, padding=3, output_padding=1)
    sentence = "the output height would be (2 - 1) * 2 + 3 + 1 - 6 = 0; the input must be at least 3 here, but is 2"
    assert message(op, (4, 2, 8)) == ("CC105", "padding", sentence)
    assert complaints(op, (4, 3, 8)) == []


def test_a_resize_must_leave_something():
    sentence = "the output height would be floor(3 * 0.3) = 0; the input must be at least 4 here, but is 3"
    assert message(made("resize", 0.3), (4, 3, 8)) == ("CC105", "scale", sentence)
    assert complaints(made("resize", 0.3), (4, 4, 8)) == []


def test_margins_must_leave_something():
    op = made("crop", margins=[[3, 4], [0, 0]])
    sentence = "the output height would be 7 - 3 - 4 = 0; the input must be at least 8 here, but is 7"
    assert message(op, (4, 7, 8)) == ("CC105", "margins", sentence)
    assert complaints(op, (4, 8, 8)) == []


def test_both_axes_are_judged():
    found = complaints(made("conv", out=4, kernel=7), (4, 4, 4))
    assert [c.message.split()[2] for c in found] == ["height", "width"]


# Tensors that must agree --------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["add", "mul"])
@pytest.mark.parametrize(
    ("shapes", "sentence"),
    [
        (((64, 56, 56), (64, 28, 28)), "equal shapes (or Cx1x1), but gets 64x56x56 and 64x28x28"),
        (((64, 56, 56), (32, 56, 56)), "equal shapes (or Cx1x1), but gets 64x56x56 and 32x56x56"),
        (((64, 56, 56), (32, 1, 1)), "equal shapes (or Cx1x1), but gets 64x56x56 and 32x1x1"),
        (((64, 56, 56), (1, 56, 56)), "equal shapes (or Cx1x1), but gets 64x56x56 and 1x56x56"),
        (((64, 56, 56), (64, 1, 56)), "equal shapes (or Cx1x1), but gets 64x56x56 and 64x1x56"),
        (((64, 1, 1), (64, 5, 5), (64, 5, 5)), "equal shapes (or Cx1x1), but gets 64x1x1 and 64x5x5 and 64x5x5"),
        (((64,), (64, 56, 56)), "equal shapes (or Cx1x1), but gets [64] and 64x56x56"),
        (((64,), (64, 1, 1)), "equal shapes, but gets [64] and 64x1x1"),
        (((64, 9), (64, 8)), "equal shapes (or Cx1), but gets 64x9 and 64x8"),
        (((10,), (20,)), "equal shapes, but gets [10] and [20]"),
    ],
)
def test_shapes_must_agree(word, shapes, sentence):
    assert message(made(word), *shapes) == ("CC106", "", f"{word} must get {sentence}")


@pytest.mark.parametrize("word", ["add", "mul"])
@pytest.mark.parametrize(
    "shapes",
    [
        ((64, 5, 5), (64, 5, 5), (64, 5, 5)),
        ((64, 5, 5), (64, 1, 1)),
        ((64, 1, 1), (64, 5, 5), (64, 1, 1)),
        ((64, 1, 1), (64, 1, 1)),
        ((10,), (10,)),
    ],
)
def test_shapes_that_agree(word, shapes):
    assert complaints(made(word), *shapes) == []


def test_concat_must_get_equal_sizes():
    shapes = (64, 56, 56), (32, 56, 56), (64, 57, 57)
    sentence = "concat must get equal sizes, but gets 64x56x56 and 64x57x57"
    assert message(made("concat"), *shapes) == ("CC106", "", sentence)
    assert message(made("concat"), (64, 5), (64,))[2] == "concat must get equal sizes, but gets 64x5 and [64]"
    assert complaints(made("concat"), *shapes[:2]) == []


@pytest.mark.parametrize("word", ["add", "mul", "concat"])
def test_a_merge_must_get_two_tensors(word):
    sentence = f"{word} must get at least two tensors, but gets one"
    assert message(made(word), (64, 5, 5)) == ("CC109", "", sentence)


# max_unpool ---------------------------------------------------------------------------------------------------


def test_max_unpool_must_name_a_max_pool():
    conv = made("conv", out=64, kernel=3)
    op = made("max_unpool", "conv1").bind((conv, ((64, 13, 13),)))
    sentence = "pool must name a max_pool, but conv1 is a conv"
    assert message(op, (64, 11, 11), (64, 11, 11)) == ("CC107", "pool", sentence)
    op = made("max_unpool", "p").bind((made("avg_pool", 2), ((64, 22, 22),)))
    assert message(op, (64, 11, 11), (64, 11, 11))[2] == "pool must name a max_pool, but p is an avg_pool"


@pytest.mark.parametrize("shape", [(64, 10, 10), (32, 11, 11), (64, 11)])
def test_the_input_of_max_unpool_must_have_its_pools_output_shape(shape):
    op = made("max_unpool", "pool1").bind((made("max_pool", 2), ((64, 22, 22),)))
    name = "x".join(map(str, shape))
    sentence = f"the input {name} must have the output shape of pool1, 64x11x11"
    assert message(op, shape, (64, 11, 11)) == ("CC107", "", sentence)
    assert complaints(op, (64, 11, 11), (64, 11, 11)) == []


# Axes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["conv", "depthwise", "max_pool", "pad", "lrn", "instance_norm", "global_avg_pool"])
def test_a_vector_has_no_axes_to_work_along(word):
    fields = {"conv": {"out": 4, "kernel": 3}, "depthwise": 3, "max_pool": 2, "pad": 1}
    op = made(word, fields.get(word))
    sentence = f"{word} works along height and width, but its input is [64], a vector without axes"
    assert message(op, (64,)) == ("CC108", "", sentence)


@pytest.mark.parametrize(
    ("word", "field", "fields"),
    [
        ("conv", "kernel", {"out": 4, "kernel": [3, 3, 3]}),
        ("conv", "padding", {"out": 4, "kernel": 3, "padding": [[1, 2]]}),
        ("separable", "stride", {"out": 4, "kernel": 3, "stride": [1]}),
        ("pointwise", "stride", {"out": 4, "stride": [1]}),
        ("conv_transpose", "output_padding", {"out": 4, "kernel": 3, "stride": 2, "output_padding": [1]}),
        ("max_pool", "stride", {"kernel": 3, "stride": [1]}),
        ("resize", "scale", {"scale": [2]}),
        ("adaptive_avg_pool", "size", {"size": [2]}),
        ("crop", "margins", {"margins": [2]}),
        ("pad", "padding", {"padding": [[0, 2]]}),
    ],
)
def test_lists_must_be_as_long_as_there_are_axes(word, field, fields):
    op = made(word, fields)
    sentence = f"{field} must be one number or one per axis (2), but {len(getattr(op, field))} are given"
    assert message(op, (4, 9, 9)) == ("CC108", field, sentence)


@pytest.mark.parametrize("word", ["resize", "crop"])
def test_like_must_have_the_axes_of_the_input(word):
    sentence = "skip must have 2 axes like the input, but has 1"
    assert message(made(word, like="skip"), (4, 9, 9), (4, 9)) == ("CC108", "like", sentence)


# Fields that contradict or miss each other --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "field", "found"),
    [
        ({}, "", "none is given"),
        ({"scale": 2, "size": 9}, "size", "two are given: scale, size"),
        ({"scale": 2, "size": 9, "like": "a"}, "like", "three are given: scale, size, like"),
    ],
)
def test_resize_takes_one_size(fields, field, found):
    sentence = f"resize takes exactly one of scale, size and like, but {found}"
    assert message(made("resize", fields), (4, 9, 9)) == ("CC109", field, sentence)


@pytest.mark.parametrize(
    ("fields", "field", "found"),
    [({}, "", "none is given"), ({"like": "a", "margins": 2}, "margins", "two are given: like, margins")],
)
def test_crop_takes_one_size(fields, field, found):
    sentence = f"crop takes exactly one of like and margins, but {found}"
    assert message(made("crop", fields), (4, 9, 9)) == ("CC109", field, sentence)


def test_margins_take_no_offset():
    op = made("crop", margins=2, offset=1)
    sentence = "offset must be left out where margins are given: they say it already"
    assert message(op, (4, 9, 9)) == ("CC109", "offset", sentence)


@pytest.mark.parametrize("pads", ["same", "same_lower"])
def test_output_padding_contradicts_same(pads):
    op = made("conv_transpose", out=4, kernel=3, stride=2, padding=pads, output_padding=1)
    sentence = f"output_padding must be left out where padding is {pads}, but is 1"
    assert message(op, (4, 9, 9)) == ("CC109", "output_padding", sentence)
    assert complaints(made("conv_transpose", out=4, kernel=3, padding="valid"), (4, 9, 9)) == []


def test_align_corners_goes_with_bilinear():
    op = made("resize", scale=2, align_corners=True)
    sentence = "align_corners must come with mode: bilinear, but mode is nearest"
    assert message(op, (4, 9, 9)) == ("CC109", "align_corners", sentence)


# Outside ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("span", [[4, 4], [5, 4], [-1, 4]])
def test_a_range_must_begin_before_it_ends(span):
    sentence = f"range must have 0 <= from < to, but is [{span[0]}, {span[1]})"
    assert message(made("slice", span), (64, 9, 9)) == ("CC110", "range", sentence)


def test_a_range_must_stay_inside_the_channels():
    sentence = "range must stay inside the 64 input channels, but is [32, 65)"
    assert message(made("slice", [32, 65]), (64, 9, 9)) == ("CC110", "range", sentence)
    assert complaints(made("slice", [32, 64]), (64, 9, 9)) == []


def test_a_crop_must_stay_inside():
    op = made("crop", like="skip", offset=[0, 10])
    sentence = "the crop must stay inside the width 70, but offset 10 + 64 = 74"
    assert message(op, (4, 70, 70), (1, 64, 64)) == ("CC110", "offset", sentence)
    assert complaints(op, (4, 70, 74), (1, 64, 64)) == []


def test_a_crop_cannot_enlarge():
    sentence = "the crop must stay inside the width 64, but skip has 70"
    assert message(made("crop", "skip"), (4, 64, 64), (1, 64, 70)) == ("CC110", "like", sentence)
