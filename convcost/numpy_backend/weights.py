"""Weights and inputs from a seed: the same bytes on any machine and with any NumPy.

Whole numbers of PCG64's raw output, scaled by a power of two. Every layer has a stream of its own, so that its weights
can be made when it runs and be forgotten after.
"""

from __future__ import annotations

from math import floor, log2
from typing import TYPE_CHECKING

import numpy as np

from ..types import volume
from .threads import processors, spread

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..types import Shape
    from .arrays import Array

CHUNK = 1 << 20
"""Numbers from one generator; chunks are made side by side."""

HALF_BITS = 16
"""A raw number of 64 bits gives four of 16."""


def generate(seed: int, layer: int, shapes: Mapping[str, Shape], dtype: str) -> dict[str, Array]:
    """The arrays of one layer.

    Weights of a convolution or linear layer spread around 0 so that values neither grow nor vanish from layer to layer;
    factors per channel and variances lie around 1.
    """
    arrays = {}
    for number, (name, shape) in enumerate(shapes.items()):
        numbers = uniform((seed, layer, number), volume(shape), dtype)
        if len(shape) > 1:
            numbers *= _gain(shape)
        elif name in ("weight", "running_var"):
            numbers *= 0.5
            numbers += 1
        else:
            numbers *= 0.125
        arrays[name] = in_documented_order(numbers, shape)
    return arrays


def generate_input(seed: int, number: int, shape: Shape, dtype: str) -> Array:
    """A network's input: numbers between -1 and 1."""
    return uniform((seed, -1 - number & 0xFFFFFFFF), volume(shape), dtype).reshape(shape)


def in_documented_order(numbers: Array, shape: Shape) -> Array:
    """A view ``(out, in, *kernel)`` of numbers that lie ``(*kernel, in, out)`` in memory, as the kernels want them."""
    if len(shape) < 2:
        return numbers
    lying = numbers.reshape(*shape[2:], shape[1], shape[0])
    return np.moveaxis(lying, (-1, -2), (0, 1))


def _gain(shape: Shape) -> float:
    """The power of two at or below the deviation that keeps the size of values through a ReLU.

    Source: He et al. 2015, "Delving deep into rectifiers", equation 10, for uniform numbers.
    """
    return 2.0 ** floor(log2(6 / volume(shape[1:])) / 2)


def uniform(key: tuple[int, ...], count: int, dtype: str) -> Array:
    """Odd multiples of 2 ** -16 between -1 and 1, none of them 0."""
    numbers = np.empty(count, dtype)
    chunks = -(-count // CHUNK)

    def work(first: int, end: int) -> None:
        for chunk in range(first, end):
            part = numbers[chunk * CHUNK : (chunk + 1) * CHUNK]
            raw = np.random.PCG64([*key, chunk]).random_raw(-(-part.size // 4))
            part[...] = raw.astype("<u8", copy=False).view("<i2")[: part.size]
            part += 0.5
            part *= 2.0 ** (1 - HALF_BITS)

    spread(work, chunks, count, max(CHUNK, count // processors()))
    return numbers
