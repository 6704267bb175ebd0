"""Running whole programs: what is read, kept, overwritten, counted and refused."""

from __future__ import annotations

import numpy as np
import pytest

from convcost.api.network import Network
from convcost.numpy_backend import find, find_weights
from convcost.numpy_backend.meter import Meter
from convcost.numpy_backend.program import Instruction, Program, execute, given_inputs, wanted_weights


def program(text):
    """The program of a spec."""
    graph = Network.from_text(text).graph()
    nodes = [*graph.inputs, *graph.nodes]
    place = {id(node): i for i, node in enumerate(nodes)}
    steps = [
        Instruction(
            n.name, n.op.word, {f: getattr(n.op, f) for f in n.op.fields}, tuple(place[id(i)] for i in n.inputs)
        )
        for n in graph.nodes
    ]
    inputs = tuple((n.name, n.shape) for n in graph.inputs)
    return Program(inputs, tuple(steps), tuple(place[id(n)] for n in graph.outputs))


def alone(word, shape, **fields):
    return Program((("input", shape),), (Instruction("layer", word, fields, (0,)),), (1,))


UNET = """
input: [2, 12, 10]
layers:
  - conv: {out: 4, kernel: 3, padding: 1}
  - batch_norm
  - relu:
    name: skip
  - max_pool: {kernel: 2}
    name: pool1
  - conv: {out: 4, kernel: 3, padding: 1}
  - relu
  - max_unpool: pool1
  - concat: skip
  - conv: {out: 3, kernel: 1}
  - add: {main: [{depthwise: {kernel: 3, padding: 1}}, relu6], shortcut: []}
  - relu
  - flatten
  - linear: 5
  - softmax
"""
SEVERAL = """
input: {a: [2, 6, 6], b: [2, 4, 4]}
layers:
  - {relu: , from: a, name: first}
  - {crop: {like: b}, name: small}
  - add: b
  - {resize: {like: a}, name: large}
outputs: [small, large]
"""


def results(text, **options):
    return execute(program(text), **options)


def test_fused_and_one_by_one_agree():
    fused, apart = (results(UNET, fuse=fuse, dtype="float64")["softmax1"] for fuse in (True, False))
    assert fused.shape == (5,)
    assert fused.sum() == pytest.approx(1)
    assert fused == pytest.approx(apart, rel=1e-12)


def test_fused_layers_are_metered_each():
    found = []
    for fuse in (True, False):
        meter = Meter()
        execute(program(UNET), meter=meter, fuse=fuse)
        found.append([(layer.macs, layer.products, layer.weights) for layer in meter.layers])
        assert len(meter.alive) == len(meter.layers) == 16
    assert found[0] == found[1]
    assert found[0][0][0] == 2 * 4 * 9 * 120
    assert found[0][1] == (0, 480 + 8, 8)


def test_float64_on_request():
    single, double = (results(UNET, dtype=dtype)["softmax1"] for dtype in ("float32", "float64"))
    assert (single.dtype, double.dtype) == (np.float32, np.float64)
    assert single == pytest.approx(double, rel=1e-4)


def test_several_inputs_and_outputs():
    a, b = np.arange(72.0).reshape(2, 6, 6) - 30, np.ones((2, 4, 4))
    found = execute(program(SEVERAL), {"b": b, "a": a}, dtype="float64")
    assert list(found) == ["small", "large"]
    assert np.array_equal(found["small"], np.maximum(a, 0)[:, 1:5, 1:5])
    assert found["large"].shape == (2, 6, 6)
    assert found["large"][0, 5, 5] == found["small"][0, 3, 3] + 1


def test_inputs_of_the_caller_are_never_changed():
    x = np.full((2, 3, 3), -1, "float32")
    for chain in ("[relu]", "[identity, relu]", "[flatten, relu]", "[{relu: , name: a}, {relu6: , from: input}]"):
        execute(program(f"input: [2, 3, 3]\nlayers: {chain}"), {"input": x})
        assert (x == -1).all(), chain


def test_intermediates_on_request_are_not_overwritten():
    text = "input: [2, 4, 4]\nlayers: [{conv: {out: 3, kernel: 1}}, relu, {scale: true}]"
    found = execute(program(text), keep={"conv1", "relu1"}, dtype="float64")
    assert list(found) == ["conv1", "relu1", "scale1"]
    assert found["conv1"].min() < 0
    assert np.array_equal(found["relu1"], np.maximum(found["conv1"], 0))


def test_a_tensor_that_others_read_is_not_overwritten():
    steps = "{conv: {out: 2, kernel: 1}, name: c}, relu, {add: c}, {identity: , name: i}, relu, {add: i}"
    text = f"input: [2, 4, 4]\nlayers: [{steps}]"
    found = execute(program(text), keep={"c"}, dtype="float64")
    sum1 = np.maximum(found["c"], 0) + found["c"]
    assert found["add2"] == pytest.approx(np.maximum(sum1, 0) + sum1)


def test_a_flattened_tensor_keeps_its_order_and_its_memory():
    text = (
        "input: [2, 4, 4]\nlayers: [{conv: {out: 3, kernel: 3}, name: c}, relu, {identity: , name: i}, flatten, tanh]"
    )
    meter = Meter()
    found = execute(program(text), keep={"i"}, meter=meter)
    assert np.array_equal(found["tanh1"], np.tanh(found["i"].reshape(-1)))
    meter = Meter()
    execute(program(text), meter=meter, fuse=False)
    assert [alive.tensors for alive in meter.alive] == [(32, 12), (12,), (12,), (12,), (12,)]


def test_tensors_are_dropped_when_nobody_reads_them():
    meter = Meter()
    execute(program(UNET), meter=meter, fuse=False)
    alive = [(sum(a.tensors), sum(a.places)) for a in meter.alive]
    assert alive[:4] == [(240 + 480, 0), (480, 0), (480, 0), (480 + 120, 120)]
    assert alive[6] == (480 + 120 + 480, 120)
    assert alive[7] == (480 + 480 + 960, 0)
    assert alive[-1] == (5, 0)


def test_what_nobody_reads_is_computed_and_dropped():
    text = "input: [2, 4, 4]\nlayers: [{conv: {out: 3, kernel: 1}, name: unread}, {relu: , from: input}]"
    meter = Meter()
    assert list(execute(program(text), meter=meter)) == ["relu1"]
    assert [alive.tensors for alive in meter.alive] == [(32, 48), (32, 32)]
    assert meter.layers[0].macs == 96


def test_memory_of_its_own_is_counted():
    meter = Meter()
    execute(program("input: [2, 4, 4]\nlayers: [relu, relu, identity, {conv: {out: 3, kernel: 1}}]"), meter=meter)
    assert [layer.bytes for layer in meter.layers] == [128, 0, 0, 192]


def test_layers_are_seen_as_they_run():
    seen = []
    found = execute(program(UNET), on_layer=lambda i, x: seen.append((i, x.shape)), fuse=False)
    assert [i for i, _ in seen] == list(range(16))
    assert seen[4] == (4, (4, 6, 5))
    assert seen[-1] == (15, found["softmax1"].shape)


def test_seeds_decide_inputs_and_weights():
    first, again, other = (results(UNET, seed=seed)["softmax1"] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.allclose(first, other)
    inputs = given_inputs(program(UNET), 1, "float32")
    assert np.array_equal(results(UNET, seed=1, inputs=inputs)["softmax1"], first)


def test_weights_of_the_caller():
    p = alone("conv", (1, 2, 2), out=1, kernel=1, stride=1, padding=0, dilation=1, groups=1, bias=True)
    given = {"layer": {"weight": np.full((1, 1, 1, 1), 3), "bias": [5]}}
    assert execute(p, {"input": np.ones((1, 2, 2))}, given)["layer"].tolist() == [[[8, 8], [8, 8]]]


def test_a_batch_of_rows_is_one_more_axis():
    weights = {"layer": {"weight": np.ones((1, 1, 3))}}
    row = alone("conv", (1, 7), out=1, kernel=3, stride=2, padding="same", dilation=1, groups=1, bias=False)
    rows = alone(
        "conv", (1, 7, 7), out=1, kernel=(1, 3), stride=(1, 2), padding=(0, "same"), dilation=1, groups=1, bias=False
    )
    together = execute(rows, {"input": np.eye(7)[None]}, {"layer": {"weight": np.ones((1, 1, 1, 3))}})["layer"]
    for i in range(7):
        assert np.array_equal(execute(row, {"input": np.eye(7)[i : i + 1]}, weights)["layer"], together[:, i])


# What is refused ----------------------------------------------------------------------------------------------

CONV = alone("conv", (2, 3, 3), out=4, kernel=3, stride=1, padding=0, dilation=1, groups=1, bias=True)
GOOD = {"weight": np.ones((4, 2, 3, 3)), "bias": np.ones(4)}


@pytest.mark.parametrize(
    ("inputs", "weights", "message"),
    [
        ({}, None, "the inputs must be input, but are none"),
        ({"x": 1}, None, "the inputs must be input, but are x"),
        ({"input": np.ones((2, 3))}, None, "input input must have the shape 2x3x3, but has 2x3"),
        ({"input": np.full((2, 3, 3), "a")}, None, "input input must hold real numbers, but holds <U1"),
        ({"input": np.ones((2, 3, 3), complex)}, None, "input input must hold real numbers, but holds complex128"),
        (None, {"other": GOOD}, "weights are given for other, but the network has no such layer"),
        (None, {}, "the weights of layer must be weight, bias, but are none"),
        (None, {"layer": {"weight": 1}}, "the weights of layer must be weight, bias, but are weight"),
        (None, {"layer": GOOD | {"bias": np.ones(5)}}, "bias of layer must have the shape 4, but has 5"),
    ],
)
def test_bad_inputs_and_weights(inputs, weights, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 (the message is compared as a whole)
        execute(CONV, inputs, weights)
    assert str(caught.value) == message


def test_layers_without_weights_take_none():
    p = alone("relu", (2, 3, 3))
    with pytest.raises(ValueError, match="the weights of layer must be none, but are weight"):
        execute(p, None, {"layer": {"weight": np.ones(2)}})
    assert execute(p, None, {})["layer"].shape == (2, 3, 3)


def test_a_word_without_kernel():
    with pytest.raises(LookupError, match="there is no kernel for separable"):
        find("separable")
    assert find_weights("relu") is None
    assert wanted_weights(CONV.instructions[0], [(2, 3, 3)]) == {"weight": (4, 2, 3, 3), "bias": (4,)}


def test_a_kernel_whose_import_fails_says_why(tmp_path, monkeypatch):
    import convcost.numpy_backend.kernels as room

    (tmp_path / "broken.py").write_text("import no_such_package")
    monkeypatch.setattr(room, "__path__", [*room.__path__, str(tmp_path)])
    with pytest.raises(ModuleNotFoundError, match="no_such_package"):
        find("broken")
