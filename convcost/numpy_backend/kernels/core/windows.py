"""Where windows stand on an axis: the kernels' own reading of kernel, stride, dilation and padding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ...arrays import per_axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...arrays import Array


class Line(NamedTuple):
    """Windows along one axis of n positions: m of them, one every `stride`, the first at ``-before``."""

    n: int
    m: int
    kernel: int = 1
    stride: int = 1
    dilation: int = 1
    before: int = 0
    after: int = 0

    def meets(self, tap: int) -> tuple[slice, slice]:
        """The windows whose tap lies on the input, and the input positions it lies on."""
        offset = tap * self.dilation - self.before
        first = max(0, -(offset // self.stride))
        end = max(first, min(self.m, -((offset - self.n) // self.stride)))
        return slice(first, end), slice(first * self.stride + offset, max(end * self.stride + offset, 0), self.stride)

    def part(self, first: int, end: int, tap: int = 0) -> Line:
        """The windows from `first` up to `end`, begun at one of their taps."""
        before = self.before - first * self.stride - tap * self.dilation
        return self._replace(m=end - first, before=before)

    def spanned(self) -> Line:
        """All positions from the first window's first tap to the last one's last, as windows of one position."""
        reach = (self.m - 1) * self.stride + (self.kernel - 1) * self.dilation + 1
        return self._replace(m=reach, kernel=1, stride=1, dilation=1)

    def tap(self, number: int, first: int, end: int) -> Line:
        """The positions on which one tap of the windows from `first` up to `end` lies, as windows of one position."""
        return self.part(first, end, number)._replace(kernel=1, dilation=1)


class Places(NamedTuple):
    """Where a pool took its values: the number of the tap within each window, channels last."""

    taps: Array
    lines: tuple[Line, ...]
    unknown: int
    """Stands for the tap where a window holds NaN."""


def sides(padding: Any, missing: int) -> tuple[int, int]:
    """Padding before and after one axis; `missing` is what `same` has to add, the odd one at the end."""
    if padding == "same":
        return missing // 2, missing - missing // 2
    if padding == "same_lower":
        return missing - missing // 2, missing // 2
    if padding == "valid":
        return 0, 0
    return padding if isinstance(padding, tuple) else (padding, padding)


def line(n: int, kernel: int, stride: int, dilation: int, padding: Any, ceil: bool = False) -> Line:
    """The windows that fit on an axis and its padding.

    `same` pads until a window starts at every stride-th position. With `ceil` one more window may reach over the end,
    if it starts before the padding at the end.
    """
    reach = (kernel - 1) * dilation + 1
    before, after = sides(padding, max(range(0, n, stride)[-1] + reach - n, 0))
    end = before + n + after
    fitting = range(0, end - reach + 1, stride)
    count = len(fitting)
    covered = fitting[-1] + reach if count else 0
    if ceil and covered < end and count * stride < before + n:
        count += 1
    return Line(n, count, kernel, stride, dilation, before, after)


def lines(
    sizes: tuple[int, ...], kernel: Any, stride: Any, dilation: Any, padding: Any, ceil: bool = False
) -> list[Line]:
    """One for each axis."""
    per = zip(*[per_axis(value, len(sizes)) for value in (kernel, stride, dilation, padding)])
    return [line(n, k, s, d, p, ceil) for n, (k, s, d, p) in zip(sizes, per)]


def three(placed: Sequence[Line]) -> tuple[Line, Line, Line]:
    """Depth, height and width; those that are missing have one position."""
    one = Line(1, 1)
    depth, height, width = [one] * (3 - len(placed)) + list(placed)
    return depth, height, width


def unfold(source: Array | None, height: Line, width: Line, target: Array) -> None:
    """Fill ``(rows, windows, taps, C)`` from ``(height, width, C)``; zeros on padding, or without source."""
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


def plane(x: Array, depth: Line, number: int, tap: int) -> Array | None:
    """What one tap of a window along the depth lies on; None on padding."""
    at = number * depth.stride + tap * depth.dilation - depth.before
    found: Array | None = x[at] if 0 <= at < depth.n else None
    return found


def touching(n: int, m: int, first: int, end: int) -> tuple[Array, Array]:
    """The first and the last of n equal parts of an axis that each of m others, from `first` up to `end`, touches."""
    starts = np.arange(n) * m  # of the parts in units of which a part has m, and one of the others n
    ours = np.arange(first, end) * n
    return np.searchsorted(starts, ours, "right") - 1, np.searchsorted(starts, ours + n, "left") - 1


FAR = 8
"""How many times the windows themselves those are, at most, that taps lie apart which share what is read."""


def in_step(axis: Line, count: int) -> list[list[int]]:
    """The taps of `count` windows, those together whose distance is a multiple of the stride: shifted by windows, they
    lie on the same positions. Only if that is by fewer windows than there are, and by few times as many in all."""
    together: dict[int, list[int]] = {}
    alone = axis.dilation > count * axis.stride
    for tap in range(axis.kernel):
        together.setdefault(tap if alone else tap * axis.dilation % axis.stride, []).append(tap)
    groups = []
    for taps in together.values():
        most = 1 + FAR * count // max(1, shift_of(axis, taps))
        groups += [taps[first : first + most] for first in range(0, len(taps), most)]
    return groups


class Gathered(NamedTuple):
    """Some taps of all windows, and the positions to gather for them, on which windows and taps lie apart."""

    taps: slice
    positions: Line
    stride: int
    dilation: int


def gathered(axis: Line) -> list[Gathered]:
    """All taps on what lies between the first and the last; each by itself where that is more."""
    spanned = axis.spanned()
    if spanned.m <= 2 * axis.kernel * axis.m:
        return [Gathered(slice(0, axis.kernel), spanned, axis.stride, axis.dilation)]
    return [Gathered(slice(tap, tap + 1), axis.tap(tap, 0, axis.m), 1, 1) for tap in range(axis.kernel)]


def slice_of(taps: list[int]) -> slice:
    """Taps that are in step, as a slice of a window."""
    return slice(taps[0], taps[-1] + 1, taps[1] - taps[0] if len(taps) > 1 else 1)


def shift_of(axis: Line, taps: list[int]) -> int:
    """How many windows lie between two neighbours of taps that are in step."""
    return (taps[1] - taps[0]) * axis.dilation // axis.stride if len(taps) > 1 else 0
