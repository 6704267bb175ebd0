"""Running single layers: an operation of the language through its kernel, on whole numbers or others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from convcost.numpy_backend import find, find_weights
from convcost.numpy_backend.meter import Meter

if TYPE_CHECKING:
    from convcost.numpy_backend.arrays import Array
    from convcost.ops.core.operation import Op

REFERENCES = {"crop": "like", "resize": "like", "max_unpool": "pool"}


def fields_of(op: Op) -> dict[str, Any]:
    """The plain values that a kernel gets; a pool keeps no places unless asked to."""
    return {name: getattr(op, name) for name in op.fields}


def shapes_of_weights(op: Op, *shapes: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    function = find_weights(op.word)
    return {} if function is None else function(shapes, **fields_of(op))


def run(op: Op, *inputs: Array, weights: dict[str, Array] | None = None, meter: Meter | None = None) -> Array:
    """The result of one layer; a `like` is given as one more array, a max_unpool its pool's input."""
    fields = fields_of(op)
    arrays = list(inputs)
    if op.word == "max_unpool":
        found: list[Any] = []
        pool = find("max_pool")
        pool(Meter(), [arrays.pop()], {}, **fields_of(op.source), remember=found.append)
        fields["pool"] = found[0]
    elif fields.get("like"):
        fields["like"] = arrays.pop().shape[1:]
    return find(op.word)(meter or Meter(), arrays, weights or {}, **fields)


def whole(rng: np.random.Generator, shape: tuple[int, ...], dtype: str = "float64") -> Array:
    """Small whole numbers, so that sums of products are exact."""
    return rng.integers(-4, 5, shape).astype(dtype)


def real(rng: np.random.Generator, shape: tuple[int, ...], dtype: str = "float64") -> Array:
    return rng.standard_normal(shape).astype(dtype)


def positive_where_needed(name: str, array: Array) -> Array:
    """A variance is no negative number."""
    return np.abs(array) + 0.5 if name == "running_var" else array
