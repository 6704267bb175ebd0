"""Random layers against PyTorch, where it is installed: sizes, parameters, and which positions are read."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ops.samples import complaints, dice, inside, made

torch = pytest.importorskip("torch")
nn, functional = torch.nn, torch.nn.functional


def layer(name: str, rank: int, *arguments: Any, **fields: Any) -> Any:
    return getattr(nn, f"{name}{rank}d")(*arguments, **fields)


def size_in_torch(module: Any, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """The shape of the output, or None where torch refuses or makes nothing."""
    try:
        found = tuple(module(torch.zeros(1, *shape)).shape[1:])
    except RuntimeError:
        return None
    return found if min(found) else None


def judged(op: Any, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    return None if complaints(op, shape) else op.shape(shape)


def drawn(rng: Any, rank: int, low: int, high: int) -> tuple[int, ...]:
    return tuple(rng.randint(low, high) for _ in range(rank))


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_convolutions(rank):
    rng = dice(("conv", rank))
    for _ in range(80):
        groups = rng.choice([1, 1, 2, 4])
        channels, out = groups * rng.randint(1, 2), groups * rng.randint(1, 2)
        fields = {
            "stride": drawn(rng, rank, 1, 3),
            "padding": drawn(rng, rank, 0, 2),
            "dilation": drawn(rng, rank, 1, 3),
            "groups": groups,
            "bias": rng.random() < 0.5,
        }
        kernel, shape = drawn(rng, rank, 1, 4), (channels, *drawn(rng, rank, 1, 9))
        op, module = (
            made("conv", out=out, kernel=kernel, **fields),
            layer("Conv", rank, channels, out, kernel, **fields),
        )
        assert judged(op, shape) == size_in_torch(module, shape), (op, shape)
        assert op.params(shape) == sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_transposed_convolutions(rank):
    rng = dice(("conv_transpose", rank))
    for _ in range(80):
        groups = rng.choice([1, 1, 2, 4])
        channels, out = groups * rng.randint(1, 2), groups * rng.randint(1, 2)
        fields = {
            "stride": drawn(rng, rank, 1, 3),
            "padding": drawn(rng, rank, 0, 2),
            "output_padding": drawn(rng, rank, 0, 2),
            "dilation": drawn(rng, rank, 1, 3),
            "groups": groups,
            "bias": rng.random() < 0.5,
        }
        kernel, shape = drawn(rng, rank, 1, 4), (channels, *drawn(rng, rank, 1, 5))
        op = made("conv_transpose", out=out, kernel=kernel, **fields)
        module = layer("ConvTranspose", rank, channels, out, kernel, **fields)
        assert judged(op, shape) == size_in_torch(module, shape), (op, shape)
        assert op.params(shape) == sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_pools(rank):
    rng = dice(("pool", rank))
    for _ in range(200):
        fields = {
            "stride": drawn(rng, rank, 1, 4),
            "padding": drawn(rng, rank, 0, 2),
            "ceil_mode": rng.random() < 0.5,
        }
        kernel, shape = drawn(rng, rank, 1, 4), (2, *drawn(rng, rank, 1, 9))
        if rank < 3 or all(
            n >= k for n, k in zip(shape[1:], kernel)
        ):  # torch's AvgPool3d wants the kernel to fit unpadded
            module = layer("AvgPool", rank, kernel, **fields)
            assert judged(made("avg_pool", kernel=kernel, **fields), shape) == size_in_torch(module, shape), (
                fields,
                shape,
            )
        # torch allows padding up to half of the kernel as if it were not dilated
        dilation = [1 if 2 * pad > k else rng.randint(1, 3) for pad, k in zip(fields["padding"], kernel)]
        fields["dilation"] = dilation
        module = layer("MaxPool", rank, kernel, **fields)
        assert judged(made("max_pool", kernel=kernel, **fields), shape) == size_in_torch(module, shape), (fields, shape)


def test_other_sizes():
    image = torch.zeros(1, 16, 6, 8)
    cases = [
        (made("pixel_shuffle", 2), nn.PixelShuffle(2)),
        (made("space_to_depth", 2), nn.PixelUnshuffle(2)),
        (made("adaptive_avg_pool", [3, 5]), nn.AdaptiveAvgPool2d((3, 5))),
        (made("pad", [[1, 2], [3, 0]]), nn.ZeroPad2d((3, 0, 1, 2))),
        (made("pad", padding=5, mode="reflect"), nn.ReflectionPad2d(5)),
        (made("pad", padding=9, mode="replicate"), nn.ReplicationPad2d(9)),
        (made("crop", margins=[[1, 2], [3, 0]]), nn.ZeroPad2d((-3, 0, -1, -2))),
        (made("flatten"), nn.Flatten()),
        (made("channel_shuffle", 4), nn.ChannelShuffle(4)),
        (made("resize", 1.7), nn.Upsample(scale_factor=1.7)),
        (made("resize", scale=0.3, mode="bilinear"), nn.Upsample(scale_factor=0.3, mode="bilinear")),
    ]
    for op, module in cases:
        assert op.shape((16, 6, 8)) == tuple(module(image).shape[1:]), op


@pytest.mark.parametrize(
    ("word", "value", "module"),
    [
        ("batch_norm", None, lambda: nn.BatchNorm2d(8)),
        ("instance_norm", None, lambda: nn.InstanceNorm2d(8, affine=True)),
        ("group_norm", 4, lambda: nn.GroupNorm(4, 8)),
        ("layer_norm", None, lambda: nn.LayerNorm(8)),
        ("prelu", None, lambda: nn.PReLU(8)),
        ("linear", 10, lambda: nn.Linear(8 * 25, 10)),
    ],
)
def test_params(word, value, module):
    assert made(word, value).params((8, 5, 5)) == sum(p.numel() for p in module().parameters())


def read_in_torch(function: Any, n: int) -> list[list[int]]:
    """For each output position the input positions that it depends on; less than 1e-5 of one is rounding."""
    dependence = torch.autograd.functional.jacobian(lambda x: function(x.view(1, 1, n)).flatten(), torch.rand(n))
    return [(row > 1e-5).nonzero().flatten().tolist() for row in dependence]


def ones(module: Any) -> Any:
    with torch.no_grad():
        module.weight.fill_(1)
    return module


def test_reads_of_windows():
    rng = dice("reads")
    for _ in range(150):
        n, kernel, stride, dilation = rng.randint(1, 9), rng.randint(1, 4), rng.randint(1, 4), rng.randint(1, 3)
        fields = {"stride": stride, "padding": rng.randint(0, 2), "dilation": dilation}
        op = made("conv", out=1, kernel=kernel, **fields)
        if not complaints(op, (1, n)):
            [axis] = op.axes((1, n))
            function = ones(nn.Conv1d(1, 1, kernel, bias=False, **fields))
            assert [inside(axis, o) for o in range(axis.m)] == read_in_torch(function, n), (op, n)
        fields["output_padding"] = rng.randint(0, max(stride, dilation) - 1)
        op = made("conv_transpose", out=1, kernel=kernel, **fields)
        if not complaints(op, (1, n)):
            [axis] = op.axes((1, n))
            function = ones(nn.ConvTranspose1d(1, 1, kernel, bias=False, **fields))
            assert [inside(axis, o) for o in range(axis.m)] == read_in_torch(function, n), (op, n)


def test_reads_of_resizes_and_adaptive_pools():
    for n in range(1, 8):
        for m in range(1, 12):
            [axis] = made("adaptive_avg_pool", m).axes((1, n))
            found = read_in_torch(lambda x, m=m: functional.adaptive_avg_pool1d(x, m), n)
            assert [inside(axis, o) for o in range(m)] == found
            for corners in (False, True):
                [axis] = made("resize", size=m, mode="bilinear", align_corners=corners).axes((1, n))
                fields = {"mode": "linear", "align_corners": corners}
                found = read_in_torch(lambda x, m=m, fields=fields: functional.interpolate(x, m, **fields), n)
                assert [inside(axis, o) for o in range(m)] == found, (n, m, corners)


@pytest.mark.parametrize("scale", [0.5, 1.5, 2.0, 2.5, 4.0])
def test_reads_of_scaled_resizes(scale):
    for n in range(2, 9):
        [near] = made("resize", scale).axes((1, n))
        found = read_in_torch(lambda x: functional.interpolate(x, scale_factor=scale), n)
        assert [inside(near, o) for o in range(near.m)] == found, n
        [between] = made("resize", scale=scale, mode="bilinear").axes((1, n))
        found = read_in_torch(lambda x: functional.interpolate(x, scale_factor=scale, mode="linear"), n)
        assert [inside(between, o) for o in range(between.m)] == found, n
