"""Which positions depend on a poisoned one, by the formulas: what each layer reads of what feeds it.

A mask is True where a tensor depends on a poisoned position; its last axes are those of the tensor. Formulas are asked
one layer at a time, about the masks that the execution showed of its inputs: one wrong layer spoils no other's case.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from ..analysis.field.extent import reads_everything
from ..ops.core.axis import Border, Window
from ..ops.core.operation import Use
from ..types import dims

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ..graph import Node
    from ..ops.core.axis import Axis

    Mask: TypeAlias = NDArray[np.bool_]

SHORT = 1 << 12
"""Positions of an axis of which what they read is kept."""


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
    if _keeps(axis):
        return mask
    size = mask.shape[place]
    edge = np.zeros((*mask.shape[:place], 1, *mask.shape[place + 1 :]), bool)
    wide = np.concatenate([mask, edge], axis=place)  # what lies outside the input is at its end: never poisoned
    result: Mask | None = None
    for column in _taps(axis):
        read = wide.take(np.minimum(column, size), axis=place)
        result = read if result is None else np.logical_or(result, read, out=result)
    return np.zeros((*mask.shape[:place], axis.m, *mask.shape[place + 1 :]), bool) if result is None else result


def _keeps(axis: Axis) -> bool:
    """Whether every position reads its own place."""
    return type(axis) is Window and axis == Window(axis.n, axis.n)


def _taps(axis: Axis) -> Iterator[NDArray[np.int64]]:
    """Array j has the j-th input position that each output position reads; n where it reads less, or beside the
    input."""
    start, step, count = _reads(axis)
    for tap in range(int(count.max())):
        at = start + tap * step
        at[(at < 0) | (count <= tap)] = axis.n
        yield at


def _reads(axis: Axis) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """First input position, step and count of what each output position reads."""
    return _short_reads(axis) if axis.m <= SHORT else _last_reads(axis)


@lru_cache(maxsize=256, typed=True)  # typed: axes of different kinds may hold equal numbers
def _short_reads(axis: Axis) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    return _listed(axis)


@lru_cache(maxsize=1, typed=True)
def _last_reads(axis: Axis) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    return _listed(axis)


def _listed(axis: Axis) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    period, jump = (axis.m, 0) if isinstance(axis, Border) else axis.phases()
    once = np.fromiter(
        ((read.start, read.step, len(read)) for read in map(axis.reads, range(min(period, axis.m)))),
        np.dtype((np.int64, 3)),
    )
    turns, phase = np.divmod(np.arange(axis.m), period)
    start, step, count = once.T
    return start[phase] + turns * jump, step[phase], count[phase]


def padded(axis: Axis) -> Mask:
    """The output positions that read beside the input, or where it is repeated."""
    return _short_padded(axis) if axis.m <= SHORT else _padded(axis)


@lru_cache(maxsize=1024, typed=True)
def _short_padded(axis: Axis) -> Mask:
    return _padded(axis)


def _padded(axis: Axis) -> Mask:
    if isinstance(axis, Border):
        at = np.arange(axis.m) - axis.before
        beside: Mask = (at < 0) | (at >= axis.n)
    elif _keeps(axis):
        beside = np.zeros(axis.m, bool)
    else:
        start, step, count = _reads(axis)
        beside = (count > 0) & ((start < 0) | (start + (count - 1) * step >= axis.n))
    return beside
