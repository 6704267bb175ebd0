from __future__ import annotations

from typing import TYPE_CHECKING

from ..types import volume
from .core.axis import Whole
from .core.operation import Op

if TYPE_CHECKING:
    from ..types import Shape


class Flatten(Op):
    """Flattening: all channels and positions become one vector, in the same memory.

    Formulas:
        out = elements

    Example:
        [256, 6, 6]
        flatten
    """

    flat = True
    shares = True
    whole_input = True

    def axes(self, *inputs: Shape) -> list[Whole]:
        """The output has no axes; one record per axis of the input says that all of it is read."""
        return [Whole(n, 1) for n in inputs[0][1:]]

    def shape(self, *inputs: Shape) -> Shape:
        return (volume(inputs[0]),)
