"""What a kernel is, those that change every position by itself and may do so in place, and what several share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias, TypeVar

import numpy as np

from ....types import volume
from ...arrays import channels_first, turned
from ...threads import MANY_PRODUCTS, PARALLEL_FROM, one_thread_per_product, spread

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ....types import Shape
    from ...arrays import Array
    from ...meter import Meter

Rewrite: TypeAlias = "Callable[[Array], None]"
"""Changes a block ``(..., C)`` of positions where it lies."""

BLOCK = 1 << 18
"""Elements that are changed at a time: they stay in the cache between two passes, and are worth the calls, for which
threads wait for each other."""


TEMPORARIES = 20
"""Elements for each of a block that a change holds at most (`gelu` computes in double precision); a position is never
cut."""


class Kernel(Protocol):
    """Runs an operation on arrays channels first."""

    def __call__(
        self, meter: Meter, inputs: Sequence[Array], weights: Mapping[str, Array], /, **fields: Any
    ) -> Array: ...


class Traits(NamedTuple):
    """What a run has to know of a kernel; most have none of it."""

    finishes: bool = False
    """Takes `then`, and changes by it each block that it has written."""
    shape_of: str | None = None
    """The field that stands for a second tensor, of which the sizes are taken and not the data."""
    places_of: str | None = None
    """The field that stands for a pool, of which the places are taken; that pool's kernel takes `remember`."""
    view: bool = False
    """Gives back its input's memory."""
    flat: bool = False
    """Reads its input as one vector, so that it is to lie channels first in memory."""


K = TypeVar("K", bound="Callable[..., Any]")


def has(**traits: Any) -> Callable[[K], K]:
    """Says of a kernel what its traits are."""

    def told(kernel: K) -> K:
        vars(kernel)["traits"] = Traits(**traits)
        return kernel

    return told


def traits_of(kernel: Kernel) -> Traits:
    """The traits of a kernel."""
    traits: Traits = getattr(kernel, "traits", Traits())
    return traits


class InPlace:
    """A kernel that changes every position by itself: from a function that, told the weights and fields, gives the
    change. What runs before it may apply that change to each block it has just written."""

    def __init__(self, change: Callable[..., Rewrite]) -> None:
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


def apply(change: Rewrite | None, x: Array) -> None:
    """Change all of ``(*sizes, C)``, block by block."""
    if change is None:
        return
    if x.ndim == 1:
        change(x)
        return
    x = _in_a_line(x)
    axis = max(range(x.ndim - 1), key=lambda i: x.shape[i])
    # where positions lie side by side in memory, smaller blocks would have short runs
    block = BLOCK if x.strides[-1] == x.itemsize else 2 * BLOCK
    spread(lambda first, end: change(_part(x, axis, first, end)), x.shape[axis], x.size, block)


def _in_a_line(x: Array) -> Array:
    """``(positions, C)`` of ``(*sizes, C)`` where these are the same memory, in either layout: that can be cut
    anywhere."""
    if x.flags.c_contiguous:
        return x.reshape(-1, x.shape[-1])
    first = channels_first(x)
    return first.reshape(len(first), -1).T if first.flags.c_contiguous else x


def _part(x: Array, axis: int, first: int, end: int) -> Array:
    return x[(slice(None),) * axis + (slice(first, end),)]


def copies(shapes: Sequence[Shape], output: Shape) -> int:
    """Elements of a copy of what goes in, or then of what comes out, as they lie in another order in memory."""
    return max(sum(map(volume, shapes)), volume(output))


def product(meter: Meter, a: Array, b: Array, out: Array) -> None:
    """``out = a @ b`` for two matrices; in parts where a product alone has one thread."""
    rows, columns = out.shape
    if not one_thread_per_product() or out.size * a.shape[1] < MANY_PRODUCTS:
        meter.matmul(a, b, out=out)
        return

    def work(first: int, end: int) -> None:
        part = slice(first, end)
        if rows > columns:
            meter.matmul(a[part], b, out=out[part])
        else:
            meter.matmul(a, b[:, part], out=out[:, part])

    spread(work, max(rows, columns), PARALLEL_FROM)


def in_turn(*changes: Rewrite | None) -> Rewrite | None:
    """One change that makes several, those that are None left out; None where all are."""
    wanted = [change for change in changes if change is not None]
    if len(wanted) < 2:
        return wanted[0] if wanted else None

    def all_of_them(block: Array) -> None:
        for change in wanted:
            change(block)

    return all_of_them


class PerChannel:
    """A number per channel, ready to meet blocks ``(..., C)``: repeated to runs that NumPy does not copy to buffers
    before it uses them, as it does with those up to half the size of a buffer."""

    RUN = 4097

    def __init__(self, values: Array) -> None:
        self.values = values
        self._many = -(-self.RUN // values.size)
        self._repeated = np.broadcast_to(values, (self._many, values.size)).reshape(-1)

    def meet(self, block: Array) -> list[tuple[Array, Array]]:
        """Views of all parts of the block and the numbers, so shaped that they broadcast."""
        if not block.flags.c_contiguous:
            return [(block, self.values)]
        positions = block.reshape(-1, self.values.size)
        whole = len(positions) - len(positions) % self._many
        rest = positions[whole:].reshape(-1)
        runs = positions[:whole].reshape(-1, self._repeated.size)
        pairs = [(runs, self._repeated), (rest, self._repeated[: rest.size])]
        return [pair for pair in pairs if pair[0].size]


def adding(values: Array) -> Rewrite:
    """Adds a number per channel."""
    numbers = PerChannel(values)

    def change(block: Array) -> None:
        for view, shift in numbers.meet(block):
            np.add(view, shift, out=view)

    return change
