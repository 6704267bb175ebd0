from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import channels_first, channels_last, per_axis

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..arrays import Array
    from ..meter import Meter


def space_to_depth(meter: Meter, inputs: Sequence[Array], weights: Mapping[str, Array], *, scale: Any) -> Array:
    """Each block of positions becomes a run of channels, row by row."""
    x = channels_last(inputs[0])
    sizes, channels = x.shape[:-1], x.shape[-1]
    rank = len(sizes)
    block = per_axis(scale, rank)
    apart = x.reshape(*[size for n, s in zip(sizes, block) for size in (n // s, s)], channels)
    positions, places = range(0, 2 * rank, 2), range(1, 2 * rank, 2)
    y = np.array(apart.transpose(*positions, 2 * rank, *places), order="C")
    return channels_first(y.reshape(*y.shape[:rank], -1))
