"""Depthwise convolution: every channel by itself."""

from __future__ import annotations

from itertools import pairwise, product
from typing import TYPE_CHECKING

import numpy as np

from ...arrays import channels_first, turned
from ...threads import shares, spread
from .windows import gathered, in_step, plane, shift_of, slice_of, three, unfold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...arrays import Array
    from ...meter import Meter
    from .kernel import Rewrite
    from .windows import Line

BLOCK = 1 << 18
"""Elements of a block of the result: what it reads and writes stays in a core's cache."""

PRODUCTS_PER_ELEMENT = 4
"""Products that take as long as an element of an elementwise operation."""

LONG = 1 << 13
"""Channels times positions in one run; the weights are repeated as often."""


def channelwise(meter: Meter, x: Array, weight: Array, placed: Sequence[Line], finish: Rewrite | None) -> Array:
    """Channels first in, and out; the weights ``(C * multiplier, 1, *kernel)``; `finish` changes finished blocks."""
    depth, height, width = three(placed)
    channels, out = x.shape[0], weight.shape[0]
    x = turned(x).reshape(depth.n, height.n, width.n, channels)
    kernel = turned(weight[:, 0]).reshape(depth.kernel, height.kernel, width.kernel, out)
    y = np.empty((depth.m, height.m, width.m, out), x.dtype)
    across = min(width.m, max(1, LONG // out))
    repeated = np.broadcast_to(kernel[..., np.newaxis, :], (*kernel.shape[:3], across, out))
    repeated = repeated.reshape(*kernel.shape[:3], across * out)
    effort = y.size // out * weight.size // PRODUCTS_PER_ELEMENT
    parts = shares(effort)
    planes = _pieces(depth.m, min(max(1, BLOCK // (y.size // depth.m)), -(-depth.m // parts)), 1)
    parts = -(-parts // depth.m)  # of a plane
    high = max(1, BLOCK // (across * out))
    if height.m == height.kernel == 1:  # a lone line: what would be one above the other lies side by side
        rows, columns = [(0, 1)], _pieces(width.m, min(high, -(-width.m // (across * parts))) * across, across)
    else:
        rows, columns = _pieces(height.m, min(high, -(-height.m // parts)), 1), _pieces(width.m, across, across)
    blocks = list(product(planes, rows, columns))

    def work(first: int, end: int) -> None:
        for front, up, left in blocks[first:end]:
            block = y[slice(*front), slice(*up), slice(*left)]
            _filter(meter, x, repeated, (depth.part(*front), height.part(*up), width.part(*left)), block)
            if finish is not None:
                finish(block)

    spread(work, len(blocks), effort)
    return channels_first(y.reshape(*[a.m for a in placed], out))


def _pieces(count: int, size: int, unit: int) -> list[tuple[int, int]]:
    """First and end of pieces of ``range(count)``; what is left after the last whole unit is one by itself."""
    whole = count // unit * unit
    cuts = [*range(0, whole, size), *([whole] if whole < count else []), count]
    return list(pairwise(cuts))


def _filter(meter: Meter, x: Array, kernel: Array, placed: tuple[Line, Line, Line], block: Array) -> None:
    """Windows on ``(depth, height, width, C)``, each weighed by the kernel, into ``(planes, rows, windows, out)``."""
    depth, height, width = placed
    planes, rows, windows, out = block.shape
    multiplier = out // x.shape[-1]
    run = min(kernel.shape[-1], windows * out)
    target = block.reshape(planes, -1, run)
    started = False
    for behind, below, taps in product(gathered(depth), gathered(height), in_step(width, windows)):
        layers, lines = behind.positions, below.positions
        shift = shift_of(width, taps)
        seen = np.empty((layers.m, lines.m, windows + shift * (len(taps) - 1), 1, x.shape[-1]), x.dtype)
        for number, layer in enumerate(seen):
            unfold(plane(x, layers, number, 0), lines, width.tap(taps[0], 0, seen.shape[2]), layer)
        if multiplier > 1:
            seen = np.repeat(seen, multiplier, axis=-1)
        back, down, across, _, item = seen.strides
        # of a lone line, a run further
        further = below.stride * down if target.shape[1] == rows else run // out * across
        weights = kernel[behind.taps, below.taps, slice_of(taps), :run]
        strides = (behind.stride * back, further, behind.dilation * back, below.dilation * down, shift * across, item)
        met: Array = np.ndarray((*target.shape[:2], *weights.shape), seen.dtype, seen, 0, strides)
        if started:
            target += meter.einsum("nhkijx,kijx->nhx", met, weights)
        else:
            meter.einsum("nhkijx,kijx->nhx", met, weights, out=target)
            started = True
