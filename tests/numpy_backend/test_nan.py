"""NaN passes on, to every position that reads it and to no other: receptive fields are confirmed so."""

from __future__ import annotations

import numpy as np
import pytest

from convcost import ops
from convcost.ops.core.operation import Composite, Use
from convcost.words import SHARED
from tests.numpy_backend.running import positive_where_needed, real, run, shapes_of_weights
from tests.ops.samples import dice, made, positions, random_case

PRIMITIVE = tuple(word for word in ops.names() if not issubclass(ops.find(word), Composite))
ACTIVATIONS = (*SHARED["activation"], "leaky_relu", "prelu")


def dependent(op, inputs, index):
    """The output positions that depend on each position of an input, as the formulas say."""
    shape = op.shape(*[x.shape for x in inputs])
    axes = op.input_axes(index, *[x.shape for x in inputs])
    sets = [[set(axis.reads(o)) for o in range(axis.m)] for axis in axes]
    for at in positions(*inputs[index].shape[1:]):
        whole = [np.array([i in reads for reads in sets[k]]) for k, i in enumerate(at)]
        mask = np.ones((), bool)
        for row in whole:
            mask = np.multiply.outer(mask, row)
        yield at, np.broadcast_to(mask.reshape(mask.shape if len(shape) > 1 else ()), shape[1:])


@pytest.mark.parametrize("word", PRIMITIVE)
def test_nan_reaches_exactly_the_positions_that_read_it(word):
    rng, numbers = dice(("nan", word)), np.random.default_rng(11)
    for _ in range(6):
        op, shapes = random_case(word, rng)
        while np.prod(shapes[0][1:]) * np.prod(op.shape(*shapes)) > 20_000:
            op, shapes = random_case(word, rng)
        weights = {
            name: positive_where_needed(name, real(numbers, shape))
            for name, shape in shapes_of_weights(op, *shapes).items()
        }
        inputs = [real(numbers, shape) for shape in shapes]
        pooled = real(numbers, op.size) if word == "max_unpool" else None
        for index, use in enumerate(op.uses(len(inputs))):
            if use != Use.DATA:
                continue
            for at, mask in dependent(op, inputs, index):
                poisoned = [x.copy() for x in inputs]
                poisoned[index][(slice(None), *at)] = np.nan
                if pooled is not None:
                    poisoned[1] = pooled
                found = np.isnan(run(op, *poisoned, weights=weights))
                assert np.array_equal(found.any(axis=0), mask), (op, shapes, at)


def test_a_place_that_is_nan_makes_the_window_nan():
    pool = made("max_pool", 2)
    before, values = np.arange(16.0).reshape(1, 4, 4), np.ones((1, 2, 2))
    before[0, 2, 1] = np.nan
    op = made("max_unpool", "pool").bind((pool, (before.shape,)))
    found = run(op, values, before)
    assert np.isnan(found[0, 2:, :2]).all()
    assert np.isnan(found).sum() == 4
    assert found[0, 1, 1] == found[0, 1, 3] == found[0, 3, 3] == 1


@pytest.mark.parametrize("word", ACTIVATIONS)
def test_an_activation_keeps_nan_and_infinity_in_bounds(word):
    x = np.array([np.nan, -np.inf, -1e4, 0, 1e4]).reshape(5, 1).repeat(2, 1).astype("float32")
    weights = {name: np.ones(shape, "float32") for name, shape in shapes_of_weights(made(word), x.shape).items()}
    with np.errstate(all="ignore"):
        found = run(made(word), x, weights=weights)
    assert np.isnan(found[0]).all()
    assert word == "softmax" or np.isfinite(found[2:]).all()


def test_max_pool_padding_is_never_the_largest():
    assert run(made("max_pool", kernel=3, stride=2, padding=1), np.array([[-5.0, -3, -4]])).tolist() == [[-3, -3]]
