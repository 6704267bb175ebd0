"""Small cases measured in torch, TensorFlow/Keras and ONNX: sizes, and values wherever places decide them.

A case is tested here, or differs by definition (`DIFFERENT`, with the reason), or is about values alone and belongs to
whatever runs the operation (`VALUES_ONLY`).
"""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.ops.samples import complaints, inside, made

if TYPE_CHECKING:
    from convcost.ops.core.axis import Axis
    from convcost.ops.core.operation import Op

CASES_AT = Path(__file__).parents[1] / "data" / "cases"
Case = dict[str, Any]


def numbered() -> dict[str, Case]:
    """Every case by its id: file, operation, and its number among the cases of that operation."""
    found: dict[str, Case] = {}
    for file in ("torch", "tf", "onnx"):
        seen: dict[str, int] = {}
        for case in json.loads((CASES_AT / f"{file}.json").read_text()):
            seen[case["op"]] = seen.get(case["op"], 0) + 1
            found[f"{file}/{case['op']}/{seen[case['op']]}"] = case
    return found


CASES = numbered()

NO_OUTPUT_SHAPE = "the language gives no output size for a transposed convolution and no such placement"
OTHER_COORDINATES = "resize nearest is floor(o * n / m): asymmetric coordinates, floor"
KERAS_VALID = "Keras fills up to n * stride where the kernel is below the stride; here as torch: (n - 1) * stride + k'"

DIFFERENT = {
    "torch/conv1d_same_stride2/1": "same works with any stride, as in TensorFlow",
    "torch/conv1d_padding_mode_values/2": "there is no circular padding",
    "tf/keras_conv_transpose/4": KERAS_VALID,
    "tf/keras_conv_transpose/5": KERAS_VALID,
    "tf/keras_conv_transpose/6": "same is always n * stride; output_padding with it is an error unless it is 0",
    "onnx/onnx_ConvTranspose/4": NO_OUTPUT_SHAPE,
    **{
        name: OTHER_COORDINATES
        for name, case in CASES.items()
        if case["op"] == "onnx_Resize"
        and (case["coordinate_transformation_mode"], case["nearest_mode"]) != ("asymmetric", "floor")
    },
}
VALUES_ONLY = {
    "torch/grouped_conv1x1_values/1": "which channels a group has",
    "torch/channel_shuffle_values/1": "the order of channels",
    "tf/keras_depthwise_multiplier2/1": "the order of channels",
    "onnx/onnx_MaxPool/8": "indices",
}


def of(*names: str) -> Any:
    """The cases of some operations that are to be tested."""
    chosen = [name for name, case in CASES.items() if case["op"] in names and name not in {**DIFFERENT, **VALUES_ONLY}]
    tested.update(chosen)
    return pytest.mark.parametrize("case", [CASES[name] for name in chosen], ids=chosen)


tested: set[str] = set()


# What a case says, in our words -------------------------------------------------------------------------------


def numbers(text: Any) -> list[int]:
    """`1..5` as a list."""
    if isinstance(text, list):
        return text
    first, last = text.split("..")
    return list(range(int(first), int(last) + 1))


def input_of(case: Case) -> list[int]:
    return list(range(1, case["i"] + 1)) if case.get("x", "1..n") == "1..n" else numbers(case["x"])


def padding_of(case: Case) -> Any:
    if "auto_pad" in case:
        return {"SAME_UPPER": "same", "SAME_LOWER": "same_lower", "VALID": "valid"}[case["auto_pad"]]
    if "pads" in case:
        return (tuple(case["pads"]),)
    return case["pad"].lower() if "pad" in case else case.get("p", 0)


def place(axis: Axis, o: int, values: list[Any]) -> list[Any]:
    """The values that an output position sees."""
    assert axis.n == len(values)
    return [values[i] for i in inside(axis, o)]


def sums(axis: Axis, values: list[Any]) -> list[Any]:
    return [sum(place(axis, o, values)) for o in range(axis.m)]


def means(axis: Axis, values: list[Any], count_include_pad: bool) -> list[float]:
    """The mean over the part of each window inside the input, or inside input and padding."""
    first, end = (-axis.before, axis.n + axis.after) if count_include_pad else (0, axis.n)
    divisors = [sum(first <= i < end for i in axis.reads(o)) for o in range(axis.m)]
    return [total / divisor for total, divisor in zip(sums(axis, values), divisors)]


def weighed(op: Op, values: list[Any], weights: list[Any]) -> list[Any]:
    """A transposed convolution of one channel: position o sees value i through the tap that i writes it with."""
    [axis] = op.axes((1, len(values)))
    taps = [[(i, (o + axis.before - i * axis.stride) // axis.dilation) for i in inside(axis, o)] for o in range(axis.m)]
    return [sum(values[i] * weights[j] for i, j in pairs) for pairs in taps]


# Sizes --------------------------------------------------------------------------------------------------------


@of("conv_size", "convtranspose_size", "maxpool_size")
def test_sizes(case):
    word = {"conv_size": "conv", "convtranspose_size": "conv_transpose", "maxpool_size": "max_pool"}[case["op"]]
    fields = {"kernel": case["k"], "stride": case["s"], "padding": case["p"], "dilation": case.get("d", 1)}
    if word == "max_pool":
        fields["ceil_mode"] = case["ceil"]
    else:
        fields["out"] = 1
    if word == "conv_transpose":
        fields["output_padding"] = case["output_padding"]
    op, shape = made(word, fields), (1, case["i"], case["i"])
    if isinstance(case["out"], str):
        assert complaints(op, shape)
    else:
        assert complaints(op, shape) == []
        assert op.shape(shape) == (1, *case["out"])


ERRORS = {
    "groups do not divide cin": ({"conv": {"out": 6, "kernel": 3, "groups": 3}}, (4, 8, 8), "CC103"),
    "maxpool pad > k/2": ({"max_pool": {"kernel": 2, "padding": 2}}, (1, 8, 8), "CC104"),
    "kernel larger than padded input": ({"conv": {"out": 1, "kernel": 3}}, (1, 2, 2), "CC105"),
    "pool output 0": ({"max_pool": 2}, (1, 1, 1), "CC105"),
}


@of("error_case")
def test_errors(case):
    if case["what"] == "stride 0":
        assert made("conv", out=1, kernel=1).fields["stride"].minimum == 1
        return
    [(word, value)] = ERRORS[case["what"]][0].items()
    assert {c.code for c in complaints(made(word, value), ERRORS[case["what"]][1])} == {ERRORS[case["what"]][2]}


@of("convtranspose_weight_layout", "keras_depthwise_params", "keras_grouped_conv_params")
def test_params(case):
    shape = (case["cin"], 9, 9)
    if case["op"] == "keras_depthwise_params":
        op = made("depthwise", kernel=case["k"], multiplier=case["depth_multiplier"])
        assert op.params(shape) == case["params"]
        return
    word = "conv" if "kernel_shape" in case else "conv_transpose"
    op = made(word, out=case["cout"], kernel=case["k"], groups=case["groups"])
    weights = math.prod(case.get("kernel_shape") or case["weight_shape"])
    assert op.params(shape) == weights + case["cout"]
    assert op.params(shape) == case.get("params", weights + case["cout"])


@of("pixel_shuffle_values")
def test_pixel_shuffle(case):
    assert made("pixel_shuffle", case["r"]).shape((4, 1, 1)) == (1, len(case["out"]), len(case["out"][0]))


# Windows ------------------------------------------------------------------------------------------------------


@of("tf_conv1d", "conv1d_same_values", "onnx_Conv")
def test_sums_of_windows(case):
    values = input_of(case)
    pads = padding_of(case) if case["op"] != "conv1d_same_values" else "same"
    op = made("conv", out=1, kernel=case["k"], stride=case.get("s", 1), dilation=case["d"], padding=pads)
    [axis] = op.axes((1, len(values)))
    wanted = case["onnx_reference"][0] if "onnx_reference" in case else case["out"]
    assert axis.m == case.get("out_size", axis.m if wanted == "..." else len(wanted))
    assert wanted == "..." or sums(axis, values) == wanted


@of("conv1d_padding_mode_values")
def test_padding_modes(case):
    values, pad = case["x"], case["padding"]
    [border] = made("pad", padding=pad, mode=case["padding_mode"]).axes((1, len(values)))
    padded = [place(border, o, values)[0] for o in range(border.m)]
    [axis] = made("conv", out=1, kernel=3).axes((1, len(padded)))
    assert sums(axis, padded) == case["out"]


@of("maxpool_values", "onnx_MaxPool")
def test_largest_of_windows(case):
    values = numbers(case["x"])
    op = made(
        "max_pool",
        kernel=case["k"],
        stride=case["s"],
        padding=padding_of(case),
        dilation=case.get("dilations", [1])[0],
        ceil_mode=bool(case.get("ceil_mode")),
    )
    [axis] = op.axes((1, len(values)))
    wanted = case["onnxruntime"][0] if "onnxruntime" in case else case["out"]
    assert complaints(op, (1, len(values))) == []
    assert [max(place(axis, o, values)) for o in range(axis.m)] == wanted


@of("avgpool_values", "keras_avgpool", "onnx_AveragePool")
def test_means_of_windows(case):
    values = input_of(case)
    include = bool(case.get("count_include_pad"))
    ceil = bool(case.get("ceil_mode") or case.get("ceil"))
    op = made("avg_pool", kernel=case["k"], stride=case["s"], padding=padding_of(case), ceil_mode=ceil)
    [axis] = op.axes((1, len(values)))
    wanted = case["onnxruntime"][0] if "onnxruntime" in case else case["out"]
    assert complaints(op, (1, len(values))) == []
    assert means(axis, values, include) == pytest.approx(wanted)


@of("adaptive_avg_pool1d_values")
def test_adaptive_windows(case):
    [axis] = made("adaptive_avg_pool", case["out_size"]).axes((1, len(case["x"])))
    reads = [axis.reads(o) for o in range(axis.m)]
    assert [[r.start, r.stop] for r in reads] == case["windows"]
    assert [sum(place(axis, o, case["x"])) / len(axis.reads(o)) for o in range(axis.m)] == case["out"]


# Transposed convolution and unpooling -------------------------------------------------------------------------


@of("convtranspose1d_values")
def test_values_of_transposed_convolutions(case):
    op = made(
        "conv_transpose",
        out=1,
        kernel=len(case["w"]),
        stride=case["s"],
        padding=case["p"],
        dilation=case.get("d", 1),
        output_padding=case.get("output_padding", 0),
    )
    assert complaints(op, (1, len(case["x"]))) == []
    assert weighed(op, case["x"], case["w"]) == case["out"]


@of("keras_conv_transpose", "onnx_ConvTranspose")
def test_sums_of_transposed_convolutions(case):
    values = input_of(case)
    pads, extra = padding_of(case), case.get("output_padding") or 0
    extra = extra[0] if isinstance(extra, list) else extra
    op = made("conv_transpose", out=1, kernel=case["k"], stride=case["s"], padding=pads, output_padding=extra)
    assert complaints(op, (1, len(values))) == []
    wanted = case["onnxruntime"][0] if "onnxruntime" in case else case["out"]
    assert weighed(op, values, [1] * case["k"]) == wanted


@of("maxunpool_values", "onnx_MaxUnpool")
def test_values_return_into_their_windows(case):
    flat = case["op"] == "onnx_MaxUnpool"
    indices = case["indices"] if flat else [i for row in case["indices"] for i in row]
    wanted = case["onnxruntime"][0] if flat else [v for row in case["out"] for v in row]
    values = case["values"] if flat else [v for row in case["values"] for v in row]
    op = made("max_unpool", "pool").bind((made("max_pool", 2), ((1, 4, 4),)))
    assert op.shape((1, 2, 2), (1, 2, 2)) == (1, 4, 4)
    assert len(wanted) == 16
    rows, columns = op.axes((1, 2, 2), (1, 2, 2))
    for number, (value, index) in enumerate(zip(values, indices)):
        assert wanted[index] == value
        assert inside(rows, index // 4) == [number // 2]
        assert inside(columns, index % 4) == [number % 2]


@of("maxunpool_negative")
def test_negative_values_return_into_their_windows(case):
    pool = made("max_pool", kernel=case["k"], stride=case["s"])
    op = made("max_unpool", "pool").bind((pool, ((1, len(case["x"])),)))
    pooled = pool.shape((1, len(case["x"])))
    [axis] = op.axes(pooled, pooled)
    assert axis.m == len(case["unpool"])
    returned = [max(values) for values in zip(case["x"][::2], case["x"][1::2])]
    assert all(value in (0, place(axis, o, returned)[0]) for o, value in enumerate(case["unpool"]))


@of("maxunpool_output_size_range")
def test_sizes_that_a_pool_can_have_had(case):
    """What torch takes as output_size is here the size of the pool's input."""
    size, pooled = case["output_size"], (1, case["pooled"], case["pooled"])
    found = []
    for ceil in (False, True):
        pool = made("max_pool", kernel=case["k"], stride=case["s"], ceil_mode=ceil)
        op = made("max_unpool", "pool").bind((pool, ((1, *size),)))
        if not complaints(op, pooled, pool.shape((1, *size))):
            found.append(list(op.shape(pooled, pooled)[1:]))
    assert found == ([] if isinstance(case["out"], str) else [case["out"]])


# Resize -------------------------------------------------------------------------------------------------------


@of("interpolate_nearest", "interpolate_scale", "onnx_Resize")
def test_nearest(case):
    values = numbers(case["x"])
    size = {"size": case["size"]} if "size" in case else {"scale": Fraction(str(case["scale_factor"]))}
    [axis] = made("resize", **size).axes((1, len(values)))
    wanted = case["onnxruntime"][0] if "onnxruntime" in case else case["nearest"]
    assert [place(axis, o, values) for o in range(axis.m)] == [[value] for value in wanted]


# What is left out ---------------------------------------------------------------------------------------------


def test_every_case_is_tested_or_left_out_for_a_reason():
    assert len(CASES) == 83 + 33 + 72
    assert tested | DIFFERENT.keys() | VALUES_ONLY.keys() == CASES.keys()
    assert not tested & (DIFFERENT.keys() | VALUES_ONLY.keys())
    assert len(DIFFERENT) == 6 + 30


def test_keras_valid_differs_where_the_kernel_is_below_the_stride():
    for name, size in [("tf/keras_conv_transpose/4", 5), ("tf/keras_conv_transpose/5", 8)]:
        case = CASES[name]
        op = made("conv_transpose", out=1, kernel=case["k"], stride=case["s"])
        assert op.shape((1, case["i"])) == (1, size)
        assert case["out_size"] == size + case["s"] - case["k"]


def test_same_with_output_padding_0_is_n_times_stride():
    case = CASES["tf/keras_conv_transpose/6"]
    op = made("conv_transpose", out=1, kernel=case["k"], stride=case["s"], padding="same", output_padding=0)
    assert op.shape((1, case["i"])) == (1, 6)
    assert case["out_size"] == 5


def test_the_crop_of_an_output_shape_can_be_written_out():
    case = CASES["onnx/onnx_ConvTranspose/4"]
    op = made("conv_transpose", out=1, kernel=case["k"], stride=case["s"], padding=[[1, 0]])
    assert weighed(op, numbers(case["x"]), [1, 1, 1]) == case["onnxruntime"][0]
