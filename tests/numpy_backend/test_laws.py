"""Laws that hold between kernels, exactly in whole numbers."""

from __future__ import annotations

import numpy as np
import pytest

from convcost.numpy_backend import threads
from convcost.numpy_backend.kernels.core import dense
from tests.numpy_backend.running import real, run, whole
from tests.ops.samples import complaints, dice, made


def geometry(rng, rank):
    """Random fields that conv and conv_transpose share, and a size per axis."""
    groups = rng.choice([1, 1, 2, 3])
    return {
        "kernel": tuple(rng.randint(1, 4) for _ in range(rank)),
        "stride": tuple(rng.randint(1, 3) for _ in range(rank)),
        "dilation": tuple(rng.randint(1, 3) for _ in range(rank)),
        "padding": tuple((rng.randint(0, 2), rng.randint(0, 2)) for _ in range(rank)),
        "groups": groups,
        "bias": False,
    }


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_conv_transpose_is_the_adjoint_of_conv(rank):
    """<conv(x), y> = <x, conv_transpose(y)> with the same weights; output_padding says which of the sizes was meant."""
    rng, numbers, done = dice(("adjoint", rank)), np.random.default_rng(rank), 0
    while done < 40:
        fields = geometry(rng, rank)
        channels, out = (fields["groups"] * rng.randint(1, 3) for _ in range(2))
        x = whole(numbers, (channels, *[rng.randint(1, 8) for _ in range(rank)]))
        forward = made("conv", out=out, **fields)
        if complaints(forward, x.shape):
            continue
        weight = whole(numbers, (out, channels // fields["groups"], *fields["kernel"]))
        convolved = run(forward, x, weights={"weight": weight})
        y = whole(numbers, convolved.shape)
        rest = tuple(
            (n + sum(pads) - d * (k - 1) - 1) % s
            for n, k, s, d, pads in zip(
                x.shape[1:], fields["kernel"], fields["stride"], fields["dilation"], fields["padding"]
            )
        )
        back = made("conv_transpose", out=channels, output_padding=rest, **fields)
        returned = run(back, y, weights={"weight": weight})
        assert returned.shape == x.shape
        assert (convolved * y).sum() == (x * returned).sum(), (fields, x.shape)
        done += 1


@pytest.mark.parametrize("word", ["conv", "conv_transpose"])
def test_groups_are_separate_convolutions(word):
    rng, numbers, done = dice(word), np.random.default_rng(5), 0
    while done < 40:
        rank = rng.randint(1, 3)
        groups = rng.randint(2, 4)
        fields = geometry(rng, rank) | {"groups": groups, "bias": True}
        channels, out = (groups * rng.randint(1, 3) for _ in range(2))
        x = whole(numbers, (channels, *[rng.randint(1, 7) for _ in range(rank)]))
        op = made(word, out=out, **fields)
        if complaints(op, x.shape):
            continue
        first, second = (out, channels) if word == "conv" else (channels, out)
        weight = whole(numbers, (first, second // groups, *fields["kernel"]))
        bias = whole(numbers, (out,))
        together = run(op, x, weights={"weight": weight, "bias": bias})
        alone = made(word, out=out // groups, **fields | {"groups": 1})
        parts = zip(np.split(x, groups), np.split(weight, groups), np.split(bias, groups))
        apart = [run(alone, part, weights={"weight": w, "bias": b}) for part, w, b in parts]
        assert np.array_equal(together, np.concatenate(apart)), (op, x.shape)
        done += 1


LARGE = [  # sizes at which blocks, tiles and threads begin: word, input, out, groups, fields
    ("conv", (64, 40, 41), 128, 16, {"kernel": 3, "padding": 1}),
    ("conv", (64, 40, 41), 128, 16, {"kernel": 3, "stride": 2, "padding": "same"}),
    ("conv", (64, 40, 41), 128, 4, {"kernel": 3, "dilation": 3}),
    ("conv", (64, 12, 14, 15), 64, 8, {"kernel": 3, "padding": 1}),
    ("conv", (128, 20, 21), 64, 8, {"kernel": 3, "stride": 2, "padding": 1}),
    ("conv", (64, 90, 75), 64, 64, {"kernel": 3, "padding": 1}),
    ("conv", (32, 150, 75), 64, 32, {"kernel": 3, "stride": 2, "padding": 1}),
    ("conv", (32, 5001), 32, 32, {"kernel": 9, "stride": 1, "padding": 4}),
    ("conv", (16, 8000), 32, 16, {"kernel": 5, "stride": 3, "dilation": 2}),
    ("conv", (32, 6, 30, 31), 32, 32, {"kernel": 3, "padding": 1}),
    ("conv", (32, 19, 30, 31), 64, 32, {"kernel": 3, "stride": 2, "dilation": 2, "padding": 2}),
    ("conv_transpose", (32, 40, 41), 32, 16, {"kernel": 4, "stride": 2, "padding": 1}),
    ("conv_transpose", (32, 70, 81), 32, 2, {"kernel": 3, "padding": 1}),
]


@pytest.mark.parametrize("one_thread", [False, True])
@pytest.mark.parametrize(("word", "shape", "out", "groups", "fields"), LARGE)
def test_large_groups_too(word, shape, out, groups, fields, one_thread, monkeypatch):
    """Exact in float32: sums of whole numbers stay far below 2 ** 24."""
    monkeypatch.setattr(threads, "one_thread_per_product", lambda: one_thread)
    monkeypatch.setattr(threads, "MANY_PRODUCTS", 1000)
    monkeypatch.setattr(threads, "PARALLEL_FROM", 10_000)
    numbers = np.random.default_rng(7)
    x = whole(numbers, shape, "float32")
    kernel = (fields["kernel"],) * (len(shape) - 1)
    first, second = (out, shape[0]) if word == "conv" else (shape[0], out)
    weight = whole(numbers, (first, second // groups, *kernel), "float32")
    bias = whole(numbers, (out,), "float32")
    together = run(made(word, out=out, groups=groups, **fields), x, weights={"weight": weight, "bias": bias})
    parts = zip(np.split(x, groups), np.split(weight, groups), np.split(bias, groups))
    alone = made(word, out=out // groups, **fields)
    apart = [run(alone, part, weights={"weight": w, "bias": b}) for part, w, b in parts]
    assert np.array_equal(together, np.concatenate(apart))


@pytest.mark.parametrize(("kernel", "dilation"), [(2, 1), (3, 1), (2, 2)])
def test_what_is_pooled_returns(kernel, dilation):
    """pool(unpool(x)) is x for windows that do not overlap."""
    numbers = np.random.default_rng(3)
    reach = dilation * (kernel - 1) + 1
    x = np.abs(real(numbers, (3, 4 * reach, 5 * reach))) + 1
    pool = made("max_pool", kernel=kernel, stride=reach, dilation=dilation)
    pooled = run(pool, x)
    unpool = made("max_unpool", "pool").bind((pool, (x.shape,)))
    returned = run(unpool, pooled, x)
    assert returned.shape == x.shape
    assert np.array_equal(run(pool, returned), pooled)
    assert np.count_nonzero(returned) == pooled.size


def test_unpooling_is_a_depthwise_transposed_convolution():
    x = whole(np.random.default_rng(2), (3, 4, 5))
    for mode, kernel in (("nearest", (2, 3)), ("bed_of_nails", (1, 1))):
        fields = {"kernel": kernel, "stride": (2, 3), "groups": 3, "bias": False}
        extra = (0, 0) if mode == "nearest" else (1, 2)
        op = made("conv_transpose", out=3, output_padding=extra, **fields)
        scattered = run(op, x, weights={"weight": np.ones((3, 1, *kernel))})
        assert np.array_equal(run(made("unpool", scale=(2, 3), mode=mode), x), scattered)


def test_nearest_resize_by_a_whole_scale_is_unpooling():
    x = whole(np.random.default_rng(2), (3, 4, 5))
    assert np.array_equal(run(made("resize", 3), x), run(made("unpool", 3), x))


def test_space_to_depth_undoes_pixel_shuffle():
    x = whole(np.random.default_rng(2), (24, 3, 5))
    for scale in (2, (3, 2)):
        assert np.array_equal(run(made("space_to_depth", scale), run(made("pixel_shuffle", scale), x)), x)


def test_an_average_is_a_depthwise_convolution_with_equal_weights():
    x = whole(np.random.default_rng(2), (3, 9, 8))
    fields = {"kernel": 3, "stride": 2, "padding": 1}
    ones = {"weight": np.ones((3, 1, 3, 3))}
    sums = run(made("depthwise", bias=False, **fields), x, weights=ones)
    assert run(made("avg_pool", **fields), x) == pytest.approx(sums / 9)


def test_conv_does_not_turn_the_kernel():
    weights = {"weight": np.array([[[1.0, 10, 100]]])}
    found = run(made("conv", out=1, kernel=3, bias=False), np.array([[1.0, 2, 3]]), weights=weights)
    assert found.tolist() == [[321]]


@pytest.mark.parametrize("one_thread", [False, True])
@pytest.mark.parametrize(("channels", "out", "width"), [(64, 32, 90), (3, 32, 90), (32, 512, 4)])
def test_large_blocks_agree_with_small_pieces(channels, out, width, one_thread, monkeypatch):
    """A convolution over a whole image is the one over its rows apart, where blocks end and begin again."""
    monkeypatch.setattr(threads, "one_thread_per_product", lambda: one_thread)
    monkeypatch.setattr(dense, "BLOCK", 50_000)
    numbers = np.random.default_rng(9)
    x = whole(numbers, (channels, 78, width), "float32")
    op = made("conv", out=out, kernel=3, bias=False)
    weights = {"weight": whole(numbers, (out, channels, 3, 3), "float32")}
    found = run(op, x, weights=weights)
    for first in range(0, 76, 19):
        part = run(op, x[:, first : first + 21], weights=weights)
        assert np.array_equal(part, found[:, first : first + 19])


@pytest.mark.parametrize("one_thread", [False, True])
@pytest.mark.parametrize(("channels", "out", "size"), [(64, 96, 60), (64, 2000, 20)])
def test_mixing_channels_is_a_matrix_product(channels, out, size, one_thread, monkeypatch):
    monkeypatch.setattr(threads, "one_thread_per_product", lambda: one_thread)
    numbers = np.random.default_rng(9)
    x, weight = whole(numbers, (channels, size, size), "float32"), whole(numbers, (out, channels, 1, 1), "float32")
    bias = whole(numbers, (out,), "float32")
    found = run(made("pointwise", out), x, weights={"weight": weight, "bias": bias})
    wanted = weight.reshape(out, channels) @ x.reshape(channels, -1) + bias[:, np.newaxis]
    assert np.array_equal(found, wanted.reshape(out, size, size))
    row = run(made("linear", out), x[:, 0, 0], weights={"weight": weight.reshape(out, channels), "bias": bias})
    assert np.array_equal(row, wanted[:, 0])
