from __future__ import annotations

from typing import TYPE_CHECKING

from ..types import volume
from .core.axis import Window
from .core.fields import axes, axis_name, by, per_axis
from .core.operation import Op, must_divide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..errors import Complaint
    from ..types import Number, Shape
    from .core.fields import Axes


class SpaceToDepth(Op):
    """Space to depth: blocks of positions become channels, the inverse of pixel_shuffle. "cells" are those of a block.

    Formulas:
        size = n / scale
        out = C * cells

    Example:
        [3, 640, 640]
        space_to_depth: 2
    """

    main = "scale"
    scale: Axes = axes("times that each size shrinks")

    def cells(self, *inputs: Shape) -> int:
        """Positions of one block."""
        return volume(per_axis(self.scale, len(inputs[0]) - 1))

    def axes(self, *inputs: Shape) -> list[Window]:
        sizes = inputs[0][1:]
        return [Window(n, n // s, s, s) for n, s in zip(sizes, per_axis(self.scale, len(sizes)))]

    def check(self, *inputs: Shape) -> Iterator[Complaint]:
        rank = len(inputs[0]) - 1
        for i, a in enumerate(self.axes(*inputs)):
            yield from must_divide("scale", a.stride, a.n, f"positions of the {axis_name(rank, i)}")

    def shape(self, *inputs: Shape) -> Shape:
        return (inputs[0][0] * self.cells(*inputs), *[a.m for a in self.axes(*inputs)])

    def label(self) -> str:
        return f"space_to_depth x{by(self.scale, 1)}"

    def quantities(self, *inputs: Shape) -> dict[str, Number]:
        return {**super().quantities(*inputs), "cells": self.cells(*inputs)}
