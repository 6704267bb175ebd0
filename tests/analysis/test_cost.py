"""Costs: figures of small networks reckoned by hand, and totals that are the sums of their layers."""

from __future__ import annotations

from pathlib import Path

import pytest

from convcost.analysis.cost import Analysis, Totals, cost_of
from convcost.api.network import Network
from convcost.ops.conv import Conv
from convcost.types import Cost, volume

HERE = Path(__file__).parents[1]
CASES = HERE / "data" / "cases"
SPECS = sorted((HERE / "data" / "ground_truth" / "specs").glob("*.yaml"))


def totals(text: str, variant: str | None = None) -> Totals:
    return Analysis(Network.from_text(text).graph(variant)).totals


# By hand -----------------------------------------------------------------------------------------------------


def test_a_small_classifier() -> None:
    text = """
input: [3, 8, 8]
dtype: {weights: int8, activations: float32}
layers:
  - conv: {out: 4, kernel: 3, padding: 1, bias: false}
  - batch_norm
  - relu
  - max_pool: 2
  - linear: 10
"""
    found = Analysis(Network.from_text(text).graph())
    conv, norm, relu, pool, linear = (layer.cost for layer in found.layers)
    # conv: 3 x 4 x 9 weights at 64 positions; useful: 22 of 24 taps per axis land inside (8 x 3 less 2), 22 x 22 in all
    assert conv == Cost(108, 108 * 64, 3 * 4 * 22 * 22, 0, 108)
    assert norm == Cost(8, 0, 0, 2 * 256, 4 + 4 * 4)  # the shift is added in 32 bits
    assert relu == Cost(0, 0, 0, 256)
    assert pool == Cost(0, 0, 0, 3 * 64)  # a window of 4: three comparisons for each of 4 x 4 x 4
    assert linear == Cost(64 * 10 + 10, 640, 640, 10, 64 * 10 + 4 * 10)
    assert found.totals == Totals(
        params=108 + 8 + 650,
        macs=6912 + 640,
        useful_macs=5808 + 640,
        flops=2 * 7552,
        elementwise=512 + 256 + 192 + 10,
        weight_bytes=108 + 20 + 680,
        activations=256 * 3 + 64 + 10,
        peak_activation_bytes=4 * (192 + 256),  # at the first layer; what follows works in place or on less
    )


def test_the_first_stage_of_an_encoder_and_decoder() -> None:
    text = """
input: [1, 8, 8]
layers:
  - {conv: {out: 2, kernel: 3, padding: 1}, name: down}
  - {max_pool: 2, name: pool}
  - conv_transpose: {out: 2, kernel: 4, stride: 2, padding: 1}
  - add: down
  - separable: {out: 3, kernel: 3, padding: 1}
  - global_avg_pool
"""
    found = {layer.name: layer.cost for layer in Analysis(Network.from_text(text).graph()).layers}
    assert found["down"] == Cost(18 + 2, 18 * 64, 2 * 22 * 22, 128, 4 * 20)
    assert found["pool"] == Cost(0, 0, 0, 3 * 32)
    # transposed: 2 x 2 x 16 weights at 4 x 4 inputs; per axis 16 products, of which one at each end is cropped
    assert found["conv_transpose1"] == Cost(64 + 2, 64 * 16, 4 * 14 * 14, 128, 4 * 66)
    assert found["add1"] == Cost(0, 0, 0, 128)
    assert found["separable1.depthwise"] == Cost(18, 18 * 64, 2 * 22 * 22, 0, 4 * 18)
    assert found["separable1.pointwise"] == Cost(6 + 3, 6 * 64, 6 * 64, 192, 4 * 9)
    assert found["global_avg_pool1"] == Cost(0, 0, 0, 192)


@pytest.mark.parametrize(
    ("step", "input_shape", "nominal", "useful"),
    [
        ("conv: {out: 8, kernel: 3, padding: 1}", "[4, 8, 8]", 18_432, 15_488),
        ("conv: {out: 8, kernel: 3, padding: 2, dilation: 2}", "[4, 8, 8]", 18_432, 12_800),
        ("conv_transpose: {out: 6, kernel: 4, stride: 2, padding: 1}", "[4, 8, 8]", 24_576, 21_600),
    ],
)
def test_the_conventions_own_examples(step: str, input_shape: str, nominal: int, useful: int) -> None:
    found = totals(f"input: {input_shape}\nlayers: [{step}]")
    assert (found.macs, found.useful_macs) == (nominal, useful)


def test_a_dilation_as_wide_as_its_input_does_a_ninth_of_useful_work() -> None:
    found = totals("input: [1, 33, 33]\nlayers: [conv: {out: 1, kernel: 3, padding: 36, dilation: 36}]")
    assert (found.macs, found.useful_macs) == (9 * 33 * 33, 33 * 33)


def test_a_squeeze_and_excitation() -> None:
    text = (
        "input: [8, 4, 4]\nlayers: [mul: {map: [], gate: [global_avg_pool, pointwise: 2, relu, pointwise: 8, sigmoid]}]"
    )
    found = totals(text)
    assert found.params == (16 + 2) + (16 + 8)
    assert found.macs == found.useful_macs == 16 + 16
    assert found.elementwise == 8 * 16 + 2 + 2 + 8 + 8 + 8 * 16  # pool, bias, relu, bias, sigmoid, mul
    assert found.activations == 8 + 2 + 2 + 8 + 8 + 128


def test_half_bytes_of_weights_are_rounded_up_per_tensor() -> None:
    text = "input: [3, 1, 1]\ndtype: {weights: int4}\nlayers: [pointwise: {out: 1, bias: false}, pointwise: {out: 3, bias: false}]"
    assert totals(text).weight_bytes == 2 + 2  # 3 and 3 weights of half a byte
    biased = text.replace("int4}", "int4, bias: int4}").replace(", bias: false", "")
    assert totals(biased).weight_bytes == (2 + 1) + (2 + 2)  # 3 weights and 1 bias; 3 and 3


def test_half_bytes_of_activations_are_rounded_up_per_tensor() -> None:
    text = "{input: [1, 3], dtype: {activations: int4}, layers: [{conv: {out: 1, kernel: 1}, repeat: 3}]}"
    assert totals(text).peak_activation_bytes == 2 * 2  # at any layer its input and its output, 3 halves of a byte each


@pytest.mark.parametrize(
    ("dtype", "weight_bytes"),
    [
        ("float32", 4 * 30 + 4 * 14),
        ("float16", 2 * 30 + 2 * 14),
        ("float8", 30 + 14),  # no integer: nothing says that its biases are stored in more
        ("int16", 2 * 30 + 2 * 14),
        ("int8", 30 + 4 * 14),
        ("uint8", 30 + 4 * 14),
        ("int4", (3 + 2 + 2 + 2 + 8) + 4 * 14),
        ("{weights: int8, bias: int16}", 30 + 2 * 14),
        ("{weights: float32, bias: float64}", 4 * 30 + 8 * 14),
        ("{bias: float16}", 4 * 30 + 2 * 14),
    ],
)
def test_biases_and_shifts_have_an_element_type_of_their_own(dtype: str, weight_bytes: int) -> None:
    # 6, 3, 3, 3 and 15 weights, slopes and factors; 3, 3, 3 and 5 biases and shifts
    layers = "[conv: {out: 3, kernel: 1}, prelu, batch_norm, scale: {bias: true}, linear: 5]"
    text = f"input: [2, 1, 1]\ndtype: {dtype}\nlayers: {layers}"
    assert totals(text).weight_bytes == weight_bytes


# STMicroelectronics, stm32ai-modelzoo, MobileNetV2 0.35 at 128 with 5 classes in int8: 406.86 KiB of flash
def test_the_weights_of_a_quantised_network_are_those_that_a_vendor_stores() -> None:
    found = Analysis(Network.from_file(str(CASES / "mobilenet_v2_035.yaml")).graph())
    assert found.totals.weight_bytes == 388_448 + 4 * 7_045 == 416_628
    assert f"{found.totals.weight_bytes / 1024:.2f}" == "406.86"
    assert sum(layer.cost.weight_bytes for layer in found.layers) == 416_628


def test_the_operations_of_a_network_that_only_moves_data_are_none() -> None:
    text = "input: [4, 8, 8]\nlayers: [pad: 1, pixel_shuffle: 2, slice: [0, 1], identity, dropout, unpool: 2, flatten]"
    found = totals(text)
    assert (found.params, found.macs, found.useful_macs, found.elementwise) == (0, 0, 0, 0)


# Laws --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_totals_are_the_sums_of_the_layers(path: Path) -> None:
    network = Network.from_file(str(path))
    for variant in network.variants or (None,):
        found = Analysis(network.graph(variant))
        layers = found.layers
        assert found.totals.params == sum(layer.cost.params for layer in layers)
        assert found.totals.macs == sum(layer.cost.macs for layer in layers)
        assert found.totals.useful_macs == sum(layer.cost.useful_macs for layer in layers)
        assert found.totals.elementwise == sum(layer.cost.elementwise for layer in layers)
        assert found.totals.activations == sum(volume(layer.output_shape) for layer in layers)
        assert found.totals.flops == 2 * found.totals.macs
        assert found.totals.weight_bytes == sum(layer.cost.weight_bytes for layer in layers)
        assert found.totals.useful_macs <= found.totals.macs


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_every_layer_is_judged_on_the_shapes_that_enter_it(path: Path) -> None:
    graph = Network.from_file(str(path)).graph()
    for node, layer in zip(graph.nodes, Analysis(graph).layers, strict=True):
        assert layer.name == node.name
        assert layer.input_shapes == tuple(source.shape for source in node.inputs)
        assert layer.output_shape == node.shape == node.op.shape(*layer.input_shapes)
        assert layer.cost == cost_of(node.op, *layer.input_shapes, dtype=graph.dtype)
        assert layer.inputs == tuple(source.name for source in node.inputs)
        assert layer.line == node.site.line


def test_layers_alike_cost_alike_on_other_shapes_too() -> None:
    text = "input: [2, 9, 9]\nlayers: [{conv: {out: 2, kernel: 3}, repeat: 3}]"
    found = Analysis(Network.from_text(text).graph()).layers
    assert [layer.cost.macs for layer in found] == [36 * 49, 36 * 25, 36 * 9]


def test_costs_add() -> None:
    assert Cost(1, 2, 3, 4, 5) + Cost(10, 20, 30, 40, 50) == Cost(11, 22, 33, 44, 55)
    assert cost_of(Conv(out=2, kernel=1), (3, 5)) == Cost(8, 30, 30, 10, 32)
    with pytest.raises(TypeError):
        Cost() + 1  # type: ignore[operator]


def test_an_analysis_has_names_inputs_outputs_and_notes() -> None:
    text = """
name: a net
input: {image: [3, 8, 8], mask: [1, 8, 8]}
blocks: {B: {layers: [relu, tanh]}}
layers: [B, {gelu: , from: mask}, {elu: , from: B1}]
variants: {v: {}}
"""
    found = Analysis(Network.from_text(text).graph())
    assert (found.name, found.variant) == ("a net", "v")
    assert found.inputs == {"image": (3, 8, 8), "mask": (1, 8, 8)}
    assert found.outputs == (("elu1", (3, 8, 8)),)
    assert [note.code for note in found.notes] == ["CC211"]
    assert Analysis(
        Network.from_text(text.replace(", {gelu: , from: mask}, {elu: , from: B1}", "")).graph()
    ).outputs == (("B1", (3, 8, 8)),)
