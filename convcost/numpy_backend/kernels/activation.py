"""`relu` to `softmax`: functions of each element, or of the channels of each position.

NaN passes through all of them: clip and maximum keep it, a comparison would not.
"""

from __future__ import annotations

from functools import lru_cache
from math import erfc, exp, inf
from typing import TYPE_CHECKING

import numpy as np

from .core.kernel import InPlace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..arrays import Array
    from ..meter import Meter
    from .core.kernel import Rewrite

    Weights = Mapping[str, Array]

SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805
"""Klambauer et al. 2017, "Self-normalizing neural networks", equation 14."""


@InPlace
def relu(meter: Meter, weights: Weights) -> Rewrite:
    """max(x, 0)."""

    def change(x: Array) -> None:
        np.clip(x, 0, inf, out=x)  # np.maximum with a number is not vectorised

    return change


@InPlace
def relu6(meter: Meter, weights: Weights) -> Rewrite:
    """min(max(x, 0), 6)."""

    def change(x: Array) -> None:
        np.clip(x, 0, 6, out=x)

    return change


@InPlace
def elu(meter: Meter, weights: Weights) -> Rewrite:
    """x where it is positive, else exp(x) - 1."""

    def change(x: Array) -> None:
        negative = np.expm1(np.clip(x, -inf, 0))
        np.clip(x, 0, inf, out=x)
        x += negative

    return change


@InPlace
def selu(meter: Meter, weights: Weights) -> Rewrite:
    """ELU with the two constants that keep mean and variance."""

    def change(x: Array) -> None:
        negative = np.expm1(np.clip(x, -inf, 0))
        np.clip(x, 0, inf, out=x)
        x += meter.multiply(negative, SELU_ALPHA, out=negative)
        meter.multiply(x, SELU_SCALE, out=x)

    return change


def _logistic(x: Array) -> Array:
    """1 / (1 + exp(-x)), without overflow: exp only sees what is not positive."""
    rest = np.exp(-np.abs(x))
    found: Array = np.exp(np.clip(x, -inf, 0)) / (1 + rest)
    return found


@InPlace
def sigmoid(meter: Meter, weights: Weights) -> Rewrite:
    """1 / (1 + exp(-x))."""

    def change(x: Array) -> None:
        x[...] = _logistic(x)

    return change


@InPlace
def silu(meter: Meter, weights: Weights) -> Rewrite:
    """x times the sigmoid of x."""

    def change(x: Array) -> None:
        meter.multiply(x, _logistic(x), out=x)

    return change


@InPlace
def hardsigmoid(meter: Meter, weights: Weights) -> Rewrite:
    """x / 6 + 1 / 2, between 0 and 1."""

    def change(x: Array) -> None:
        x += 3
        np.clip(x, 0, 6, out=x)
        x /= 6

    return change


@InPlace
def hardswish(meter: Meter, weights: Weights) -> Rewrite:
    """x times the hard sigmoid of x."""

    def change(x: Array) -> None:
        gate = np.clip(x + 3, 0, 6)
        gate /= 6
        meter.multiply(x, gate, out=x)

    return change


@InPlace
def tanh(meter: Meter, weights: Weights) -> Rewrite:
    """Hyperbolic tangent."""

    def change(x: Array) -> None:
        np.tanh(x, out=x)

    return change


@InPlace
def mish(meter: Meter, weights: Weights) -> Rewrite:
    """x * tanh(ln(1 + exp(x)))."""

    def change(x: Array) -> None:
        with np.errstate(invalid="ignore"):  # NaN passes on, without a word
            soft = np.logaddexp(x, x.dtype.type(0))
        meter.multiply(x, np.tanh(soft), out=x)

    return change


@InPlace
def softmax(meter: Meter, weights: Weights) -> Rewrite:
    """exp(x) over its sum, along the channels of each position."""

    def change(x: Array) -> None:
        x -= x.max(axis=-1, keepdims=True)
        np.exp(x, out=x)
        x /= x.sum(axis=-1, keepdims=True)

    return change


@InPlace
def gelu(meter: Meter, weights: Weights) -> Rewrite:
    """x times the normal distribution function of x."""

    def change(x: Array) -> None:
        tail = _half_erfc(meter, np.abs(x) / np.sqrt(2))
        # x * cdf(x) is relu(x) - |x| * tail
        below = meter.multiply(np.abs(x), tail)
        np.clip(x, 0, inf, out=x)
        x -= below

    return change


FARTHEST = 26.0
"""From here on erfc is too small for a number of double precision."""


@lru_cache(maxsize=1)
def _series() -> tuple[float, ...]:
    """Chebyshev coefficients of erfc(z) * exp(z * z) / 2 over t = 2 / (2 + z), as Numerical Recipes 6.2.2 maps it."""
    lowest = 2 / (2 + FARTHEST)

    def scaled(u: Array) -> Array:
        z = 2 / (lowest + (u + 1) / 2 * (1 - lowest)) - 2
        return np.array([0.5 * erfc(v) * exp(v * v) for v in z])

    return tuple(np.polynomial.chebyshev.chebinterpolate(scaled, 26))


def _half_erfc(meter: Meter, z: Array) -> Array:
    """erfc(z) / 2 for z >= 0, by Clenshaw's recurrence."""
    near = np.clip(z, 0, FARTHEST)
    lowest = 2 / (2 + FARTHEST)
    u = (2 / (2 + near) - lowest) / ((1 - lowest) / 2) - 1
    first, *rest = _series()
    double = u + u
    after = np.zeros_like(u)
    last = np.zeros_like(u)
    for coefficient in reversed(rest):
        after, last = meter.multiply(double, after) - last + coefficient, after
    value = meter.multiply(u, after) - last + first
    return meter.multiply(value, np.exp(-meter.multiply(near, near)))
