"""Convolution in groups: channels first, small matrix products for each group."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from ...arrays import channels_first, channels_first_in_memory, channels_last, turned
from ...threads import spread
from .kernel import apply
from .windows import in_step, plane, shift_of, three

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...arrays import Array
    from ...meter import Meter
    from .kernel import Rewrite
    from .windows import Line

BLOCK = 1 << 20
"""Elements of unfolded input at a time; several matrix products read them."""

PRODUCTS_PER_ELEMENT = 16
"""Products that take as long as an element of an elementwise operation."""

SMALL = 1 << 18
"""Products of one matrix product below which it stays in one thread, so that groups can be dealt to threads."""

WIDE = 16
"""Channels of a group from which on they stay side by side in memory."""

FEW = 64
"""Positions of a matrix product, at least, whatever it takes."""


def grouped(
    meter: Meter, x: Array, weight: Array, placed: Sequence[Line], groups: int, finish: Rewrite | None
) -> Array:
    """Channels first in, and out; the weights ``(out, C / groups, *kernel)``."""
    depth, height, width = three(placed)
    out, share, *_ = weight.shape
    lying = channels_first(channels_last(x)) if share >= WIDE else channels_first_in_memory(x)
    x = lying.reshape(groups, share, depth.n, height.n, width.n)
    kernel = weight.reshape(groups, out // groups, share, depth.kernel, height.kernel, width.kernel)
    # (depth, height, group, out, width * C): a matrix for each kernel row of each group, as generated weights lie
    kernel = kernel.transpose(3, 4, 0, 1, 5, 2).reshape(*kernel.shape[3:5], groups, out // groups, -1)
    y = np.empty((groups, out // groups, depth.m, height.m * width.m), x.dtype)

    def work(first: int, end: int) -> None:
        for number in range(depth.m):
            _plane(
                meter, x[first:end], kernel[:, :, first:end], (depth, height, width), number, y[first:end, :, number]
            )

    unfolded = share * width.kernel * height.stride * height.m * width.m  # of a group
    spread(work, groups, max(groups * unfolded, y.size // out * weight.size // PRODUCTS_PER_ELEMENT), BLOCK)
    y = y.reshape(out, *[a.m for a in placed])
    apply(finish, turned(y))
    return y


def _plane(meter: Meter, x: Array, kernel: Array, placed: tuple[Line, Line, Line], number: int, y: Array) -> None:
    """One plane of the result, ``(groups, out, positions)``, from ``(groups, C, depth, height, width)``."""
    depth, height, width = placed
    out, size = kernel.shape[3:]
    rows = min(height.m, max(1, SMALL // (width.m * out * size), FEW // width.m))
    columns = width.m if rows > 1 else max(FEW, BLOCK // size)
    for first, left in product(range(0, height.m, rows), range(0, width.m, columns)):
        end, right = min(first + rows, height.m), min(left + columns, width.m)
        across = width.part(left, right)
        target = y[:, :, first * width.m + left : (end - 1) * width.m + right]
        started = False
        for i in range(depth.kernel):
            source = plane(x.transpose(2, 0, 1, 3, 4), depth, number, i)
            for taps in in_step(height, end - first):
                skips = [n * shift_of(height, taps) for n in range(len(taps))]
                unfolded = _unfold(source, height.tap(taps[0], first, end + skips[-1]), across, x)
                for j, skip in zip(taps, skips):
                    met = unfolded[:, :, skip * across.m : (skip + end - first) * across.m]
                    if started:
                        target += meter.matmul(kernel[i, j], met)
                    else:
                        meter.matmul(kernel[i, j], met, out=target)
                        started = True


def _unfold(source: Array | None, height: Line, width: Line, like: Array) -> Array:
    """``(groups, taps * C, rows * windows)`` from ``(groups, C, height, width)``; zeros on padding."""
    groups, share = like.shape[:2]
    shape = (groups, width.kernel, share, height.m, width.m)
    if share < WIDE:
        unfolded = np.empty(shape, like.dtype)
    else:
        unfolded = np.empty((*shape[:1], *shape[3:], *shape[1:3]), like.dtype).transpose(0, 3, 4, 1, 2)
    rows, at = height.meets(0)
    if source is None:
        unfolded[...] = 0
    else:
        unfolded[:, :, :, : rows.start] = 0
        unfolded[:, :, :, rows.stop :] = 0
        for tap in range(width.kernel):
            windows, positions = width.meets(tap)
            target = unfolded[:, tap, :, rows]
            target[..., : windows.start] = 0
            target[..., windows.stop :] = 0
            target[..., windows] = source[:, :, at, positions]
    return unfolded.reshape(groups, width.kernel * share, height.m * width.m)
