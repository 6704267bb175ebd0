"""`batch_norm`, `instance_norm` and `layer_norm`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ..arrays import channels_first, own_channels_last
from ..threads import spread
from .core.kernel import BLOCK, InPlace, apply, in_turn
from .scale import scaling

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...types import Shape
    from ..arrays import Array
    from ..meter import Meter
    from .core.kernel import Rewrite

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
def batch_norm(meter: Meter, weights: Mapping[str, Array], *, affine: bool) -> Rewrite:
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
    y = own_channels_last(inputs[0])
    scaled = scaling(meter, meter.read(weights, "weight"), meter.read(weights, "bias")) if affine else None
    apply(in_turn(partial(normalise, meter, axis=-1), scaled), y)
    return channels_first(y)


def normalised_groups(meter: Meter, x: Array, weights: Mapping[str, Array], groups: int, affine: bool) -> Array:
    """Each group of channels by its mean and variance over all positions."""
    y = np.array(x, order="C")
    flat = y.reshape(groups, -1)
    spread(lambda first, end: normalise(meter, flat[first:end], axis=1), groups, flat.size, BLOCK)
    if affine:
        column = (-1,) + (1,) * (x.ndim - 1)
        meter.multiply(y, meter.read(weights, "weight").reshape(column), out=y)
        y += meter.read(weights, "bias").reshape(column)
    return y


def normalise(meter: Meter, x: Array, axis: int) -> None:
    """Take the mean from x, and divide it by its deviation, both along an axis."""
    x -= x.mean(axis=axis, keepdims=True)
    variance = meter.multiply(x, x).mean(axis=axis, keepdims=True)
    x /= np.sqrt(variance + variance.dtype.type(EPSILON))
