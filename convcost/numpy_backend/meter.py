"""The only place where a kernel multiplies; it counts what it does."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .arrays import Array

STATISTICS = "running_"
"""What the names of arrays begin with that training measures and does not learn."""


class Alive(NamedTuple):
    """The tensors held while one step ran: the elements of each, and of each pool's remembered places."""

    tensors: tuple[int, ...]
    places: tuple[int, ...]


class Meter:
    """Counts of one layer, or of a network with a meter per layer in `layers`."""

    def __init__(self) -> None:
        self.macs = 0
        """Scalar products of contractions, each followed by an addition."""
        self.products = 0
        """All other scalar products."""
        self.weights = 0
        """Elements of learnable arrays that were read, each array once."""
        self.bytes = 0
        """Bytes of what the layer gave back, where that is memory of its own."""
        self.layers: list[Meter] = []
        self.alive: list[Alive] = []
        """What was held at each step, in the order of the program."""
        self._read: set[str] = set()
        self._lock = Lock()

    def layer(self) -> Meter:
        """A meter for the next layer; what it counts, `total` adds up."""
        self.layers.append(Meter())
        return self.layers[-1]

    def total(self) -> Meter:
        """The sums over all layers."""
        result = Meter()
        for meter in (self, *self.layers):
            result.macs += meter.macs
            result.products += meter.products
            result.weights += meter.weights
            result.bytes += meter.bytes
        return result

    def read(self, weights: Mapping[str, Array], name: str) -> Array:
        """The array of that name, counted where it is learnable."""
        array = weights[name]
        with self._lock:
            if name not in self._read and not name.startswith(STATISTICS):
                self.weights += array.size
            self._read.add(name)
        return array

    def matmul(self, a: Array, b: Array, out: Array | None = None) -> Array:
        """Matrix product, of stacks too: as many products as the result has elements, times the inner size."""
        result: Array = np.matmul(a, b, out=out)
        self._count_macs(result.size * a.shape[-1])
        return result

    def einsum(self, subscripts: str, a: Array, b: Array, out: Array | None = None) -> Array:
        """Contraction of two arrays: a product for every combination of the indices."""
        result: Array = np.einsum(subscripts, a, b, out=out)
        first, second = subscripts.partition("->")[0].split(",")
        sizes = dict(zip(first + second, a.shape + b.shape))
        products = 1
        for size in sizes.values():
            products *= size
        self._count_macs(products)
        return result

    def multiply(self, a: Array, b: Array | float, out: Array | None = None) -> Array:
        """Product element by element."""
        result: Array = np.multiply(a, b, out=out)
        with self._lock:
            self.products += result.size
        return result

    def _count_macs(self, products: int) -> None:
        with self._lock:
            self.macs += products
