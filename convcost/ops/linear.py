from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Complaint
from ..types import volume
from .core.axis import Whole
from .core.fields import count, flag
from .core.operation import BIAS, Op

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..types import Number, Shape

MANY = 32 * 32
"""Positions of the largest images that networks are known to flatten as they are (CIFAR)."""


class Linear(Op):
    """Fully connected layer: every output weighs all N elements of the input, which is flattened.

    Formulas:
        params = N * out + out * bias
        macs = N * out
        elementwise = bias * out

    Example:
        [256, 6, 6]
        linear: 4096
    """

    main = "out"
    flat = True
    whole_input = True
    out: int = count("elements of the output")
    bias: bool = flag("add a learnable number per output element", default=True)

    def axes(self, *inputs: Shape) -> list[Whole]:
        """The output has no axes; one record per axis of the input says that all of it is read."""
        return [Whole(n, 1) for n in inputs[0][1:]]

    def remarks(self, *inputs: Shape) -> Iterator[Complaint]:
        channels, *sizes = inputs[0]
        positions = volume(tuple(sizes))
        if positions > MANY:
            own, shared = self.params(*inputs), (channels + self.bias) * self.out
            yield Complaint(
                "CC216",
                "",
                f"linear flattens {positions:,} positions and has {own:,} params; `pointwise: {self.out}`, "
                f"the same weights at every position (Dense in Keras), has {shared:,}",
            )

    def shape(self, *inputs: Shape) -> Shape:
        return (self.out,)

    def weights(self, *inputs: Shape) -> dict[str, int]:
        return {"weight": self.macs(*inputs), BIAS: self.out * self.bias}

    def macs(self, *inputs: Shape) -> int:
        return volume(inputs[0]) * self.out

    def elementwise(self, *inputs: Shape) -> int:
        return self.bias * self.out

    def quantities(self, *inputs: Shape) -> dict[str, Number]:
        return {**super().quantities(*inputs), "N": volume(inputs[0])}
