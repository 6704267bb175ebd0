from __future__ import annotations

from typing import TYPE_CHECKING

from ..types import volume
from .core.fields import count
from .core.operation import Op

if TYPE_CHECKING:
    from ..types import Shape


class Lrn(Op):
    """Local response normalisation: each value by the mean square of its neighbours across channels.

    Formulas:
        elementwise = 2 * size * elements

    Example:
        [96, 55, 55]
        lrn

    Source: Krizhevsky, Sutskever and Hinton 2012, "ImageNet classification with deep convolutional networks".
    """

    main = "size"
    size: int = count("channels of a neighbourhood", default=5)

    def elementwise(self, *inputs: Shape) -> int:
        return 2 * self.size * volume(inputs[0])

    def label(self) -> str:
        return f"lrn {self.size}"
