"""Weights from a seed: the same bytes everywhere."""

from __future__ import annotations

import hashlib
from unittest import mock

import numpy as np
import pytest

from convcost.numpy_backend import threads, weights
from convcost.numpy_backend.weights import generate, uniform


def digest(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16]


def test_numbers_come_from_the_raw_output_of_pcg64():
    """Written out once more: 16 bits each, least significant first, odd multiples of 2 ** -16."""
    raw = [int(value) for value in np.random.PCG64([7, 3, 0, 0]).random_raw(3)]
    halves = [value >> 16 * k & 0xFFFF for value in raw for k in range(4)]
    signed = [half - 0x10000 if half >= 0x8000 else half for half in halves]
    assert uniform((7, 3, 0), 10, "float64").tolist() == [(2 * half + 1) / 65536 for half in signed[:10]]


def test_the_bytes_do_not_depend_on_processors():
    with mock.patch.object(weights, "CHUNK", 1000):
        several = uniform((1, 2, 3), 50_500, "float32")
        with mock.patch.object(threads, "processors", return_value=1):
            assert np.array_equal(several, uniform((1, 2, 3), 50_500, "float32"))


def test_pcg64_is_the_published_generator():
    """PCG XSL RR 128/64 (O'Neill 2014), from the state that NumPy's seed sequence gives."""
    generator = np.random.PCG64([0, 0, 0, 0])
    state, increment = (generator.state["state"][name] for name in ("state", "inc"))
    for value in generator.random_raw(20):
        state = (state * 0x2360ED051FC65DA44385DF649FCCF645 + increment) % 2**128
        mixed, turn = (state >> 64) ^ (state % 2**64), state >> 122
        assert int(value) == (mixed >> turn | mixed << (-turn & 63)) % 2**64


def test_double_precision_holds_the_same_numbers():
    shapes = {"weight": (8, 4, 3), "running_var": (8,)}
    single, double = (generate(5, 1, shapes, dtype) for dtype in ("float32", "float64"))
    assert all(np.array_equal(single[name], double[name]) for name in shapes)
    assert double["weight"].dtype == np.float64


def test_seeds_layers_and_arrays_have_numbers_of_their_own():
    shapes = {"weight": (4, 4), "other": (4, 4)}
    found = [generate(seed, layer, shapes, "float32")[name] for seed in (0, 1) for layer in (0, 1) for name in shapes]
    assert len({digest(array) for array in found}) == 8


def test_no_weight_is_zero_and_variances_are_positive():
    found = generate(0, 0, {"weight": (100, 1000), "running_var": (5000,), "running_mean": (5000,)}, "float32")
    assert np.count_nonzero(found["weight"]) == 100_000
    assert found["running_var"].min() >= 0.5
    assert abs(found["running_mean"].mean()) < 0.01


@pytest.mark.parametrize("fan_in", [9, 64, 576, 25088])
def test_values_keep_their_size_through_a_relu(fan_in):
    weight = generate(0, 0, {"weight": (64, fan_in)}, "float64")["weight"]
    after = np.sqrt(fan_in / 2) * weight.std()  # half of the squares survive a ReLU
    assert 0.5 <= after <= 1.03


def test_memory_is_as_the_kernels_want_it():
    weight = generate(0, 0, {"weight": (8, 4, 3, 2)}, "float32")["weight"]
    assert weight.shape == (8, 4, 3, 2)
    assert np.moveaxis(weight, (0, 1), (-1, -2)).flags.c_contiguous
