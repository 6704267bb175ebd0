"""`add`, `mul` and `concat`: several tensors become one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..arrays import channels_first, turned
from ..threads import spread
from .core.kernel import has

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..arrays import Array
    from ..meter import Meter
    from .core.kernel import Rewrite

BLOCK = 1 << 19
"""Elements that are read at a time."""


@has(finishes=True)
def add(meter: Meter, inputs: Sequence[Array], weights: Mapping[str, Array], *, then: Rewrite | None = None) -> Array:
    """The sum; a tensor of one position is added to every position."""
    return _combined(lambda a, b, out: np.add(a, b, out=out), inputs, then)


@has(finishes=True)
def mul(meter: Meter, inputs: Sequence[Array], weights: Mapping[str, Array], *, then: Rewrite | None = None) -> Array:
    """The product; a tensor of one position weighs every position."""
    return _combined(meter.multiply, inputs, then)


def _combined(combine: Callable[[Array, Array, Array], Array], inputs: Sequence[Array], then: Rewrite | None) -> Array:
    last = [turned(x) for x in inputs]
    sizes = np.broadcast_shapes(*[x.shape for x in last])
    y: Array = np.empty(sizes, last[0].dtype)
    rows = [np.broadcast_to(x, sizes) for x in last]

    def work(first: int, end: int) -> None:
        target = y[first:end]
        combine(rows[0][first:end], rows[1][first:end], target)
        for other in rows[2:]:
            combine(target, other[first:end], target)
        if then is not None:
            then(target)

    if y.ndim == 1 or y.shape[0] == 1:
        work(0, y.shape[0])
    else:
        spread(work, y.shape[0], y.size * len(rows), BLOCK)
    return channels_first(y)


def concat(meter: Meter, inputs: Sequence[Array], weights: Mapping[str, Array]) -> Array:
    """Channels one after the other."""
    return channels_first(np.concatenate([turned(x) for x in inputs], axis=-1))
