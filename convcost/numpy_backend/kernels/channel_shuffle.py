from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..arrays import channels_first, channels_last

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..arrays import Array
    from ..meter import Meter


def channel_shuffle(meter: Meter, inputs: Sequence[Array], weights: Mapping[str, Array], *, groups: int) -> Array:
    """The first channel of each group, then the second of each, and so on."""
    x = channels_last(inputs[0])
    grouped = x.reshape(*x.shape[:-1], groups, -1)
    return channels_first(np.array(grouped.swapaxes(-1, -2), order="C").reshape(x.shape))
