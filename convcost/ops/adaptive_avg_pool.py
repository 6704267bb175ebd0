from __future__ import annotations

from typing import TYPE_CHECKING

from ..types import volume
from .core.axis import Adaptive
from .core.fields import axes, by, per_axis
from .core.operation import Op

if TYPE_CHECKING:
    from ..types import Number, Shape
    from .core.fields import Axes


class AdaptiveAvgPool(Op):
    """Adaptive average pooling: as many windows as asked for.

    Position o of m averages [floor(o * n / m), ceil((o + 1) * n / m)).
    "taps" are the lengths of all windows of an axis together, multiplied over the axes.

    Formulas:
        elementwise = C * taps

    Example:
        [256, 13, 13]
        adaptive_avg_pool: 6

    Source: PyTorch 2, ATen/native/AdaptivePooling.h.
    """

    main = "size"
    size: Axes = axes("size of the output")

    def axes(self, *inputs: Shape) -> list[Adaptive]:
        sizes = inputs[0][1:]
        return [Adaptive(n, m) for n, m in zip(sizes, per_axis(self.size, len(sizes)))]

    def shape(self, *inputs: Shape) -> Shape:
        return (inputs[0][0], *[a.m for a in self.axes(*inputs)])

    def taps(self, *inputs: Shape) -> int:
        """Positions of all windows of one channel."""
        return volume(tuple([a.window_sum for a in self.axes(*inputs)]))

    def elementwise(self, *inputs: Shape) -> int:
        return inputs[0][0] * self.taps(*inputs)

    def label(self) -> str:
        return f"adaptive_avg_pool {by(self.size)}"

    def quantities(self, *inputs: Shape) -> dict[str, Number]:
        return {**super().quantities(*inputs), "taps": self.taps(*inputs)}
