from __future__ import annotations

from typing import TYPE_CHECKING

from ..types import volume
from .core.axis import Whole
from .core.operation import Op

if TYPE_CHECKING:
    from ..types import Number, Shape


class GlobalPool(Op):
    """What both have: one window as large as the input."""

    whole_input = True

    def axes(self, *inputs: Shape) -> list[Whole]:
        return [Whole(n, 1) for n in inputs[0][1:]]

    def shape(self, *inputs: Shape) -> Shape:
        channels, *sizes = inputs[0]
        return (channels, *[1] * len(sizes))

    def elementwise(self, *inputs: Shape) -> int:
        return volume(inputs[0])

    def quantities(self, *inputs: Shape) -> dict[str, Number]:
        return {**super().quantities(*inputs), "positions": volume(inputs[0][1:])}


class GlobalAvgPool(GlobalPool):
    """Global average pooling: the mean of each channel. "positions" are those of the input.

    Formulas:
        size = 1
        elementwise = C * positions

    Example:
        [1024, 7, 7]
        global_avg_pool

    Source: Lin, Chen and Yan 2013, "Network in network", section 3.2.
    """


class GlobalMaxPool(GlobalPool):
    """Global max pooling: the largest value of each channel. "positions" are those of the input.

    Formulas:
        size = 1
        elementwise = C * positions

    Example:
        [1024, 7, 7]
        global_max_pool
    """
