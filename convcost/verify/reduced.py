"""Layers in few channels, run by the kernels of the real ones: along one axis for a batch of probes, or all of ones.

Along one axis a tensor is (channels, probes, positions): the probes lie along an axis of their own, on which windows
are one position wide. Where that would be another operation, the layer is run once per distinct probe, as it is
written, on (channels, positions):

- what reads all positions would mix the probes: global pools, flatten, linear, instance_norm and group_norm;
- `add` and `mul` that stretch a tensor.

One channel stands for all: a layer gets as many equal ones as keep its kind (a convolution of one group two, of several
groups four in two, of a group per channel one; `pixel_shuffle` as many as it deals out), and is poisoned where any of
its channels is. `slice` and `channel_shuffle` keep the one there is. Between layers every value is 1 again, or poison.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..numpy_backend.program import Instruction, Program, execute
from ..ops.core.operation import Use

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from ..graph import Node
    from .masks import Mask

    Array = NDArray[Any]

ONE_CHANNEL: Mapping[str, object] = {"out": 1, "groups": 1, "multiplier": 1, "range": (0, 1)}
BESIDE: Mapping[str, int] = {"kernel": 1, "stride": 1, "dilation": 1, "output_padding": 0, "offset": 0, "scale": 1}
"""What fields are along the axis of the probes."""
KEPT = 1 << 25
"""Bytes of results, and of what led to them, that are kept."""


def few_channels(node: Node) -> tuple[dict[str, Any], int]:
    """The fields of a layer with as few channels as keep its kind, and the channels it gets."""
    fields: dict[str, Any] = {name: getattr(node.op, name) for name in node.op.fields}
    if not {"groups", "out"} <= fields.keys():
        return fields | {name: one for name, one in ONE_CHANNEL.items() if name in fields}, 1
    channels, groups = node.inputs[0].shape[0], fields["groups"]
    if 1 < groups < channels:
        return fields | {"groups": 2, "out": 2}, 4
    return fields | {"groups": 1, "out": 1}, 1 if groups == channels else 2


def along(node: Node, axis: int, probes: int | None, more: int = 0) -> tuple[dict[str, Any], int]:
    """The fields of a layer along one axis, behind that of the probes where there are any, and the channels it gets.
    It makes so many positions `more` than it is told to."""
    fields, channels = few_channels(node)
    rank = max(1, len(node.inputs[0].shape) - 1)
    for name, value in fields.items():
        decl = node.op.fields[name]
        if value is None or isinstance(value, str) or not decl.per_axis:
            continue
        own = decl.spelled_out(value, rank)[axis]
        if name == "size":
            own += more
        beside: Any = (0, 0) if isinstance(own, tuple) else BESIDE.get(name, probes)
        fields[name] = (own,) if probes is None else (beside, own)
    return fields, channels * type(node.op)(**fields).dealt(1 if probes is None else 2)


def start(shape: Sequence[int], axis: int, some: range) -> Mask:
    """(probe, position) of an input: each probe poisons its own position."""
    size = shape[1 + axis] if len(shape) > 1 else 1
    return np.equal.outer(np.arange(some.start, some.stop), np.arange(size))


def given(node: Node) -> tuple[Node, ...]:
    """What is handed to a layer; max_unpool comes with its pool, which gets the pool's input."""
    return tuple([source.inputs[0] if use == Use.INDICES else source for source, use in _taken(node)])


def _taken(node: Node) -> zip[tuple[Node, str]]:
    """What feeds a layer, each with what it takes of that."""
    return zip(node.inputs, node.op.uses(len(node.inputs)))


def _pools(node: Node) -> list[Node]:
    """The pools whose places a layer takes."""
    return [source for source, use in _taken(node) if use == Use.INDICES]


class Probes:
    """Layers run along their axes; those that are equal in kernel, fields and poison are run once, as a square network
    is along its second axis, and an activation after a normalisation."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], Mask] = {}
        self._bytes = 0

    def after(self, node: Node, axis: int, masks: Sequence[Mask], more: int = 0) -> Mask:
        """(probe, position) of a layer along one axis: where the kernel lets the poison of what it is `given` through.

        It has so many positions `more` where only its fields say how many. The result may be handed out again: it is
        not to be changed.
        """
        key: tuple[object, ...] = tuple([(mask.shape, np.packbits(mask).tobytes()) for mask in masks])
        for each in (node, *_pools(node)):
            fields, channels = along(each, axis, None, more)
            key += (each.op.word, channels, *fields.values())
        if key in self._known:
            return self._known[key]
        result = self._known[key] = _after(node, axis, masks, more)
        self._bytes += _size(key, result)
        while self._bytes > KEPT and len(self._known) > 1:
            oldest = next(iter(self._known))
            self._bytes -= _size(oldest, self._known.pop(oldest))
        return result


def _size(key: tuple[object, ...], result: Mask) -> int:
    return result.nbytes + sum(len(part[1]) for part in key if isinstance(part, tuple) and isinstance(part[-1], bytes))


def _after(node: Node, axis: int, masks: Sequence[Mask], more: int) -> Mask:
    stretches = node.op.merges and len({mask.shape[1] for mask in masks}) > 1
    if node.op.whole_input or stretches:
        return _each_alone(node, axis, masks, more)
    arrays = [_poisoned(mask)[np.newaxis] for mask in masks]
    return poisoned(_run(node, axis, arrays, len(masks[0]), more))


def poisoned(array: Array) -> Mask:
    """Where any channel is poison."""
    return np.asarray(np.isnan(array).any(axis=0))


def _each_alone(node: Node, axis: int, masks: Sequence[Mask], more: int) -> Mask:
    borders = np.cumsum([mask.shape[1] for mask in masks])[:-1]
    patterns, which = np.unique(np.concatenate(masks, axis=1), axis=0, return_inverse=True)
    found = []
    for pattern in patterns:
        arrays = [_poisoned(part)[np.newaxis] for part in np.split(pattern, borders)]
        shaped = [a if len(source.shape) > 1 else a[:, 0] for a, source in zip(arrays, node.inputs)]
        found.append(np.atleast_1d(poisoned(_run(node, axis, shaped, None, more))))
    return np.stack(found)[which.reshape(-1)]


def _poisoned(mask: Mask) -> Array:
    return np.where(mask, np.float32(np.nan), np.float32(1))


def _run(node: Node, axis: int, arrays: Sequence[Array], probes: int | None, more: int) -> Array:
    first = len(arrays)
    fields, channels = along(node, axis, probes, more)
    pools = [
        Instruction(pool.name, pool.op.word, along(pool, axis, probes)[0], (place,))
        for place, pool in enumerate(_pools(node), 1)
    ]
    taken = (0, *range(first, first + len(pools))) if pools else tuple(range(first))
    steps = [*pools, Instruction(node.name, node.op.word, fields, taken)]
    inputs = {str(i): np.repeat(array, channels, axis=0) for i, array in enumerate(arrays)}
    program = Program(
        tuple([(name, array.shape) for name, array in inputs.items()]), tuple(steps), (first + len(steps) - 1,)
    )
    with np.errstate(invalid="ignore"):  # poison is meant
        return execute(program, inputs)[node.name]
