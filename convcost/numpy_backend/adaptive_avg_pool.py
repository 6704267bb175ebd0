from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .arrays import channels_first, channels_last, per_axis

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .arrays import Array
    from .meter import Meter


def adaptive_avg_pool(meter: Meter, inputs: Sequence[Array], weights: Mapping[str, Array], *, size: Any) -> Array:
    """As many means as asked for: on each axis, o of m is that of [floor(o * n / m), ceil((o + 1) * n / m))."""
    y = channels_last(inputs[0])
    for axis, m in enumerate(per_axis(size, y.ndim - 1)):
        n = y.shape[axis]
        windows = [(o * n // m, -(-(o + 1) * n // m)) for o in range(m)]
        along = np.moveaxis(y, axis, 0)
        y = np.moveaxis(np.stack([along[first:end].mean(axis=0) for first, end in windows]), 0, axis)
    return channels_first(y)
