"""Where windows stand on an axis: the kernels' own reading of kernel, stride, dilation and padding."""

from __future__ import annotations

from typing import Any, NamedTuple

from .arrays import per_axis


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
