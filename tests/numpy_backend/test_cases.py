"""Values measured in torch, TensorFlow/Keras and ONNX: the kernels give the same where the language means the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.numpy_backend.running import run, shapes_of_weights
from tests.ops.samples import made
from tests.ops.test_op_cases import CASES, DIFFERENT, numbers, padding_of

WITHOUT_VALUES = {
    "conv_size": "a size",
    "convtranspose_size": "a size",
    "maxpool_size": "a size",
    "error_case": "an error of the fields",
    "convtranspose_weight_layout": "the shape of the weights: test_weights_have_the_shapes_of_other_frameworks",
    "keras_depthwise_params": "the shape of the weights: test_weights_have_the_shapes_of_other_frameworks",
    "keras_grouped_conv_params": "the shape of the weights: test_weights_have_the_shapes_of_other_frameworks",
    "maxunpool_output_size_range": "a size",
    "onnx_MaxPool": "indices over all channels together: places are numbered within windows here",
}
INDICES = "onnx/onnx_MaxPool/8"
tested: set[str] = set()


def of(*operations: str) -> Any:
    chosen = [name for name, case in CASES.items() if case["op"] in operations and name not in {*DIFFERENT, INDICES}]
    tested.update(chosen)
    return pytest.mark.parametrize("case", [CASES[name] for name in chosen], ids=chosen)


def vector(case: dict[str, Any]) -> Any:
    """The input, one channel along one axis."""
    values = case.get("x", "1..n")
    if values == "1..n":
        values = list(range(1, case["i"] + 1))
    return np.array([numbers(values)], float)


def wanted(case: dict[str, Any], *names: str) -> Any:
    for name in (*names, "out"):
        if case.get(name) is not None:
            return case[name][0] if name.startswith("onnx") else case[name]
    raise KeyError(case["op"])


def ones(op: Any, *shapes: tuple[int, ...]) -> Any:
    return {name: np.ones(shape) for name, shape in shapes_of_weights(op, *shapes).items()}


@of("tf_conv1d", "conv1d_same_values", "onnx_Conv")
def test_sums_of_windows(case):
    x = vector(case)
    pads = "same" if case["op"] == "conv1d_same_values" else padding_of(case)
    fields = {"stride": case.get("s", 1), "dilation": case["d"], "padding": pads, "bias": False}
    op = made("conv", out=1, kernel=case["k"], **fields)
    found = run(op, x, weights=ones(op, x.shape))[0].tolist()
    out = wanted(case, "onnx_reference")
    assert len(found) == case.get("out_size", len(found)) if out == "..." else found == out


@of("conv1d_padding_mode_values")
def test_padding_modes(case):
    x = np.array([case["x"]], float)
    padded = run(made("pad", padding=case["padding"], mode=case["padding_mode"]), x)
    op = made("conv", out=1, kernel=3, bias=False)
    assert run(op, padded, weights=ones(op, padded.shape))[0].tolist() == case["out"]


@of("maxpool_values", "onnx_MaxPool")
def test_largest_of_windows(case):
    dilation = case.get("dilations", [1])[0]
    fields = {"stride": case["s"], "padding": padding_of(case), "ceil_mode": bool(case.get("ceil_mode"))}
    found = run(made("max_pool", kernel=case["k"], dilation=dilation, **fields), vector(case))
    assert found[0].tolist() == wanted(case, "onnxruntime")


@of("avgpool_values", "keras_avgpool", "onnx_AveragePool")
def test_means_of_windows(case):
    ceil = bool(case.get("ceil_mode") or case.get("ceil"))
    fields = {"stride": case["s"], "padding": padding_of(case), "ceil_mode": ceil}
    op = made("avg_pool", kernel=case["k"], count_include_pad=bool(case.get("count_include_pad")), **fields)
    assert run(op, vector(case))[0].tolist() == pytest.approx(wanted(case, "onnxruntime"))


@of("adaptive_avg_pool1d_values")
def test_adaptive_windows(case):
    assert run(made("adaptive_avg_pool", case["out_size"]), np.array([case["x"]], float))[0].tolist() == case["out"]


@of("convtranspose1d_values")
def test_transposed_convolutions(case):
    fields = {"stride": case["s"], "padding": case["p"], "dilation": case.get("d", 1), "bias": False}
    op = made("conv_transpose", out=1, kernel=len(case["w"]), output_padding=case.get("output_padding", 0), **fields)
    found = run(op, np.array([case["x"]], float), weights={"weight": np.array([[case["w"]]], float)})
    assert found[0].tolist() == case["out"]


@of("keras_conv_transpose", "onnx_ConvTranspose")
def test_sums_of_transposed_convolutions(case):
    x, extra = vector(case), case.get("output_padding") or 0
    extra = extra[0] if isinstance(extra, list) else extra
    fields = {"stride": case["s"], "padding": padding_of(case), "output_padding": extra, "bias": False}
    op = made("conv_transpose", out=1, kernel=case["k"], **fields)
    assert run(op, x, weights=ones(op, x.shape))[0].tolist() == wanted(case, "onnxruntime")


@of("maxunpool_values", "onnx_MaxUnpool")
def test_values_return_to_their_places(case):
    values = np.array(case["values"], float).reshape(1, 2, 2)
    indices = np.array(case["indices"]).reshape(-1)
    before = np.zeros((1, 4, 4))
    before.reshape(-1)[indices] = 1  # the largest of its window
    op = made("max_unpool", "pool").bind((made("max_pool", 2), ((1, 4, 4),)))
    out = case["onnxruntime"][0] if case["op"] == "onnx_MaxUnpool" else case["out"]
    assert run(op, values, before).reshape(-1).tolist() == np.array(out, float).reshape(-1).tolist()


@of("maxunpool_negative")
def test_negative_values_return(case):
    x, pool = np.array([case["x"]], float), made("max_pool", kernel=case["k"], stride=case["s"])
    op = made("max_unpool", "pool").bind((pool, (x.shape,)))
    assert run(op, run(pool, x), x)[0].tolist() == case["unpool"]


@of("interpolate_nearest", "interpolate_scale", "onnx_Resize")
def test_nearest(case):
    size = {"size": case["size"]} if "size" in case else {"scale": case["scale_factor"]}
    found = run(made("resize", **size), vector(case))
    assert found[0].tolist() == (case["onnxruntime"][0] if "onnxruntime" in case else case["nearest"])


@of("pixel_shuffle_values")
def test_pixel_shuffle(case):
    x = np.arange(4.0).reshape(4, 1, 1)
    assert run(made("pixel_shuffle", case["r"]), x)[0].tolist() == case["out"]


@of("channel_shuffle_values")
def test_channel_shuffle(case):
    x = np.array(case["x"], float).reshape(-1, 1, 1)
    assert run(made("channel_shuffle", case["groups"]), x).reshape(-1).tolist() == case["out"]


@of("grouped_conv1x1_values")
def test_which_channels_a_group_has(case):
    x = np.array(case["x_channels"], float).reshape(-1, 1)
    weights = {"weight": np.array(case["w_rows"], float).reshape(4, 2, 1)}
    found = run(made("conv", out=4, kernel=1, groups=case["groups"], bias=False), x, weights=weights)
    assert found.reshape(-1).tolist() == case["out"]


@of("keras_depthwise_multiplier2")
def test_the_order_of_multiplied_channels(case):
    x = np.array(case["x_channels"], float).reshape(-1, 1)
    weights = {"weight": np.array([1.0, 2, 3, 4]).reshape(4, 1, 1)}
    found = run(made("depthwise", kernel=1, multiplier=2, bias=False), x, weights=weights)
    assert found.reshape(-1).tolist() == case["out"]


def test_weights_have_the_shapes_of_other_frameworks():
    for case in CASES.values():
        if case["op"] == "convtranspose_weight_layout":
            op = made("conv_transpose", out=case["cout"], kernel=case["k"], groups=case["groups"])
            assert list(shapes_of_weights(op, (case["cin"], 9, 9))["weight"]) == case["weight_shape"]
        if case["op"] == "keras_depthwise_params":
            op = made("depthwise", kernel=case["k"], multiplier=case["depth_multiplier"])
            assert sum(np.prod(s) for s in shapes_of_weights(op, (case["cin"], 9, 9)).values()) == case["params"]
        if case["op"] == "keras_grouped_conv_params":
            op = made("conv", out=case["cout"], kernel=case["k"], groups=case["groups"])
            shape = shapes_of_weights(op, (case["cin"], 9, 9))["weight"]
            assert np.prod(shape) == np.prod(case["kernel_shape"])


def test_every_case_is_tested_or_left_out_for_a_reason():
    rest = {name for name in CASES if name not in tested and name not in DIFFERENT}
    assert {CASES[name]["op"] for name in rest} == set(WITHOUT_VALUES)
