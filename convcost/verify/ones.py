"""How many products have real data on one side and are kept on the other: layers of ones, in few channels.

Weights and data of ones, padding of zeros, no bias: each output is the number of its useful products, and the sum of
all outputs, a whole number, that of a layer with few channels. The sum counts as often as the real run counted the
products of this one: once for every so many pairs of channels that share weights.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..numpy_backend import find_weights
from ..numpy_backend.meter import Meter
from ..numpy_backend.program import Instruction, Program, elements_held, execute, wanted_weights
from ..types import volume
from .reduced import few_channels

if TYPE_CHECKING:
    from ..graph import Node
    from ..types import Shape


class Ones:
    """Useful products per layer; layers that differ in channels only are run once."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], tuple[int, int]] = {}

    def useful(self, node: Node, shapes: tuple[Shape, ...], macs: int) -> int:
        """Useful products of a layer of which the real run counted so many, on inputs of these shapes.

        -1 where the real run is no whole number of pairs of channels.
        """
        if not macs:
            return 0
        fields, channels = few_channels(node)
        fields["bias"] = False
        shape = (channels, *shapes[0][1:])
        key = (node.op.word, shape, *fields.values())
        if key not in self._known:
            self._known[key] = _run(node, fields, shape)
        useful, products = self._known[key]
        return useful * macs // products if products and useful * macs % products == 0 else -1


def memory_needed(node: Node) -> int:
    """Bytes that a layer of ones takes at most: what it reads and makes, its weights, and its sum in 64 bits."""
    if not node.op.macs(*node.input_shapes):
        return 0
    fields, channels = few_channels(node)
    shape, output = (channels, *node.input_shapes[0][1:]), (fields.get("out", 1), *node.shape[1:])
    step = Instruction(node.name, node.op.word, fields, (0,))
    weights = sum(map(volume, wanted_weights(step, [shape]).values()))
    return 4 * (volume(shape) + 3 * volume(output) + weights + elements_held(step, [shape], output))


def _run(node: Node, fields: dict[str, object], shape: Shape) -> tuple[int, int]:
    """The sum of the outputs, and the products that were counted."""
    needed = find_weights(node.op.word)
    weights = {name: np.ones(own, np.float32) for name, own in needed([shape], **fields).items()} if needed else {}
    program = Program((("ones", shape),), (Instruction(node.name, node.op.word, fields, (0,)),), (1,))
    meter = Meter()
    found = execute(program, {"ones": np.ones(shape, np.float32)}, {node.name: weights}, meter=meter)[node.name]
    return int(found.astype(np.int64).sum()), meter.total().macs
