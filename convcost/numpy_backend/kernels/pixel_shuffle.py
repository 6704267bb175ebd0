from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import channels_first, per_axis

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..arrays import Array
    from ..meter import Meter


def pixel_shuffle(meter: Meter, inputs: Sequence[Array], weights: Mapping[str, Array], *, scale: Any) -> Array:
    """Each run of channels becomes a block of positions, row by row."""
    x = inputs[0]
    sizes = x.shape[1:]
    rank = len(sizes)
    block = per_axis(scale, rank)
    apart = x.reshape(-1, *block, *sizes)  # channel, place in the block, position
    order = [place for axis in range(rank) for place in (1 + rank + axis, 1 + axis)]
    y = np.array(apart.transpose(*order, 0), order="C")
    return channels_first(y.reshape(*[n * s for n, s in zip(sizes, block)], -1))
