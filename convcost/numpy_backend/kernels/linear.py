from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...types import volume
from .core.kernel import product

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...types import Shape
    from ..arrays import Array
    from ..meter import Meter


def linear_weights(shapes: Sequence[Shape], *, out: int, bias: bool) -> dict[str, Shape]:
    """A row per output element, over the input channel by channel; with bias a number per output element."""
    weight: dict[str, Shape] = {"weight": (out, volume(shapes[0]))}
    return {**weight, "bias": (out,)} if bias else weight


def linear(meter: Meter, inputs: Sequence[Array], weights: Mapping[str, Array], *, out: int, bias: bool) -> Array:
    """Every output element weighs all elements of the input."""
    row: Array = np.empty((1, out), inputs[0].dtype)
    product(meter, inputs[0].reshape(1, -1), meter.read(weights, "weight").T, row)
    y: Array = row[0]
    if bias:
        y += meter.read(weights, "bias")
    return y
