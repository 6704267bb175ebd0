from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...types import volume
from ..arrays import channels_first, channels_last
from ..threads import spread
from .core.kernel import copies, has
from .pool import BLOCK, meetings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...types import Shape
    from ..arrays import Array
    from ..meter import Meter
    from .core.windows import Places


def max_unpool_work(shapes: Sequence[Shape], output: Shape, **_: Any) -> int:
    """Where windows overlap, places on every axis for what lies at one place of the first."""
    return copies(shapes, output) + 16 * (volume(shapes[0]) // shapes[0][1])


@has(places_of="pool")
def max_unpool(meter: Meter, inputs: Sequence[Array], weights: Mapping[str, Array], *, pool: Places) -> Array:
    """Values return to where the pool took them, the rest is 0; where two return to one place, the later window wins.

    A window whose value or place is NaN is NaN as a whole: any of its positions might have been the one.
    """
    values = channels_last(inputs[0])
    lines, sizes = pool.lines, [a.n for a in pool.lines]
    covered = all(a.kernel == a.stride and a.dilation == 1 and 0 == a.before <= a.m * a.stride - a.n for a in lines)
    y = (np.empty if covered else np.zeros)((*sizes, values.shape[-1]), values.dtype)
    bits = f"i{values.itemsize}"

    def work(first: int, end: int) -> None:
        # positions of these windows only: no other thread writes there
        rows = [lines[0].part(first, end), *lines[1:]]
        for number, (windows, positions) in enumerate(meetings(rows)):
            mask = np.negative((pool.taps[first:end][windows] == number).view("i1"))  # all bits, or none
            np.bitwise_and(values[first:end][windows].view(bits), mask, out=y[positions].view(bits))

    if all(a.stride > (a.kernel - 1) * a.dilation for a in lines):
        spread(work, lines[0].m, y.size, BLOCK)
    else:
        rows = max(1, BLOCK * lines[0].m // values.size)
        for first in range(0, lines[0].m, rows):
            some = slice(first, min(first + rows, lines[0].m))
            placed = (lines[0].part(some.start, some.stop), *lines[1:])
            _in_order(values[some], pool._replace(taps=pool.taps[some], lines=placed), y)
    lost = np.isnan(values)
    lost |= pool.taps == pool.unknown
    if lost.any():
        for windows, positions in meetings(pool.lines):
            np.copyto(y[positions], np.nan, where=lost[windows])
    return channels_first(y)


def _in_order(values: Array, pool: Places, y: Array) -> None:
    """Windows one after the other, in row-major order."""
    kernels = [a.kernel for a in pool.lines]
    tap = np.where(pool.taps == pool.unknown, 0, pool.taps)
    flat = np.zeros(values.shape, np.intp)
    inside = np.ones(values.shape, bool)
    for axis, (a, along) in enumerate(zip(pool.lines, np.unravel_index(tap, kernels))):
        column = (-1,) + (1,) * (len(kernels) - axis)
        at = np.arange(a.m).reshape(column) * a.stride + along * a.dilation - a.before
        inside &= (at >= 0) & (at < a.n)
        flat = flat * a.n + at
    channels = values.shape[-1]
    flat = flat * channels + np.arange(channels)
    y.reshape(-1)[flat[inside]] = values[inside]
