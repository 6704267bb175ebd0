from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import channels_first, channels_last, per_axis

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..arrays import Array
    from ..meter import Meter


def unpool(meter: Meter, inputs: Sequence[Array], weights: Mapping[str, Array], *, scale: Any, mode: str) -> Array:
    """Each value becomes a block: filled with it (nearest), or with it first and zeros beside (bed_of_nails)."""
    x = channels_last(inputs[0])
    rank = x.ndim - 1
    block = per_axis(scale, rank)
    apart = x.reshape(*[size for n in x.shape[:-1] for size in (n, 1)], x.shape[-1])
    blocks = [size for n, s in zip(x.shape[:-1], block) for size in (n, s)]
    y = np.zeros((*blocks, x.shape[-1]), x.dtype)
    first = (slice(None), slice(None) if mode == "nearest" else slice(1)) * rank
    y[first] = apart
    return channels_first(y.reshape(*[n * s for n, s in zip(x.shape[:-1], block)], -1))
