"""`batch_norm`, `instance_norm` and `layer_norm`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .arrays import channels_first, channels_last
from .kernel import InPlace
from .scale import scaling

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..types import Shape
    from .arrays import Array
    from .kernel import Change
    from .meter import Meter

EPSILON = 1e-5


def affine_weights(shapes: Sequence[Shape], affine: bool) -> dict[str, Shape]:
    """A scale and a shift per channel."""
    per_channel = shapes[0][:1]
    return {"weight": per_channel, "bias": per_channel} if affine else {}


def batch_norm_weights(shapes: Sequence[Shape], *, affine: bool) -> dict[str, Shape]:
    """A scale and a shift per channel, and what training has measured."""
    per_channel = shapes[0][:1]
    return {**affine_weights(shapes, affine), "running_mean": per_channel, "running_var": per_channel}


def instance_norm_weights(shapes: Sequence[Shape], *, affine: bool) -> dict[str, Shape]:
    """A scale and a shift per channel."""
    return affine_weights(shapes, affine)


def layer_norm_weights(shapes: Sequence[Shape], *, affine: bool) -> dict[str, Shape]:
    """A scale and a shift per channel."""
    return affine_weights(shapes, affine)


@InPlace
def batch_norm(meter: Meter, weights: Mapping[str, Array], *, affine: bool) -> Change:
    """(x - mean) / sqrt(variance + eps), each channel with the mean and variance of training."""
    mean, variance = meter.read(weights, "running_mean"), meter.read(weights, "running_var")
    factor = 1 / np.sqrt(variance + variance.dtype.type(EPSILON))
    if affine:
        factor = meter.multiply(factor, meter.read(weights, "weight"))
    shift = -meter.multiply(mean, factor)
    if affine:
        shift += meter.read(weights, "bias")
    return scaling(meter, factor, shift)


def instance_norm(meter: Meter, inputs: Sequence[Array], weights: Mapping[str, Array], *, affine: bool) -> Array:
    """Each channel by its own mean and variance over all positions."""
    return normalised_groups(meter, inputs[0], weights, inputs[0].shape[0], affine)


def layer_norm(meter: Meter, inputs: Sequence[Array], weights: Mapping[str, Array], *, affine: bool) -> Array:
    """Over the channels of each position."""
    x = channels_last(inputs[0])
    y = normalised(meter, x, (-1,))
    if affine:
        scaling(meter, meter.read(weights, "weight"), meter.read(weights, "bias"))(y)
    return channels_first(y)


def normalised_groups(meter: Meter, x: Array, weights: Mapping[str, Array], groups: int, affine: bool) -> Array:
    """Each group of channels by its mean and variance over all positions."""
    flat = np.ascontiguousarray(x).reshape(groups, -1)
    y = normalised(meter, flat, (1,)).reshape(x.shape)
    if affine:
        column = (-1,) + (1,) * (x.ndim - 1)
        meter.multiply(y, meter.read(weights, "weight").reshape(column), out=y)
        y += meter.read(weights, "bias").reshape(column)
    return y


def normalised(meter: Meter, x: Array, axes: tuple[int, ...]) -> Array:
    """x less its mean, over its deviation, both along some axes; in memory of its own."""
    y: Array = x - x.mean(axis=axes, keepdims=True)
    variance = meter.multiply(y, y).mean(axis=axes, keepdims=True)
    y /= np.sqrt(variance + variance.dtype.type(EPSILON))
    return y
