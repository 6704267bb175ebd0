"""Convolution without groups: windows are unfolded in blocks and meet the weights in matrix products."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .kernel import apply
from .windows import Line, in_step, plane, three, unfold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .arrays import Array
    from .kernel import Change
    from .meter import Meter

BLOCK = 1 << 19
"""Elements of unfolded input at a time; what a product reads and writes should stay in the cache."""

NARROW = 48
"""Channels times width of the kernel below which a matrix product of one kernel row is too thin."""


def dense(meter: Meter, x: Array, weight: Array, placed: Sequence[Line], finish: Change | None) -> Array:
    """``(*sizes, C)`` and ``(*kernel, C, out)`` give ``(*positions, out)``; `finish` changes each finished block."""
    channels, out = weight.shape[-2:]
    counts = [a.m for a in placed]
    if all(a.kernel == 1 and a.stride == 1 and a.m == a.n and not a.before for a in placed):
        y = np.empty((*counts, out), x.dtype)
        _mix(meter, x.reshape(-1, channels), weight.reshape(channels, out), y.reshape(-1, out), finish, counts[-1])
        return y
    # a lone axis is a height: blocks are cut along it
    depth, height, width = three([*placed, Line(1, 1)] if len(placed) == 1 else placed)
    x = x.reshape(depth.n, height.n, width.n, channels)
    weight = np.ascontiguousarray(weight).reshape(depth.kernel, height.kernel, width.kernel, channels, out)
    y = np.empty((depth.m, height.m, width.m, out), x.dtype)
    run = _whole_windows if channels * width.kernel < NARROW else _row_by_row
    run(meter, x, weight, (depth, height, width), y, finish)
    return y.reshape(*counts, out)


def _mix(meter: Meter, x: Array, weight: Array, y: Array, finish: Change | None, width: int) -> None:
    """Every position by itself."""
    rows = len(y) if finish is None else max(1, BLOCK // (width * y.shape[1])) * width
    for first in range(0, len(y), rows):
        block = y[first : first + rows]
        meter.matmul(x[first : first + rows], weight, out=block)
        apply(finish, block.reshape(-1, width, y.shape[1]))


def _whole_windows(
    meter: Meter, x: Array, weight: Array, placed: tuple[Line, Line, Line], y: Array, finish: Change | None
) -> None:
    """All taps of a window side by side: one product for each block."""
    depth, height, width = placed
    *taps, channels, out = weight.shape
    size = channels * depth.kernel * height.kernel * width.kernel
    flat = weight.reshape(size, out)
    rows = min(height.m, max(1, BLOCK // (width.m * size)))
    space = np.empty(size * rows * width.m, x.dtype)
    for number, first, end in _blocks(depth.m, height.m, rows):
        block = y[number, first:end]
        positions = len(block) * width.m
        # positions last: with few channels they make the longer runs
        unfolded = space[: size * positions].reshape(*taps, channels, len(block), width.m)
        for i in range(depth.kernel):
            source = plane(x, depth, number, i)
            for j in range(height.kernel):
                unfold(source, height.tap(j, first, end), width, unfolded[i, j].transpose(2, 3, 0, 1))
        meter.matmul(unfolded.reshape(size, positions).T, flat, out=block.reshape(positions, out))
        apply(finish, block)


def _row_by_row(
    meter: Meter, x: Array, weight: Array, placed: tuple[Line, Line, Line], y: Array, finish: Change | None
) -> None:
    """Taps of one kernel row side by side: a product for each kernel row, and their sum."""
    depth, height, width = placed
    channels, out = weight.shape[-2:]
    size = width.kernel * channels
    # where the weights are larger than a block, they would be read too often
    rows = min(height.m, max(1, max(BLOCK, size * out) // (width.m * size)))
    spare = np.empty((rows * width.m, out), x.dtype)
    for number, first, end in _blocks(depth.m, height.m, rows):
        block = y[number, first:end]
        target = block.reshape(-1, out)
        started = False
        for i in range(depth.kernel):
            source = plane(x, depth, number, i)
            for j, unfolded in _kernel_rows(source, height, first, end, width, x):
                row = weight[i, j].reshape(size, out)
                if started:
                    target += meter.matmul(unfolded, row, out=spare[: len(target)])
                else:
                    meter.matmul(unfolded, row, out=target)
                    started = True
        apply(finish, block)


def _blocks(planes: int, height: int, rows: int) -> Iterator[tuple[int, int, int]]:
    """Plane, first row and end of every block."""
    for number in range(planes):
        for first in range(0, height, rows):
            yield number, first, min(first + rows, height)


def _kernel_rows(
    source: Array | None, height: Line, first: int, end: int, width: Line, like: Array
) -> Iterator[tuple[int, Array]]:
    """For each row of the kernel the unfolded input of all windows from `first` to `end`.

    Kernel rows that are in step share what is unfolded, unless they are too far apart.
    """
    count, channels = end - first, like.shape[-1]
    for taps in in_step(height, apart=count):
        skips = [(j - taps[0]) * height.dilation // height.stride for j in taps]
        rows = count + skips[-1]
        unfolded = np.empty((rows, width.m, width.kernel, channels), like.dtype)
        unfold(source, height.tap(taps[0], first, first + rows), width, unfolded)
        for j, skip in zip(taps, skips):
            yield j, unfolded[skip : skip + count].reshape(-1, width.kernel * channels)
