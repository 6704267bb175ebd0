from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Complaint
from ..types import volume
from .core.axis import Scatter
from .core.fields import axes, by, per_axis
from .core.operation import Op

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..types import Number, Shape
    from .core.fields import Axes


class PixelShuffle(Op):
    """Pixel shuffle (depth to space): groups of channels become blocks of positions. "cells" are those of a block.

    Formulas:
        size = n * scale
        out = C / cells

    Example:
        [256, 32, 32]
        pixel_shuffle: 2

    Source: Shi et al. 2016, "Real-time single image and video super-resolution using an efficient sub-pixel network".
    """

    main = "scale"
    scale: Axes = axes("times that each size grows")

    def dealt(self, rank: int) -> int:
        return volume(per_axis(self.scale, rank))

    def cells(self, *inputs: Shape) -> int:
        """Positions of one block."""
        return self.dealt(len(inputs[0]) - 1)

    def axes(self, *inputs: Shape) -> list[Scatter]:
        sizes = inputs[0][1:]
        return [Scatter(n, n * s, s, s) for n, s in zip(sizes, per_axis(self.scale, len(sizes)))]

    def check(self, *inputs: Shape) -> Iterator[Complaint]:
        cells = self.cells(*inputs)
        if inputs[0][0] % cells:
            block = by(self.scale, len(inputs[0]) - 1)
            message = f"the scale {block} (in all {cells}) must divide the {inputs[0][0]} input channels"
            yield Complaint("CC103", "scale", message)

    def shape(self, *inputs: Shape) -> Shape:
        return (inputs[0][0] // self.cells(*inputs), *[a.m for a in self.axes(*inputs)])

    def label(self) -> str:
        return f"pixel_shuffle x{by(self.scale, 1)}"

    def quantities(self, *inputs: Shape) -> dict[str, Number]:
        return {**super().quantities(*inputs), "cells": self.cells(*inputs)}
