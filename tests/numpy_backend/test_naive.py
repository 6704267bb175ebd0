"""Every kernel against loops over positions and taps, on random small layers."""

from __future__ import annotations

import numpy as np
import pytest

from convcost import ops
from convcost.ops.core.operation import Composite
from tests.numpy_backend.naive import NAIVE
from tests.numpy_backend.running import positive_where_needed, real, run, shapes_of_weights, whole
from tests.ops.samples import dice, random_case

PRIMITIVE = tuple(word for word in ops.names() if not issubclass(ops.find(word), Composite))
EXACT = ("conv", "conv_transpose", "depthwise", "pointwise", "linear", "max_pool", "max_unpool")
"""Compared in small whole numbers: sums are exact, and windows have their largest value at several places."""


def small_case(word, rng):
    """A random layer that loops can do: few products."""
    while True:
        op, shapes = random_case(word, rng)
        size = np.prod(op.shape(*shapes))
        if size * max(1, op.macs(*shapes) / size, op.elementwise(*shapes) / size) < 6000:
            return op, shapes


def test_every_primitive_has_a_naive_twin():
    assert set(NAIVE) == set(PRIMITIVE)


@pytest.mark.parametrize("word", PRIMITIVE)
def test_kernels_and_loops_agree(word):
    rng, numbers = dice(("naive", word)), np.random.default_rng(len(word))
    draw = whole if word in EXACT else real
    for _ in range(20):
        op, shapes = small_case(word, rng)
        if word == "max_unpool":
            shapes = shapes[0], op.size
        inputs = [draw(numbers, shape) for shape in shapes]
        weights = {
            name: positive_where_needed(name, draw(numbers, shape))
            for name, shape in shapes_of_weights(op, *shapes).items()
        }
        kept = [x.copy() for x in inputs]
        found = run(op, *inputs, weights=weights)
        wanted = NAIVE[word](op, inputs, weights, found.shape)
        assert found.shape == op.shape(*shapes[:1] * 2 if word == "max_unpool" else shapes), (op, shapes)
        if word in EXACT:
            assert np.array_equal(found, wanted), (op, shapes)
        else:
            assert found == pytest.approx(wanted, rel=1e-9, abs=1e-9), (op, shapes)
        assert all(np.array_equal(a, b) for a, b in zip(inputs, kept)), (op, "changed its input")


@pytest.mark.parametrize("word", PRIMITIVE)
def test_float32_stays_float32_and_agrees(word):
    rng, numbers = dice(("float32", word)), np.random.default_rng(1)
    for _ in range(3):
        op, shapes = small_case(word, rng)
        if word == "max_unpool":
            shapes = shapes[0], op.size
        inputs = [real(numbers, shape) for shape in shapes]
        weights = {
            name: positive_where_needed(name, real(numbers, shape))
            for name, shape in shapes_of_weights(op, *shapes).items()
        }
        singles = [x.astype("float32") for x in inputs]
        found = run(op, *singles, weights={name: w.astype("float32") for name, w in weights.items()})
        assert found.dtype == np.float32
        assert found == pytest.approx(
            NAIVE[word](op, [x.astype("float64") for x in singles], weights, found.shape), rel=2e-4, abs=2e-4
        )
