from __future__ import annotations

from typing import TYPE_CHECKING

from .norm import affine_weights, normalised_groups

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...types import Shape
    from ..arrays import Array
    from ..meter import Meter


def group_norm_weights(shapes: Sequence[Shape], *, groups: int, affine: bool) -> dict[str, Shape]:
    """A scale and a shift per channel."""
    return affine_weights(shapes, affine)


def group_norm(
    meter: Meter, inputs: Sequence[Array], weights: Mapping[str, Array], *, groups: int, affine: bool
) -> Array:
    """Each group of channels by its own mean and variance over all positions."""
    return normalised_groups(meter, inputs[0], weights, groups, affine)
