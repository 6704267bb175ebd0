from __future__ import annotations

from typing import TYPE_CHECKING

from ..types import volume
from .core.fields import flag
from .core.operation import BIAS, Op

if TYPE_CHECKING:
    from ..types import Shape


class Scale(Op):
    """A learnable factor per channel (layer scale), and a shift with bias.

    Formulas:
        params = C * (1 + bias)
        elementwise = (1 + bias) * elements

    Example:
        [96, 56, 56]
        scale

    Source: Touvron et al. 2021, "Going deeper with image transformers", section 2.
    """

    main = "bias"
    flat = True
    in_place = True
    bias: bool = flag("a learnable shift per channel besides", default=False)

    def weights(self, *inputs: Shape) -> dict[str, int]:
        return {"weight": inputs[0][0], BIAS: self.bias * inputs[0][0]}

    def elementwise(self, *inputs: Shape) -> int:
        return (1 + self.bias) * volume(inputs[0])
