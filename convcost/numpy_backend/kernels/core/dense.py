"""Convolution without groups: windows are unfolded in blocks and meet the weights in matrix products."""

from __future__ import annotations

from functools import partial
from itertools import product as combinations
from typing import TYPE_CHECKING

import numpy as np

from ...threads import in_blocks
from .kernel import apply, product
from .windows import Line, gathered, in_step, plane, shift_of, slice_of, three, unfold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...arrays import Array
    from ...meter import Meter
    from .kernel import Rewrite

BLOCK = 1 << 19
"""Elements of unfolded input at a time; what a product reads and writes should stay in the cache."""

NARROW = 48
"""Channels times width of the kernel below which a matrix product of one kernel row is too thin."""


def dense(meter: Meter, x: Array, weight: Array, placed: Sequence[Line], finish: Rewrite | None) -> Array:
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


def _mix(meter: Meter, x: Array, weight: Array, y: Array, finish: Rewrite | None, width: int) -> None:
    """Every position by itself."""
    positions, out = y.shape
    if out > positions:
        product(meter, x, weight, y)
        apply(finish, y.reshape(-1, width, out))
        return

    def work(first: int, end: int) -> None:
        here = slice(first * width, end * width)
        meter.matmul(x[here], weight, out=y[here])
        apply(finish, y[here].reshape(-1, width, out))

    rows = positions // width if finish is None else max(1, BLOCK // (width * out))
    in_blocks(work, positions // width, rows, weight.size * positions)


def _whole_windows(
    meter: Meter, x: Array, weight: Array, placed: tuple[Line, Line, Line], y: Array, finish: Rewrite | None
) -> None:
    """All taps of a window side by side: one product for each block."""
    depth, height, width = placed
    *taps, channels, out = weight.shape
    size = channels * depth.kernel * height.kernel * width.kernel
    flat = weight.reshape(size, out)

    def work(number: int, first: int, end: int) -> None:
        for left, right in _columns(width, end - first, BLOCK // size):
            block = y[number, first:end, left:right]
            unfolded = np.empty((*taps, channels, *block.shape[:2]), x.dtype)
            for i in range(depth.kernel):
                source = plane(x, depth, number, i)
                _positions_last(source, height.part(first, end), width.part(left, right), unfolded[i])
            meter.matmul(unfolded.reshape(size, -1).T, flat, out=block.reshape(-1, out))
            apply(finish, block)

    rows = max(1, BLOCK // (width.m * size))
    for number in range(depth.m):
        in_blocks(partial(work, number), height.m, rows, height.m * width.m * weight.size)


def _columns(width: Line, rows: int, most: int) -> Iterator[tuple[int, int]]:
    """Several rows of windows as they are, one in pieces of at most so many."""
    most = width.m if rows > 1 else max(1, most)
    for left in range(0, width.m, most):
        yield left, min(left + most, width.m)


def _positions_last(source: Array | None, height: Line, width: Line, target: Array) -> None:
    """Fill ``(*taps, C, rows, windows)``: with few channels, positions make the longer runs."""
    _, _, channels, count, windows = target.shape
    for (rows, lines, stride, dilation), taps in combinations(gathered(height), in_step(width, windows)):
        shift = shift_of(width, taps)
        seen = np.empty((channels, lines.m, windows + shift * (len(taps) - 1)), target.dtype)
        columns = width.tap(taps[0], 0, seen.shape[2])
        unfold(source, lines, columns, seen.transpose(1, 2, 0)[:, :, np.newaxis])
        far, down, item = seen.strides
        strides = (dilation * down, shift * item, far, stride * down, item)
        shape = (rows.stop - rows.start, len(taps), channels, count, windows)
        met: Array = np.ndarray(shape, seen.dtype, seen, 0, strides)
        target[rows, slice_of(taps)] = met


def _row_by_row(
    meter: Meter, x: Array, weight: Array, placed: tuple[Line, Line, Line], y: Array, finish: Rewrite | None
) -> None:
    """Taps of one kernel row side by side: a product for each kernel row, and their sum."""
    depth, height, width = placed
    channels, out = weight.shape[-2:]
    size = width.kernel * channels
    # where the weights are larger than a block, they would be read too often
    rows = max(1, max(BLOCK, size * out) // (width.m * size))
    products = height.m * width.m * weight.size

    def work(number: int, some: slice, first: int, end: int) -> None:
        for left, right in _columns(width, end - first, max(BLOCK // size, out)):
            target = y[number, first:end, left:right, some]
            block(number, some, first, end, width.part(left, right), target.reshape(-1, target.shape[-1]))

    def block(number: int, some: slice, first: int, end: int, across: Line, target: Array) -> None:
        part: Array | None = None
        for i in range(depth.kernel):
            source = plane(x, depth, number, i)
            for j, unfolded in _kernel_rows(source, height, first, end, across, x):
                row = weight[i, j].reshape(size, out)[:, some]
                if part is None:
                    meter.matmul(unfolded, row, out=target)
                    part = np.empty(target.shape, x.dtype)
                else:
                    target += meter.matmul(unfolded, row, out=part)

    def rows_of(number: int, first: int, end: int) -> None:
        work(number, slice(None), first, end)
        apply(finish, y[number, first:end])

    def channels_of(number: int, first: int, end: int) -> None:
        for row in range(0, height.m, rows):
            work(number, slice(first, end), row, min(row + rows, height.m))

    for number in range(depth.m):
        if out > height.m * width.m:  # each thread reads a part of the weights, and all of the input
            in_blocks(partial(channels_of, number), out, out, products)
            apply(finish, y[number])
        else:
            in_blocks(partial(rows_of, number), height.m, rows, products)


def _kernel_rows(
    source: Array | None, height: Line, first: int, end: int, width: Line, like: Array
) -> Iterator[tuple[int, Array]]:
    """For each row of the kernel the unfolded input of all windows from `first` to `end`.

    Kernel rows that are in step share what is unfolded, unless they are too far apart.
    """
    count, channels = end - first, like.shape[-1]
    for taps in in_step(height, count):
        skips = [n * shift_of(height, taps) for n in range(len(taps))]
        rows = count + skips[-1]
        unfolded = np.empty((rows, width.m, width.kernel, channels), like.dtype)
        unfold(source, height.tap(taps[0], first, first + rows), width, unfolded)
        for j, skip in zip(taps, skips):
            yield j, unfolded[skip : skip + count].reshape(-1, width.kernel * channels)
