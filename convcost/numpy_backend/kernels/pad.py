from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..arrays import channels_first, channels_last, per_axis
from .core.windows import sides

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..arrays import Array
    from ..meter import Meter

MODES: dict[str, Literal["constant", "reflect", "edge"]] = {
    "zeros": "constant",
    "reflect": "reflect",
    "replicate": "edge",
}


def pad(meter: Meter, inputs: Sequence[Array], weights: Mapping[str, Array], *, padding: Any, mode: str) -> Array:
    """More positions around the input: zeros, its mirror image, or its border again and again."""
    x = channels_last(inputs[0])
    around = [sides(side, 0) for side in per_axis(padding, x.ndim - 1)]
    return channels_first(np.pad(x, [*around, (0, 0)], mode=MODES[mode]))
