"""Which positions depend on a poisoned one, by the formulas: what each layer reads of what feeds it.

A mask is True where a tensor depends on a poisoned position; its last axes are those of the tensor. Formulas are asked
one layer at a time, about the masks that the execution showed of its inputs: one wrong layer spoils no other's case.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from ..analysis.receptive_field import clipped, reads_everything
from ..ops.axis import Border, Window
from ..ops.base import Use
from ..types import dims

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ..graph import Node
    from ..ops.axis import Axis

    Mask: TypeAlias = NDArray[np.bool_]


def dependent(node: Node, masks: Sequence[Mask], axis: int | None = None) -> Mask:
    """The positions of a layer that its formulas say are poisoned where its inputs are.

    With `axis`, masks have that axis of the tensors only, behind one of probes.
    """
    shapes = node.input_shapes
    found: Mask | None = None
    for index, (use, mask) in enumerate(zip(node.op.uses(len(shapes)), masks)):
        if use == Use.SHAPE:
            continue
        axes = node.op.input_axes(index, *shapes)
        if reads_everything(node.op, axes):
            reached = _everywhere(mask, node.shape[1:], axis)
        elif axis is None:
            reached = mask
            for i, each in enumerate(axes):
                reached = through(reached, each, i)
        else:
            reached = through(mask, axes[axis], 1) if axes else mask
        found = reached if found is None or found is reached else found | reached
    assert found is not None
    return found


def poison_difference(expected: Mask, seen: Mask) -> str | None:
    """The first position that is poisoned, or is not, other than expected."""
    if np.array_equal(expected, seen):
        return None
    at = tuple(int(i) for i in np.argwhere(expected != seen)[0])
    place = f"position {dims(at)}" if at else "the output"
    says, is_so = ("depends", "does not") if expected[at] else ("does not depend", "does")
    return f"{place} {says} on the poisoned input positions by the formula, but {is_so} in the run"


def _everywhere(mask: Mask, sizes: Sequence[int], axis: int | None) -> Mask:
    if axis is None:
        return np.full(sizes, mask.any())
    size = sizes[axis] if sizes else 1
    return np.broadcast_to(mask.any(axis=1, keepdims=True), (len(mask), size))


def through(mask: Mask, axis: Axis, place: int) -> Mask:
    """A mask after one axis of an operation: True where any position that is read is."""
    if axis == Window(axis.n, axis.n) and type(axis) is Window:
        return mask
    table = _taps(axis)
    size = mask.shape[place]
    edge = np.zeros((*mask.shape[:place], 1, *mask.shape[place + 1 :]), bool)
    wide = np.concatenate([mask, edge], axis=place)  # what lies outside the input is at its end: never poisoned
    result: Mask = wide.take(np.minimum(table[0], size), axis=place)
    for column in table[1:]:
        result |= wide.take(np.minimum(column, size), axis=place)
    return result


@lru_cache(maxsize=1024, typed=True)  # typed: axes of different kinds may hold equal numbers
def _taps(axis: Axis) -> NDArray[np.int64]:
    """Row j has the j-th input position that each output position reads; n where it reads less."""
    read = [clipped(axis.reads(o), axis.n) for o in range(axis.m)]
    table = np.full((max(1, *map(len, read)), axis.m), axis.n)
    for o, positions in enumerate(read):
        table[: len(positions), o] = positions
    return table


@lru_cache(maxsize=1024, typed=True)
def padded(axis: Axis) -> Mask:
    """The output positions that read beside the input, or where it is repeated."""
    if isinstance(axis, Border):
        return np.array([not 0 <= o - axis.before < axis.n for o in range(axis.m)])
    read = [axis.reads(o) for o in range(axis.m)]
    return np.array([len(clipped(positions, axis.n)) < len(positions) for positions in read])
