from __future__ import annotations

from typing import TYPE_CHECKING

from ..types import volume
from .core.operation import Op

if TYPE_CHECKING:
    from ..types import Shape


class Prelu(Op):
    """PReLU: x where it is positive, else x times a learnable slope of its channel.

    Formulas:
        params = C
        elementwise = elements

    Example:
        [64, 56, 56]
        prelu

    Source: He et al. 2015, "Delving deep into rectifiers".
    """

    flat = True
    in_place = True

    def weights(self, *inputs: Shape) -> dict[str, int]:
        return {"weight": inputs[0][0]}

    def elementwise(self, *inputs: Shape) -> int:
        return volume(inputs[0])
