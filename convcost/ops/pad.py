from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Complaint
from .core.axis import Border, Window
from .core.fields import axis_name, choice, padding
from .core.operation import Op
from .core.windows import margins, sides_label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..types import Number, Shape
    from .core.fields import Sides


class Pad(Op):
    """Positions around the input: zeros, the input mirrored (reflect) or its border repeated (replicate).

    Formulas:
        size = n + pads

    Example:
        [3, 224, 224]
        pad: {padding: 3, mode: reflect}
    """

    main = "padding"
    padding: Sides = padding("positions added around the input", choices=())
    mode: str = choice("what is added", "zeros", "reflect", "replicate", default="zeros")

    def axes(self, *inputs: Shape) -> list[Window] | list[Border]:
        sizes = inputs[0][1:]
        placed = [(n, *pads) for n, pads in zip(sizes, margins(self.padding, len(sizes)))]
        if self.mode == "zeros":
            return [Window(n, n + before + after, before=before, after=after) for n, before, after in placed]
        mirrored = self.mode == "reflect"
        return [Border(n, n + before + after, before, mirrored) for n, before, after in placed]

    def check(self, *inputs: Shape) -> Iterator[Complaint]:
        sizes = inputs[0][1:]
        for i, (n, pads) in enumerate(zip(sizes, margins(self.padding, len(sizes)))):
            if self.mode == "reflect" and max(pads) >= n:
                message = f"padding={max(pads)} must be below the {axis_name(len(sizes), i)} {n} where mode is reflect"
                yield Complaint("CC104", "padding", message)

    def shape(self, *inputs: Shape) -> Shape:
        return (inputs[0][0], *[a.m for a in self.axes(*inputs)])

    def label(self) -> str:
        return f"pad {sides_label(self.padding)}{'' if self.mode == 'zeros' else f' {self.mode}'}"

    def quantities(self, *inputs: Shape) -> dict[str, Number]:
        return {**super().quantities(*inputs), "pads": sum(margins(self.padding, len(inputs[0]) - 1)[0])}
