"""Random layers of every kind against PyTorch, where it is installed: within 1e-4 of the largest value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.numpy_backend.running import positive_where_needed, real, run, shapes_of_weights
from tests.ops.samples import dice, random_case

torch = pytest.importorskip("torch")
nn, functional = torch.nn, torch.nn.functional
COUNT = 60


def each(value: Any, rank: int) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,) * rank


def both(padding: Any, n: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """Padding of one axis written out, as TensorFlow places `same`."""
    if padding in ("same", "same_lower"):
        missing = max((-(-n // stride) - 1) * stride + dilation * (kernel - 1) + 1 - n, 0)
        less = missing // 2
        return (less, missing - less) if padding == "same" else (missing - less, less)
    if padding == "valid":
        return 0, 0
    return padding if isinstance(padding, tuple) else (padding, padding)


def padded(op: Any, x: Any, value: float = 0.0) -> Any:
    """The input with its padding around it, which torch cannot have unequal."""
    rank = x.dim() - 2
    stride, dilation = op.stride or op.kernel, getattr(op, "dilation", 1)
    per = zip(x.shape[2:], *(each(v, rank) for v in (op.padding, op.kernel, stride, dilation)))
    around = [both(p, n, k, s, d) for n, p, k, s, d in per]
    return functional.pad(x, [side for pair in reversed(around) for side in pair], value=value)


def of_rank(name: str, x: Any) -> Any:
    return getattr(functional, f"{name}{x.dim() - 2}d")


def conv(op, w, x):
    rank = x.dim() - 2
    fields = {"stride": each(op.stride, rank), "dilation": each(op.dilation, rank), "groups": op.groups}
    return of_rank("conv", x)(padded(op, x), w["weight"], w.get("bias"), **fields)


def alias(op, w, x):
    return conv(op.equivalent(tuple(x.shape[1:])), w, x)


def conv_transpose(op, w, x):
    rank = x.dim() - 2
    stride, dilation, kernel = (each(v, rank) for v in (op.stride, op.dilation, op.kernel))
    whole = of_rank("conv_transpose", x)(x, w["weight"], stride=stride, dilation=dilation, groups=op.groups)
    for i, (n, k, s, d, p, extra) in enumerate(
        zip(x.shape[2:], kernel, stride, dilation, each(op.padding, rank), each(op.output_padding, rank))
    ):
        over = d * (k - 1) + 1 - s
        if p in ("same", "same_lower"):
            less = max(over, 0) // 2
            before = less if p == "same" else max(over, 0) - less
            size = n * s
        else:
            before, after = both(p, n, k, s, d)
            size = whole.shape[2 + i] + extra - before - after
        around = [0, 0] * (rank - 1 - i) + [-before, size + before - whole.shape[2 + i]]
        whole = functional.pad(whole, around)
    return whole if "bias" not in w else whole + w["bias"].reshape(-1, *[1] * rank)


def max_pool(op, w, x):
    if op.ceil_mode:  # torch's own padding decides about the last window
        pads = each(op.padding, x.dim() - 2)
        if any(not isinstance(p, int) for p in pads) or any(
            2 * p > k for p, k in zip(pads, each(op.kernel, len(pads)))
        ):
            return None
        return of_rank("max_pool", x)(x, op.kernel, op.stride, op.padding, op.dilation, ceil_mode=True)
    return of_rank("max_pool", x)(padded(op, x, -torch.inf), op.kernel, op.stride or op.kernel, 0, op.dilation)


def avg_pool(op, w, x):
    rank = x.dim() - 2
    pads = each(op.padding, rank)
    if any(not isinstance(p, int) for p in pads):
        if op.ceil_mode or not op.count_include_pad:
            return None
        return of_rank("avg_pool", x)(padded(op, x), op.kernel, op.stride)
    if any(2 * p > k for p, k in zip(pads, each(op.kernel, rank))):
        return None
    if rank == 3 and any(n < k for n, k in zip(x.shape[2:], each(op.kernel, rank))):
        return None  # torch wants the kernel to fit unpadded
    return of_rank("avg_pool", x)(x, op.kernel, op.stride, pads, op.ceil_mode, op.count_include_pad)


def max_unpool(op, w, x, before):
    pool, rank = op.source, x.dim() - 2
    pads, kernel = each(pool.padding, rank), each(pool.kernel, rank)
    stride, dilation = each(pool.stride or pool.kernel, rank), each(pool.dilation, rank)
    if pool.ceil_mode or any(not isinstance(p, int) or 2 * p > k for p, k in zip(pads, kernel)):
        return None
    if any(s < d * (k - 1) + 1 for s, d, k in zip(stride, dilation, kernel)):
        return None  # where windows overlap torch leaves open which value wins
    _, at = of_rank("max_pool", before)(before, kernel, stride, pads, dilation, return_indices=True)
    size = before[0, 0].numel()
    if at.max() >= size:
        return None  # a dilated window on padding alone
    flat = torch.zeros(*x.shape[:2], size)
    return flat.scatter(2, at.flatten(2), x.flatten(2)).reshape(before.shape)


def group_norm(op, w, x):
    groups = op.groups if op.word == "group_norm" else x.shape[1]
    if x[0].numel() == groups:
        return None  # torch refuses to normalise one value
    return functional.group_norm(x, groups, w.get("weight"), w.get("bias"))


def resize(op, w, x, *like):
    rank = x.dim() - 2
    mode = op.mode if op.mode == "nearest" else {1: "linear", 2: "bilinear", 3: "trilinear"}[rank]
    corners = {} if op.mode == "nearest" else {"align_corners": op.align_corners}
    if op.scale is not None:
        scale = tuple(float(s) for s in each(op.scale, rank))
        # a float times a size may fall below the whole number it is meant to be, or a coordinate
        if any(
            (s * n).denominator == 1 and s.denominator > 1 for s, n in zip(each(op.scale, rank), x.shape[2:])
        ) or any(s.denominator not in (1, 2, 4) or s.numerator & (s.numerator - 1) for s in each(op.scale, rank)):
            return None
        return functional.interpolate(x, scale_factor=scale, mode=mode, **corners)
    size = each(op.size, rank) if op.size is not None else tuple(like[0].shape[2:])
    if op.mode == "nearest" and any(
        o * n % m == 0 and (m & (m - 1)) for n, m in zip(x.shape[2:], size) for o in range(1, m)
    ):
        return None  # torch rounds n / m to a float
    return functional.interpolate(x, size=size, mode=mode, **corners)


def pad(op, w, x):
    sides = [side for p in reversed(each(op.padding, x.dim() - 2)) for side in (p if isinstance(p, tuple) else (p, p))]
    return functional.pad(x, sides, mode={"zeros": "constant"}.get(op.mode, op.mode))


def batch_norm(op, w, x):
    return functional.batch_norm(x, w["running_mean"], w["running_var"], w.get("weight"), w.get("bias"))


def layer_norm(op, w, x):
    last = x.movedim(1, -1)
    return functional.layer_norm(last, last.shape[-1:], w.get("weight"), w.get("bias")).movedim(-1, 1)


TWINS: dict[str, Any] = {
    "conv": conv,
    "depthwise": alias,
    "pointwise": alias,
    "conv_transpose": conv_transpose,
    "linear": lambda op, w, x: functional.linear(x.flatten(1), w["weight"], w.get("bias")),
    "max_pool": max_pool,
    "avg_pool": avg_pool,
    "max_unpool": max_unpool,
    "global_avg_pool": lambda op, w, x: x.mean(tuple(range(2, x.dim())), keepdim=True),
    "global_max_pool": lambda op, w, x: x.amax(tuple(range(2, x.dim())), keepdim=True),
    "adaptive_avg_pool": lambda op, w, x: of_rank("adaptive_avg_pool", x)(x, each(op.size, x.dim() - 2)),
    "resize": resize,
    "pad": pad,
    "batch_norm": batch_norm,
    "layer_norm": layer_norm,
    "group_norm": group_norm,
    "instance_norm": group_norm,
    "lrn": lambda op, w, x: None if x.dim() < 3 else functional.local_response_norm(x, op.size),
    "relu": lambda op, w, x: functional.relu(x),
    "relu6": lambda op, w, x: functional.relu6(x),
    "leaky_relu": lambda op, w, x: functional.leaky_relu(x, float(op.slope)),
    "elu": lambda op, w, x: functional.elu(x),
    "selu": lambda op, w, x: functional.selu(x),
    "silu": lambda op, w, x: functional.silu(x),
    "gelu": lambda op, w, x: functional.gelu(x),
    "mish": lambda op, w, x: functional.mish(x),
    "sigmoid": lambda op, w, x: torch.sigmoid(x),
    "hardsigmoid": lambda op, w, x: functional.hardsigmoid(x),
    "hardswish": lambda op, w, x: functional.hardswish(x),
    "tanh": lambda op, w, x: torch.tanh(x),
    "softmax": lambda op, w, x: torch.softmax(x, 1),
    "prelu": lambda op, w, x: functional.prelu(x, w["weight"]),
    "channel_shuffle": lambda op, w, x: None if x.dim() < 3 else functional.channel_shuffle(x, op.groups),
    "pixel_shuffle": lambda op, w, x: (
        functional.pixel_shuffle(x, op.scale) if isinstance(op.scale, int) and x.dim() == 4 else None
    ),
    "space_to_depth": lambda op, w, x: (
        functional.pixel_unshuffle(x, op.scale) if isinstance(op.scale, int) and x.dim() == 4 else None
    ),
    "flatten": lambda op, w, x: x.flatten(1),
    "add": lambda op, w, *x: sum(x),
    "mul": lambda op, w, *x: torch.stack(x).prod(0),
    "concat": lambda op, w, *x: torch.cat(x, 1),
}


@pytest.mark.parametrize("word", TWINS)
def test_kernels_and_torch_agree(word):
    rng, numbers, done = dice(("torch", word)), np.random.default_rng(len(word)), 0
    while done < COUNT:
        op, shapes = random_case(word, rng)
        if word == "max_unpool":
            shapes = shapes[0], op.size
        inputs = [real(numbers, shape, "float32") for shape in shapes]
        weights = {
            name: positive_where_needed(name, real(numbers, shape, "float32"))
            for name, shape in shapes_of_weights(op, *shapes).items()
        }
        with torch.inference_mode():
            given = {name: torch.from_numpy(w) for name, w in weights.items()}
            wanted = TWINS[word](op, given, *[torch.from_numpy(x)[None] for x in inputs])
        if wanted is None:  # torch has no such operation, or means something else by it
            continue
        found = run(op, *inputs, weights=weights)
        expected = wanted[0].numpy()
        assert found.shape == expected.shape, (op, shapes)
        finite = np.isfinite(expected)
        assert np.array_equal(found[~finite], expected[~finite]), (op, shapes)
        bound = 1e-4 * max(1.0, float(np.abs(expected[finite]).max(initial=0)))
        assert np.abs(found[finite] - expected[finite]).max(initial=0) <= bound, (op, shapes)
        done += 1


def test_there_are_two_thousand_layers():
    assert COUNT * len(TWINS) >= 2000
