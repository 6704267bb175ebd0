"""What a kernel is, and those that change every position by itself and may do so in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np

from .arrays import turned
from .threads import spread

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .arrays import Array
    from .meter import Meter

Change: TypeAlias = "Callable[[Array], None]"
"""Changes a block ``(..., C)`` of positions where it lies."""

BLOCK = 1 << 18
"""Elements that are changed at a time: they stay in the cache between two passes, and are worth the calls, for which
threads wait for each other."""


class Kernel(Protocol):
    """Runs an operation on arrays channels first."""

    def __call__(
        self, meter: Meter, inputs: Sequence[Array], weights: Mapping[str, Array], /, **fields: Any
    ) -> Array: ...


class InPlace:
    """A kernel that changes every position by itself: from a function that, told the weights and fields, gives the
    change. What runs before it may apply that change to each block it has just written."""

    def __init__(self, change: Callable[..., Change]) -> None:
        self.change = change
        self.__doc__ = change.__doc__

    def __call__(
        self,
        meter: Meter,
        inputs: Sequence[Array],
        weights: Mapping[str, Array],
        /,
        *,
        reuse: bool = False,
        **fields: Any,
    ) -> Array:
        """The changed input; with `reuse` in the input's own memory."""
        x = inputs[0] if reuse else inputs[0].copy(order="K")
        apply(self.change(meter, weights, **fields), turned(x))
        return x


def apply(change: Change | None, x: Array) -> None:
    """Change all of ``(*sizes, C)``, block by block."""
    if change is None:
        return
    if x.ndim == 1:
        change(x)
        return
    axis = max(range(x.ndim - 1), key=lambda i: x.shape[i] > 1)  # the first axis that can be split
    # where positions lie side by side in memory, small blocks would have short runs
    block = BLOCK if x.strides[-1] == x.itemsize else None
    spread(lambda first, end: change(_part(x, axis, first, end)), x.shape[axis], x.size, block)


def _part(x: Array, axis: int, first: int, end: int) -> Array:
    return x[(slice(None),) * axis + (slice(first, end),)]


def in_turn(*changes: Change | None) -> Change | None:
    """One change that makes several, those that are None left out; None where all are."""
    wanted = [change for change in changes if change is not None]
    if len(wanted) < 2:
        return wanted[0] if wanted else None

    def all_of_them(block: Array) -> None:
        for change in wanted:
            change(block)

    return all_of_them


class PerChannel:
    """A number per channel, ready to meet blocks ``(..., C)``: repeated along the width where that makes long runs."""

    LONG = 2048

    def __init__(self, values: Array) -> None:
        self.values = values
        self._tiled: dict[int, Array] = {}

    def meet(self, block: Array) -> tuple[Array, Array]:
        """A view of the block and the numbers, so shaped that they broadcast."""
        channels, item = self.values.size, block.itemsize
        if block.ndim < 2 or channels >= self.LONG or block.strides[-2:] != (channels * item, item):
            return block, self.values
        width = block.shape[-2]
        if width not in self._tiled:
            self._tiled[width] = np.broadcast_to(self.values, (width, channels)).reshape(-1)
        return block.reshape(*block.shape[:-2], width * channels), self._tiled[width]


def adding(values: Array) -> Change:
    """Adds a number per channel."""
    numbers = PerChannel(values)

    def change(block: Array) -> None:
        view, shift = numbers.meet(block)
        view += shift

    return change
