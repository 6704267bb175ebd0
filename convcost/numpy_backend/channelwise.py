"""Depthwise convolution: every channel by itself."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from .arrays import channels_first, turned
from .threads import shares, spread
from .windows import in_step, plane, shift_of, three, unfold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .arrays import Array
    from .kernel import Change
    from .meter import Meter
    from .windows import Line

BLOCK = 1 << 18
"""Elements of a block of the result: what it reads and writes stays in a core's cache."""

PRODUCTS_PER_ELEMENT = 4
"""Products that take as long as an element of an elementwise operation."""

LONG = 1 << 13
"""Channels times positions in one run; the weights are repeated as often."""


def channelwise(meter: Meter, x: Array, weight: Array, placed: Sequence[Line], finish: Change | None) -> Array:
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
    high = max(1, BLOCK // (across * out))
    if height.m == height.kernel == 1:  # a lone line: what would be one above the other lies side by side
        rows, columns = [(0, 1)], _pieces(width.m, min(high, -(-width.m // (across * parts))) * across, across)
    else:
        rows, columns = _pieces(height.m, min(high, -(-height.m // parts)), 1), _pieces(width.m, across, across)
    blocks = [(number, *row, *column) for number in range(depth.m) for row in rows for column in columns]

    def work(first: int, end: int) -> None:
        for number, top, bottom, left, right in blocks[first:end]:
            block = y[number, top:bottom, left:right]
            planes = [(plane(x, depth, number, i), repeated[i]) for i in range(depth.kernel)]
            _filter(meter, planes, height.part(top, bottom), width.part(left, right), out // channels, block)
            if finish is not None:
                finish(block)

    spread(work, len(blocks), effort)
    return channels_first(y.reshape(*[a.m for a in placed], out))


def _pieces(count: int, size: int, unit: int) -> list[tuple[int, int]]:
    """First and end of pieces of ``range(count)``; what is left after the last whole unit is one by itself."""
    whole = count // unit * unit
    cuts = [*range(0, whole, size), *([whole] if whole < count else []), count]
    return list(pairwise(cuts))


def _filter(
    meter: Meter,
    planes: Sequence[tuple[Array | None, Array]],
    height: Line,
    width: Line,
    multiplier: int,
    block: Array,
) -> None:
    """The sum over planes ``(height, width, C)``, each with its part of the kernel, into ``(rows, windows, out)``."""
    rows, windows, out = block.shape
    run = min(planes[0][1].shape[-1], windows * out)
    target = block.reshape(-1, run)
    started = False
    lines = height.spanned()
    for source, kernel in planes:
        for taps in in_step(width):
            shift = shift_of(width, taps)
            seen = np.empty((lines.m, windows + shift * (len(taps) - 1), 1, out // multiplier), block.dtype)
            unfold(source, lines, width.tap(taps[0], 0, seen.shape[1]), seen)
            if multiplier > 1:
                seen = np.repeat(seen, multiplier, axis=-1)
            down, across, item = seen.strides[0], seen.strides[1], seen.itemsize
            below = (
                height.stride * down if len(target) == rows else run // out * across
            )  # of a lone line, a run further
            strides = (below, height.dilation * down, shift * across, item)
            met: Array = np.ndarray((len(target), height.kernel, len(taps), run), seen.dtype, seen, 0, strides)
            weights = kernel[:, taps, :run]
            if started:
                target += meter.einsum("hijx,ijx->hx", met, weights)
            else:
                meter.einsum("hijx,ijx->hx", met, weights, out=target)
                started = True
