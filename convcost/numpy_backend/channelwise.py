"""Depthwise convolution: every channel by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .arrays import channels_first, turned
from .threads import PARALLEL_FROM, processors, spread
from .windows import in_step, plane, shift_of, three, unfold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .arrays import Array
    from .kernel import Change
    from .meter import Meter
    from .windows import Line

BLOCK = 1 << 17
"""Elements of a block of the result: what it reads and writes stays in a core's cache."""

PRODUCTS_PER_ELEMENT = 16
"""Products that take as long as an element of an elementwise operation."""

LONG = 1 << 12
"""Channels times positions in one run; the weights are repeated as often."""


def channelwise(meter: Meter, x: Array, weight: Array, placed: Sequence[Line], finish: Change | None) -> Array:
    """Channels first in, and out; the weights ``(C * multiplier, 1, *kernel)``; `finish` changes finished blocks."""
    depth, height, width = three(placed)
    channels, out = x.shape[0], weight.shape[0]
    x = turned(x).reshape(depth.n, height.n, width.n, channels)
    kernel = turned(weight[:, 0]).reshape(depth.kernel, height.kernel, width.kernel, out)
    y = np.empty((depth.m, height.m, width.m, out), x.dtype)
    across = min(width.m, max(1, LONG // out))
    effort = y.size // out * weight.size // PRODUCTS_PER_ELEMENT
    shares = processors() if depth.m == 1 and across == width.m and effort > PARALLEL_FROM else 1
    down = min(-(-height.m // shares), max(1, BLOCK // (across * out)))
    columns, rows = -(-width.m // across), -(-height.m // down)
    repeated = np.broadcast_to(kernel[..., np.newaxis, :], (*kernel.shape[:3], across, out))
    repeated = repeated.reshape(*kernel.shape[:3], across * out)

    def work(first: int, end: int) -> None:
        for job in range(first, end):
            number, place = divmod(job, rows * columns)
            row, column = (n * size for n, size in zip(divmod(place, columns), (down, across)))
            block = y[number, row : row + down, column : column + across]
            parts = (height.part(row, row + len(block)), width.part(column, column + block.shape[1]))
            planes = [(plane(x, depth, number, i), repeated[i]) for i in range(depth.kernel)]
            _filter(meter, planes, *parts, out // channels, block)
            if finish is not None:
                finish(block)

    spread(work, depth.m * rows * columns, effort)
    return channels_first(y.reshape(*[a.m for a in placed], out))


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
    run = windows * out
    target = block.reshape(rows, run)
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
            strides = (height.stride * down, height.dilation * down, shift * across, item)
            met: Array = np.ndarray((rows, height.kernel, len(taps), run), seen.dtype, seen, 0, strides)
            weights = kernel[:, taps, :run]
            if started:
                target += meter.einsum("hijx,ijx->hx", met, weights)
            else:
                meter.einsum("hijx,ijx->hx", met, weights, out=target)
                started = True
