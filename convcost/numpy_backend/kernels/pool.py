"""`max_pool` and `avg_pool`: windows that keep one number per channel."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from ...types import volume
from ..arrays import channels_first, channels_last
from ..threads import spread
from .core.windows import Places, lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ..arrays import Array
    from ..meter import Meter
    from .core.windows import Line

BLOCK = 1 << 16
"""Elements of the input of a block."""


def max_pool(
    meter: Meter,
    inputs: Sequence[Array],
    weights: Mapping[str, Array],
    *,
    kernel: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    ceil_mode: bool,
    remember: Callable[[Places], None] | None = None,
) -> Array:
    """The largest value of each window, the first of equal ones; `remember` is told where they were."""
    x = channels_last(inputs[0])
    placed = lines(x.shape[:-1], kernel, kernel if stride is None else stride, dilation, padding, ceil_mode)
    y = np.empty((*[a.m for a in placed], x.shape[-1]), x.dtype)
    unknown = volume(tuple([a.kernel for a in placed]))
    taps = np.empty(y.shape, np.min_scalar_type(unknown)) if remember else None

    def work(first: int, end: int) -> None:
        rows = [placed[0].part(first, end), *placed[1:]]
        _largest(x, rows, y[first:end], None if taps is None else taps[first:end], unknown)

    spread(work, len(y), x.size, BLOCK)
    if taps is not None and remember is not None:
        remember(Places(taps, tuple(placed), unknown))
    return channels_first(y)


def _largest(x: Array, placed: Sequence[Line], y: Array, taps: Array | None, unknown: int) -> None:
    """The largest value of each window, and the tap that has it."""
    y.fill(-np.inf)
    if taps is not None:
        taps.fill(0)
    for number, (windows, positions) in enumerate(meetings(placed)):
        largest, value = y[windows], x[positions]
        if taps is not None:
            np.copyto(taps[windows], number, where=value > largest)
        np.maximum(largest, value, out=largest)
    if taps is not None:
        np.copyto(taps, unknown, where=np.isnan(y))


def meetings(placed: Sequence[Line]) -> Iterator[tuple[tuple[slice, ...], tuple[slice, ...]]]:
    """For every tap of the window, in row-major order, the windows where it lies on the input, and where that is."""
    for taps in product(*[range(a.kernel) for a in placed]):
        pairs = [a.meets(tap) for a, tap in zip(placed, taps)]
        yield tuple([windows for windows, _ in pairs]), tuple([positions for _, positions in pairs])


def avg_pool(
    meter: Meter,
    inputs: Sequence[Array],
    weights: Mapping[str, Array],
    *,
    kernel: Any,
    stride: Any,
    padding: Any,
    ceil_mode: bool,
    count_include_pad: bool,
) -> Array:
    """The mean of each window over the part inside the input, or inside input and padding; one axis after another."""
    y = channels_last(inputs[0])
    placed = lines(y.shape[:-1], kernel, kernel if stride is None else stride, 1, padding, ceil_mode)
    for axis, a in enumerate(placed):
        along = np.moveaxis(y, axis, 0)
        sums = np.zeros((a.m, *along.shape[1:]), y.dtype)
        counts = np.zeros(a.m, y.dtype)
        counted = a._replace(n=a.before + a.n + a.after, before=0) if count_include_pad else a
        for tap in range(a.kernel):
            windows, positions = a.meets(tap)
            sums[windows] += along[positions]
            counts[counted.meets(tap)[0]] += 1
        sums /= counts.reshape(-1, *[1] * (y.ndim - 1))
        y = np.moveaxis(sums, 0, axis)
    return channels_first(y)
