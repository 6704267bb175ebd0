from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...types import volume
from ..arrays import channels_first, per_axis, turned
from ..threads import processors
from .core.channelwise import LONG, channelwise
from .core.dense import dense
from .core.grouped import grouped
from .core.kernel import adding, apply, copies, has, in_turn
from .core.windows import lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...types import Shape
    from ..arrays import Array
    from ..meter import Meter
    from .core.kernel import Rewrite

MANY_GROUPS = 8
"""Fewer are convolved one after the other."""


def conv_weights(
    shapes: Sequence[Shape], *, out: int, kernel: Any, groups: int, bias: bool, **_: Any
) -> dict[str, Shape]:
    """``(out, C / groups, *kernel)``; with bias a number per output channel."""
    channels, *sizes = shapes[0]
    weight = {"weight": (out, channels // groups, *per_axis(kernel, len(sizes)))}
    return {**weight, "bias": (out,)} if bias else weight


def conv_work(shapes: Sequence[Shape], output: Shape, *, kernel: Any, groups: int, **fields: Any) -> int:
    """With few positions more of them at a time than a block; with a group per channel, weights for a run of
    positions."""
    weights = volume(conv_weights(shapes, kernel=kernel, groups=groups, **fields)["weight"])
    channels, *sizes = shapes[0]
    if 1 < groups == channels:
        return copies(shapes, output) + weights * min(output[-1] + 1, max(2, LONG // output[0]))
    unfolded: int = 2 * channels * per_axis(kernel, len(sizes))[-1] * volume(output[1:])
    if 1 < groups < MANY_GROUPS:
        weights += volume(shapes[0])
    return copies(shapes, output) + weights + min(processors() * weights, unfolded)


@has(finishes=True)
def conv(
    meter: Meter,
    inputs: Sequence[Array],
    weights: Mapping[str, Array],
    *,
    out: int,
    kernel: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: int,
    bias: bool,
    then: Rewrite | None = None,
) -> Array:
    """Each output channel weighs a window over all channels of its group (cross-correlation: the kernel is not turned).

    `then` changes each block of positions that has just been computed.
    """
    x = inputs[0]
    weight = meter.read(weights, "weight")
    finish = in_turn(adding(meter.read(weights, "bias")) if bias else None, then)
    placed = lines(x.shape[1:], kernel, stride, dilation, padding)
    if 1 < groups == x.shape[0]:
        return channelwise(meter, x, weight, placed, finish)
    if groups >= MANY_GROUPS:
        return grouped(meter, x, weight, placed, groups, finish)
    if groups == 1:
        return channels_first(dense(meter, turned(x), _taps_first(weight), placed, finish))
    pairs = zip(np.split(x, groups), np.split(weight, groups))
    parts = [dense(meter, turned(channels), _taps_first(kernels), placed, None) for channels, kernels in pairs]
    y = np.concatenate(parts, axis=-1)
    apply(finish, y)
    return channels_first(y)


def _taps_first(weight: Array) -> Array:
    """``(*kernel, C, out)``, as generated weights lie in memory."""
    return np.moveaxis(weight, (0, 1), (-1, -2))
