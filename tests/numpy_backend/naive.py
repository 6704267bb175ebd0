"""Every operation once more, with loops over positions and taps: slow, plain, from the definitions alone."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from convcost.numpy_backend.arrays import Array

NAIVE: dict[str, Any] = {}


def of(*words: str) -> Callable[[Any], Any]:
    def register(function: Any) -> Any:
        NAIVE.update(dict.fromkeys(words, function))
        return function

    return register


def each(value: Any, rank: int) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,) * rank


def before(padding: Any, n: int, kernel: int, stride: int, dilation: int) -> int:
    """Padding at the start of an axis (TensorFlow's documentation of SAME; `same_lower` is ONNX's)."""
    if padding in ("same", "same_lower"):
        total = max((math.ceil(n / stride) - 1) * stride + dilation * (kernel - 1) + 1 - n, 0)
        return total // 2 if padding == "same" else total - total // 2
    if padding == "valid":
        return 0
    return padding[0] if isinstance(padding, tuple) else padding


def taps(op: Any, sizes: tuple[int, ...], place: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """(tap, position) of a window, positions on padding too."""
    rank = len(sizes)
    kernel, stride, dilation = each(op.kernel, rank), each(op.stride or op.kernel, rank), each(dilated(op), rank)
    pads = each(op.padding, rank)
    starts = [o * s - before(p, n, k, s, d) for o, s, p, n, k, d in zip(place, stride, pads, sizes, kernel, dilation)]
    for tap in product(*map(range, kernel)):
        yield tap, tuple(start + j * d for start, j, d in zip(starts, tap, dilation))


def dilated(op: Any) -> Any:
    return getattr(op, "dilation", 1)


def places(shape: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    return product(*map(range, shape))


def lies_in(position: tuple[int, ...], sizes: tuple[int, ...]) -> bool:
    return all(0 <= i < n for i, n in zip(position, sizes))


def convolved(op: Any, x: Array, w: dict[str, Array], shape: tuple[int, ...], groups: int) -> Array:
    y = np.zeros(shape)
    weight = w["weight"]
    share, own = len(x) // groups, shape[0] // groups
    for o in places(shape):
        for tap, at in taps(op, x.shape[1:], o[1:]):
            if lies_in(at, x.shape[1:]):
                for c in range(share):
                    y[o] += weight[(o[0], c, *tap)] * x[(o[0] // own * share + c, *at)]
        if op.bias:
            y[o] += w["bias"][o[0]]
    return y


@of("conv")
def conv(op, inputs, w, shape):
    return convolved(op, inputs[0], w, shape, op.groups)


@of("depthwise", "pointwise")
def alias(op, inputs, w, shape):
    same = op.equivalent(inputs[0].shape)
    return convolved(same, inputs[0], w, shape, same.groups)


@of("conv_transpose")
def conv_transpose(op, inputs, w, shape):
    [x] = inputs
    rank = x.ndim - 1
    y = np.zeros(shape)
    kernel, stride, dilation = each(op.kernel, rank), each(op.stride, rank), each(op.dilation, rank)
    starts = []
    for k, s, d, p in zip(kernel, stride, dilation, each(op.padding, rank)):
        crop = max(d * (k - 1) + 1 - s, 0)
        starts.append(
            {"same": crop // 2, "same_lower": crop - crop // 2, "valid": 0}.get(p) if p in WORDS else first(p)
        )
    share, own = len(x) // op.groups, shape[0] // op.groups
    for c, *i in places(x.shape):
        for tap in product(*map(range, kernel)):
            at = tuple(n * s + j * d - b for n, s, j, d, b in zip(i, stride, tap, dilation, starts))
            if lies_in(at, shape[1:]):
                for o in range(own):
                    y[(c // share * own + o, *at)] += w["weight"][(c, o, *tap)] * x[(c, *i)]
    if op.bias:
        y += w["bias"].reshape(-1, *[1] * rank)
    return y


WORDS = ("same", "same_lower", "valid")


def first(padding: Any) -> int:
    return padding[0] if isinstance(padding, tuple) else padding


@of("linear")
def linear(op, inputs, w, shape):
    flat = [inputs[0][i] for i in places(inputs[0].shape)]
    return np.array(
        [sum(a * b for a, b in zip(row, flat)) + (w["bias"][o] if op.bias else 0) for o, row in enumerate(w["weight"])]
    )


@of("max_pool")
def max_pool(op, inputs, w, shape):
    [x] = inputs
    y = np.zeros(shape)
    for o in places(shape):
        seen = [x[(o[0], *at)] for _, at in taps(op, x.shape[1:], o[1:]) if lies_in(at, x.shape[1:])]
        y[o] = max(seen, default=-math.inf)  # a dilated window may lie on padding alone
    return y


@of("avg_pool")
def avg_pool(op, inputs, w, shape):
    [x] = inputs
    sizes = x.shape[1:]
    y = np.zeros(shape)
    rank = len(sizes)
    kernel, stride = each(op.kernel, rank), each(op.stride or op.kernel, rank)
    around = [both(p, n, k, s) for p, n, k, s in zip(each(op.padding, rank), sizes, kernel, stride)]
    for o in places(shape):
        seen = [at for _, at in taps(op, sizes, o[1:])]
        counted = [
            at
            for at in seen
            if all(
                (-b if op.count_include_pad else 0) <= i < n + (a if op.count_include_pad else 0)
                for i, n, (b, a) in zip(at, sizes, around)
            )
        ]
        y[o] = sum(x[(o[0], *at)] for at in seen if lies_in(at, sizes)) / len(counted)
    return y


def both(padding: Any, n: int, kernel: int, stride: int) -> tuple[int, int]:
    start = before(padding, n, kernel, stride, 1)
    if padding in ("same", "same_lower"):
        return start, max((math.ceil(n / stride) - 1) * stride + kernel - n, 0) - start
    return start, padding[1] if isinstance(padding, tuple) else start


@of("global_avg_pool")
def global_avg_pool(op, inputs, w, shape):
    return np.array([np.mean(channel) for channel in inputs[0]]).reshape(shape)


@of("global_max_pool")
def global_max_pool(op, inputs, w, shape):
    return np.array([max(channel.flat) for channel in inputs[0]]).reshape(shape)


@of("adaptive_avg_pool")
def adaptive_avg_pool(op, inputs, w, shape):
    [x] = inputs
    y = np.zeros(shape)
    for o in places(shape):
        spans = [
            range(math.floor(i * n / m), math.ceil((i + 1) * n / m)) for i, n, m in zip(o[1:], x.shape[1:], shape[1:])
        ]
        y[o] = np.mean([x[(o[0], *at)] for at in product(*spans)])
    return y


@of("max_unpool")
def max_unpool(op, inputs, w, shape):
    values, pooled = inputs
    y = np.zeros(shape)
    for o in places(values.shape):  # row-major: the later window wins
        seen = [at for _, at in taps(op.source, shape[1:], o[1:]) if lies_in(at, shape[1:])]
        if seen:  # a dilated window may lie on padding alone
            y[(o[0], *max(seen, key=lambda at: pooled[(o[0], *at)]))] = values[o]
    return y


@of("unpool")
def unpool(op, inputs, w, shape):
    [x] = inputs
    y = np.zeros(shape)
    scale = each(op.scale, x.ndim - 1)
    for o in places(shape):
        if op.mode == "nearest" or all(i % s == 0 for i, s in zip(o[1:], scale)):
            y[o] = x[(o[0], *(i // s for i, s in zip(o[1:], scale)))]
    return y


@of("resize")
def resize(op, inputs, w, shape):
    [x, *_] = inputs
    rank = x.ndim - 1
    sizes = x.shape[1:]
    steps = [Fraction(n, m) for n, m in zip(sizes, shape[1:])]
    if op.scale is not None:
        steps = [1 / Fraction(s) for s in each(op.scale, rank)]
    y = np.zeros(shape)
    for o in places(shape):
        if op.mode == "nearest":
            y[o] = x[(o[0], *(math.floor(i * step) for i, step in zip(o[1:], steps)))]
            continue
        exact = []
        for i, n, m, step in zip(o[1:], sizes, shape[1:], steps):
            at = (
                Fraction(i * (n - 1), max(m - 1, 1))
                if op.align_corners
                else (i + Fraction(1, 2)) * step - Fraction(1, 2)
            )
            exact.append(min(max(at, Fraction(0)), Fraction(n - 1)))
        for corner in product((0, 1), repeat=rank):
            share = math.prod(float(at % 1 if up else 1 - at % 1) for at, up in zip(exact, corner))
            if share:
                y[o] += share * x[(o[0], *(math.floor(at) + up for at, up in zip(exact, corner)))]
    return y


@of("pad")
def pad(op, inputs, w, shape):
    [x] = inputs
    starts = [first(p) for p in each(op.padding, x.ndim - 1)]
    y = np.zeros(shape)
    for o in places(shape):
        at = [i - b for i, b in zip(o[1:], starts)]
        if op.mode == "reflect":
            at = [abs(i) if i < n else 2 * (n - 1) - i for i, n in zip(at, x.shape[1:])]
        if op.mode == "replicate":
            at = [min(max(i, 0), n - 1) for i, n in zip(at, x.shape[1:])]
        y[o] = x[(o[0], *at)] if lies_in(tuple(at), x.shape[1:]) else 0
    return y


@of("crop")
def crop(op, inputs, w, shape):
    x = inputs[0]
    rank = x.ndim - 1
    starts = (
        [first(m) for m in each(op.margins, rank)]
        if op.margins is not None
        else [
            (n - m) // 2 if start is None else start
            for n, m, start in zip(x.shape[1:], shape[1:], each(op.offset, rank))
        ]
    )
    y = np.zeros(shape)
    for o in places(shape):
        y[o] = x[(o[0], *(i + start for i, start in zip(o[1:], starts)))]
    return y


@of("slice")
def slice_(op, inputs, w, shape):
    return np.stack([inputs[0][c] for c in range(*op.range)])


@of("channel_shuffle")
def channel_shuffle(op, inputs, w, shape):
    each_group = shape[0] // op.groups
    return np.stack([inputs[0][c % op.groups * each_group + c // op.groups] for c in range(shape[0])])


@of("pixel_shuffle")
def pixel_shuffle(op, inputs, w, shape):
    [x] = inputs
    scale = each(op.scale, x.ndim - 1)
    y = np.zeros(shape)
    for o in places(shape):
        inner = np.ravel_multi_index([i % s for i, s in zip(o[1:], scale)], scale)
        y[o] = x[(o[0] * math.prod(scale) + inner, *(i // s for i, s in zip(o[1:], scale)))]
    return y


@of("space_to_depth")
def space_to_depth(op, inputs, w, shape):
    [x] = inputs
    scale = each(op.scale, x.ndim - 1)
    y = np.zeros(shape)
    for o in places(shape):
        channel, inner = divmod(o[0], math.prod(scale))
        y[o] = x[(channel, *(i * s + j for i, s, j in zip(o[1:], scale, np.unravel_index(inner, scale))))]
    return y


@of("flatten")
def flatten(op, inputs, w, shape):
    return np.array([inputs[0][i] for i in places(inputs[0].shape)])


@of("identity", "dropout")
def same(op, inputs, w, shape):
    return inputs[0]


@of("add")
def add(op, inputs, w, shape):
    return np.array([sum(at(x, o) for x in inputs) for o in places(shape)]).reshape(shape)


@of("mul")
def mul(op, inputs, w, shape):
    return np.array([math.prod(at(x, o) for x in inputs) for o in places(shape)]).reshape(shape)


def at(x: Array, place: tuple[int, ...]) -> float:
    """The value at a place; a tensor of one position has it everywhere."""
    return float(x[tuple(i if n > 1 else 0 for i, n in zip(place, x.shape))])


@of("concat")
def concat(op, inputs, w, shape):
    return np.array([channel for x in inputs for channel in x])


@of("batch_norm")
def batch_norm(op, inputs, w, shape):
    y = np.zeros(shape)
    for c, channel in enumerate(inputs[0]):
        y[c] = (channel - w["running_mean"][c]) / math.sqrt(w["running_var"][c] + 1e-5)
        if op.affine:
            y[c] = y[c] * w["weight"][c] + w["bias"][c]
    return y


def standardised(part: Array) -> Array:
    return (part - part.mean()) / math.sqrt(part.var() + 1e-5)


def affine(op: Any, y: Array, w: dict[str, Array]) -> Array:
    return np.stack([c * w["weight"][i] + w["bias"][i] for i, c in enumerate(y)]) if op.affine else y


@of("instance_norm")
def instance_norm(op, inputs, w, shape):
    return affine(op, np.stack([standardised(channel) for channel in inputs[0]]), w)


@of("group_norm")
def group_norm(op, inputs, w, shape):
    return affine(op, np.concatenate([standardised(part) for part in np.split(inputs[0], op.groups)]), w)


@of("layer_norm")
def layer_norm(op, inputs, w, shape):
    y = np.zeros(shape)
    for o in places(shape[1:]):
        y[(slice(None), *o)] = standardised(inputs[0][(slice(None), *o)])
    return affine(op, y, w)


@of("lrn")
def lrn(op, inputs, w, shape):
    [x] = inputs
    y = np.zeros(shape)
    for c, *o in places(shape):
        around = [x[(i, *o)] ** 2 for i in range(c - op.size // 2, c - op.size // 2 + op.size) if 0 <= i < len(x)]
        y[(c, *o)] = x[(c, *o)] / (1 + 1e-4 * sum(around) / op.size) ** 0.75
    return y


@of("prelu")
def prelu(op, inputs, w, shape):
    return np.stack([np.where(c > 0, c, c * w["weight"][i]) for i, c in enumerate(inputs[0])])


@of("scale")
def scale(op, inputs, w, shape):
    return np.stack([c * w["weight"][i] + (w["bias"][i] if op.bias else 0) for i, c in enumerate(inputs[0])])


@of("softmax")
def softmax(op, inputs, w, shape):
    powers = np.exp(inputs[0])
    return powers / powers.sum(axis=0)


ELEMENTS = {
    "relu": lambda v: max(v, 0),
    "relu6": lambda v: min(max(v, 0), 6),
    "elu": lambda v: v if v > 0 else math.exp(v) - 1,
    "selu": lambda v: 1.0507009873554805 * (v if v > 0 else 1.6732632423543772 * (math.exp(v) - 1)),
    "silu": lambda v: v / (1 + math.exp(-v)),
    "gelu": lambda v: v * 0.5 * math.erfc(-v / math.sqrt(2)),
    "mish": lambda v: v * math.tanh(math.log1p(math.exp(v))),
    "sigmoid": lambda v: 1 / (1 + math.exp(-v)),
    "hardsigmoid": lambda v: min(max(v / 6 + 0.5, 0), 1),
    "hardswish": lambda v: v * min(max(v / 6 + 0.5, 0), 1),
    "tanh": math.tanh,
}
for word, function in ELEMENTS.items():
    NAIVE[word] = lambda op, inputs, w, shape, function=function: np.vectorize(function, otypes=[float])(inputs[0])


@of("leaky_relu")
def leaky_relu(op, inputs, w, shape):
    return np.where(inputs[0] > 0, inputs[0], inputs[0] * float(op.slope))
