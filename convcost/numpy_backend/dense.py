"""Convolution without groups: windows are unfolded in blocks and meet the weights in matrix products."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .kernel import apply
from .windows import Line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .arrays import Array
    from .kernel import Change
    from .meter import Meter

BLOCK = 1 << 20
"""Elements of unfolded input at a time."""

NARROW = 48
"""Channels times width of the kernel below which a matrix product of one kernel row is too thin."""


def dense(meter: Meter, x: Array, weight: Array, placed: Sequence[Line], finish: Change | None) -> Array:
    """``(*sizes, C)`` and ``(*kernel, C, out)`` give ``(*positions, out)``; `finish` changes each finished block."""
    channels, out = weight.shape[-2:]
    counts = [a.m for a in placed]
    depth, height, width = _three(placed)
    x = x.reshape(depth.n, height.n, width.n, channels)
    weight = weight.reshape(depth.kernel, height.kernel, width.kernel, channels, out)
    y = np.empty((depth.m, height.m, width.m, out), x.dtype)
    if _as_it_is(placed):
        _mix(meter, x.reshape(-1, channels), weight.reshape(channels, out), y.reshape(-1, out), finish, width.m)
    elif channels * width.kernel < NARROW:
        _whole_windows(meter, x, weight, (depth, height, width), y, finish)
    else:
        _row_by_row(meter, x, weight, (depth, height, width), y, finish)
    return y.reshape(*counts, out)


def _three(placed: Sequence[Line]) -> tuple[Line, Line, Line]:
    """Depth, height and width; what is missing has one position. A lone axis is a height: blocks are cut along it."""
    one = Line(1, 1)
    if len(placed) == 1:
        return one, placed[0], one
    if len(placed) == 2:
        return one, placed[0], placed[1]
    return placed[0], placed[1], placed[2]


def _as_it_is(placed: Sequence[Line]) -> bool:
    """Whether every window is one position, in order."""
    return all(a.kernel == 1 and a.stride == 1 and a.m == a.n and not a.before for a in placed)


def _mix(meter: Meter, x: Array, weight: Array, y: Array, finish: Change | None, width: int) -> None:
    """Every position by itself."""
    if finish is None:
        meter.matmul(x, weight, out=y)
        return
    rows = max(1, BLOCK // 2 // (width * y.shape[1])) * width
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
    for plane, first, end in _blocks(y, size):
        unfolded = np.empty((end - first, width.m, *taps, channels), x.dtype)
        for i in range(depth.kernel):
            source = _plane(x, depth, plane, i)
            for j in range(height.kernel):
                _unfold(source, _moved(height, first, end - first, j), width, unfolded[:, :, i, j])
        block = y[plane, first:end]
        meter.matmul(unfolded.reshape(-1, size), flat, out=block.reshape(-1, out))
        apply(finish, block)


def _row_by_row(
    meter: Meter, x: Array, weight: Array, placed: tuple[Line, Line, Line], y: Array, finish: Change | None
) -> None:
    """Taps of one kernel row side by side: a product for each kernel row, and their sum."""
    depth, height, width = placed
    channels, out = weight.shape[-2:]
    size = width.kernel * channels
    for plane, first, end in _blocks(y, size):
        block = y[plane, first:end]
        target = block.reshape(-1, out)
        part: Array | None = None
        for i in range(depth.kernel):
            source = _plane(x, depth, plane, i)
            for j, unfolded in _kernel_rows(source, height, first, end, width, channels, x.dtype):
                row = weight[i, j].reshape(size, out)
                if part is None:
                    meter.matmul(unfolded, row, out=target)
                    part = np.empty_like(target)
                else:
                    target += meter.matmul(unfolded, row, out=part)
        apply(finish, block)


def _blocks(y: Array, size: int) -> Iterator[tuple[int, int, int]]:
    """Plane, first row and end of the blocks in which windows of that many elements are unfolded."""
    planes, height, width = y.shape[:3]
    rows = max(1, BLOCK // (width * size))
    for plane in range(planes):
        for first in range(0, height, rows):
            yield plane, first, min(first + rows, height)


def _plane(x: Array, depth: Line, plane: int, tap: int) -> Array | None:
    """The part of the input that a plane of windows meets with one of its taps; None on padding."""
    at = plane * depth.stride + tap * depth.dilation - depth.before
    found: Array | None = x[at] if 0 <= at < depth.n else None
    return found


def _moved(height: Line, first: int, count: int, tap: int) -> Line:
    """The rows on which one tap of `count` windows from `first` on lies."""
    return Line(height.n, count, 1, height.stride, 1, height.before - first * height.stride - tap * height.dilation)


def _kernel_rows(
    source: Array | None, height: Line, first: int, end: int, width: Line, channels: int, dtype: np.dtype[Any]
) -> Iterator[tuple[int, Array]]:
    """For each row of the kernel the unfolded input of all windows from `first` to `end`.

    Kernel rows whose distance is a multiple of the stride share what is unfolded, unless they are too far apart.
    """
    count = end - first
    together: dict[int, list[int]] = {}
    for j in range(height.kernel):
        far = height.dilation > count * height.stride
        together.setdefault(j if far else j * height.dilation % height.stride, []).append(j)
    for taps in together.values():
        skips = [(j - taps[0]) * height.dilation // height.stride for j in taps]
        rows = count + skips[-1]
        unfolded = np.empty((rows, width.m, width.kernel, channels), dtype)
        _unfold(source, _moved(height, first, rows, taps[0]), width, unfolded)
        for j, skip in zip(taps, skips):
            yield j, unfolded[skip : skip + count].reshape(-1, width.kernel * channels)


def _unfold(source: Array | None, height: Line, width: Line, target: Array) -> None:
    """Fill ``(rows, windows, taps, C)``, zeros where the windows lie on padding."""
    if source is None:
        target[...] = 0
        return
    rows, at = height.meets(0)
    target[: rows.start] = 0
    target[rows.stop :] = 0
    target = target[rows]
    for tap in range(width.kernel):
        windows, positions = width.meets(tap)
        target[:, : windows.start, tap] = 0
        target[:, windows.stop :, tap] = 0
        target[:, windows, tap] = source[at, positions]
