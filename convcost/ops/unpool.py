from __future__ import annotations

from typing import TYPE_CHECKING

from .core.axis import Scatter
from .core.fields import axes, choice, per_axis
from .core.operation import Op
from .core.windows import one_or_all

if TYPE_CHECKING:
    from ..types import Shape
    from .core.fields import Axes


class Unpool(Op):
    """Unpooling without indices: each value fills a block (nearest), or its first position beside zeros (bed_of_nails).

    Formulas:
        size = n * scale

    Example:
        [64, 28, 28]
        unpool: 2
    """

    main = "scale"
    scale: Axes = axes("times that each size grows")
    mode: str = choice("what a block holds", "nearest", "bed_of_nails", default="nearest")

    def axes(self, *inputs: Shape) -> list[Scatter]:
        sizes = inputs[0][1:]
        filled = self.mode == "nearest"
        return [Scatter(n, n * s, s if filled else 1, s) for n, s in zip(sizes, per_axis(self.scale, len(sizes)))]

    def shape(self, *inputs: Shape) -> Shape:
        return (inputs[0][0], *[a.m for a in self.axes(*inputs)])

    def label(self) -> str:
        return f"unpool x{one_or_all(self.scale)}{'' if self.mode == 'nearest' else ' bed_of_nails'}"
