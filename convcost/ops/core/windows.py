"""From fields to axes: how kernel, stride, padding and dilation place windows on an input."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ...errors import Complaint
from ...types import volume
from .axis import Scatter, Window
from .fields import SAME, axis_name, by, per_axis

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...types import Number, Shape
    from .fields import Axes, Pads, Sides


def extent(kernel: int, dilation: int) -> int:
    """k', the positions a dilated kernel spans: ``dilation * (kernel - 1) + 1``."""
    return dilation * (kernel - 1) + 1


def sides(padding: int | str | tuple[int, int], total: int) -> tuple[int, int]:
    """(before, after) on one axis; `total` is what `same` distributes, the odd one at the end (`same_lower`: at the
    start), as TensorFlow and ONNX SAME_UPPER place it."""
    if isinstance(padding, tuple):
        return padding
    if isinstance(padding, int):
        return padding, padding
    if padding in SAME:
        less = total // 2
        return (less, total - less) if padding == "same" else (total - less, less)
    return 0, 0


def margins(padding: Sides, rank: int) -> list[tuple[int, int]]:
    """(before, after) on each of `rank` axes."""
    per_side: tuple[int | tuple[int, int], ...] = per_axis(padding, rank)
    return [sides(side, 0) for side in per_side]


def window(
    n: int, kernel: int, stride: int, dilation: int, padding: int | str | tuple[int, int], ceil: bool = False
) -> Window:
    """The window of a convolution or pool on an axis of n positions.

    ``m = floor((n + pads - k') / stride) + 1``; with `same`, ``ceil(n / stride)``. With `ceil` the quotient is rounded
    up, and a last window that would start at or beyond ``n + before`` is dropped (PyTorch's rule).
    """
    reach = extent(kernel, dilation)
    before, after = sides(padding, max((-(-n // stride) - 1) * stride + reach - n, 0))
    room = n + before + after - reach
    m = (-(-room // stride) if ceil else room // stride) + 1
    if ceil and (m - 1) * stride >= n + before:
        m -= 1
    return Window(n, m, kernel, stride, dilation, before, after)


@lru_cache(maxsize=4096)  # each formula of a layer asks for its axes
def windows(
    sizes: Shape, kernel: Axes, stride: Axes, dilation: Axes, pads: Pads, ceil: bool = False
) -> tuple[Window, ...]:
    """One window per axis."""
    rank = len(sizes)
    per_side: tuple[int | str | tuple[int, int], ...] = per_axis(pads, rank)
    placed = zip(sizes, per_axis(kernel, rank), per_axis(stride, rank), per_axis(dilation, rank), per_side)
    return tuple([window(n, k, s, d, p, ceil) for n, k, s, d, p in placed])


def scatter(
    n: int, kernel: int, stride: int, dilation: int, padding: int | str | tuple[int, int], extra: int
) -> Scatter:
    """The axis of a transposed convolution: ``m = (n - 1) * stride + k' + output_padding - pads``.

    With `same`, m is ``n * stride``: ``max(k' - stride, 0)`` positions are cropped, the smaller half at the start, or
    the missing ones are added at the end (Keras).
    """
    reach = extent(kernel, dilation)
    before, after = sides(padding, max(reach - stride, 0))
    m = n * stride if padding in SAME else (n - 1) * stride + reach + extra - before - after
    return Scatter(n, m, kernel, stride, dilation, before)


@lru_cache(maxsize=4096)
def scatters(sizes: Shape, kernel: Axes, stride: Axes, dilation: Axes, pads: Pads, extra: Axes) -> tuple[Scatter, ...]:
    """One scatter per axis."""
    rank = len(sizes)
    per_side: tuple[int | str | tuple[int, int], ...] = per_axis(pads, rank)
    step, spread, added = per_axis(stride, rank), per_axis(dilation, rank), per_axis(extra, rank)
    placed = zip(sizes, per_axis(kernel, rank), step, spread, per_side, added)
    return tuple([scatter(n, k, s, d, p, e) for n, k, s, d, p, e in placed])


def vanishing_windows(axes: Sequence[Window], ceil: bool = False) -> Iterator[Complaint]:
    """The axes on which no window fits, with the arithmetic and the smallest input that works."""
    for i, a in enumerate(axes):
        if a.m < 1:
            reach = extent(a.kernel, a.dilation)
            rounding = "ceil" if ceil else "floor"
            smallest = max(reach - a.before - a.after - (a.stride - 1 if ceil else 0), 1)
            yield Complaint(
                "CC105",
                "kernel",
                f"the output {axis_name(len(axes), i)} would be "
                f"{rounding}(({a.n} + {a.before + a.after} - {reach}) / {a.stride}) + 1 = {a.m}; "
                f"the input must be at least {smallest} here, but is {a.n}",
            )


def vanishing_scatters(axes: Sequence[Scatter], output_padding: Axes) -> Iterator[Complaint]:
    """The axes of a transposed convolution whose padding crops everything away."""
    for i, (a, extra) in enumerate(zip(axes, per_axis(output_padding, len(axes)))):
        if a.m < 1:
            reach = extent(a.kernel, a.dilation)
            cropped = pads_of(a, extra)
            smallest = -(-(1 - reach - extra + cropped) // a.stride) + 1
            yield Complaint(
                "CC105",
                "padding",
                f"the output {axis_name(len(axes), i)} would be "
                f"({a.n} - 1) * {a.stride} + {reach} + {extra} - {cropped} = {a.m}; "
                f"the input must be at least {smallest} here, but is {a.n}",
            )


def pads_of(a: Scatter, output_padding: int) -> int:
    """Positions cropped away at both sides together; negative where `same` adds some."""
    return (a.n - 1) * a.stride + extent(a.kernel, a.dilation) + output_padding - a.m


def window_quantities(axes: Sequence[Window | Scatter]) -> dict[str, Number]:
    """The numbers of the first axis, and the taps over all, for worked examples."""
    first = axes[0]
    return {
        "kernel": first.kernel,
        "stride": first.stride,
        "dilation": first.dilation,
        "k'": extent(first.kernel, first.dilation),
        "taps": volume(tuple(a.kernel for a in axes)),
    }


def window_label(kernel: Axes, stride: Axes = 1, dilation: Axes = 1, groups: int = 1, usual: Axes = 1) -> str:
    """`3x3 /2 d2 g32`: the kernel; stride (where it is not the usual one), dilation and groups where they are not 1."""
    rank = max(len(v) if isinstance(v, tuple) else 0 for v in (kernel, stride, dilation)) or 2
    words = [by(kernel, rank)]
    if per_axis(stride, rank) != per_axis(usual, rank):
        words.append(f"/{one_or_all(stride)}")
    if per_axis(dilation, rank) != per_axis(1, rank):
        words.append(f"d{one_or_all(dilation)}")
    if groups != 1:
        words.append(f"g{groups}")
    return " ".join(words)


def sides_label(padding: Sides) -> str:
    """`1`, `1x2`, or `[0, 1]x[0, 1]` where the sides differ."""
    per_side = padding if isinstance(padding, tuple) else (padding,)
    return "x".join(str(list(side)) if isinstance(side, tuple) else str(side) for side in per_side)


def one_or_all(value: Axes) -> str:
    """`2` where it holds for all axes, else `2x1`."""
    return by(value) if isinstance(value, tuple) else str(value)
