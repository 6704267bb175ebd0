from __future__ import annotations

from itertools import product as combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from ...types import volume
from ..arrays import channels_first, per_axis, turned
from ..threads import spread
from .core.kernel import adding, apply, copies, has, in_turn, product
from .core.windows import sides

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...types import Shape
    from ..arrays import Array
    from ..meter import Meter
    from .core.kernel import Rewrite

BLOCK = 1 << 19
"""Elements of products at a time."""


def conv_transpose_weights(
    shapes: Sequence[Shape], *, out: int, kernel: Any, groups: int, bias: bool, **_: Any
) -> dict[str, Shape]:
    """``(C, out / groups, *kernel)``; with bias a number per output channel."""
    channels, *sizes = shapes[0]
    weight = {"weight": (channels, out // groups, *per_axis(kernel, len(sizes)))}
    return {**weight, "bias": (out,)} if bias else weight


def conv_transpose_work(
    shapes: Sequence[Shape],
    output: Shape,
    *,
    out: int,
    kernel: Any,
    stride: Any,
    padding: Any,
    output_padding: Any,
    dilation: Any,
    **fields: Any,
) -> int:
    """The canvas, and the products of what lies at one place of the first axis, or of as many as there are weights."""
    sizes = shapes[0][1:]
    per = [per_axis(value, len(sizes)) for value in (kernel, stride, dilation, padding, output_padding)]
    canvas = volume(tuple([_span(n, *values)[0] + values[1] for n, *values in zip(sizes, *per)])) * out
    weights = volume(conv_transpose_weights(shapes, out=out, kernel=kernel, **fields)["weight"])
    row = volume(sizes[1:]) * volume(per[0]) * out
    return copies(shapes, output) + canvas + weights + max(row, min(weights, row * sizes[0]))


@has(finishes=True)
def conv_transpose(
    meter: Meter,
    inputs: Sequence[Array],
    weights: Mapping[str, Array],
    *,
    out: int,
    kernel: Any,
    stride: Any,
    padding: Any,
    output_padding: Any,
    dilation: Any,
    groups: int,
    bias: bool,
    then: Rewrite | None = None,
) -> Array:
    """Each position adds a weighted window to a canvas, whose sides are then cropped; the gradient of `conv`.

    `then` changes each block of positions that has just been computed.
    """
    x, weight = inputs[0], meter.read(weights, "weight")
    rank = x.ndim - 1
    per = [per_axis(value, rank) for value in (stride, dilation, padding, output_padding)]
    spans = [_span(n, k, *values) for n, k, *values in zip(x.shape[1:], weight.shape[2:], *per)]
    finish = in_turn(adding(meter.read(weights, "bias")) if bias else None, then)
    # whole strides, so that blocks of a stride can be added at once; what is too much is cropped
    canvas = np.zeros((*[-(-length // s) * s for (length, _), s in zip(spans, per[0])], out), x.dtype)
    _scatter(meter, turned(x), weight, canvas.reshape(*canvas.shape[:-1], groups, -1), per[0], per[1])
    y = canvas[tuple(kept for _, kept in spans)]
    if canvas.size > y.size * 6 // 5:
        y = y.copy()  # a view would keep all of it
    apply(finish, y)
    return channels_first(y)


def _span(n: int, kernel: int, stride: int, dilation: int, padding: Any, extra: int) -> tuple[int, slice]:
    """How long the canvas is along an axis, and what is kept of it.

    `same` keeps a stride for each position: the rest of the windows is cropped, or what is missing is added at the end.
    """
    last = range(0, n * stride, stride)[-1] + range(0, kernel * dilation, dilation)[-1]  # where anything is written
    beyond = (kernel - 1) * dilation + 1 - stride  # what a window has more than a stride
    before, after = sides(padding, max(beyond, 0))
    if padding in ("same", "same_lower"):
        extra = max(-beyond, 0)
    length = last + 1 + extra
    return length, slice(before, length - after)


def _scatter(
    meter: Meter, x: Array, weight: Array, canvas: Array, stride: Sequence[int], dilation: Sequence[int]
) -> None:
    """Add the windows of ``(*sizes, C)`` to ``(*canvas, groups, out)``, in blocks along the first axis."""
    channels, out, *kernel = weight.shape
    groups, sizes = canvas.shape[-2], x.shape[1:-1]
    # for each group a row of (*kernel, out) for each channel
    flat = np.moveaxis(weight, 1, -1).reshape(groups, channels // groups, -1)
    # where the weights are larger than a block, they would be read too often
    rows = max(1, max(BLOCK, flat.size) // (volume(sizes) * groups * flat.shape[2]))
    for first in range(0, x.shape[0], rows):
        block = x[first : first + rows]
        apart = block.reshape(-1, groups, channels // groups).transpose(1, 0, 2)
        products = np.empty((*apart.shape[:2], flat.shape[2]), x.dtype)
        if groups == 1:
            product(meter, apart[0], flat[0], products[0])
        else:
            meter.matmul(apart, flat, out=products)
        windows = np.moveaxis(products.reshape(groups, len(block), *sizes, *kernel, out), 0, -2)
        if all(d == 1 for d in dilation):
            _add_blocks(windows, canvas[first * stride[0] :], stride)
        else:
            _add_taps(windows, canvas[first * stride[0] :], stride, dilation)


def _add_blocks(products: Array, canvas: Array, stride: Sequence[int]) -> None:
    """Add windows ``(*sizes, *kernel, groups, out)``, cut into blocks of a stride, which lie side by side on the
    canvas."""
    rank = len(stride)
    sizes, kernel = products.shape[:rank], products.shape[rank:-2]
    apart = [part for size, s in zip(canvas.shape, stride) for part in (size // s, s)]
    blocks = canvas.reshape(*apart, *canvas.shape[-2:])
    order = [axis for i in range(rank) for axis in (i, rank + i)]
    interleaved = products.transpose(*order, 2 * rank, 2 * rank + 1)  # for each axis position, place in the window
    pieces = list(combinations(*[range(-(-k // s)) for k, s in zip(kernel, stride)]))

    def work(first: int, end: int) -> None:
        for piece in pieces:
            here, there = [], []
            for p, n, k, s in zip(piece, sizes, kernel, stride):
                here += [slice(p, p + n), slice(0, min(s, k - p * s))]
                there += [slice(None), slice(p * s, min((p + 1) * s, k))]
            low, high = max(first, piece[0]), min(end, piece[0] + sizes[0])  # rows of the canvas, which nobody else has
            if low < high:
                here[0], there[0] = slice(low, high), slice(low - piece[0], high - piece[0])
                blocks[tuple(here)] += interleaved[tuple(there)]

    spread(work, min(len(blocks), sizes[0] + pieces[-1][0]), products.size)


def _add_taps(products: Array, canvas: Array, stride: Sequence[int], dilation: Sequence[int]) -> None:
    """Add windows ``(*sizes, *kernel, groups, out)``, one tap after the other."""
    rank = len(stride)
    sizes, kernel = products.shape[:rank], products.shape[rank:-2]
    for taps in combinations(*map(range, kernel)):
        starts = [tap * d for tap, d in zip(taps, dilation)]
        at = tuple(slice(b, b + (n - 1) * s + 1, s) for b, n, s in zip(starts, sizes, stride))
        one_tap: tuple[Any, ...] = (slice(None),) * rank + taps
        canvas[at] += products[one_tap]
