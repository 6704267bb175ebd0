"""Convolution in groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .arrays import channels_first
from .dense import dense

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .arrays import Array
    from .kernel import Change
    from .meter import Meter
    from .windows import Line


def grouped(meter: Meter, x: Array, weight: Array, placed: Sequence[Line], groups: int, finish: Change | None) -> Array:
    """Channels first in, and out; the weights ``(out, C / groups, *kernel)``."""
    from .kernel import apply

    parts = []
    for channels, kernels in zip(np.split(x, groups), np.split(weight, groups)):
        taps_first = np.moveaxis(kernels, (0, 1), (-1, -2))
        parts.append(dense(meter, np.moveaxis(channels, 0, -1), taps_first, placed, None))
    y = np.concatenate(parts, axis=-1)
    apply(finish, y)
    return channels_first(y)
