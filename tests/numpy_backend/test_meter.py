"""The meter counts what kernels do, and nothing in this room multiplies arrays beside it."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

import convcost.numpy_backend
from convcost.numpy_backend.meter import Meter
from tests.numpy_backend.naive import lies_in, places, taps
from tests.numpy_backend.running import positive_where_needed, real, run, shapes_of_weights
from tests.ops.samples import PLACED, dice, made, random_case

ROOM = Path(convcost.numpy_backend.__file__).parent
CONTRACTIONS = ("conv", "depthwise", "pointwise", "conv_transpose", "linear")


def metered(op, *shapes):
    numbers, meter = np.random.default_rng(0), Meter()
    weights = {name: np.abs(real(numbers, shape)) for name, shape in shapes_of_weights(op, *shapes).items()}
    return run(op, *[real(numbers, shape) for shape in shapes], weights=weights, meter=meter), meter


@pytest.mark.parametrize("word", ["conv", "depthwise", "pointwise"])
def test_products_of_convolutions_counted_by_loops(word):
    """One product for every output, tap and channel of its group, taps on padding included."""
    rng = dice(("meter", word))
    for _ in range(15):
        op, shapes = random_case(word, rng)
        found, meter = metered(op, *shapes)
        same = op if word == "conv" else op.equivalent(*shapes)
        share = shapes[0][0] // same.groups
        counted = sum(share for o in places(found.shape) for _ in taps(same, shapes[0][1:], o[1:]))
        assert meter.macs == counted, (op, shapes)


def test_products_of_transposed_convolutions_counted_by_loops():
    """One product for every input, tap and output channel of its group, those cropped away included."""
    rng = dice("meter of conv_transpose")
    for _ in range(15):
        op, shapes = random_case("conv_transpose", rng)
        _, meter = metered(op, *shapes)
        kernel = shapes_of_weights(op, *shapes)["weight"][2:]
        counted = sum(op.out // op.groups for _ in places(shapes[0]) for _ in places(kernel))
        assert meter.macs == counted, (op, shapes)


def test_useful_products_are_the_sum_of_an_all_ones_run():
    op, x = made("conv", out=1, kernel=3, padding=2, dilation=2, bias=False), np.ones((1, 8, 8))
    useful = sum(lies_in(at, (8, 8)) for o in places((8, 8)) for _, at in taps(op, (8, 8), o))
    assert run(op, x, weights={"weight": np.ones((1, 1, 3, 3))}).sum() == useful == 12_800 // 32


def test_linear_and_weights():
    _, meter = metered(made("linear", 5), (2, 3, 4))
    assert (meter.macs, meter.weights, meter.products) == (120, 125, 0)


def test_elementwise_products_are_no_macs():
    for word, products in (("batch_norm", 24 + 2 * 2), ("mul", 24), ("scale", 24), ("silu", 24)):
        op = made(word)
        shapes = [(2, 3, 4)] * (2 if word == "mul" else 1)
        _, meter = metered(op, *shapes)
        assert (meter.macs, meter.products) == (0, products), word


def test_statistics_are_no_weights():
    _, meter = metered(made("batch_norm"), (6, 2, 2))
    assert meter.weights == 12
    _, meter = metered(made("batch_norm", False), (6, 2, 2))
    assert meter.weights == 0


def test_an_array_is_counted_once():
    meter, weights = Meter(), {"weight": np.ones(7)}
    meter.read(weights, "weight")
    assert meter.read(weights, "weight") is weights["weight"]
    assert meter.weights == 7


def test_totals_are_sums_over_layers():
    meter = Meter()
    for _ in range(2):
        layer = meter.layer()
        layer.matmul(np.ones((2, 3)), np.ones((3, 4)))
        layer.multiply(np.ones(5), 2.0)
        layer.einsum("ab,b->a", np.ones((2, 3)), np.ones(3))
        layer.read({"weight": np.ones(7)}, "weight")
        layer.bytes += 8
    total = meter.total()
    assert (total.macs, total.products, total.weights, total.bytes) == (2 * (24 + 6), 10, 14, 16)


def test_stacks_of_matrices():
    meter = Meter()
    meter.matmul(np.ones((5, 2, 3)), np.ones((5, 3, 4)))
    assert meter.macs == 5 * 2 * 3 * 4


# Nothing multiplies beside the meter --------------------------------------------------------------------------

MULTIPLYING = {"matmul", "einsum", "dot", "vdot", "inner", "outer", "tensordot", "multiply", "convolve", "correlate"}


def multiplications(path):
    """The lines on which a file multiplies arrays by a name of NumPy or by ``@``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.MatMult):
            yield node.lineno
        if isinstance(node, ast.Attribute) and node.attr in MULTIPLYING and getattr(node.value, "id", "") == "np":
            yield node.lineno


def test_only_the_meter_multiplies():
    found = {path.name: list(multiplications(path)) for path in ROOM.glob("*.py")}
    assert len(found.pop("meter.py")) == 3
    assert not any(found.values()), found


def test_a_multiplication_is_found(tmp_path):
    path = tmp_path / "bad.py"
    path.write_text("import numpy as np\ny = np.dot(a, b)\ny = a @ b\ny @= c\nz = meter.matmul(a, b)\n")
    assert list(multiplications(path)) == [3, 4, 2] or sorted(multiplications(path)) == [2, 3, 4]


class Guarded(np.ndarray):
    """An array that nobody but the meter may multiply; whole numbers are places, not data."""

    def __array_ufunc__(self, ufunc, method, *inputs, out=(), **named):
        data = any(np.asarray(array).dtype.kind == "f" for array in inputs)
        assert ufunc not in (np.multiply, np.matmul) or not data, "multiplied beside the meter"
        if out:
            named["out"] = tuple(bare(array) for array in out)
        found = getattr(ufunc, method)(*map(bare, inputs), **named)
        return guarded(out[0] if out else found)


class Allowing(Meter):
    """A meter that takes guarded arrays."""

    def matmul(self, a, b, out=None):
        return guarded(super().matmul(bare(a), bare(b), bare(out)))

    def einsum(self, subscripts, a, b, out=None):
        return guarded(super().einsum(subscripts, bare(a), bare(b), bare(out)))

    def multiply(self, a, b, out=None):
        return guarded(super().multiply(bare(a), bare(b), bare(out)))


def bare(array):
    return array.view(np.ndarray) if isinstance(array, Guarded) else array


def guarded(array):
    return array.view(Guarded) if isinstance(array, np.ndarray) else array


def run_guarded(monkeypatch, op, *shapes):
    numbers = np.random.default_rng(0)
    weights = {
        name: guarded(positive_where_needed(name, real(numbers, shape)))
        for name, shape in shapes_of_weights(op, *shapes).items()
    }
    inputs = [guarded(real(numbers, shape)) for shape in shapes]
    run(op, *map(bare, inputs), weights={name: bare(array) for name, array in weights.items()})  # tables are made once
    with monkeypatch.context() as patch:
        for name in ("empty", "zeros", "empty_like", "zeros_like"):
            make = getattr(np, name)
            patch.setattr(np, name, lambda *given, make=make, **named: guarded(make(*given, **named)))
        return run(op, *inputs, weights=weights, meter=Allowing())


@pytest.mark.parametrize("word", PLACED)
def test_no_kernel_multiplies_arrays_by_itself(word, monkeypatch):
    rng = dice(("guarded", word))
    for _ in range(5):
        op, shapes = random_case(word, rng)
        if word == "max_unpool":
            shapes = shapes[0], op.size
        run_guarded(monkeypatch, op, *shapes)


def test_a_kernel_that_multiplies_by_itself_is_found(monkeypatch):
    op = made("scale")
    monkeypatch.setattr(Allowing, "multiply", lambda meter, a, b, out=None: a * b)
    with pytest.raises(AssertionError, match=r"^multiplied beside the meter"):
        run_guarded(monkeypatch, op, (2, 3, 3))
